// SPDX-License-Identifier: Apache-2.0
// Comparing wanted and live objects along managedFields, which tell what is merged and what is
// replaced as a whole. Their format is that of sigs.k8s.io/structured-merge-diff
// (fieldpath/serialize.go): "f:<field>", "k:<keys as JSON>", "v:<value as JSON>", "i:<index>" and
// "." for the element itself; an entry without others below it is one value: a scalar, an empty or
// an atomic list or map.
#include "model/ssa.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/span.h"
#include "io/crypto.h"
#include "model/ssa/stored.h"

struct comparison {
    struct doc *doc; // of the keys of list elements
    struct stored_kind kind;
    const struct node *live; // the whole object
};

static bool is_applied(struct comparison *c, const struct field *field, const struct node *owned,
                       const struct node *wanted, const struct node *live);

static size_t owned_below(const struct node *owned)
{
    return node_len(owned) - (node_get(owned, ".") != NULL);
}

static const struct node *owned_field(const struct node *owned, struct span name)
{
    NODE_FOREACH_PAIR (entry, owned) {
        struct span key = entry->key;

        if (key.len == name.len + 2 && span_skip(&key, "f:") && span_eq(key, name))
            return entry->value;
    }
    return NULL;
}

// Fields that managedFields never name.
static bool is_identity(const struct field *map, struct span name)
{
    static const char *const keys[] = {"name",       "namespace",       "uid",
                                       "generation", "resourceVersion", "creationTimestamp"};

    if (!map->above)
        return span_is(name, "apiVersion") || span_is(name, "kind");
    if (map->above->above || !span_is(map->name, "metadata"))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (span_is(name, keys[i]))
            return true;
    return false;
}

static bool same_identity(const struct node *wanted, const struct node *live)
{
    // creationTimestamp: null is a habit of generators.
    return node_is(wanted, NODE_NULL) || node_equal(wanted, live);
}

// The server moves a Secret's stringData to data.
static bool has_string_data(const struct comparison *c, const struct node *owned,
                            const struct node *wanted)
{
    const struct node *data = node_get(c->live, "data");

    NODE_FOREACH_PAIR (pair, wanted) {
        struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

        crypto_base64_encode(node_text(pair->value), &text);
        if (!node_is(pair->value, NODE_STRING) || !owned_field(owned, pair->key) ||
            !span_eq(buf_span(&text), node_text(node_get_span(data, pair->key))))
            return false;
    }
    return node_len(wanted) > 0 && node_len(wanted) == owned_below(owned);
}

// Nothing is wanted that could be seen. The labels and annotations of an object are merged, so that
// none of ours change none of others.
static bool is_nothing(const struct comparison *c, const struct field *field,
                       const struct node *wanted, const struct node *live)
{
    const struct field *above = field->above;

    if (!live)
        return stored_drops(&c->kind, field, wanted);
    return node_is(wanted, NODE_MAP) && node_len(wanted) == 0 && node_is(live, NODE_MAP) &&
           above->above && !above->above->above && span_is(above->name, "metadata") &&
           (span_is(field->name, "labels") || span_is(field->name, "annotations"));
}

static bool map_is_applied(struct comparison *c, const struct field *field,
                           const struct node *owned, const struct node *wanted,
                           const struct node *live);

static bool field_is_applied(struct comparison *c, const struct field *field,
                             const struct node *owned, const struct pair *wanted,
                             const struct node *live)
{
    const struct field child = {field, wanted->key};

    // Nothing is owned below when there is only the identity.
    if (!field->above && span_is(wanted->key, "metadata"))
        return map_is_applied(c, &child, owned, wanted->value, node_get(live, "metadata"));
    // What is dropped need not stay owned.
    if (!owned)
        return is_nothing(c, &child, wanted->value, node_get_span(live, wanted->key));
    if (c->kind.builtin && !field->above && span_is(c->kind.name, "Secret") &&
        span_is(wanted->key, "stringData"))
        return has_string_data(c, owned, wanted->value);
    return is_applied(c, &child, owned, wanted->value, node_get_span(live, wanted->key));
}

static bool map_is_applied(struct comparison *c, const struct field *field,
                           const struct node *owned, const struct node *wanted,
                           const struct node *live)
{
    size_t count = 0;

    NODE_FOREACH_PAIR (pair, wanted) {
        const struct node *below = owned_field(owned, pair->key);

        if (is_identity(field, pair->key)) {
            if (!same_identity(pair->value, node_get_span(live, pair->key)))
                return false;
            continue;
        }
        // The status in a manifest is not applied, where it has an API of its own.
        if (c->kind.builtin && !field->above && span_is(pair->key, "status") &&
            node_is(pair->value, NODE_MAP))
            continue;
        if (!field_is_applied(c, field, below, pair, live))
            return false;
        count += below != NULL;
    }
    // An apply would remove what is owned beside that.
    return count == owned_below(owned);
}

// The name by which managedFields know an element of a keyed list or a set. `keys` has the names
// of the keys, NULL for a set. False when an element lacks a key.
static bool element_name(const struct comparison *c, const struct node *keys,
                         const struct node *element, struct span *name)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct node *values = keys ? node_new_map(c->doc) : NULL;

    NODE_FOREACH_PAIR (key, keys) {
        struct node *value = node_get_span(element, key->key);

        // The only key with a default in Kubernetes' own kinds.
        if (!value && c->kind.builtin && span_is(key->key, "protocol"))
            value = node_new_str(c->doc, SPAN("TCP"));
        if (!value)
            return false;
        node_set(c->doc, values, key->key, node_copy(c->doc, value));
    }
    buf_add_str(&text, keys ? "k:" : "v:");
    doc_write_json(keys ? values : element, true, &text);
    *name = arena_span(doc_arena(c->doc), buf_span(&text));
    return true;
}

// The live elements by name, with their place + 1; false when two have one name.
static bool index_live(const struct comparison *c, const struct node *keys, const struct node *live,
                       struct map *places)
{
    for (size_t i = 0; i < node_len(live); i++) {
        struct span name;

        if (!element_name(c, keys, node_item(live, i), &name) ||
            map_put(places, name, (void *)(uintptr_t)(i + 1)))
            return false;
    }
    return true;
}

// Each wanted element is owned and there, in the same order: what others put in between stays.
static bool elements_are_applied(struct comparison *c, const struct field *field,
                                 const struct node *keys, const struct node *owned,
                                 const struct node *wanted, const struct node *live)
{
    const struct field item = {field, SPAN_EMPTY};
    struct map places CLEANUP(map_free) = MAP_INIT, entries CLEANUP(map_free) = MAP_INIT;
    uintptr_t last = 0;

    if (node_len(wanted) != owned_below(owned) || !index_live(c, keys, live, &places))
        return false;
    NODE_FOREACH_PAIR (entry, owned)
        map_put(&entries, entry->key, entry->value);
    NODE_FOREACH_ITEM (element, wanted) {
        struct span name;
        uintptr_t place;

        if (!element_name(c, keys, element, &name))
            return false;
        place = (uintptr_t)map_get(&places, name);
        // Going up, no place and so no name comes twice.
        if (place <= last || !map_get(&entries, name))
            return false;
        if (keys &&
            !is_applied(c, &item, map_get(&entries, name), element, node_item(live, place - 1)))
            return false;
        last = place;
    }
    return true;
}

static bool list_is_applied(struct comparison *c, const struct field *field,
                            const struct node *owned, const struct node *wanted,
                            const struct node *live)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL;

    NODE_FOREACH_PAIR (entry, owned) {
        struct span name = entry->key;
        const struct node *keys;

        if (span_skip(&name, "v:"))
            return elements_are_applied(c, field, NULL, owned, wanted, live);
        if (!span_skip(&name, "k:"))
            continue;
        keys = doc_read_json(c->doc, name, "managedFields", ERR_API, &ignored);
        return keys && elements_are_applied(c, field, keys, owned, wanted, live);
    }
    return false;
}

static bool is_applied(struct comparison *c, const struct field *field, const struct node *owned,
                       const struct node *wanted, const struct node *live)
{
    if (owned_below(owned) == 0)
        return is_nothing(c, field, wanted, live) || stored_same(&c->kind, field, wanted, live);
    if (node_is(wanted, NODE_MAP) && node_is(live, NODE_MAP))
        return map_is_applied(c, field, owned, wanted, live);
    if (node_is(wanted, NODE_SEQ) && node_is(live, NODE_SEQ))
        return list_is_applied(c, field, owned, wanted, live);
    return false;
}

// --- objects ---

// What the manager has applied, with the API version of the fields' names.
static const struct node *applied_by(const struct node *object, const char *manager)
{
    NODE_FOREACH_ITEM (entry, node_path(object, "metadata", "managedFields"))
        if (span_is(node_get_text(entry, "manager"), manager) &&
            span_is(node_get_text(entry, "operation"), "Apply") &&
            !node_get_text(entry, "subresource").len)
            return entry;
    return NULL;
}

bool ssa_is_applied(const struct node *wanted, const struct node *live, const char *manager)
{
    struct doc *doc CLEANUP(doc_cleanup) = doc_new();
    const struct node *entry = applied_by(live, manager);
    struct comparison c = {
        .doc = doc,
        .kind = {node_get_text(wanted, "kind"), builtin_is(wanted)},
        .live = live,
    };

    // Nobody owns anything of an object that has no more than a name.
    if (entry && !node_equal(node_get(entry, "apiVersion"), node_get(wanted, "apiVersion")))
        return false;
    return map_is_applied(&c, &(struct field){NULL, SPAN_EMPTY}, node_get(entry, "fieldsV1"),
                          wanted, live);
}

static bool metadata_differs(const struct node *a, const struct node *b)
{
    static const char *const bookkeeping[] = {"managedFields", "resourceVersion", "generation",
                                              "creationTimestamp", "uid"};

    NODE_FOREACH_PAIR (pair, a) {
        bool skip = false;

        for (size_t i = 0; i < ARRAY_LEN(bookkeeping); i++)
            skip = skip || span_is(pair->key, bookkeeping[i]);
        if (!skip && !node_equal(pair->value, node_get_span(b, pair->key)))
            return true;
    }
    return false;
}

static bool part_differs(const struct node *a, const struct node *b, bool with_status)
{
    NODE_FOREACH_PAIR (pair, a) {
        if (span_is(pair->key, "metadata") || (span_is(pair->key, "status") && !with_status))
            continue;
        if (!node_equal(pair->value, node_get_span(b, pair->key)))
            return true;
    }
    return metadata_differs(node_get(a, "metadata"), node_get(b, "metadata"));
}

bool ssa_differs(const struct node *before, const struct node *after, const char *manager)
{
    const struct node *old = applied_by(before, manager), *new = applied_by(after, manager);
    const struct node *fields = node_get(new, "fieldsV1");
    bool with_status = node_get(fields, "f:status") != NULL;

    // What is ours can be taken away again when it leaves the tree.
    return !node_equal(node_get(old, "apiVersion"), node_get(new, "apiVersion")) ||
           !node_equal(node_get(old, "fieldsV1"), fields) ||
           part_differs(before, after, with_status) || part_differs(after, before, with_status);
}
