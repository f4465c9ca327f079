// SPDX-License-Identifier: Apache-2.0
// Chart.yaml as Helm types it (pkg/chart/v2/metadata.go and dependency.go, read by sigs.k8s.io/yaml
// and encoding/json): unknown fields do not count, a number or boolean is taken for its text where
// there has to be one, and a second file is read over the first one, field by field, list items by
// their place.
#include "model/chart/load/meta.h"

#include <stdlib.h>
#include <strings.h>

#include "base/vec.h"

enum field_type {
    FIELD_TEXT,
    FIELD_FLAG,
    FIELD_TEXTS,    // a list of texts
    FIELD_TEXT_MAP, // a map of texts
    FIELD_ANY_LIST, // a list of anything
    FIELD_STRUCTS,  // a list of maps with the fields of `of`
};

struct field {
    const char *name;
    enum field_type type;
    const struct field *of;
};

static const struct field maintainer_fields[] = {
    {"name", FIELD_TEXT, NULL}, {"email", FIELD_TEXT, NULL}, {"url", FIELD_TEXT, NULL}, {0}};

static const struct field dependency_fields[] = {{"name", FIELD_TEXT, NULL},
                                                 {"version", FIELD_TEXT, NULL},
                                                 {"repository", FIELD_TEXT, NULL},
                                                 {"condition", FIELD_TEXT, NULL},
                                                 {"tags", FIELD_TEXTS, NULL},
                                                 {"enabled", FIELD_FLAG, NULL},
                                                 {"alias", FIELD_TEXT, NULL},
                                                 {"import-values", FIELD_ANY_LIST, NULL},
                                                 {0}};

static const struct field chart_fields[] = {{"name", FIELD_TEXT, NULL},
                                            {"home", FIELD_TEXT, NULL},
                                            {"sources", FIELD_TEXTS, NULL},
                                            {"version", FIELD_TEXT, NULL},
                                            {"description", FIELD_TEXT, NULL},
                                            {"keywords", FIELD_TEXTS, NULL},
                                            {"maintainers", FIELD_STRUCTS, maintainer_fields},
                                            {"icon", FIELD_TEXT, NULL},
                                            {"apiVersion", FIELD_TEXT, NULL},
                                            {"condition", FIELD_TEXT, NULL},
                                            {"tags", FIELD_TEXT, NULL},
                                            {"appVersion", FIELD_TEXT, NULL},
                                            {"deprecated", FIELD_FLAG, NULL},
                                            {"annotations", FIELD_TEXT_MAP, NULL},
                                            {"kubeVersion", FIELD_TEXT, NULL},
                                            {"dependencies", FIELD_STRUCTS, dependency_fields},
                                            {"type", FIELD_TEXT, NULL},
                                            {0}};

struct reading {
    struct doc *d;
    const char *what;
    struct err **err;
};

static int wrong_type(const struct reading *r, struct span field, const struct node *value,
                      const char *wanted)
{
    return err_set(r->err, ERR_CONFIG, "%s:%u: %.*s is a %s instead of a %s", r->what, value->line,
                   SPAN_ARG(field), node_type_name(value), wanted);
}

// Any scalar but null is a text.
static struct node *text_of(const struct reading *r, const struct node *value)
{
    struct node *text = node_new_str(r->d, node_as_string(r->d, value));

    text->line = value->line;
    text->file = value->file;
    return text;
}

static int read_text(const struct reading *r, struct span name, const struct node *value,
                     struct node **out)
{
    if (node_is(value, NODE_MAP) || node_is(value, NODE_SEQ))
        return wrong_type(r, name, value, "string");
    *out = text_of(r, value);
    return 0;
}

static int read_texts(const struct reading *r, struct span name, const struct node *value,
                      const struct node *before, struct node *list)
{
    for (size_t i = 0; i < node_len(value); i++) {
        struct node *item = node_item(before, i);

        if ((!item || !node_is(node_item(value, i), NODE_NULL)) &&
            read_text(r, name, node_item(value, i), &item) < 0)
            return -1;
        node_push(r->d, list, item);
    }
    return 0;
}

static int read_text_map(const struct reading *r, struct span name, const struct node *value,
                         struct node *map)
{
    NODE_FOREACH_PAIR (pair, value) {
        struct node *text = NULL;

        if (read_text(r, name, pair->value, &text) < 0)
            return -1;
        node_set(r->d, map, pair->key, text);
    }
    return 0;
}

static int read_struct(const struct reading *r, const struct field *fields, const struct node *from,
                       struct node *to);

// A null among them stays, for meta_check() to refuse.
static int read_structs(const struct reading *r, const struct field *field,
                        const struct node *value, const struct node *before, struct node *list)
{
    NODE_FOREACH_ITEM (item, value) {
        struct node *known = node_item(before, item_at);
        struct node *to = node_is(known, NODE_MAP) ? known : node_new_map(r->d);

        if (node_is(item, NODE_NULL))
            to = item;
        else if (!node_is(item, NODE_MAP))
            return wrong_type(r, span_str(field->name), item, "map");
        else if (read_struct(r, field->of, item, to) < 0)
            return -1;
        to->line = item->line;
        node_push(r->d, list, to);
    }
    return 0;
}

static int read_list(const struct reading *r, const struct field *field, const struct node *value,
                     const struct node *before, struct node **out)
{
    struct span name = span_str(field->name);

    if (!node_is(value, NODE_SEQ))
        return wrong_type(r, name, value, "list");
    *out = node_new_seq(r->d);
    switch (field->type) {
    case FIELD_TEXTS: return read_texts(r, name, value, before, *out);
    case FIELD_STRUCTS: return read_structs(r, field, value, before, *out);
    default: *out = node_copy(r->d, value); return 0;
    }
}

static int read_field(const struct reading *r, const struct field *field, const struct node *value,
                      struct node *to)
{
    struct span name = span_str(field->name);
    struct node *before = node_get(to, field->name);
    struct node *read = NULL;
    int status = 0;

    if (node_is(value, NODE_NULL)) { // leaves a text or flag as it is, and empties the rest
        if (field->type > FIELD_FLAG)
            (void)node_remove(to, name);
        return 0;
    }
    switch (field->type) {
    case FIELD_TEXT: status = read_text(r, name, value, &read); break;
    case FIELD_FLAG:
        if (!node_is(value, NODE_BOOL))
            return wrong_type(r, name, value, "boolean");
        read = node_copy(r->d, value);
        break;
    case FIELD_TEXT_MAP:
        if (!node_is(value, NODE_MAP))
            return wrong_type(r, name, value, "map");
        read = before ? before : node_new_map(r->d);
        status = read_text_map(r, name, value, read);
        break;
    default: status = read_list(r, field, value, before, &read);
    }
    if (status == 0)
        node_set(r->d, to, name, read);
    return status;
}

// encoding/json finds a field whatever the case of its letters.
static const struct field *find_field(const struct field *fields, struct span key)
{
    for (const struct field *field = fields; field->name; field++)
        if (strlen(field->name) == key.len && strncasecmp(field->name, key.ptr, key.len) == 0)
            return field;
    return NULL;
}

static int compare_pairs(const void *a, const void *b)
{
    return span_cmp((*(const struct pair *const *)a)->key, (*(const struct pair *const *)b)->key);
}

// In the order of the keys, which is that of the JSON that Helm reads: the last one of a field
// counts.
static int read_struct(const struct reading *r, const struct field *fields, const struct node *from,
                       struct node *to)
{
    VEC(const struct pair *) pairs = {0};
    int status = 0;

    NODE_FOREACH_PAIR (pair, from)
        if (find_field(fields, pair->key))
            vec_push(&pairs, pair);
    if (pairs.len)
        qsort(pairs.items, pairs.len, sizeof(*pairs.items), compare_pairs);
    VEC_FOREACH (const struct pair **, it, &pairs)
        if (status == 0)
            status = read_field(r, find_field(fields, (*it)->key), (*it)->value, to);
    vec_free(&pairs);
    return status;
}

int meta_read(struct doc *d, const struct node *from, const char *what, struct node *meta,
              struct err **err)
{
    struct reading r = {.d = d, .what = what, .err = err};

    if (!node_is(from, NODE_MAP))
        return err_set(err, ERR_CONFIG, "%s:%u: is a %s instead of a map", what, from->line,
                       node_type_name(from));
    return read_struct(&r, chart_fields, from, meta);
}
