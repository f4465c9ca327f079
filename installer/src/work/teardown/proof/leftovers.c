// SPDX-License-Identifier: Apache-2.0
// The proof that nothing remains, and what does.
#include "work/teardown/proof/leftovers.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { NOTED = 20 }; // of each sort of note

// --- notes ---

static void note(struct remains *r, struct teardown_result *result, const struct buf *text)
{
    vec_push_arena(r->arena, &result->notes, arena_str(r->arena, buf_str(text)));
}

// "Namespace a, Secret b/c and 7 more"
struct listing {
    struct buf text;
    size_t count;
};

static void list_one(struct listing *l, const struct identity *id)
{
    if (l->count++ >= NOTED)
        return;
    buf_add_str(&l->text, l->count > 1 ? ", " : "");
    identity_format(id, &l->text);
}

static void note_list(struct remains *r, struct teardown_result *result, const char *what,
                      struct listing *l)
{
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    buf_printf(&line, "%s: %s", what, buf_str(&l->text));
    if (l->count > NOTED)
        buf_printf(&line, " and %zu more", l->count - NOTED);
    if (l->count)
        note(r, result, &line);
    buf_free(&l->text);
}

static void note_others(struct remains *r, struct teardown_result *result)
{
    struct listing made = {.text = BUF_INIT(BUF_TEXT_MAX)}, replaced = made;

    // What is in a namespace of theirs is told with that.
    VEC_FOREACH (struct remain **, it, &r->items)
        if ((*it)->is_others && !((*it)->home && (*it)->home->is_others))
            list_one((*it)->is_replaced ? &replaced : &made, &(*it)->id);
    note_list(r, result, "somebody else has made since the first up, and it stays", &made);
    note_list(r, result, "somebody else has made anew since the first up", &replaced);
}

struct vanishing {
    struct remains *remains;
    struct listing list;
};

static void see_vanished(void *data, const struct snapshot_object *object)
{
    struct vanishing *v = data;

    // Of what its controller makes anew, the controller tells.
    if (!*object->controller && !remains_is_record(v->remains, &object->id) &&
        snapshot_find(v->remains->now, &object->id, NULL) == SNAPSHOT_ABSENT)
        list_one(&v->list, &object->id);
}

static void note_vanished(struct remains *r, struct teardown_result *result)
{
    struct vanishing v = {.remains = r, .list = {.text = BUF_INIT(BUF_TEXT_MAX)}};

    if (r->before)
        snapshot_each(r->before, see_vanished, &v);
    note_list(r, result, "there before the first up, and gone", &v.list);
}

static void note_unknown(struct remains *r, struct teardown_result *result)
{
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf kinds CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    snapshot_unknown(r->now, &kinds);
    buf_printf(&line, "not looked at, because they cannot be listed: %s", buf_str(&kinds));
    if (kinds.len)
        note(r, result, &line);
}

// --- leftovers ---

static int describe_all(struct remains *r, struct teardown_result *result, struct err **err)
{
    VEC_FOREACH (struct remain **, it, &r->items) {
        struct leftover leftover;

        if ((*it)->is_others || (*it)->home)
            continue;
        if (leftovers_describe(r, *it, &leftover, err) < 0)
            return -1;
        if (!(*it)->is_gone)
            vec_push_arena(r->arena, &result->leftovers, leftover);
    }
    return 0;
}

// What the plan could not take down, and is there: somebody else's, or kept by such.
static void take_kept(struct remains *r, struct teardown_result *result)
{
    if (!r->kept)
        return;
    VEC_FOREACH (const struct teardown_kept *, kept, &r->kept->kept) {
        struct leftover leftover = {.id = identity_copy(r->arena, &kept->id),
                                    .cause = "somebody else's",
                                    .why = arena_str(r->arena, kept->why),
                                    .next = kept->next ? arena_str(r->arena, kept->next) : NULL};

        if (kept->left && snapshot_find(r->now, &kept->id, NULL) != SNAPSHOT_ABSENT)
            vec_push_arena(r->arena, &result->leftovers, leftover);
    }
}

static int compare(const void *a, const void *b)
{
    const struct leftover *x = a, *y = b;
    int order = leftovers_rank(x->cause) - leftovers_rank(y->cause);

    if (!order)
        order = span_cmp(x->id.kind, y->id.kind);
    if (!order)
        order = span_cmp(x->id.ns, y->id.ns);
    return order ? order : span_cmp(x->id.name, y->id.name);
}

int leftovers_find(struct loop *loop, struct kube *k, const struct snapshot *before,
                   const struct teardown_plan *kept, struct teardown_result *result,
                   struct err **err)
{
    struct remains r CLEANUP(remains_free) = {
        .loop = loop, .kube = k, .arena = result->arena, .before = before, .kept = kept};

    result->leftovers.len = result->notes.len = 0;
    if (remains_find(&r, err) < 0)
        return -1;
    remains_attribute(&r);
    if (describe_all(&r, result, err) < 0)
        return -1;
    take_kept(&r, result);
    if (result->leftovers.len)
        qsort(result->leftovers.items, result->leftovers.len, sizeof(*result->leftovers.items),
              compare);
    note_others(&r, result);
    note_vanished(&r, result);
    note_unknown(&r, result);
    return 0;
}
