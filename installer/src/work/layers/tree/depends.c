// SPDX-License-Identifier: Apache-2.0
// The graph of who waits for whom.
#include "work/layers/tree/depends.h"

#include <string.h>

#include "base/mem.h"
#include "model/flux.h"

// --- building ---

static void add_sources_and_dependencies(struct depends *d, struct dependent *item)
{
    struct flux_dependency named;
    struct identity source;

    if (flux_source(item->object, &source))
        vec_push_arena(d->arena, &item->on,
                       (struct dependency){.on = source,
                                           .place = node_get(item->object, "spec"),
                                           .is_source = true});
    for (size_t i = 0; flux_depends_on(item->object, i, &named); i++)
        vec_push_arena(
            d->arena, &item->on,
            (struct dependency){.on = named.on,
                                .place = node_item(node_path(item->object, "spec", "dependsOn"), i),
                                .has_expression = named.has_expression});
}

static bool waits(enum flux_kind kind)
{
    return kind == FLUX_HELM_RELEASE || kind == FLUX_KUSTOMIZATION || kind == FLUX_HELM_CHART;
}

static void add(struct depends *d, const struct node *object, const struct layer *layer, size_t i)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct dependent *item = ARENA_NEW(d->arena, struct dependent);

    item->object = object;
    item->id = node_identity(object);
    item->layer = layer;
    item->layer_index = i;
    map_put(&d->by_key, arena_span(d->arena, identity_key(&item->id, &key)), item);
    if (!waits(flux_kind(&item->id)))
        return;
    add_sources_and_dependencies(d, item);
    vec_push_arena(d->arena, &d->items, item);
}

static void resolve(struct depends *d)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    VEC_FOREACH (struct dependent **, it, &d->items)
        VEC_FOREACH (struct dependency *, on, &(*it)->on)
            on->to = map_get(&d->by_key, identity_key(&on->on, &key));
}

// --- the order (Kahn): what is left over is in a circle, or waits for one ---

static bool counts(const struct dependency *on)
{
    return on->to && !on->has_expression && on->to->on.len;
}

struct sorter {
    size_t open;                    // of its dependencies, those that are not sorted
    VEC(struct dependent *) behind; // who waits for it
};

static void sort(struct depends *d)
{
    struct sorter *sorters;
    VEC(struct dependent *) ready = {0};

    for (size_t i = 0; i < d->items.len; i++)
        d->items.items[i]->order = i;
    sorters = arena_array(d->arena, d->items.len + 1, sizeof(*sorters));
    memset(sorters, 0, (d->items.len + 1) * sizeof(*sorters));
    VEC_FOREACH (struct dependent **, it, &d->items) {
        VEC_FOREACH (const struct dependency *, on, &(*it)->on) {
            if (!counts(on))
                continue;
            sorters[(*it)->order].open++;
            vec_push_arena(d->arena, &sorters[on->to->order].behind, *it);
        }
        if (!sorters[(*it)->order].open)
            vec_push_arena(d->arena, &ready, *it);
    }
    for (size_t i = 0; i < ready.len; i++) {
        VEC_FOREACH (struct dependent **, it, &sorters[ready.items[i]->order].behind)
            if (--sorters[(*it)->order].open == 0)
                vec_push_arena(d->arena, &ready, *it);
        vec_push_arena(d->arena, &d->sorted, ready.items[i]);
    }
    VEC_FOREACH (struct dependent **, it, &d->items)
        (*it)->order = d->items.len; // of those in circles
    for (size_t i = 0; i < d->sorted.len; i++)
        d->sorted.items[i]->order = i;
}

void depends_build(struct depends *d, struct arena *arena, const struct layers *layers)
{
    *d = (struct depends){.arena = arena};
    for (size_t i = 0; i < layers->count; i++)
        for (size_t j = 0; j < layers->items[i].count; j++)
            add(d, layers->items[i].objects[j], &layers->items[i], i);
    resolve(d);
    sort(d);
}

void depends_free(struct depends *d)
{
    map_free(&d->by_key);
}

// --- what is wrong ---

static int fail(const struct dependent *by, const struct dependency *on, const struct doc *doc,
                const char *what, struct err **err)
{
    const struct node *place = on->place && on->place->line ? on->place : by->object;
    const char *file = doc_file_name(doc, place->file);

    if (*file && place->line)
        return err_set(err, ERR_CONFIG, "%s:%u: %s", file, place->line, what);
    return err_set(err, ERR_CONFIG, "layer %s: %s", by->layer->name, what);
}

// Who is not sorted waits for one that is not either.
static const struct dependency *in_circle(const struct depends *d, const struct dependent *item)
{
    const struct dependency *on = item->on.items;

    while (!counts(on) || on->to->order < d->items.len)
        on++;
    return on;
}

// "HelmRelease x/a and HelmRelease x/b depend on each other".
static void describe_circle(const struct depends *d, const struct dependent *first, struct buf *out)
{
    const struct dependent *item = first;
    size_t length = 0;

    do {
        const struct dependent *next = in_circle(d, item)->to;

        buf_add_str(out, !length ? "" : next == first ? " and " : ", ");
        identity_format(&item->id, out);
        item = next;
        length++;
    } while (item != first);
    buf_add_str(out, length == 1   ? " depends on itself"
                     : length == 2 ? " depend on each other"
                                   : " depend on each other, each on the next and the last on the "
                                     "first");
}

// Everything that is not sorted waits for something that is not: the way comes back to itself.
static int fail_circle(const struct depends *d, const struct doc *doc, struct err **err)
{
    struct buf what CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct dependent *const *left = d->items.items;
    const struct dependent *item;

    while ((*left)->order < d->items.len)
        left++;
    item = *left;
    for (size_t i = 0; i < d->items.len; i++)
        item = in_circle(d, item)->to;
    describe_circle(d, item, &what);
    fail(item, in_circle(d, item), doc, buf_str(&what), err);
    return err_hint(err, "none of them would ever start: take one of them out of spec.dependsOn");
}

static const char *verb(const struct dependency *on)
{
    return on->is_source ? "takes its content from" : "depends on";
}

static int fail_later(const struct dependent *by, const struct dependency *on,
                      const struct doc *doc, struct err **err)
{
    char *name CLEANUP(mem_cleanup) = identity_label(&by->id);
    char *other CLEANUP(mem_cleanup) = identity_label(&on->on);
    char *what CLEANUP(mem_cleanup) =
        mem_printf("%s of layer %s %s %s, which comes with the later layer %s", name,
                   by->layer->name, verb(on), other, on->to->layer->name);

    fail(by, on, doc, what, err);
    return err_hint(err, "a layer begins when the one before it is ready: move one of the two, or "
                         "change the order of the entrypoint's resources");
}

int depends_check_order(const struct depends *d, size_t last, const struct doc *doc,
                        struct err **err)
{
    if (d->sorted.len < d->items.len)
        return fail_circle(d, doc, err);
    VEC_FOREACH (struct dependent *const *, it, &d->items)
        VEC_FOREACH (const struct dependency *, on, &(*it)->on)
            if (on->to && (*it)->layer_index <= last && on->to->layer_index > (*it)->layer_index)
                return fail_later(*it, on, doc, err);
    return 0;
}

// --- what is missing ---

static bool makes_objects(const struct identity *id)
{
    enum flux_kind kind = flux_kind(id);

    return kind == FLUX_HELM_RELEASE || kind == FLUX_KUSTOMIZATION ||
           span_is(id->kind, "ArtifactGenerator") || span_is(id->kind, "ResourceSet");
}

bool depends_may_be_made(const struct depends *d, const struct dependent *by,
                         const struct dependency *missing)
{
    bool *waiting CLEANUP(mem_cleanup) = mem_zalloc(d->items.len + 1, sizeof(*waiting));

    VEC_FOREACH (struct dependent *const *, it, &d->sorted)
        VEC_FOREACH (const struct dependency *, on, &(*it)->on)
            waiting[(*it)->order] |= on->to ? on->to->on.len && waiting[on->to->order]
                                            : identity_eq(&on->on, &missing->on);
    MAP_FOREACH (e, &d->by_key) {
        const struct dependent *item = e->value;

        if (makes_objects(&item->id) && item->layer_index <= by->layer_index &&
            !(item->on.len && waiting[item->order]))
            return true;
    }
    return false;
}

int depends_fail_missing(const struct dependent *by, const struct dependency *missing,
                         const struct doc *doc, struct err **err)
{
    char *name CLEANUP(mem_cleanup) = identity_label(&by->id);
    char *other CLEANUP(mem_cleanup) = identity_label(&missing->on);
    char *what CLEANUP(mem_cleanup) = mem_printf(
        "%s %s %s, which is neither in the tree nor in the cluster", name, verb(missing), other);

    fail(by, missing, doc, what, err);
    return err_hint(err, "add %s to the tree, or correct the name", other);
}
