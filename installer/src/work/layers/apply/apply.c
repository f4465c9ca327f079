// SPDX-License-Identifier: Apache-2.0
// Applying by rank: the objects of a rank at the same time, each at its own pace; with a record all
// that are to be written are put down in it first, together.
#include "work/layers/apply/apply.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/timer.h"
#include "base/vec.h"
#include "work/layers/apply/definitions.h"
#include "work/layers/apply/deletion.h"
#include "work/layers/apply/hold.h"
#include "work/layers/apply/intent.h"
#include "work/layers/apply/put.h"
#include "work/layers/apply/webhook.h"
#include "work/layers/tree/order.h"

// On their way at a time: as many as the client sends, and some that are next.
enum { APPLY_OPEN_MAX = 2 * KUBE_IN_FLIGHT_MAX };

// Namespaces that this run has made: nothing is in them but what the cluster puts there itself.
struct made {
    struct arena *arena;
    struct span *items;
    size_t len, cap;
};

// The objects of one rank.
struct group {
    struct apply *apply;
    struct made *made;
    const struct order_entry *entries;
    size_t count, next;        // those from `next` on have not been started
    size_t later;              // entries behind them, of later ranks
    VEC(struct put *) open;    // on their way
    VEC(struct put *) back;    // of these, those that have come back
    VEC(struct put *) wanting; // that would write
    VEC(struct put *) let;     // of these, those that may
    struct holds holds;        // those that have to wait
    struct err *error;         // the first one: nothing is started any more
};

static bool is_made(const struct made *made, struct span ns)
{
    VEC_FOREACH (const struct span *, it, made)
        if (span_eq(*it, ns))
            return true;
    return false;
}

static void note_made(struct made *made, const struct put *p)
{
    struct identity id = node_identity(p->object);

    if (p->created && !id.group.len && span_is(id.kind, "Namespace") && !is_made(made, id.name))
        vec_push_arena(made->arena, made, id.name);
}

// --- starting ---

static void on_back(void *data, struct put *p)
{
    struct group *group = data;

    vec_push(&group->back, p);
}

static void start(struct group *group, struct put *p)
{
    vec_push(&group->open, p);
    put_start(p);
}

static int start_let(struct group *group, struct err **err)
{
    struct put *p = group->let.items[group->let.len - 1];

    if (record_check(group->apply->record, err) < 0)
        return -1;
    group->let.len--;
    vec_push(&group->open, p);
    put_write(p);
    return 0;
}

static int start_next(struct group *group, struct err **err)
{
    const struct node *object = group->entries[group->next++].object;
    const struct kube_resource *resource = kube_find_for(group->apply->kube, object, err);
    struct put *p;

    if (!resource) {
        char *name CLEANUP(mem_cleanup) = node_label(object);

        return err_wrap(err, "applying %s", name);
    }
    p = MEM_NEW(struct put);
    p->apply = group->apply;
    p->object = object;
    p->patch = put_patch_of(group->apply->patches, object);
    p->resource = resource;
    p->is_new = is_made(group->made, node_identity(object).ns);
    p->back = on_back;
    p->data = group;
    if (p->is_new && group->apply->record)
        vec_push(&group->wanting, p); // nothing to be read
    else
        start(group, p);
    return 0;
}

static void start_more(struct group *group)
{
    while (!group->error && group->open.len < APPLY_OPEN_MAX) {
        if (group->let.len) {
            if (start_let(group, &group->error) < 0)
                return;
        } else if (group->holds.ready.len) {
            struct put *p = group->holds.ready.items[0];

            vec_remove(&group->holds.ready, 0);
            start(group, p);
        } else if (group->next == group->count || start_next(group, &group->error) < 0) {
            return;
        }
    }
}

// --- writing down ---

struct intents {
    struct arena *arena;
    struct journal_entry *items;
    size_t len, cap;
};

static void intend(struct intents *intents, const struct apply *a, const struct node *object,
                   const struct kube_resource *resource, const struct node *live)
{
    vec_push_arena(intents->arena, intents,
                   intent_entry(a, object, resource, live, intents->arena));
}

// What comes into a namespace that is not there yet is to be written whatever happens: later ranks
// need not stop for it. Of a kind that is not there yet either it is put down then.
static void intend_content(struct intents *intents, const struct group *group, struct span ns)
{
    const struct order_entry *later = group->entries + group->count;

    for (size_t i = 0; i < group->later; i++) {
        const struct kube_resource *resource;
        struct err *ignored CLEANUP(err_cleanup) = NULL;

        if (!span_eq(node_identity(later[i].object).ns, ns))
            continue;
        resource = kube_find_for(group->apply->kube, later[i].object, &ignored);
        if (resource)
            intend(intents, group->apply, later[i].object, resource, NULL);
    }
}

// All that have been looked at by now, and would be written.
static int let_write(struct group *group, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct intents intents = {.arena = arena};

    VEC_FOREACH (struct put **, it, &group->wanting) {
        struct identity id = node_identity((*it)->object);

        intend(&intents, group->apply, (*it)->object, (*it)->resource, put_live(*it));
        if (!id.group.len && span_is(id.kind, "Namespace") && !put_live(*it))
            intend_content(&intents, group, id.name);
    }
    if (record_intend(group->apply->record, intents.items, intents.len, err) < 0)
        return -1;
    while (group->wanting.len)
        vec_push(&group->let, group->wanting.items[--group->wanting.len]);
    return 0;
}

static bool is_all_looked_at(const struct group *group)
{
    return group->wanting.len && !group->open.len && !group->let.len && !group->holds.ready.len &&
           group->next == group->count;
}

// --- coming back ---

static void forget_open(struct group *group, const struct put *p)
{
    for (size_t i = 0; i < group->open.len; i++) {
        if (group->open.items[i] == p) {
            vec_remove(&group->open, i);
            return;
        }
    }
}

// What is being deleted is made anew afterwards: whoever takes it down is to be named, not waited
// for.
static int may_wait(const struct group *group, struct err **err)
{
    return group->apply->record ? record_begin(group->apply->record, err) : 0;
}

static int take_back(struct group *group, struct put *p, struct err **err)
{
    int result = 0;

    forget_open(group, p);
    if (p->outcome == PUT_WANTS) {
        vec_push(&group->wanting, p);
        return 0;
    }
    if (p->outcome == PUT_DELETION && !group->error && may_wait(group, &group->error) < 0) {
        put_free(p);
        return 0;
    }
    if (p->outcome != PUT_DONE && p->outcome != PUT_REFUSED) {
        holds_take(&group->holds, p);
        return 0;
    }
    holds_passed(&group->holds, p);
    note_made(group->made, p);
    if (p->error && !group->error) {
        result = webhook_explain(group->apply->kube, p->resource, &p->error, err);
        group->error = STEAL(p->error);
    }
    put_free(p);
    return result;
}

static bool is_any_back(void *data)
{
    return ((struct group *)data)->back.len > 0;
}

static bool goes_on(const struct group *group)
{
    if (group->open.len)
        return true;
    return !group->error && (group->next < group->count || group->wanting.len || group->let.len ||
                             group->holds.ready.len || holds_waiting(&group->holds));
}

static void group_free(struct group *group)
{
    VEC_FOREACH (struct put **, it, &group->open)
        put_free(*it);
    VEC_FOREACH (struct put **, it, &group->wanting)
        put_free(*it);
    VEC_FOREACH (struct put **, it, &group->let)
        put_free(*it);
    vec_free(&group->open);
    vec_free(&group->wanting);
    vec_free(&group->let);
    vec_free(&group->back);
    holds_free(&group->holds);
    err_free(group->error);
}

// What is on its way comes to its end, whatever fails beside it, so that none is left half done.
static int run_group(struct group *group, struct err **err)
{
    while (goes_on(group)) {
        start_more(group);
        if (is_all_looked_at(group)) {
            if (!group->error && let_write(group, &group->error) == 0)
                continue;
            break;
        }
        if (group->error && !group->open.len)
            break; // the next one has no kind, and nothing is on its way
        if (loop_run_until(group->apply->loop, is_any_back, group, holds_next(&group->holds), err) <
            0)
            return -1;
        for (size_t i = 0; i < group->back.len; i++)
            if (take_back(group, group->back.items[i], err) < 0)
                return -1;
        group->back.len = 0;
        if (!group->error && holds_attend(&group->holds, &group->error) < 0 &&
            err_kind(group->error) == ERR_CANCELLED)
            return err_move(err, &group->error);
    }
    return group->error ? err_move(err, &group->error) : 0;
}

static int restore(struct apply *a, struct span ns, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    const struct node **objects;
    size_t count;

    return deletion_lost(a, ns, arena, &objects, &count, err) < 0
               ? -1
               : apply_objects(a, objects, count, err);
}

static int apply_group(struct apply *a, struct made *made, const struct order_entry *entries,
                       size_t count, size_t later, struct err **err)
{
    struct group group CLEANUP(group_free) = {.apply = a,
                                              .made = made,
                                              .entries = entries,
                                              .count = count,
                                              .later = later,
                                              .holds = {.apply = a, .restore = restore}};

    return run_group(&group, err);
}

static size_t group_end(const struct order_entry *entries, size_t start, size_t count)
{
    size_t end = start + 1;

    while (end < count && entries[end].stage == entries[start].stage &&
           entries[end].rank == entries[start].rank)
        end++;
    return end;
}

int apply_objects(struct apply *a, const struct node **objects, size_t count, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct order_entry *entries = order_objects(objects, count, arena);
    struct made made = {.arena = arena};
    size_t end;

    for (size_t start = 0; start < count; start = end) {
        end = group_end(entries, start, count);
        if (apply_group(a, &made, entries + start, end - start, count - end, err) < 0)
            return -1;
        if (entries[start].stage == ORDER_DEFINITIONS &&
            span_is(node_get_text(entries[start].object, "kind"), "CustomResourceDefinition") &&
            definitions_wait(a, entries + start, end - start, err) < 0)
            return -1;
    }
    return 0;
}
