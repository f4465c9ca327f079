// SPDX-License-Identifier: Apache-2.0
#include "seed/peers.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"

#define PAUSE_MS 250
#define FILE_MAX 262144

void peers_begin(struct peers *p, const char *file, const char *own, uint16_t port)
{
    // Not all nodes at the same first one.
    *p = (struct peers){
        .file = file, .own = own, .port = port, .next = (unsigned)(getpid() ^ pace_now())};
}

static size_t read_file(const char *path, char *text, size_t max)
{
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t n = fd >= 0 ? read(fd, text, max) : -1;

    if (fd >= 0)
        close(fd);
    return n > 0 ? (size_t)n : 0;
}

// The line whose turn it is, cut off `text`; false when there is none.
static bool choose(struct peers *p, struct span text, struct span *line)
{
    struct span rest = text;
    unsigned count = 0, at = 0;

    while (count < PEERS_MAX && span_next(&rest, '\n', line))
        count++;
    p->count = count;
    if (!count)
        return false;
    p->next %= count;
    for (rest = text; span_next(&rest, '\n', line) && at < p->next; at++)
        ;
    p->next++;
    *line = span_trim(*line);
    return true;
}

static void note(struct peers *p, struct err *err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    err_format(err, &text);
    snprintf(p->trouble, sizeof p->trouble, "%s", buf_str(&text));
}

static void ask(struct peers *p, const struct binary *b)
{
    static char text[FILE_MAX];
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct source from = {.path = SPAN(PEERS_PATH)};
    char host[sizeof p->asked + 16];
    struct span line;

    p->ask_at = pace_now() + PAUSE_MS;
    if (!choose(p, span_of(text, read_file(p->file, text, sizeof text)), &line) || !line.len ||
        span_is(line, p->own))
        return;
    snprintf(p->asked, sizeof p->asked, "%.*s", SPAN_ARG(line));
    snprintf(p->trouble, sizeof p->trouble, "%s", "asked now");
    snprintf(host, sizeof host, span_find(line, ':') < line.len ? "[%.*s]:%u" : "%.*s:%u",
             SPAN_ARG(line), p->port);
    from.host = span_str(host);
    if (!endpoint_of(line, p->port, &from.endpoint))
        err_set(&err, ERR_CONFIG, "not an address");
    else if (fetch_begin(&p->fetch, &from, b, false, &err) < 0)
        fetch_end(&p->fetch);
    if (err)
        note(p, err);
}

struct pollfd peers_poll(const struct peers *p, int64_t *wake)
{
    bool is_idle = p->fetch.state == FETCH_IDLE;
    int64_t at = is_idle ? p->ask_at : pace_now() + PAUSE_MS;

    if (at < *wake)
        *wake = at;
    return (struct pollfd){.fd = is_idle ? -1 : p->fetch.fd, .events = fetch_events(&p->fetch)};
}

bool peers_step(struct peers *p, const struct binary *b)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    int result;

    if (p->fetch.state == FETCH_IDLE) {
        if (pace_now() >= p->ask_at)
            ask(p, b);
        return false;
    }
    result = fetch_step(&p->fetch, &err);
    if (result == 0)
        return false;
    if (result < 0)
        note(p, err);
    fetch_end(&p->fetch);
    p->ask_at = pace_now() + PAUSE_MS;
    return result > 0;
}

void peers_end(struct peers *p)
{
    fetch_end(&p->fetch);
}
