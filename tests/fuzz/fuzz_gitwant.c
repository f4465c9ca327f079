// SPDX-License-Identifier: Apache-2.0
// What is posted to git-upload-pack: it means the same in whatever pieces it comes.
#include "fuzz.h"

#include "model/git.h"

struct run {
    struct arena *arena;
    struct git_want want;
    struct err *err;
};

static void run_free(struct run *r)
{
    arena_free(r->arena);
    err_free(r->err);
}

static bool ask(struct run *r, struct span body, size_t step)
{
    r->arena = arena_new();
    git_want_start(&r->want, r->arena);
    for (; body.len; body = span_tail(body, step))
        if (git_want_add(&r->want, span_head(body, step), &r->err) < 0)
            return false;
    return git_want_end(&r->want, &r->err) == 0;
}

static void answer(const struct git_want *w)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct git_pin pins[2] = {{.ref = SPAN("tag/1"), .has_parents = true}, {.ref = SPAN("tag/2")}};
    bool wanted[2];

    if (w->oids.len)
        pins[0].target.commit = w->oids.items[0];
    if (git_want_resolve(w, pins, 2, wanted, &err) < 0) {
        fuzz_check_error(err);
        git_format_failure(err_message(err), &out);
    } else {
        FUZZ_CHECK(!w->oids.len || wanted[0] || wanted[1]);
        git_format_answer(w, pins, 2, wanted, &out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run whole CLEANUP(run_free) = {0}, pieces CLEANUP(run_free) = {0};
    struct span body = span_of(data, size);
    bool ok = ask(&whole, body, size + 1);

    FUZZ_CHECK(ask(&pieces, body, 3) == ok);
    FUZZ_CHECK(whole.want.oids.len == pieces.want.oids.len &&
               whole.want.deepen == pieces.want.deepen && whole.want.done == pieces.want.done &&
               whole.want.side_band == pieces.want.side_band);
    if (ok)
        answer(&whole.want);
    else
        fuzz_check_error(whole.err);
    return 0;
}
