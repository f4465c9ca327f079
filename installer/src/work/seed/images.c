// SPDX-License-Identifier: Apache-2.0
// Few classes: an image that many nodes have comes before one that few have.
#include "work/seed/images.h"

#include <stdlib.h>
#include <string.h>

#include "io/crypto.h"

enum { CLASS_DIGITS = 8 };

static const char *layout_name(const struct runtime_node *n)
{
    return n->layout ? n->layout->name : "plain";
}

// One that is away keeps its place among the classes, for when it comes back.
static bool takes_part(const struct seed_node *n)
{
    return !n->skipped || n->away;
}

static bool waits(const struct seed_node *n)
{
    return takes_part(n) && !n->image;
}

// --- images ---

// One that nodes of a layout may be given, for one reason.
struct candidate {
    const char *layout;
    struct span image;
    enum facts_reason reason;
    size_t count; // of nodes
};

static bool has(const struct seed_facts *f, size_t node, const struct candidate *c)
{
    VEC_FOREACH (const struct facts_image *, it, &f->images)
        if (it->node == node && it->reason == c->reason && span_eq(it->name, c->image))
            return true;
    return false;
}

static bool suits(const struct seed_nodes *nodes, size_t node, const struct candidate *c)
{
    const struct seed_node *n = &nodes->items.items[node];

    return waits(n) && strcmp(layout_name(&n->node), c->layout) == 0 && has(nodes->facts, node, c);
}

static size_t count_of(const struct seed_nodes *nodes, const struct candidate *c)
{
    size_t count = 0;

    for (size_t i = 0; i < nodes->items.len; i++)
        count += suits(nodes, i, c);
    return count;
}

static bool is_better(const struct candidate *a, const struct candidate *b)
{
    return a->count != b->count ? a->count > b->count : span_cmp(a->image, b->image) < 0;
}

// Gives the image that most of the waiting nodes have for this reason to these; false when none
// has one.
static bool give(struct seed_nodes *nodes, enum facts_reason reason)
{
    struct candidate best = {0};

    VEC_FOREACH (const struct facts_image *, it, &nodes->facts->images) {
        struct candidate c = {layout_name(&nodes->items.items[it->node].node), it->name, reason, 0};

        if (it->reason != reason || !waits(&nodes->items.items[it->node]))
            continue;
        c.count = count_of(nodes, &c);
        if (is_better(&c, &best))
            best = c;
    }
    if (!best.count)
        return false;
    for (size_t i = 0; i < nodes->items.len; i++)
        if (suits(nodes, i, &best))
            nodes->items.items[i].image = best.image.ptr;
    return true;
}

void images_choose(struct seed_nodes *nodes, const char *wanted)
{
    VEC_FOREACH (struct seed_node *, it, &nodes->items)
        if (wanted && takes_part(it))
            it->image = wanted;
    for (int reason = FACTS_OURS; reason <= FACTS_LISTED; reason++)
        while (give(nodes, (enum facts_reason)reason))
            continue;
}

// --- classes ---

static bool is_same(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static struct images_class *class_of(const struct seed_node *n, struct images_classes *classes)
{
    VEC_FOREACH (struct images_class *, it, &classes->items)
        if (it->layout == n->node.layout && is_same(it->folder, n->node.folder) &&
            strcmp(it->image, n->image) == 0)
            return it;
    return NULL;
}

// What facts_read_set() finds of a class.
static const char *name_of_set(const struct seed_facts *f, const struct images_class *c)
{
    bool is_mounted = c->layout && c->layout->folder;

    VEC_FOREACH (const struct facts_set *, it, &f->sets)
        if (strcmp(it->image, c->image) == 0 &&
            is_same(it->layout, c->layout ? c->layout->name : NULL) &&
            is_same(it->folder, is_mounted ? c->folder : NULL))
            return it->name;
    return NULL;
}

static bool is_taken(const struct seed_facts *f, const struct images_classes *classes,
                     const char *name)
{
    VEC_FOREACH (const struct facts_set *, it, &f->sets)
        if (is_same(it->name, name))
            return true;
    VEC_FOREACH (const struct images_class *, it, &classes->items)
        if (is_same(it->name, name))
            return true;
    return false;
}

static const char *name_class(struct arena *arena, const struct seed_facts *f,
                              const struct images_classes *classes, const struct images_class *c)
{
    const char *layout = c->layout ? c->layout->name : "plain";
    const char *name = name_of_set(f, c);
    struct digest digest;

    if (name)
        return name;
    name = arena_printf(arena, SEED_NAME "-%s", layout);
    if (!is_taken(f, classes, name))
        return name;
    digest = crypto_sha256(
        span_str(arena_printf(arena, "%s\n%s", c->image, c->folder ? c->folder : "")));
    return arena_printf(arena, "%s-%.*s", name, CLASS_DIGITS, DIGEST_HEX(&digest));
}

static int compare(const void *a, const void *b)
{
    const struct images_class *left = a, *right = b;

    if (left->nodes.len != right->nodes.len)
        return left->nodes.len > right->nodes.len ? -1 : 1;
    return strcmp(left->image, right->image);
}

void images_classes(const struct seed_nodes *nodes, struct images_classes *classes)
{
    struct arena *arena = nodes->arena;

    for (size_t i = 0; i < nodes->items.len; i++) {
        const struct seed_node *n = &nodes->items.items[i];
        struct images_class *c = n->image ? class_of(n, classes) : NULL;

        if (!n->image)
            continue;
        if (!c) {
            vec_push_arena(arena, &classes->items,
                           (struct images_class){.image = n->image,
                                                 .layout = n->node.layout,
                                                 .folder = n->node.folder});
            c = &classes->items.items[classes->items.len - 1];
        }
        vec_push_arena(arena, &c->nodes, i);
    }
    if (!classes->items.len)
        return;
    qsort(classes->items.items, classes->items.len, sizeof(*classes->items.items), compare);
    VEC_FOREACH (struct images_class *, it, &classes->items)
        it->name = name_class(arena, nodes->facts, classes, it);
}
