// SPDX-License-Identifier: Apache-2.0
// The server: its life, what it serves, where it listens.
#include "work/serve.h"

#include "base/mem.h"
#include "work/serve/serving.h"

struct serve *serve_new(struct loop *loop, const struct serve_options *options, struct err **err)
{
    struct serve *s CLEANUP(serve_cleanup) = MEM_NEW(struct serve);
    struct httpd_handler handler = {.request = dispatch_begin, .done = dispatch_end, .data = s};
    struct httpd_limits limits = {.connections = options->connections};

    s->loop = loop;
    s->report = options->report;
    s->first = options->first;
    if (secure_open(s, options, err) < 0)
        return NULL;
    s->retire_ms = options->retire_ms ? options->retire_ms : SERVE_RETIRE_MS;
    metrics_init(&s->metrics);
    if (options->access_log) {
        s->log = log_open(loop, options->access_log, options->log_json, s->report, err);
        if (!s->log)
            return NULL;
    }
    s->httpd = httpd_new(loop, &handler, &limits, s->report);
    generations_put(s, serve_content_new(s->report));
    return STEAL(s);
}

void serve_free(struct serve *s)
{
    if (!s)
        return;
    httpd_free(s->httpd);
    secure_free(s);
    generations_free(s);
    log_close(s->log);
    free(s->failure);
    free(s);
}

void serve_put(struct serve *s, struct serve_content *take)
{
    s->metrics.puts += s->generations[0]->content->sources.len > 0;
    generations_put(s, take);
    serve_renew(s); // other hosts are served now
}

void serve_renew(struct serve *s)
{
    if (s->tls)
        httpd_tls_forget(s->tls);
}

void serve_keep(struct serve *s)
{
    s->metrics.refused++;
}

int serve_reopen_log(struct serve *s, struct err **err)
{
    return log_reopen(s->log, err);
}

int serve_listen(struct serve *s, const char *address, bool tls, struct err **err)
{
    if (tls)
        return secure_listen(s, address, err);
    return httpd_listen(s->httpd, address, NULL, err);
}

static bool never(void *data)
{
    (void)data;
    return false;
}

static bool is_idle(void *data)
{
    return httpd_busy(((struct serve *)data)->httpd) == 0;
}

int serve_run(struct serve *s, struct err **err)
{
    struct err *ended CLEANUP(err_cleanup) = NULL;

    cancel_set_grace(loop_cancel(s->loop), SERVE_LAST_MS + CANCEL_GRACE_MS);
    if (loop_run_until(s->loop, never, s, TIMER_NEVER, &ended) < 0 &&
        err_kind(ended) != ERR_CANCELLED)
        return err_move(err, &ended);
    httpd_stop(s->httpd);
    if (!loop_run_last(s->loop, is_idle, s, timer_add(timer_now(), SERVE_LAST_MS)))
        report_warn(s->report, "serve", "%zu answers were cut off", httpd_busy(s->httpd));
    return 0;
}
