// SPDX-License-Identifier: Apache-2.0
// What left the tree, and what becomes of it.
#include "work/layers/prune/prune.h"

#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "work/layers/prune/pruning.h"
#include "work/layers/tree/order.h"

struct choice {
    const struct apply *how;
    size_t first, last;
    bool stays;
    struct map tree;   // identities of all objects of the tree
    struct map absent; // layers that are not there, or empty, and were told
    struct prune_list list;
    struct doc *doc; // of the objects that order_objects() looks at
};

static void choice_free(struct choice *c)
{
    map_free(&c->tree);
    map_free(&c->absent);
    doc_free(c->doc);
    VEC_FOREACH (struct prune_item *, it, &c->list)
        buf_free(&it->why);
    arena_free(c->list.arena);
}

// --- the tree ---

static void note(struct choice *c, const struct identity *id)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    map_put(&c->tree, arena_span(c->list.arena, identity_key(id, &key)), c);
}

// One without a namespace may be in the context's.
static void note_tree(struct choice *c)
{
    const struct layers *layers = c->how->layers;

    for (size_t i = 0; i < layers->count; i++) {
        for (size_t j = 0; j < layers->items[i].count; j++) {
            struct identity id = node_identity(layers->items[i].objects[j]);

            note(c, &id);
            if (!id.ns.len) {
                id.ns = span_str(kube_namespace(c->how->kube));
                note(c, &id);
            }
        }
    }
}

static bool is_in_tree(const struct choice *c, const struct identity *id)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    return map_get(&c->tree, identity_key(id, &key));
}

// Its place; the number of layers when the tree has none of that name, or nothing in it.
static size_t layer_of(const struct layers *layers, const char *name)
{
    for (size_t i = 0; i < layers->count; i++)
        if (strcmp(layers->items[i].name, name) == 0)
            return layers->items[i].count ? i : layers->count;
    return layers->count;
}

// --- what becomes of it ---

static void say_absent(struct choice *c, const char *layer)
{
    if (map_get(&c->absent, span_str(layer)))
        return;
    map_put(&c->absent, span_str(arena_str(c->list.arena, layer)), c);
    report_object(
        c->how->report, "layers", layer, NULL,
        "the tree has nothing of this layer any more: what it brought stays, for that may "
        "be a mistake; 'sandstrap down' takes it away");
}

static bool is_data(const struct identity *id)
{
    return !id->group.len &&
           (span_is(id->kind, "PersistentVolumeClaim") || span_is(id->kind, "PersistentVolume"));
}

static void add(struct choice *c, const struct journal_entry *e)
{
    struct arena *arena = c->list.arena;
    struct identity id = identity_copy(arena, &e->id);
    char *label CLEANUP(mem_cleanup) = identity_label(&id);
    struct prune_item item = {
        .entry = {.id = id,
                  .version = arena_str(arena, e->version),
                  .uid = arena_str(arena, e->uid),
                  .layer = arena_str(arena, e->layer)},
        .label = arena_str(arena, label),
        .why = BUF_INIT(BUF_TEXT_MAX),
    };

    vec_push_arena(arena, &c->list, item);
}

// What came by another way than a tree (sealing keys, the agents of an air gap) is not a tree's to
// prune.
static bool is_of_a_tree(const struct choice *c, const struct journal_entry *e)
{
    size_t count;
    const char *const *names = journal_layers(record_journal(c->how->record), &count);

    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], e->layer) == 0)
            return true;
    return false;
}

// Whether it is to be forgotten.
static bool decide(struct choice *c, const struct journal_entry *e)
{
    size_t layer = layer_of(c->how->layers, e->layer);
    char *label CLEANUP(mem_cleanup) = identity_label(&e->id);

    if (is_in_tree(c, &e->id) || !is_of_a_tree(c, e))
        return false;
    if (layer == c->how->layers->count) {
        say_absent(c, e->layer);
        return false;
    }
    if (layer < c->first || layer > c->last)
        return false;
    if (c->stays || is_data(&e->id)) {
        report_object(c->how->report, "layers", e->layer, label, "left the tree and stays%s",
                      c->stays ? "" : ", for it is data: 'sandstrap down --data' takes it away");
        return false;
    }
    if (e->adopted) {
        report_object(c->how->report, "layers", e->layer, label,
                      "left the tree and is released: somebody else had made it, so it stays");
        return true;
    }
    add(c, e);
    return false;
}

static void choose(struct choice *c)
{
    struct record *record = c->how->record;
    VEC(struct identity) released = {0};
    size_t count;
    const struct journal_entry *const *entries = journal_entries(record_journal(record), &count);

    for (size_t i = 0; i < count; i++)
        if (decide(c, entries[i]))
            vec_push(&released, identity_copy(c->list.arena, &entries[i]->id));
    VEC_FOREACH (const struct identity *, it, &released)
        record_forget(record, it);
    vec_free(&released);
}

// --- in which order ---

// As much of an object as its place depends on.
static const struct node *stand_in(struct choice *c, const struct prune_item *item)
{
    struct node *n = node_new_map(c->doc);

    node_set_str(c->doc, n, "kind", item->entry.id.kind);
    return n;
}

// The reverse of the order in which they were applied: a wave for each rank of each layer.
static void order(struct choice *c)
{
    struct prune_list *list = &c->list;
    const struct layers *layers = c->how->layers;
    const struct node **nodes = arena_array(list->arena, list->len + 1, sizeof(*nodes));
    size_t *mine = arena_array(list->arena, list->len + 1, sizeof(*mine)), wave = 0;

    for (size_t i = 0; i < layers->count; i++) {
        const struct order_entry *entries;
        size_t count = 0;

        for (size_t k = 0; k < list->len; k++) {
            if (layer_of(layers, list->items[k].entry.layer) == i) {
                mine[count] = k;
                nodes[count++] = stand_in(c, &list->items[k]);
            }
        }
        entries = order_objects(nodes, count, list->arena);
        for (size_t k = 0; k < count; k++) {
            if (k == 0 || entries[k].stage != entries[k - 1].stage ||
                entries[k].rank != entries[k - 1].rank)
                wave++;
            list->items[mine[entries[k].place]].wave = wave;
        }
    }
}

int prune_objects(const struct apply *how, size_t first, size_t last, bool stays, struct err **err)
{
    struct choice c CLEANUP(choice_free) = {.how = how,
                                            .first = first,
                                            .last = last,
                                            .stays = stays,
                                            .list = {.arena = arena_new()},
                                            .doc = doc_new()};

    if (!how->record)
        return 0;
    note_tree(&c);
    choose(&c);
    order(&c);
    VEC_FOREACH (const struct prune_item *, it, &c.list)
        report_object(how->report, "layers", it->entry.layer, it->label,
                      "left the tree and is deleted; --no-prune would leave it");
    if (c.list.len && prune_delete(how, &c.list, err) < 0)
        return -1;
    return record_flush(how->record, err);
}
