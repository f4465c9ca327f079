// SPDX-License-Identifier: Apache-2.0
// Manifests of many references, several at a time.
#include "base/mem.h"
#include "model/oci/auth.h"
#include "model/oci/client.h"

enum { AHEAD_IN_FLIGHT = 8, ATTEMPTS_MOST = 3 };

struct ahead;

struct job {
    struct ahead *all;
    struct oci_wanted *item;
    struct http_transfer *transfer; // NULL: it is not on its way
    unsigned attempts;
    bool was_settled; // with credentials that were thought to be good
};

struct ahead {
    struct oci *oci;
    struct arena *arena;
    struct job *jobs;
    size_t count, open;
    struct map hosts; // to the first job of each
};

static void on_done(void *data, const struct http_response *r, const struct err *error);

static void start(struct job *job)
{
    struct oci *o = job->all->oci;
    struct http_request request;
    struct http_handler handler = {.done = on_done, .data = job};

    client_manifest_request(job->all->arena, &job->item->ref, &request);
    request.retry = HTTP_RETRY_NONE; // whoever needs it asks again, and patiently
    auth_apply(&o->auth, &job->item->ref, &request);
    job->was_settled = auth_is_settled(&o->auth, &job->item->ref);
    job->attempts++;
    job->transfer = http_start(o->http, &request, &handler);
}

// Whether it is worth another attempt: another one of this repository may have got a token since.
static bool answer(struct job *job, const struct http_response *r)
{
    struct auth *auth = &job->all->oci->auth;

    if (job->attempts == ATTEMPTS_MOST || r->elsewhere)
        return false;
    if (!job->was_settled && auth_is_settled(auth, &job->item->ref))
        return true;
    return auth_answer(auth, job->all->oci->http, &job->item->ref, r, &job->item->refused) == 0;
}

static void take(struct job *job, const struct http_response *r)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct arena *arena = job->all->arena;

    if (http_check_status(r, &ignored) < 0 || http_check_no_page(r, "a manifest", &ignored) < 0)
        return;
    auth_note_answer(&job->all->oci->auth, &job->item->ref);
    job->item->bytes = arena_span(arena, buf_span(&r->body));
    job->item->media_type = arena_span(arena, span_str(http_header(r, "content-type")));
}

static void on_done(void *data, const struct http_response *r, const struct err *error)
{
    struct job *job = data;

    job->transfer = NULL;
    if (!error && r->status == STATUS_UNAUTHORIZED && answer(job, r)) {
        start(job);
        return;
    }
    if (!error)
        take(job, r);
    job->all->open--;
}

static bool has_room(void *data)
{
    return ((const struct ahead *)data)->open < AHEAD_IN_FLIGHT;
}

static bool is_idle(void *data)
{
    return !((const struct ahead *)data)->open;
}

static bool is_done(void *data)
{
    return !((const struct job *)data)->transfer;
}

// A registry is asked for one thing first: a login that it refuses is not tried eight times at
// once, as that may lock the account.
static int run_one(struct ahead *all, struct job *job, struct err **err)
{
    struct loop *loop = http_loop(all->oci->http);
    struct span host = job->item->ref.host;
    const struct job *first = map_get(&all->hosts, host);

    if (first && first->item->refused)
        return 0;
    if (loop_run_until(loop, has_room, all, TIMER_NEVER, err) < 0)
        return -1;
    all->open++;
    start(job);
    if (first)
        return 0;
    map_put(&all->hosts, host, job);
    return loop_run_until(loop, is_done, job, TIMER_NEVER, err);
}

static int run(struct ahead *all, struct oci_wanted *items, struct err **err)
{
    for (size_t i = 0; i < all->count; i++) {
        all->jobs[i] = (struct job){.all = all, .item = &items[i]};
        if (run_one(all, &all->jobs[i], err) < 0)
            return -1;
    }
    return loop_run_until(http_loop(all->oci->http), is_idle, all, TIMER_NEVER, err);
}

int oci_get_manifests(struct oci *o, struct arena *arena, struct oci_wanted *items, size_t count,
                      struct err **err)
{
    struct ahead all = {.oci = o,
                        .arena = arena,
                        .jobs = arena_array(arena, count + 1, sizeof(*all.jobs)),
                        .count = count};
    int status = run(&all, items, err);

    for (size_t i = 0; i < count; i++)
        http_abort(all.jobs[i].transfer);
    map_free(&all.hosts);
    return status;
}
