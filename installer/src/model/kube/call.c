// SPDX-License-Identifier: Apache-2.0
// Raw calls on API paths: a queue with a fixed number in flight, repeats after what may pass, fresh
// credentials after a 401. Whatever the outcome, done is called once.
#include "model/kube/client.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/kube/config/config.h"
#include "model/kube/raw.h"

enum { CALL_TOLD_ATTEMPT = 3 }; // what still fails then is worth a line

enum call_state { CALL_QUEUED, CALL_SENT, CALL_PAUSING };

struct call {
    struct kube *kube;
    struct call *next, *previous;
    enum call_state state;
    struct arena *arena; // owns the texts of `spec`
    struct call_spec spec;
    struct http_file file; // of `spec`
    call_done_fn *done;
    call_drop_fn *drop;
    void *data;
    struct http_transfer *transfer;
    uint64_t sent; // of its body, when it has ended
    uint64_t timer;
    int attempts;
    unsigned generation; // of the credentials it was sent with
    bool refreshed;      // them, after a 401
};

static int *in_flight(struct call *c)
{
    return c->spec.proxied ? &c->kube->proxied : &c->kube->in_flight;
}

static void call_free(struct call *c)
{
    struct kube *k = c->kube;

    if (c->previous)
        c->previous->next = c->next;
    else
        k->calls = c->next;
    if (c->next)
        c->next->previous = c->previous;
    if (c->state == CALL_SENT)
        --*in_flight(c);
    loop_remove_timer(k->loop, c->timer);
    http_abort(c->transfer);
    arena_free(c->arena);
    free(c);
}

// --- sending ---

static void on_done(void *data, const struct http_response *r, const struct err *error);

static const char *const *header_lines(struct call *c, const char *const *more)
{
    VEC(const char *) lines = {0};

    vec_push_arena(
        c->arena, &lines,
        arena_printf(c->arena, "Accept: %s", c->spec.accept ? c->spec.accept : KUBE_ACCEPT_JSON));
    if (c->spec.content_type)
        vec_push_arena(c->arena, &lines,
                       arena_printf(c->arena, "Content-Type: %s", c->spec.content_type));
    for (; more && *more; more++)
        vec_push_arena(c->arena, &lines, *more);
    for (more = c->spec.headers; more && *more; more++)
        vec_push_arena(c->arena, &lines, *more);
    vec_push_arena(c->arena, &lines, NULL);
    return lines.items;
}

// What is asked at the very end of the budget, before something final is said, still gets an
// answer. 0: none.
static int64_t attempt_deadline(const struct call *c)
{
    int64_t least = timer_add(timer_now(), KUBE_ATTEMPT_LEAST_MS);

    if (!c->spec.budget.deadline)
        return 0;
    return c->spec.budget.deadline > least ? c->spec.budget.deadline : least;
}

static void send(struct call *c)
{
    struct kube *k = c->kube;
    struct http_request request = {
        .method = c->spec.method,
        .url = arena_printf(c->arena, "%s%s", k->config->server, c->spec.path),
        .body = c->spec.body,
        .file = c->spec.file,
        .http1 = c->spec.proxied,
        .max_bytes = c->spec.max_bytes ? c->spec.max_bytes : KUBE_ANSWER_MAX_BYTES,
        .budget = {.deadline = attempt_deadline(c)},
    };
    struct http_handler handler = {.done = on_done, .data = c};

    request.headers = header_lines(c, credentials_apply(k->credentials, &request));
    c->generation = credentials_generation(k->credentials);
    c->state = CALL_SENT;
    c->attempts++;
    ++*in_flight(c);
    health_expect(k);
    c->transfer = http_start(k->http, &request, &handler);
}

// The oldest ones first.
static void send_queued(struct kube *k)
{
    struct call *c = k->calls;

    while (c && c->next)
        c = c->next;
    for (; c; c = c->previous)
        if (c->state == CALL_QUEUED && (c->spec.proxied || k->in_flight < KUBE_IN_FLIGHT_MAX))
            send(c);
}

static void end_pause(void *data)
{
    struct call *c = data;

    c->timer = 0;
    c->state = CALL_QUEUED;
    send_queued(c->kube);
}

static bool pause_until(struct call *c, int64_t at)
{
    c->state = CALL_PAUSING;
    c->timer = loop_add_timer(c->kube->loop, at, end_pause, c);
    return true;
}

// False when the budget allows no further attempt.
static bool pause_call(struct call *c, int64_t retry_after_ms)
{
    int64_t at = budget_repeat_at(&c->spec.budget, c->attempts, retry_after_ms);

    return at && pause_until(c, at);
}

// --- the outcome ---

// What was not repeated because it was called off says so, not what the last attempt came to.
static void finish(struct call *c, struct call_result *result)
{
    struct err *cancelled CLEANUP(err_cleanup) = NULL;
    struct kube *k = c->kube;

    if (result->reason != KUBE_OK && cancel_check(c->spec.budget.cancel, &cancelled) < 0)
        result->error = cancelled;
    c->done(c->data, result);
    call_free(c);
    send_queued(k);
}

static void finish_unreached(struct call *c, const struct http_response *r, const struct err *error)
{
    struct err *copy CLEANUP(err_cleanup) = err_clone(error);
    struct call_result result = {KUBE_UNREACHABLE, r, NULL, NULL};

    err_wrap_as(&copy, ERR_API, "%s: the API server of context \"%s\"", c->spec.what,
                c->kube->config->context);
    result.error = copy;
    finish(c, &result);
}

// Whether a call without a whole answer is worth another attempt. A server that never answered is
// more likely misconfigured than restarting: when nobody listens it is not, and for long when
// somebody hangs up neither.
static bool may_pass(const struct call *c, enum http_failure failure)
{
    bool unsent = failure == HTTP_UNREACHED || failure == HTTP_HUNG_UP;

    if (!unsent && (failure != HTTP_BROKEN || c->spec.not_idempotent))
        return false;
    return c->kube->health.reached ||
           (failure != HTTP_UNREACHED && c->attempts < KUBE_FIRST_ATTEMPTS);
}

static void on_failure(struct call *c, const struct http_response *r, enum http_failure failure,
                       const struct err *error)
{
    if (failure == HTTP_HUNG_UP || (failure == HTTP_UNREACHED && c->kube->health.reached))
        health_unreached(c->kube, error);
    if (may_pass(c, failure) && pause_call(c, 0))
        send_queued(c->kube);
    else
        finish_unreached(c, r, error);
}

// Whether a call that was refused with 401 goes out again.
static bool try_new_credentials(struct call *c)
{
    struct err *error CLEANUP(err_cleanup) = NULL;
    struct credentials *credentials = c->kube->credentials;
    int refreshed;

    if (c->generation == credentials_generation(credentials)) {
        if (c->refreshed)
            return false;
        refreshed = credentials_refresh(credentials, &error);
        if (error) {
            report_warn(c->kube->report, "kube", "%s", err_message(error));
            return false;
        }
        if (refreshed == 1)
            return pause_call(c, 0);
        c->refreshed = true;
        if (refreshed < 0) // there are no others: an API server that starts refuses good ones, too
            return pause_until(c, timer_add(timer_now(), KUBE_UNAUTHORIZED_MS));
    }
    c->refreshed = true;
    c->state = CALL_QUEUED;
    return true;
}

// Whether the server's refusal may pass, and there is time to see.
static bool will_repeat(struct call *c, enum kube_reason reason, const struct http_response *r)
{
    if (reason == KUBE_UNAUTHORIZED)
        return try_new_credentials(c);
    if (reason == KUBE_OTHER && (r->status != 500 || c->attempts >= KUBE_ODD_ATTEMPTS))
        return false;
    if (c->spec.file || (c->spec.once && reason != KUBE_OTHER))
        return false;
    return (reason == KUBE_BUSY || reason == KUBE_WEBHOOK || reason == KUBE_OTHER) &&
           pause_call(c, http_retry_after_ms(r));
}

// A pod's own answer. A gateway in front of the API server has answers of its own, too.
static bool is_of_pod(const struct call *c, const struct http_response *r,
                      const struct refusal *refusal)
{
    return c->spec.proxied && !refusal->status && r->status != 502 && r->status != 504;
}

static void on_refusal(struct call *c, const struct http_response *r)
{
    struct refusal refusal = {0};
    struct call_result result;

    refusal_read(&refusal, c->kube, c->spec.what, r);
    result = (struct call_result){refusal.reason, r, &refusal, refusal.error};
    if (is_of_pod(c, r, &refusal))
        result = (struct call_result){KUBE_OK, r, NULL, NULL};
    if (result.reason != KUBE_OK && will_repeat(c, refusal.reason, r)) {
        if (c->attempts == CALL_TOLD_ATTEMPT)
            report_info(c->kube->report, "kube", "%s; trying again", err_message(refusal.error));
        send_queued(c->kube);
    } else {
        finish(c, &result);
    }
    refusal_free(&refusal);
}

// A login page or a proxy answers 200 too: that is no answer of the API.
static bool is_page(const struct call *c, const struct http_response *r)
{
    struct err *page CLEANUP(err_cleanup) = NULL;
    bool any = c->spec.accept && strcmp(c->spec.accept, KUBE_ACCEPT_ANY) == 0;

    return !any && http_check_no_page(r, "an answer of the API", &page) < 0;
}

// An answer that ends in its middle as if it were whole: something on the way has cut it off.
static bool is_cut_off(const struct call *c, const struct http_response *r)
{
    bool any = c->spec.accept && strcmp(c->spec.accept, KUBE_ACCEPT_ANY) == 0;

    return !any && r->body.len && !raw_is_whole(buf_span(&r->body));
}

static void on_done(void *data, const struct http_response *r, const struct err *error)
{
    struct call *c = data;
    struct call_result result = {KUBE_OK, r, NULL, NULL};
    struct err *cut_off CLEANUP(err_cleanup) = NULL;

    c->sent = http_sent(c->transfer);
    c->transfer = NULL;
    --*in_flight(c);
    c->state = CALL_PAUSING; // no longer counted; decided below
    if (error) {
        on_failure(c, r, r->failure, error);
        return;
    }
    health_reached(c->kube, r);
    if (r->status / 100 != 2 || is_page(c, r)) {
        on_refusal(c, r);
    } else if (is_cut_off(c, r)) {
        err_set(&cut_off, ERR_SOURCE, "the answer was cut off after %zu bytes", r->body.len);
        on_failure(c, r, HTTP_BROKEN, cut_off);
    } else {
        finish(c, &result);
    }
}

// --- interface ---

static struct budget budget_of(const struct kube *k, const struct call_spec *spec)
{
    struct budget b = budget_or(&spec->budget, &k->budget);

    if (!b.deadline && !spec->file)
        b.deadline = timer_now() + KUBE_RETRY_MS;
    return b;
}

static const char *const *copy_lines(struct arena *a, const char *const *lines)
{
    VEC(const char *) copy = {0};

    for (; lines && *lines; lines++)
        vec_push_arena(a, &copy, arena_str(a, *lines));
    vec_push_arena(a, &copy, NULL);
    return copy.items;
}

static void copy_spec(struct call *c, const struct call_spec *spec)
{
    c->spec = *spec;
    c->spec.path = arena_str(c->arena, spec->path);
    c->spec.what = arena_str(c->arena, spec->what);
    if (spec->accept)
        c->spec.accept = arena_str(c->arena, spec->accept);
    if (spec->content_type)
        c->spec.content_type = arena_str(c->arena, spec->content_type);
    c->spec.headers = copy_lines(c->arena, spec->headers);
    if (spec->body.len)
        c->spec.body = arena_span(c->arena, spec->body);
    if (spec->file) {
        c->file = *spec->file;
        c->spec.file = &c->file;
    }
    c->spec.budget = budget_of(c->kube, spec);
}

struct call *call_start(struct kube *k, const struct call_spec *spec, call_done_fn *done,
                        call_drop_fn *drop, void *data)
{
    struct call *c = MEM_NEW(struct call);

    c->kube = k;
    c->arena = arena_new();
    copy_spec(c, spec);
    c->done = done;
    c->drop = drop;
    c->data = data;
    c->next = k->calls;
    if (c->next)
        c->next->previous = c;
    k->calls = c;
    send_queued(k);
    return c;
}

void call_abort(struct call *c)
{
    struct kube *k;

    if (!c)
        return;
    k = c->kube;
    if (c->drop)
        c->drop(c->data);
    call_free(c);
    send_queued(k);
}

uint64_t call_sent(const struct call *c)
{
    return c->transfer ? http_sent(c->transfer) : c->sent;
}

void call_abort_all(struct kube *k)
{
    struct call *next;

    for (struct call *c = k->calls; c; c = next) {
        next = c->next;
        if (c->drop)
            c->drop(c->data);
        call_free(c);
    }
}

struct blocking_get {
    struct buf *out;
    enum kube_reason reason;
    struct err *error;
    bool done;
};

static void on_get_done(void *data, struct call_result *result)
{
    struct blocking_get *g = data;

    g->done = true;
    g->reason = result->reason;
    if (result->error)
        g->error = err_clone(result->error);
    else
        buf_add_span(g->out, buf_span(&result->response->body));
}

int call_get(struct kube *k, const struct call_spec *spec, struct buf *out,
             enum kube_reason *reason, struct err **err)
{
    struct blocking_get g = {.out = out};
    struct call *c = call_start(k, spec, on_get_done, NULL, &g);

    if (loop_run_until_set(k->loop, &g.done, err) < 0) {
        if (!g.done)
            call_abort(c);
        err_free(g.error);
        return -1;
    }
    if (reason)
        *reason = g.reason;
    return g.error ? err_move(err, &g.error) : 0;
}

struct node *call_get_json(struct kube *k, const struct call_spec *spec, struct doc *d,
                           enum kube_reason *reason, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(KUBE_ANSWER_MAX_BYTES);

    if (call_get(k, spec, &text, reason, err) < 0)
        return NULL;
    return doc_read_json(d, buf_span(&text), spec->path, ERR_API, err);
}
