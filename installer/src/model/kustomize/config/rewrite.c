// SPDX-License-Identifier: Apache-2.0
// What a kustomization loses and gains when a Go program reads it with sigs.k8s.io/yaml, which is
// not strict, into the types of kustomize's API, and writes it anew.
#include "model/kustomize/config/fields.h"

// Whether sigs.k8s.io/yaml sees that a field of `in` is a text. It does not look through types that
// a Go type embeds, and what lies in these is not converted: the names of a target, a generator's
// fields but a Secret's type, all of a replacement but its path.
static bool sees_texts(const struct fields *in, const struct field *f)
{
    static const char *const embedding[] = {"target", "field spec", "var's objref",
                                            "configMapGenerator entry"};

    for (size_t i = 0; i < ARRAY_LEN(embedding); i++) {
        if (strcmp(in->what, embedding[i]) == 0)
            return span_ends(span_str(f->name), "Selector") ||
                   (i == 1 && strcmp(f->name, "path") == 0) ||
                   (i == 2 && strcmp(f->name, "apiVersion") == 0);
    }
    if (strcmp(in->what, "secretGenerator entry") == 0)
        return strcmp(f->name, "type") == 0;
    if (strcmp(in->what, "replacement") == 0)
        return strcmp(f->name, "path") == 0;
    return strcmp(f->name, "kind") != 0 && strcmp(f->name, "apiVersion") != 0;
}

static void make_text(struct kust *k, struct node *n)
{
    struct span text;

    if (n->type != NODE_INT && n->type != NODE_FLOAT && n->type != NODE_BOOL)
        return;
    text = node_as_string(k->doc, n);
    *n = (struct node){.type = NODE_STRING, .file = n->file, .line = n->line, .text = text};
}

static void rewrite_map(struct kust *k, struct node *map, const struct fields *fields, bool seen);

static void rewrite_value(struct kust *k, struct node *value, const struct field *f, bool seen)
{
    switch (f->type) {
    case FIELD_TEXT:
        if (seen)
            make_text(k, value);
        break;
    case FIELD_TEXTS:
    case FIELD_TEXT_MAP:
        if (!seen)
            break;
        NODE_FOREACH_ITEM (item, value)
            make_text(k, item);
        NODE_FOREACH_PAIR (pair, value)
            make_text(k, pair->value);
        break;
    case FIELD_OBJECT: rewrite_map(k, value, f->object, seen); break;
    case FIELD_OBJECTS:
        NODE_FOREACH_ITEM (item, value)
            rewrite_map(k, item, f->object, seen);
        break;
    case FIELD_BOOL:
    case FIELD_INT:
    case FIELD_ANY: break;
    }
}

static void tell_lost(struct kust *k, const struct node *map, const struct pair *pair)
{
    struct kustomize_edit *edit = k->options->edit;
    struct node at = *map;

    if (!edit->lost)
        return;
    at.line = pair->line ? pair->line : map->line;
    edit->lost(edit, kust_where(k, &at), pair->key);
}

static void rewrite_map(struct kust *k, struct node *map, const struct fields *fields, bool seen)
{
    if (map->type != NODE_MAP)
        return;
    for (uint32_t i = 0; i < map->map.len;) {
        struct pair *pair = &map->map.pairs[i];
        const struct field *f = fields_find(fields, pair->key);

        if (!f) {
            tell_lost(k, map, pair);
            (void)node_remove(map, pair->key);
            continue;
        }
        rewrite_value(k, pair->value, f, seen && sees_texts(fields, f));
        i++;
    }
}

void fields_rewrite(struct kust *k, struct node *object, const struct fields *fields)
{
    rewrite_map(k, object, fields, true);
}
