// SPDX-License-Identifier: Apache-2.0
// The lines of the access log, and their way into a file or a pipe.
#include "work/serve/log.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

enum { LAST_WAIT_MS = 500 };

struct log {
    struct loop *loop;
    struct report *report;
    const char *path; // NULL: standard output
    bool json;
    int fd;
    bool may_block;          // it is no file: written in pieces that fit
    struct buf lines;        // not written yet
    struct loop_fd *waiting; // for a reader
    uint64_t timer;
    uint64_t dropped;
    bool told; // that it cannot be written
    time_t second;
    char stamp[32]; // of that second
};

// --- a line ---

static void add_time(struct log *l)
{
    struct timespec now;
    struct tm utc;

    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != l->second) {
        gmtime_r(&now.tv_sec, &utc);
        strftime(l->stamp, sizeof(l->stamp), "%Y-%m-%dT%H:%M:%S", &utc);
        l->second = now.tv_sec;
    }
    buf_printf(&l->lines, "%s.%03ldZ", l->stamp, now.tv_nsec / 1000000);
}

static void add_plain(struct log *l, struct span s)
{
    char *plain CLEANUP(mem_cleanup) = text_plain(s, false);

    buf_add_str(&l->lines, plain);
}

static void add_text_line(struct log *l, const struct httpd_request *r, struct span name)
{
    add_time(l);
    buf_printf(&l->lines, " %s %.*s ", r->client, SPAN_ARG(r->method));
    add_plain(l, name);
    buf_printf(&l->lines, " %d %" PRIu64 "%s %" PRId64 "ms ", r->status, r->sent,
               r->whole ? "" : "(cut)", timer_now() - r->began_at);
    buf_add_json(&l->lines, httpd_header(r, "user-agent"));
    buf_add_char(&l->lines, '\n');
}

static void add_json_line(struct log *l, const struct httpd_request *r, struct span host,
                          const char *kind, struct span name)
{
    buf_add_str(&l->lines, "{\"time\":\"");
    add_time(l);
    buf_printf(&l->lines, "\",\"client\":\"%s\",\"method\":", r->client);
    buf_add_json(&l->lines, r->method);
    buf_add_str(&l->lines, ",\"host\":");
    buf_add_json(&l->lines, host);
    buf_printf(&l->lines, ",\"kind\":\"%s\",\"name\":", kind);
    buf_add_json(&l->lines, name);
    buf_printf(&l->lines, ",\"status\":%d,\"bytes\":%" PRIu64 ",\"whole\":%s,\"ms\":%" PRId64,
               r->status, r->sent, r->whole ? "true" : "false", timer_now() - r->began_at);
    buf_add_str(&l->lines, ",\"user_agent\":");
    buf_add_json(&l->lines, httpd_header(r, "user-agent"));
    buf_add_str(&l->lines, "}\n");
}

// --- its way out ---

static void flush(struct log *l);

static void on_room(void *data, unsigned ready UNUSED)
{
    struct log *l = data;

    loop_remove_fd(STEAL(l->waiting));
    flush(l);
}

static void on_timer(void *data)
{
    struct log *l = data;

    l->timer = 0;
    flush(l);
}

// A pipe that says that it has room takes PIPE_BUF bytes at once.
static bool has_room(const struct log *l, int wait_ms)
{
    struct pollfd room = {.fd = l->fd, .events = POLLOUT};

    return !l->may_block || poll(&room, 1, wait_ms) > 0;
}

// What cannot be written is lost, and said once.
static void give_up(struct log *l)
{
    struct err *err CLEANUP(err_cleanup) = NULL;

    err_set_errno(&err, ERR_CONFIG, errno, "the access log %s cannot be written",
                  l->path ? l->path : "on standard output");
    if (!l->told)
        report_warn(l->report, "serve", "%s", err_message(err));
    l->told = true;
    l->dropped++;
    buf_truncate(&l->lines, 0);
}

// All that there is, as long as there is room; the waiting is for each piece.
static void write_pieces(struct log *l, int wait_ms)
{
    size_t done = 0;

    while (done < l->lines.len && has_room(l, wait_ms)) {
        size_t left = l->lines.len - done, most = l->may_block ? PIPE_BUF : LOG_WRITE_BYTES;
        ssize_t n = write(l->fd, l->lines.data + done, left < most ? left : most);

        if (n < 0 && errno != EINTR && errno != EAGAIN) {
            give_up(l);
            return;
        }
        if (n > 0)
            done += (size_t)n;
        else if (errno == EAGAIN)
            break;
    }
    if (done == l->lines.len)
        l->told = false;
    buf_drop(&l->lines, done);
}

static void flush(struct log *l)
{
    if (l->waiting)
        return;
    write_pieces(l, 0);
    if (l->lines.len)
        l->waiting = loop_add_fd(l->loop, l->fd, LOOP_WRITE, on_room, l);
}

void log_request(struct log *l, const struct httpd_request *r, struct span host, const char *kind,
                 struct span name)
{
    size_t before;

    if (!l)
        return;
    before = l->lines.len;
    if (l->json)
        add_json_line(l, r, host, kind, name);
    else
        add_text_line(l, r, name);
    if (l->lines.overflow) { // no half lines
        buf_truncate(&l->lines, before);
        l->lines.overflow = false;
        l->dropped++;
    }
    if (l->lines.len >= LOG_WRITE_BYTES)
        flush(l);
    else if (!l->timer)
        l->timer = loop_add_timer(l->loop, timer_add(timer_now(), LOG_FLUSH_MS), on_timer, l);
}

uint64_t log_dropped(const struct log *l)
{
    return l ? l->dropped : 0;
}

// --- its life ---

static int open_file(const char *path, struct err **err)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);

    if (fd < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "the access log %s", path);
    return fd;
}

static void use(struct log *l, int fd)
{
    struct stat st;

    l->fd = fd;
    l->may_block = fstat(fd, &st) < 0 || !S_ISREG(st.st_mode);
}

struct log *log_open(struct loop *loop, const char *path, bool json, struct report *report,
                     struct err **err)
{
    bool is_stdout = strcmp(path, "-") == 0;
    int fd = is_stdout ? STDOUT_FILENO : open_file(path, err);
    struct log *l;

    if (fd < 0)
        return NULL;
    l = MEM_NEW(struct log);
    *l = (struct log){.loop = loop,
                      .report = report,
                      .path = is_stdout ? NULL : mem_str(path),
                      .json = json,
                      .lines = BUF_INIT(LOG_BYTES)};
    use(l, fd);
    return l;
}

int log_reopen(struct log *l, struct err **err)
{
    int fd;

    if (!l || !l->path)
        return 0;
    fd = open_file(l->path, err);
    if (fd < 0)
        return -1;
    loop_remove_fd(STEAL(l->waiting));
    write_pieces(l, 0);
    close(l->fd);
    use(l, fd);
    return 0;
}

void log_close(struct log *l)
{
    if (!l)
        return;
    loop_remove_timer(l->loop, l->timer);
    loop_remove_fd(l->waiting);
    write_pieces(l, LAST_WAIT_MS);
    if (l->path)
        close(l->fd);
    buf_free(&l->lines);
    free((char *)l->path);
    free(l);
}
