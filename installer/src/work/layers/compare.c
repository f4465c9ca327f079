// SPDX-License-Identifier: Apache-2.0
// Comparing wanted and live objects. The format of managedFields is that of
// sigs.k8s.io/structured-merge-diff (fieldpath/serialize.go): "f:<field>", "k:<keys as JSON>",
// "v:<value as JSON>", "i:<index>" and "." for the element itself.
#include "work/layers/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"

// The value of a resource quantity ("100m", "64Mi", "1e3"); false when it is not one.
// k8s.io/apimachinery/pkg/api/resource: the server stores them in a canonical form.
static bool quantity(struct span text, double *value)
{
    static const struct {
        const char *suffix;
        double factor;
    } units[] = {{"Ki", 0x1p10}, {"Mi", 0x1p20}, {"Gi", 0x1p30}, {"Ti", 0x1p40},
                 {"n", 1e-9},    {"u", 1e-6},    {"m", 1e-3},    {"k", 1e3},
                 {"M", 1e6},     {"G", 1e9},     {"T", 1e12},    {"", 1}};
    double sum = 0, place = 0;
    size_t i = 0;

    for (; i < text.len && (text.ptr[i] == '.' || (text.ptr[i] >= '0' && text.ptr[i] <= '9'));
         i++) {
        if (text.ptr[i] == '.') {
            if (place != 0)
                return false;
            place = 1;
            continue;
        }
        sum = sum * 10 + (text.ptr[i] - '0');
        place *= 10;
    }
    if (i == 0)
        return false;
    text = span_tail(text, i);
    for (i = 0; i < ARRAY_LEN(units); i++) {
        if (span_is(text, units[i].suffix)) {
            *value = sum / (place != 0 ? place : 1) * units[i].factor;
            return true;
        }
    }
    return false;
}

static bool same_scalar(const struct node *wanted, const struct node *live)
{
    double a, b;

    if (node_equal(wanted, live))
        return true;
    if (!quantity(node_scalar(wanted), &a) || !quantity(node_scalar(live), &b))
        return false;
    return fabs(a - b) <= 1e-9 * fabs(a);
}

// Keys that name an element of a list of maps, as the built-in types have them; the first that
// both elements have decides, together with "protocol" for ports.
static const struct node *same_element(const struct node *wanted, const struct node *list)
{
    static const char *const keys[] = {"name",       "containerPort", "port", "mountPath",
                                       "devicePath", "key",           "ip",   "type",
                                       "uid",        "topologyKey"};

    NODE_FOREACH_ITEM (item, list) {
        for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
            const struct node *a = node_get(wanted, keys[i]);
            const struct node *b = node_get(item, keys[i]);
            const struct node *protocol = node_get(wanted, "protocol");

            if (!a || !b)
                continue;
            if (!node_equal(a, b) || (protocol && node_get(item, "protocol") &&
                                      !node_equal(protocol, node_get(item, "protocol"))))
                break;
            return item;
        }
    }
    return NULL;
}

static bool has(const struct node *wanted, const struct node *live);

// Either the same list item by item, or each wanted element is found by its key.
static bool has_list(const struct node *wanted, const struct node *live)
{
    bool in_place = node_len(wanted) == node_len(live);

    for (size_t i = 0; in_place && i < node_len(wanted); i++)
        in_place = has(node_item(wanted, i), node_item(live, i));
    if (in_place)
        return true;
    NODE_FOREACH_ITEM (item, wanted)
        if (!node_is(item, NODE_MAP) || !has(item, same_element(item, live)))
            return false;
    return true;
}

// Whether `live` has everything that `wanted` says; more is fine in maps (defaults, others'
// fields).
static bool has(const struct node *wanted, const struct node *live)
{
    if (node_is(wanted, NODE_NULL))
        return !live || node_is(live, NODE_NULL);
    if (!live)
        return false;
    if (node_is(wanted, NODE_MAP)) {
        if (!node_is(live, NODE_MAP))
            return false;
        NODE_FOREACH_PAIR (pair, wanted)
            if (!has(pair->value, node_get_span(live, pair->key)))
                return false;
        return true;
    }
    if (node_is(wanted, NODE_SEQ))
        return node_is(live, NODE_SEQ) && has_list(wanted, live);
    return same_scalar(wanted, live);
}

static bool owns_only(const struct node *fields, const struct node *wanted);

// The wanted element that a "k:{...}" entry stands for; defaulted keys may be absent in it.
static const struct node *keyed_element(struct span keys, const struct node *wanted)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    const struct node *key = doc_read_json(d, keys, "managedFields", ERR_API, &err);

    NODE_FOREACH_ITEM (item, wanted) {
        bool same = key != NULL;

        NODE_FOREACH_PAIR (pair, key) {
            const struct node *value = node_get_span(item, pair->key);

            if (value && !node_equal(value, pair->value))
                same = false;
        }
        if (same)
            return item;
    }
    return NULL;
}

static bool owns_entry(const struct pair *entry, const struct node *wanted)
{
    struct span name = entry->key;
    const struct node *below;

    if (span_is(name, "."))
        return true;
    if (span_skip(&name, "f:"))
        below = node_get_span(wanted, name);
    else if (span_skip(&name, "k:"))
        below = keyed_element(name, wanted);
    else
        // Elements of sets: their values are compared as part of the list.
        return wanted != NULL;
    return below && owns_only(entry->value, below);
}

// Whether each owned field is one that `wanted` has: if not, an apply would remove it.
static bool owns_only(const struct node *fields, const struct node *wanted)
{
    NODE_FOREACH_PAIR (entry, fields)
        if (!owns_entry(entry, wanted))
            return false;
    return true;
}

static const struct node *owned_fields(const struct node *live, const char *manager)
{
    const struct node *entries = node_path(live, "metadata", "managedFields");

    NODE_FOREACH_ITEM (entry, entries)
        if (span_is(node_get_text(entry, "manager"), manager) &&
            span_is(node_get_text(entry, "operation"), "Apply") &&
            !node_get_text(entry, "subresource").len)
            return node_get(entry, "fieldsV1");
    return NULL;
}

static bool is_bookkeeping(struct span key)
{
    static const char *const keys[] = {"managedFields", "resourceVersion", "generation",
                                       "creationTimestamp", "uid"};

    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (span_is(key, keys[i]))
            return true;
    return false;
}

bool compare_is_applied(const struct node *wanted, const struct node *live, const char *manager)
{
    const struct node *fields = owned_fields(live, manager);

    if (!fields || !owns_only(fields, wanted))
        return false;
    NODE_FOREACH_PAIR (pair, wanted) {
        // A manifest's status is not applied; creationTimestamp: null is a generator's habit.
        if (span_is(pair->key, "status"))
            continue;
        if (span_is(pair->key, "metadata")) {
            NODE_FOREACH_PAIR (meta, pair->value)
                if (!is_bookkeeping(meta->key) &&
                    !has(meta->value, node_get_span(node_get(live, "metadata"), meta->key)))
                    return false;
            continue;
        }
        if (!has(pair->value, node_get_span(live, pair->key)))
            return false;
    }
    return true;
}

static bool metadata_differs(const struct node *a, const struct node *b)
{
    NODE_FOREACH_PAIR (pair, a)
        if (!is_bookkeeping(pair->key) && !node_equal(pair->value, node_get_span(b, pair->key)))
            return true;
    return false;
}

static bool part_differs(const struct node *a, const struct node *b)
{
    NODE_FOREACH_PAIR (pair, a) {
        if (span_is(pair->key, "status") || span_is(pair->key, "metadata"))
            continue;
        if (!node_equal(pair->value, node_get_span(b, pair->key)))
            return true;
    }
    return metadata_differs(node_get(a, "metadata"), node_get(b, "metadata"));
}

bool compare_differs(const struct node *before, const struct node *after)
{
    return part_differs(before, after) || part_differs(after, before);
}
