// SPDX-License-Identifier: Apache-2.0
// From SIGHUP to other bundles.
#include "cmd/serve/reload.h"

#include <signal.h>

#include "base/mem.h"
#include "base/worker.h"

struct reload {
    struct loop *loop;
    struct serve *serve;
    const struct verified_wanted *wanted;
    struct report *report;
    struct loop_signal *signal;
    struct cancel *cancel; // of the verification
    struct worker *worker; // which has the three below while it runs
    struct verified verified;
    int result;
    struct err *error;
    bool again; // another SIGHUP came meanwhile
};

static void verify(void *data)
{
    struct reload *r = data;

    r->result = verified_open(&r->verified, r->wanted, r->cancel, &r->error);
}

static void tell(struct report *report, const struct err *error, const char *what)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    err_format(error, &text);
    report_warn(report, "serve", "%s: %s", what, buf_str(&text));
}

static void put(struct reload *r)
{
    struct serve_content *content CLEANUP(serve_content_cleanup) =
        verified_take(&r->verified, r->report);

    if (r->result == 0) {
        serve_put(r->serve, STEAL(content));
        report_info(r->report, "serve", "the bundles are served as they are now");
        return;
    }
    tell(r->report, r->error, "what was served before still is");
    serve_keep(r->serve);
}

static void start(struct reload *r);

static void on_verified(void *data)
{
    struct reload *r = data;

    worker_free(STEAL(r->worker));
    put(r);
    verified_free(&r->verified);
    err_clear(&r->error);
    if (r->again)
        start(r);
}

static void start(struct reload *r)
{
    r->again = false;
    r->worker = worker_start(r->loop, verify, on_verified, r, &r->error);
    if (r->worker)
        return;
    tell(r->report, r->error, "the bundles were not opened again");
    err_clear(&r->error);
}

static void on_hangup(void *data)
{
    struct reload *r = data;
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (serve_reopen_log(r->serve, &err) < 0)
        tell(r->report, err, "the access log goes where it went");
    r->again = true;
    if (!r->worker)
        start(r);
}

struct reload *reload_new(struct loop *loop, struct serve *s, const struct verified_wanted *wanted,
                          struct report *report, struct err **err)
{
    struct reload *r CLEANUP(reload_cleanup) = MEM_NEW(struct reload);

    *r = (struct reload){.loop = loop, .serve = s, .wanted = wanted, .report = report};
    r->cancel = cancel_new(err);
    if (r->cancel)
        r->signal = loop_add_signal(loop, SIGHUP, on_hangup, r, err);
    return r->signal ? STEAL(r) : NULL;
}

void reload_free(struct reload *r)
{
    if (!r)
        return;
    if (r->cancel)
        cancel_request(r->cancel);
    worker_free(r->worker);
    loop_remove_signal(r->signal);
    cancel_free(r->cancel);
    verified_free(&r->verified);
    err_free(r->error);
    free(r);
}
