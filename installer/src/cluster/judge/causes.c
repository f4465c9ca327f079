// SPDX-License-Identifier: Apache-2.0
// Choosing and sorting root causes.
#include "cluster/judge/causes.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/graph/progress.h"
#include "cluster/judge/blocked.h"
#include "cluster/judge/former.h"
#include "cluster/told/advice.h"

// How much an unready item tells; from WEIGHT_KNOWN on it is a cause.
enum weight {
    WEIGHT_NOTHING, // ready, or gone with the attempt that made it
    WEIGHT_BLOCKED,
    WEIGHT_WAITS,
    WEIGHT_POD_WAITS,
    WEIGHT_KNOWN, // nothing has failed, but it is known what is missing
    WEIGHT_FAILS,
    WEIGHT_POD_FAILS,
    WEIGHT_ENDED,
};

struct ranked {
    struct finding finding;
    enum weight weight;
    size_t layer;
    size_t place; // in the graph
};

struct search {
    struct graph *g;
    const struct layers *layers;
    struct memory *memory;
    const int64_t *steps;
    enum weight *weights; // of each item
    int *deepest;         // below each item the one that tells most, or GRAPH_NO_PARENT
    bool *told;
    size_t *spoken; // for each item told the place of its finding in `ranked` + 1
    struct ranked *ranked;
    size_t count;
};

static bool is_reason(const struct graph_item *item, const char *reason)
{
    return strcmp(item->ready.reason, reason) == 0;
}

static bool has_failed(const struct graph_item *item)
{
    return item->ready.state >= READY_FAILING && !is_reason(item, "Suspended");
}

// What shows below an attempt of a former version, however deep, is of that version.
static bool is_of_former(const struct graph *g, const struct graph_item *item)
{
    int parent = item->parent;

    while (parent != GRAPH_NO_PARENT && !is_reason(&g->items.items[parent], FORMER_REASON))
        parent = g->items.items[parent].parent;
    return parent != GRAPH_NO_PARENT;
}

// What grew out of something that failed goes with its attempt: that it is missing is no cause.
static bool is_vanished(const struct graph *g, const struct graph_item *item)
{
    return item->parent != GRAPH_NO_PARENT && has_failed(&g->items.items[item->parent]) &&
           (is_reason(item, "NotFound") || is_reason(item, "NotLookedAt") ||
            is_reason(item, "Terminating"));
}

static enum weight weigh(const struct graph *g, const struct graph_item *item)
{
    if (item->ready.state == READY_OK || is_vanished(g, item) || is_of_former(g, item))
        return WEIGHT_NOTHING;
    if (item->ready.blocked)
        return WEIGHT_BLOCKED;
    if (item->ready.state == READY_TERMINAL)
        return WEIGHT_ENDED;
    // What fails above others keeps a fix from them, too.
    if (item->ready.state == READY_FAILING)
        return item->pod || item->has_unready_child ? WEIGHT_POD_FAILS : WEIGHT_FAILS;
    if (is_reason(item, "Unschedulable"))
        return WEIGHT_KNOWN;
    return item->pod ? WEIGHT_POD_WAITS : WEIGHT_WAITS;
}

// Parents come before their children, so backwards each item knows what is below it.
static void find_deepest(struct search *s)
{
    for (size_t i = 0; i < s->g->items.len; i++) {
        s->weights[i] = weigh(s->g, &s->g->items.items[i]);
        s->deepest[i] = GRAPH_NO_PARENT;
    }
    for (size_t i = s->g->items.len; i-- > 0;) {
        int parent = s->g->items.items[i].parent;
        int cause = s->deepest[i];

        if (cause == GRAPH_NO_PARENT ||
            (s->weights[cause] < WEIGHT_KNOWN && s->weights[i] > s->weights[cause]))
            cause = (int)i;
        if (parent != GRAPH_NO_PARENT && s->weights[cause] &&
            (s->deepest[parent] == GRAPH_NO_PARENT ||
             s->weights[cause] >= s->weights[s->deepest[parent]]))
            s->deepest[parent] = cause;
    }
}

// Whether the reason is that of an attempt which waits for what it makes: only that can be
// explained by what is below.
static bool is_of_an_attempt(const struct graph_item *item)
{
    static const char *const reasons[] = {"InstallFailed",    "UpgradeFailed",   "TestFailed",
                                          "RollbackFailed",   "UninstallFailed", "RetriesExceeded",
                                          "HealthCheckFailed"};

    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        if (is_reason(item, reasons[i]))
            return true;
    return false;
}

static const char *asked_of(const struct graph *g, size_t i)
{
    int release = graph_release_of(g, i);
    size_t owner = release == GRAPH_NO_PARENT ? i : (size_t)release;

    return progress_asked(g->arena, g->items.items[owner].object);
}

// Up from what grew out of it: its failure goes on, whoever is told of.
static const char *const *above_of(const struct graph *g, size_t i)
{
    VEC(const char *) labels = {0};

    for (int at = g->items.items[i].parent; at != GRAPH_NO_PARENT; at = g->items.items[at].parent) {
        const struct graph_item *item = &g->items.items[at];

        if (item->ready.state >= READY_FAILING || progress_is_retrying(item->object))
            vec_push_arena(g->arena, &labels, item->label);
    }
    if (!labels.len)
        return NULL;
    vec_push_arena(g->arena, &labels, NULL);
    return labels.items;
}

static struct finding finding_of(const struct search *s, size_t i)
{
    const struct graph_item *item = &s->g->items.items[i];
    int release = graph_release_of(s->g, i);
    struct finding f = {
        .layer = s->layers->items[item->layer].name,
        .state = item->ready.state,
        .blocked = item->ready.blocked,
        .stale = item->stale,
        .object = item->label,
        .pod = item->pod,
        .container = item->container,
        .reason = arena_str(s->g->arena, item->ready.reason),
        .message = arena_str(s->g->arena, item->ready.message),
        .attempts = item->ready.attempts,
        .since = item->ready.since[0] ? arena_str(s->g->arena, item->ready.since) : NULL,
        .evidence = item->evidence,
        .steps = s->steps[release == GRAPH_NO_PARENT ? i : (size_t)release],
        .asked = asked_of(s->g, i),
        .retrying = progress_is_retrying(item->object),
        .failures = item->ready.attempts,
        .above = above_of(s->g, i),
    };

    if (release != GRAPH_NO_PARENT && release != (int)i)
        f.release = s->g->items.items[release].label;
    return f;
}

static void tell(struct search *s, size_t i, const struct finding *f, enum weight weight)
{
    struct ranked *ranked = &s->ranked[s->count++];

    s->told[i] = true;
    *ranked = (struct ranked){*f, weight, s->g->items.items[i].layer, i};
    ranked->finding.next = advice_next(f, s->g->arena);
    s->spoken[i] = s->count;
}

// The words of what is above, behind those of the cause.
static void add_words(struct search *s, struct finding *f, const struct graph_item *above)
{
    f->message = arena_printf(s->g->arena, "%s%s(%s: %s)", f->message, f->message[0] ? " " : "",
                              above->ready.reason, above->ready.message);
}

// An attempt that waited in vain does not say what for; what is below it says no more than that it
// is not ready, but which.
static void add_waiting(struct search *s, struct finding *f, struct finding below)
{
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    below.release = NULL;
    finding_describe(&below, &line);
    f->message = arena_printf(s->g->arena, "%s (%s)", f->message, buf_str(&line));
}

// What is known of the end of an attempt: below it, now or the last time; else what it says itself.
static void tell_attempt(struct search *s, size_t i)
{
    const struct graph_item *item = &s->g->items.items[i];
    int cause = s->deepest[i];
    bool is_known = cause != GRAPH_NO_PARENT && s->weights[cause] >= WEIGHT_KNOWN;
    bool has_ended = item->ready.state == READY_TERMINAL;
    struct finding own = finding_of(s, i), f = own;

    if (is_known && !has_ended)
        return; // told by itself
    if (is_known) {
        f = finding_of(s, (size_t)cause);
        s->told[cause] = true;
    } else if (memory_recall(s->memory, own.object, own.asked, s->g->arena, &f) &&
               f.state >= READY_FAILING) {
        f.layer = own.layer;
    } else if (cause != GRAPH_NO_PARENT && s->weights[cause] == WEIGHT_POD_WAITS) {
        f = own;
        add_waiting(s, &f, finding_of(s, (size_t)cause));
        s->told[cause] = true;
    } else if (f.object != own.object) {
        struct finding waited = f;

        f = own;
        add_waiting(s, &f, waited);
    }
    if (has_ended && f.object != own.object)
        add_words(s, &f, item);
    f.state = item->ready.state;
    f.stale = item->stale;
    f.retrying = own.retrying;
    f.steps = own.steps;
    f.failures = own.failures;
    f.above = own.above;
    tell(s, i, &f, s->weights[i]);
}

// A pod that was made anew, or started again, says nothing of how the one before ended.
static void add_last_failure(struct search *s, size_t i, struct finding *f)
{
    struct finding last;

    if (s->weights[i] != WEIGHT_POD_WAITS ||
        !memory_recall(s->memory, f->object, f->asked, s->g->arena, &last))
        return;
    f->message =
        arena_printf(s->g->arena, "%s%s(before: %s%s%s)", f->message, f->message[0] ? " " : "",
                     last.reason, last.message[0] ? ": " : "", last.message);
}

static void tell_item(struct search *s, size_t i)
{
    const struct graph_item *item = &s->g->items.items[i];
    struct finding f;

    if (s->weights[i] == WEIGHT_NOTHING || s->told[i] || item->blocker)
        return;
    if (has_failed(item) && is_of_an_attempt(item)) {
        tell_attempt(s, i);
        return;
    }
    if (!graph_is_leaf(item) && item->ready.state < READY_FAILING &&
        !is_reason(item, FORMER_REASON))
        return;
    f = finding_of(s, i);
    add_last_failure(s, i, &f);
    tell(s, i, &f, s->weights[i]);
}

// The finding that speaks for an item: its own, or of the cause below it.
static struct ranked *speaker_of(const struct search *s, size_t i)
{
    int cause = s->deepest[i];

    if (!s->spoken[i] && cause != GRAPH_NO_PARENT)
        i = (size_t)cause;
    return s->spoken[i] ? &s->ranked[s->spoken[i] - 1] : NULL;
}

// Who waits is counted where it is told what for.
static void count_waiting(struct search *s)
{
    for (size_t i = 0; i < s->g->items.len; i++) {
        struct ranked *speaker;
        struct finding f;

        if (!s->g->items.items[i].blocker)
            continue;
        speaker = speaker_of(s, blocked_root(s->g, i));
        if (speaker) {
            speaker->finding.behind++;
            continue;
        }
        f = finding_of(s, i);
        tell(s, i, &f, s->weights[i]);
    }
}

// A container that runs, though it is not ready: what kept it from that is over. Between two
// attempts it is what was waited for, if nothing else is known.
static void remember_running(const struct search *s, size_t i)
{
    const struct graph_item *item = &s->g->items.items[i];
    struct finding f = finding_of(s, i), last;
    const char *above, *asked;

    if (memory_recall(s->memory, item->label, f.asked, s->g->arena, &last) &&
        !progress_is_crash(last.reason))
        memory_forget(s->memory, item->label);
    if (item->parent == GRAPH_NO_PARENT)
        return;
    above = s->g->items.items[item->parent].label;
    asked = asked_of(s->g, (size_t)item->parent);
    if (!memory_recall(s->memory, above, asked, s->g->arena, &last) || last.state < READY_FAILING)
        memory_keep(s->memory, above, asked, &f);
}

// What is below each owner now, for when it is gone.
static void remember(const struct search *s)
{
    for (size_t i = 0; i < s->g->items.len; i++) {
        const struct graph_item *item = &s->g->items.items[i];
        struct finding f;

        if (item->ready.state == READY_OK)
            memory_forget(s->memory, item->label);
        if (s->weights[i] == WEIGHT_POD_WAITS && is_reason(item, "ContainerNotReady"))
            remember_running(s, i);
        if (item->ready.state < READY_FAILING)
            continue;
        f = finding_of(s, i);
        if (item->pod)
            memory_keep(s->memory, item->label, f.asked, &f);
        if (item->parent == GRAPH_NO_PARENT)
            continue;
        memory_keep(s->memory, s->g->items.items[item->parent].label,
                    asked_of(s->g, (size_t)item->parent), &f);
    }
}

static int compare(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    // An earlier layer always comes first: a later one was ready only because of it.
    if (x->layer != y->layer)
        return x->layer < y->layer ? -1 : 1;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    if (x->finding.behind != y->finding.behind)
        return x->finding.behind > y->finding.behind ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

const struct finding *causes_find(struct graph *g, const struct layers *layers,
                                  struct memory *memory, size_t *count)
{
    size_t room = g->items.len + 1;
    struct search s = {
        .g = g,
        .layers = layers,
        .memory = memory,
        .steps = progress_steps(g),
        .weights = arena_array(g->arena, room, sizeof(*s.weights)),
        .deepest = arena_array(g->arena, room, sizeof(*s.deepest)),
        .told = arena_array(g->arena, room, sizeof(*s.told)),
        .spoken = arena_array(g->arena, room, sizeof(*s.spoken)),
        .ranked = arena_array(g->arena, room, sizeof(*s.ranked)),
    };
    struct finding *out = arena_array(g->arena, room, sizeof(*out));

    find_deepest(&s);
    remember(&s);
    for (size_t i = 0; i < g->items.len; i++)
        tell_item(&s, i);
    count_waiting(&s);
    qsort(s.ranked, s.count, sizeof(*s.ranked), compare);
    for (size_t i = 0; i < s.count; i++)
        out[i] = s.ranked[i].finding;
    *count = s.count;
    return out;
}
