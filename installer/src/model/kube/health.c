// SPDX-License-Identifier: Apache-2.0
// Whether the API server answers: said once when it stops, once when it is back. Also what answers
// carry beside their body: the server's clock and warnings.
#include "model/kube/client.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/mem.h"

// 299 - "a \"text\""  ->  a "text" (RFC 9110, 5.6.4: a backslash quotes the next byte)
static char *warning_text(struct span value)
{
    struct span before, text;
    char *copy, *end;

    if (!span_cut(value, '"', &before, &text))
        return mem_strn(value.ptr, value.len);
    text = span_head(text, span_rfind(text, '"'));
    end = copy = mem_strn(text.ptr, text.len);
    for (const char *c = copy; *c; c++) {
        if (*c == '\\' && c[1])
            c++;
        *end++ = *c;
    }
    *end = '\0';
    return copy;
}

static void show_warning(struct kube *k, struct span value)
{
    char *text CLEANUP(mem_cleanup) = warning_text(value);
    struct span key = span_str(text);

    if (map_get(&k->warnings, key))
        return;
    report_warn(k->report, "kube", "the API server warns: %s", text);
    map_put(&k->warnings, key, STEAL(text));
}

static void say_gone(struct kube *k, int64_t since, const char *how, const char *why)
{
    time_t at = time(NULL) - (time_t)((timer_now() - since) / 1000);
    struct tm local;
    char clock[16];

    k->health.gone_since = since;
    localtime_r(&at, &local);
    strftime(clock, sizeof(clock), "%H:%M:%S", &local);
    report_warn(k->report, "kube", "the API server %s since %s%s; waiting for it", how, clock, why);
}

void health_heard(struct kube *k)
{
    char took[32];

    k->health.heard = timer_now();
    if (!k->health.gone_since)
        return;
    report_info(k->report, "kube", "the API server answers again after %s",
                timer_format(timer_now() - k->health.gone_since, took));
    k->health.gone_since = 0;
}

void health_reached(struct kube *k, const struct http_response *r)
{
    k->health.reached = true;
    if (r->date)
        k->clock_skew_s = (int64_t)(r->date - time(NULL));
    VEC_FOREACH (const struct http_header *, header, &r->headers)
        if (strcasecmp(header->name, "warning") == 0)
            show_warning(k, span_str(header->value));
    health_heard(k);
}

void health_unreached(struct kube *k, const struct err *error)
{
    char *why CLEANUP(mem_cleanup) = NULL;

    if (k->health.gone_since)
        return;
    while (err_cause(error)) // the innermost one, without the URL of one of many requests
        error = err_cause(error);
    why = mem_printf(": %s", err_message(error));
    say_gone(k, timer_now(), "is unreachable", why);
}

// --- silence ---

static void look(void *data);

static void say_silent(struct kube *k)
{
    char *why CLEANUP(mem_cleanup) = mem_printf(" (no byte for %d s)", k->silent_ms / 1000);

    say_gone(k, k->health.heard, "does not answer", why);
}

static void look_at(struct kube *k, int64_t at)
{
    k->health.timer = loop_add_timer(k->loop, at, look, k);
}

static bool is_waited_for(const struct kube *k)
{
    return k->in_flight > 0 || k->proxied > 0 || k->watches;
}

static void on_answer(struct kube *k, const struct http_response *r, const struct err *error)
{
    if (!error)
        health_reached(k, r);
    else if (r->failure == HTTP_UNREACHED || r->failure == HTTP_HUNG_UP)
        health_unreached(k, error);
}

static void on_question_done(void *data, const struct http_response *r, const struct err *error)
{
    struct kube *k = data;

    k->health.question = NULL;
    on_answer(k, r, error);
}

// The server is there. When it stays silent on the connections of before, they are broken.
static void on_fresh_done(void *data, const struct http_response *r, const struct err *error)
{
    struct kube *k = data;

    k->health.fresh = NULL;
    on_answer(k, r, error);
    if (error)
        return;
    k->health.is_fresh = true;
    loop_remove_timer(k->loop, k->health.timer);
    look_at(k, timer_now() + k->silent_ms / 15);
}

static void cut_silent(struct kube *k)
{
    k->health.is_fresh = false;
    if (k->health.question)
        http_cut_silent(k->http, kubeconfig_server(k->config), timer_now() - k->silent_ms / 3);
}

static struct http_transfer *ask(struct kube *k, bool fresh)
{
    char *url CLEANUP(mem_cleanup) = mem_printf("%s/version", kubeconfig_server(k->config));
    struct http_request request = {.url = url, .fresh = fresh};
    struct http_handler handler = {.done = fresh ? on_fresh_done : on_question_done, .data = k};

    request.headers = credentials_apply(k->credentials, &request);
    return http_start(k->http, &request, &handler);
}

// What is waited for may take its time, as a write that a webhook looks at does: the server is only
// silent when it does not answer a plain question either.
static void look(void *data)
{
    struct kube *k = data;
    struct health *h = &k->health;
    int64_t now = timer_now(), ask_at = h->heard + k->silent_ms * 2 / 3;
    int64_t tell_at = h->heard + k->silent_ms;

    h->timer = 0;
    if (h->is_fresh)
        cut_silent(k);
    if (!is_waited_for(k))
        return;
    if (now < ask_at) {
        look_at(k, ask_at);
        return;
    }
    if (!h->question) { // also when this program itself was busy or stopped for long
        h->question = ask(k, false);
        look_at(k, now + k->silent_ms / 3);
        return;
    }
    if (now >= tell_at && !h->gone_since)
        say_silent(k);
    if (h->gone_since && !h->fresh)
        h->fresh = ask(k, true);
    look_at(k, now < tell_at ? tell_at : now + k->silent_ms);
}

void health_expect(struct kube *k)
{
    if (k->health.timer)
        return;
    k->health.heard = timer_now();
    look_at(k, k->health.heard + k->silent_ms * 2 / 3);
}

void health_end(struct kube *k)
{
    http_abort(k->health.question);
    http_abort(k->health.fresh);
    loop_remove_timer(k->loop, k->health.timer);
}
