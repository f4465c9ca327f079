// SPDX-License-Identifier: Apache-2.0
// Checks objects against tables of fields.
#include "model/kustomize/config/fields.h"

#include <strings.h>

#include "base/opt.h"

const struct field *fields_find(const struct fields *fields, struct span name)
{
    for (size_t i = 0; i < fields->count; i++) {
        if (span_is(name, fields->items[i].name))
            return &fields->items[i];
    }
    for (size_t i = 0; i < fields->count; i++) {
        const char *own = fields->items[i].name;
        if (strlen(own) == name.len && strncasecmp(own, name.ptr, name.len) == 0)
            return &fields->items[i];
    }
    return NULL;
}

static int unknown_field(struct kust *k, const struct node *object, const struct pair *pair,
                         const struct fields *fields, struct err **err)
{
    const char **names = arena_array(k->arena, fields->count, sizeof(*names));
    for (size_t i = 0; i < fields->count; i++)
        names[i] = fields->items[i].name;
    struct node at = *object;
    at.line = pair->line ? pair->line : object->line;
    kust_fail(k, &at, err, "unknown field '%.*s' in a %s", SPAN_ARG(pair->key), fields->what);
    const char *near = opt_nearest(arena_span(k->arena, pair->key).ptr, names, fields->count);
    return near ? err_hint(err, "did you mean '%s'?", near) : -1;
}

static int wrong_type(struct kust *k, const struct node *n, const char *name, const char *wanted,
                      struct err **err)
{
    return kust_fail(k, n, err, "field %s: expected %s, found %s", name, wanted, node_type_name(n));
}

static int check_text(struct kust *k, const struct node *n, const char *name, const char *wanted,
                      struct err **err)
{
    if (n->type == NODE_STRING)
        return 0;
    wrong_type(k, n, name, wanted, err);
    struct span text = node_source(n);
    return text.len ? err_hint(err, "put quotes around it: \"%.*s\"", SPAN_ARG(text)) : -1;
}

// Lists of texts and objects: a null item becomes the empty value.
static int check_list(struct kust *k, struct node *list, const struct field *f, struct err **err)
{
    if (list->type != NODE_SEQ)
        return wrong_type(k, list, f->name, "a list", err);
    for (uint32_t i = 0; i < list->seq.len; i++) {
        struct node *item = list->seq.items[i];
        if (f->type == FIELD_OBJECTS) {
            if (item->type == NODE_NULL)
                list->seq.items[i] = node_new_map(k->doc);
            else if (item->type != NODE_MAP)
                return wrong_type(k, item, f->name, "a list of maps", err);
            if (fields_check(k, list->seq.items[i], f->object, err) < 0)
                return -1;
        } else if (item->type == NODE_NULL) {
            list->seq.items[i] = node_new_str(k->doc, SPAN_EMPTY);
        } else if (check_text(k, item, f->name, "a list of texts", err) < 0) {
            return -1;
        }
    }
    return 0;
}

static int check_text_map(struct kust *k, struct node *map, const struct field *f, struct err **err)
{
    if (map->type != NODE_MAP)
        return wrong_type(k, map, f->name, "a map", err);
    NODE_FOREACH_PAIR (pair, map) {
        if (pair->value->type == NODE_NULL)
            pair->value = node_new_str(k->doc, SPAN_EMPTY);
        else if (check_text(k, pair->value, f->name, "texts", err) < 0)
            return -1;
    }
    return 0;
}

static int check_value(struct kust *k, struct node *value, const struct field *f, struct err **err)
{
    switch (f->type) {
    case FIELD_TEXT: return check_text(k, value, f->name, "a text", err);
    case FIELD_BOOL:
        return value->type == NODE_BOOL ? 0 : wrong_type(k, value, f->name, "true or false", err);
    case FIELD_INT:
        return value->type == NODE_INT ? 0 : wrong_type(k, value, f->name, "a whole number", err);
    case FIELD_TEXTS:
    case FIELD_OBJECTS: return check_list(k, value, f, err);
    case FIELD_TEXT_MAP: return check_text_map(k, value, f, err);
    case FIELD_OBJECT: return fields_check(k, value, f->object, err);
    case FIELD_ANY: return 0;
    }
    return 0;
}

int fields_check(struct kust *k, struct node *object, const struct fields *fields, struct err **err)
{
    if (object->type != NODE_MAP)
        return kust_fail(k, object, err, "expected a %s (a map), found %s", fields->what,
                         node_type_name(object));
    for (uint32_t i = 0; i < object->map.len;) {
        struct pair *pair = &object->map.pairs[i];
        const struct field *f = fields_find(fields, pair->key);
        if (!f && !fields->open)
            return unknown_field(k, object, pair, fields, err);
        if (pair->value->type == NODE_NULL) {
            (void)node_remove(object, pair->key);
            continue;
        }
        if (f && !span_is(pair->key, f->name))
            pair->key = doc_intern(k->doc, span_str(f->name));
        if (f && check_value(k, pair->value, f, err) < 0)
            return -1;
        i++;
    }
    return 0;
}
