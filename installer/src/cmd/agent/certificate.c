// SPDX-License-Identifier: Apache-2.0
#include "cmd/agent/certificate.h"

#include "base/file.h"
#include "base/mem.h"

enum { LOOK_MS = 10000 };

struct certificate {
    struct loop *loop;
    struct serve *serve;
    const char *path;
    struct buf text; // as it was last
    uint64_t timer;
};

static void look(void *data)
{
    struct certificate *c = data;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *between CLEANUP(err_cleanup) = NULL; // two of its versions

    c->timer = loop_add_timer(c->loop, timer_add(timer_now(), LOOK_MS), look, c);
    if (file_read(AT_FDCWD, c->path, &text, &between) < 0 ||
        span_eq(buf_span(&text), buf_span(&c->text)))
        return;
    if (c->text.len)
        serve_renew(c->serve);
    buf_truncate(&c->text, 0);
    buf_add_span(&c->text, buf_span(&text));
}

struct certificate *certificate_watch(struct loop *loop, const char *path, struct serve *serve)
{
    struct certificate *c = MEM_NEW(struct certificate);

    *c = (struct certificate){
        .loop = loop, .serve = serve, .path = path, .text = BUF_INIT(BUF_TEXT_MAX)};
    look(c);
    return c;
}

void certificate_free(struct certificate *c)
{
    if (!c)
        return;
    loop_remove_timer(c->loop, c->timer);
    buf_free(&c->text);
    free(c);
}
