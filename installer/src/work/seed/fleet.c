// SPDX-License-Identifier: Apache-2.0
// Waiting for agents, node by node.
#include "work/seed/fleet.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "base/timer.h"
#include "io/http.h"
#include "work/seed/pods.h"

enum {
    LOOK_MS = 200,
    TELL_MS = 5000,    // between two lines that say what is waited for
    EXPLAIN_MS = 5000, // a pod that has not come by then has events that say why
    PEERS_MS = 8000,   // a loader that has not got the program from a peer by then gets it from us
    PROBLEM_MS = 3000, // a problem that an agent tells for so long is one
};

struct wait {
    const struct fleet *fleet;
    const char **why;      // for each node
    bool *is_up;           // its agent answers
    size_t up;             // how many do
    int64_t moved, told;   // when something came nearer, was said
    int64_t sent;          // when the program was sent the last time; 0: not yet
    uint64_t lacks;        // bytes, of all nodes
    int64_t problem_since; // 0: none
};

static void wait_free(struct wait *w)
{
    free(w->is_up);
    free(w->why);
}

static void wait_begin(struct wait *w, const struct fleet *f)
{
    size_t count = f->nodes->items.len;

    *w = (struct wait){.fleet = f, .moved = timer_now(), .told = timer_now()};
    w->why = mem_zalloc(count + 1, sizeof(*w->why));
    w->is_up = mem_zalloc(count + 1, sizeof(*w->is_up));
    for (size_t i = 0; i < count; i++)
        w->why[i] = "";
}

static size_t wanted(const struct fleet *f)
{
    size_t count = 0;

    VEC_FOREACH (const struct seed_node *, it, &f->nodes->items)
        count += !it->skipped;
    return count;
}

static bool is_time(int64_t since, int64_t ms)
{
    return timer_now() - since >= ms;
}

// --- until there is an agent on each node ---

static int send_program(struct wait *w, struct seed_node *n, struct err **err)
{
    const struct fleet *f = w->fleet;
    const struct program *p = f->program;
    const struct http_file file = {.fd = p->fd, .size = p->size};
    const struct kube_proxy_request request = {.method = "PUT",
                                               .ns = SEED_NAMESPACE,
                                               .pod = n->pod,
                                               .port = f->agents->port,
                                               .path = SEED_API "/binary",
                                               .file = &file,
                                               .budget = f->options->budget};
    struct buf body CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *error CLEANUP(err_cleanup) = NULL;
    int status = 0;

    w->sent = timer_now();
    report_info(f->options->report, "seed", "node %s: sending sandstrap, %" PRIu64 " KiB",
                n->node.name, p->size >> 10);
    if (kube_proxy_perform(f->options->kube, &request, &status, &body, &error) < 0) {
        if (error && err_kind(error) == ERR_CANCELLED)
            return err_move(err, &error);
        w->why[n - f->nodes->items.items] =
            arena_printf(f->nodes->arena, "sending sandstrap there: %s", err_message(error));
        return 0;
    }
    w->moved = timer_now();
    if (status / 100 != 2)
        w->why[n - f->nodes->items.items] =
            arena_printf(f->nodes->arena, "its loader does not take sandstrap: %d %.*s", status,
                         SPAN_ARG(span_trim(buf_span(&body))));
    return 0;
}

static bool is_loader(const struct fleet *f, const struct seed_node *n)
{
    const struct agents_request request = {.path = SEED_API "/loader", .once = true};
    struct buf body CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    int status = 0;

    return agents_ask(f->agents, n->pod, &request, &status, &body, &ignored) == 0 && status == 200;
}

// One whose pod runs: an agent, a loader that waits for the program, or neither yet.
static int look_at(struct wait *w, struct seed_node *n, struct err **err)
{
    const struct fleet *f = w->fleet;
    size_t at = (size_t)(n - f->nodes->items.items);
    struct err *error CLEANUP(err_cleanup) = NULL;
    int absent = agents_status(f->agents, n, f->nodes->arena, &error);

    if (error && err_kind(error) == ERR_CANCELLED)
        return err_move(err, &error);
    if (absent == 0) {
        w->is_up[at] = true;
        w->up++;
        w->moved = timer_now();
        return 0;
    }
    if (absent < 0)
        w->why[at] = arena_str(f->nodes->arena, err_message(error));
    if (!is_loader(f, n))
        return 0;
    if (!w->sent || is_time(w->sent, PEERS_MS))
        return send_program(w, n, err);
    return 0;
}

static int look(struct wait *w, struct err **err)
{
    const struct fleet *f = w->fleet;

    if (pods_look(f->options, f->nodes, f->classes, w->why, err) < 0)
        return -1;
    w->up = 0;
    VEC_FOREACH (struct seed_node *, it, &f->nodes->items) {
        size_t at = (size_t)(it - f->nodes->items.items);

        w->is_up[at] = w->is_up[at] && it->pod;
        if (w->is_up[at])
            w->up++;
        else if (it->pod && look_at(w, it, err) < 0)
            return -1;
    }
    return 0;
}

static void add_missing(const struct wait *w, struct buf *out)
{
    VEC_FOREACH (const struct seed_node *, it, &w->fleet->nodes->items) {
        size_t at = (size_t)(it - w->fleet->nodes->items.items);

        if (it->skipped || w->is_up[at])
            continue;
        buf_printf(out, "%snode %s: %s", out->len ? "; " : "", it->node.name,
                   *w->why[at] ? w->why[at]
                   : it->pod   ? "its pod runs, and does not answer"
                               : "its pod does not start");
    }
}

// Goes on after a pause; ERR_TIMEOUT when the time of the run is over.
static int pause(const struct wait *w, const char *what, struct err **err)
{
    const struct seed_options *o = w->fleet->options;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (!budget_is_over(&o->budget))
        return loop_sleep(o->loop, LOOK_MS, err);
    add_missing(w, &text);
    return err_set(err, ERR_TIMEOUT, "%s: %s", what, buf_str(&text));
}

static int give_up(struct wait *w, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    add_missing(w, &text);
    err_set(err, ERR_TERMINAL, "not every node has its agent: %s", buf_str(&text));
    return err_hint(err, "kubectl -n " SEED_NAMESPACE
                         " describe pods -l app.kubernetes.io/name=" SEED_NAME
                         "; '--seed-image' names another image to start it from");
}

static int tell(struct wait *w, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (!is_time(w->told, TELL_MS))
        return 0;
    w->told = timer_now();
    if (is_time(w->moved, EXPLAIN_MS) &&
        pods_explain(w->fleet->options, w->fleet->nodes, w->why, err) < 0)
        return -1;
    add_missing(w, &text);
    report_info(w->fleet->options->report, "seed", "%zu of %zu nodes have their agent; %s", w->up,
                wanted(w->fleet), buf_str(&text));
    return 0;
}

int fleet_start(const struct fleet *f, struct err **err)
{
    struct wait w CLEANUP(wait_free);

    wait_begin(&w, f);
    while (look(&w, err) == 0) {
        if (w.up == wanted(f))
            return 0;
        if (tell(&w, err) < 0)
            return -1;
        if (is_time(w.moved, FLEET_STANDS_MS))
            return give_up(&w, err);
        if (pause(&w, "not every node has its agent in time", err) < 0)
            return -1;
    }
    return -1;
}

// --- until each of them serves the bundle ---

static bool is_routed(const struct fleet *f, const struct seed_node *n)
{
    size_t count;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    const struct span *hosts = bundle_hosts(f->options->bundle, true, arena, &count);

    for (size_t i = 0; i < count; i++) {
        bool found = false;

        VEC_FOREACH (const struct span *, it, &n->status.routed)
            found = found || span_eq(*it, hosts[i]);
        if (!found)
            return false;
    }
    return true;
}

// An administrator's nodes are proved by the probe, not by what the agent sees.
static bool is_settled(const struct fleet *f, const struct seed_node *n)
{
    const struct seed_status_bundle *b = agents_bundle(n, f->options->bundle);

    return b && b->served &&
           (f->options->routes_by_hand || (is_routed(f, n) && !n->status.problem));
}

static int ask_all(struct wait *w, struct err **err)
{
    const struct fleet *f = w->fleet;
    uint64_t lacks = 0;

    w->up = 0;
    VEC_FOREACH (struct seed_node *, it, &f->nodes->items) {
        size_t at = (size_t)(it - f->nodes->items.items);
        struct err *error CLEANUP(err_cleanup) = NULL;
        const struct seed_status_bundle *b;

        if (it->skipped)
            continue;
        if (agents_status(f->agents, it, f->nodes->arena, &error) != 0) {
            if (error && err_kind(error) == ERR_CANCELLED)
                return err_move(err, &error);
            w->why[at] = arena_printf(f->nodes->arena, "its agent does not answer%s%s",
                                      error ? ": " : "", error ? err_message(error) : "");
            continue;
        }
        b = agents_bundle(it, f->options->bundle);
        lacks += b ? b->lacks_bytes : 0;
        w->is_up[at] = is_settled(f, it);
        w->up += w->is_up[at];
        w->why[at] = it->status.problem ? it->status.problem
                     : !b               ? "it has not got the bundle's index yet"
                     : b->lacks_bytes ? arena_printf(f->nodes->arena, "it lacks %" PRIu64 " bytes",
                                                     b->lacks_bytes)
                     : !b->served     ? "it does not serve the bundle yet"
                                      : "its routes are not in place yet";
    }
    if (lacks != w->lacks)
        w->moved = timer_now();
    w->lacks = lacks;
    return 0;
}

// Problems that agents tell are none that pass, when they stand and nothing is on its way.
static bool has_problem(struct wait *w)
{
    bool found = false;

    VEC_FOREACH (const struct seed_node *, it, &w->fleet->nodes->items)
        found = found || (!it->skipped && it->status.problem);
    if (!found || w->lacks)
        w->problem_since = 0;
    else if (!w->problem_since)
        w->problem_since = timer_now();
    return w->problem_since && is_time(w->problem_since, PROBLEM_MS);
}

static int refuse_problems(const struct wait *w, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const char *remedy = NULL;

    VEC_FOREACH (const struct seed_node *, it, &w->fleet->nodes->items) {
        if (it->skipped || !it->status.problem)
            continue;
        buf_printf(&text, "%snode %s: %s", text.len ? "; " : "", it->node.name, it->status.problem);
        remedy = it->status.remedy ? it->status.remedy : remedy;
    }
    err_set(err, ERR_PREFLIGHT, "%s", buf_str(&text));
    return remedy ? err_hint(err, "%s", remedy) : -1;
}

static int give_up_settling(struct wait *w, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    add_missing(w, &text);
    return err_set(err, ERR_TERMINAL, "not every node serves the bundle: %s", buf_str(&text));
}

static void tell_settling(struct wait *w)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (!is_time(w->told, TELL_MS))
        return;
    w->told = timer_now();
    add_missing(w, &text);
    report_info(w->fleet->options->report, "seed", "%zu of %zu nodes serve the bundle; %s", w->up,
                wanted(w->fleet), buf_str(&text));
}

int fleet_settle(const struct fleet *f, struct err **err)
{
    struct wait w CLEANUP(wait_free);

    wait_begin(&w, f);
    while (ask_all(&w, err) == 0) {
        if (w.up == wanted(f))
            return 0;
        tell_settling(&w);
        if (!f->options->routes_by_hand && has_problem(&w))
            return refuse_problems(&w, err);
        if (is_time(w.moved, FLEET_STANDS_MS))
            return give_up_settling(&w, err);
        if (pause(&w, "not every node serves the bundle in time", err) < 0)
            return -1;
    }
    return -1;
}
