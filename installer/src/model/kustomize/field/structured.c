// SPDX-License-Identifier: Apache-2.0
// Replacements inside of JSON or YAML text.
#include "model/kustomize/field/structured.h"

#include "model/kustomize/gojson.h"
#include "model/kustomize/scalar.h"

// The first scalar on the path that is not its end; *parts is how many parts lead to it.
static struct node *find_text(struct kust *k, const struct fieldpath *p, struct node *root,
                              size_t *parts)
{
    for (size_t i = 1; i < p->len; i++) {
        struct err *ignored CLEANUP(err_cleanup) = NULL;
        struct node *n = NULL;
        if (fieldpath_get(k, p, i, root, &n, &ignored) == 0 && n && scalar_is(n)) {
            *parts = i;
            return n;
        }
    }
    return NULL;
}

// Changes a scalar of the structured data; false when its type does not take the text.
static bool set_inner(struct kust *k, struct node *n, const struct node *value)
{
    if (!scalar_is(n)) {
        node_become(n, node_copy(k->doc, value));
        return true;
    }
    struct span text = scalar_raw(value);
    if (n->type == NODE_STRING && !(n->flags & SCALAR_UNTYPED)) {
        scalar_set_string(k->doc, n, text);
        return true;
    }
    struct node *typed = node_new_plain(k->doc, text);
    if (typed->type != n->type && !(n->flags & SCALAR_UNTYPED))
        return false;
    node_become(n, typed);
    return true;
}

static void write_json(struct kust *k, struct node *field, const struct node *data)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct span original = scalar_raw(field);
    bool pretty = span_find(original, '\n') < original.len &&
                  span_search(original, SPAN("  ")) < original.len;
    gojson_write(k, data, pretty, &out);
    scalar_set_string(k->doc, field, buf_span(&out));
}

static bool is_edge(char c)
{
    return strchr(" \n\r\"',:]}", c) != NULL;
}

// Where `old` stands as a whole value in line `line` of `text`; text.len when it does not.
static size_t find_value(struct span text, uint32_t line, struct span old)
{
    struct span rest = text, one = SPAN_EMPTY;
    for (uint32_t i = 0; i < line; i++) {
        if (!span_next(&rest, '\n', &one))
            return text.len;
    }
    size_t start = (size_t)(one.ptr - text.ptr);
    for (size_t at = one.len; old.len && at-- > 0;) {
        bool before = at > 0 && strchr(" \"'[{", one.ptr[at - 1]);
        bool after = at + old.len >= one.len || is_edge(one.ptr[at + old.len]);
        if (before && after && span_starts(span_tail(one, at), old.ptr))
            return start + at;
    }
    return text.len;
}

// YAML keeps its layout and comments: the new value is put in the place of the old one.
static bool write_yaml(struct kust *k, struct node *field, const struct node *was,
                       struct span value)
{
    struct span text = scalar_raw(field);
    size_t at = find_value(text, was->line, scalar_raw(was));
    struct node *plain = node_new_plain(k->doc, value);
    bool quoted = was->type == NODE_STRING && (was->flags & NODE_QUOTED);
    if (at == text.len || (!quoted && plain->type != was->type) ||
        span_find(value, '\n') < value.len)
        return false;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    buf_add_span(&out, span_head(text, at));
    buf_add_span(&out, value);
    buf_add_span(&out, span_tail(text, at + scalar_raw(was).len));
    struct node copy = *field;
    scalar_set_string(k->doc, &copy, buf_span(&out));
    *field = copy;
    return true;
}

static bool set_yaml(struct kust *k, struct node *field, const struct node_list *fields,
                     const struct node *data, const struct node *value)
{
    bool laid_out = scalar_is(value);
    for (size_t i = fields->len; i-- > 0;) {
        struct node was = *fields->items[i];
        laid_out = laid_out && was.line > 0 && scalar_is(&was);
        if (!set_inner(k, fields->items[i], value))
            return false;
        laid_out = laid_out && write_yaml(k, field, &was, scalar_raw(value));
    }
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    if (!laid_out)
        doc_write_yaml(data, &out);
    scalar_set_string(k->doc, field, span_trim(laid_out ? scalar_raw(field) : buf_span(&out)));
    return true;
}

bool structured_set(struct kust *k, const struct fieldpath *p, struct node *root,
                    const struct node *value, enum fieldpath_create create)
{
    size_t parts = 0;
    struct node *field = find_text(k, p, root, &parts);
    struct span text = scalar_raw(field);
    if (!field || !text.len || field->type == NODE_NULL)
        return false;
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct node_list fields = {0};
    struct node *data = doc_read_yaml_one(k->doc, text, "", &ignored);
    if (!data || fieldpath_match(k, p, parts, data, create, &fields, &ignored) < 0 || !fields.len)
        return false;
    struct span start = span_trim(text);
    if (!span_starts(start, "{") && !span_starts(start, "["))
        return set_yaml(k, field, &fields, data, value);
    for (size_t i = 0; i < fields.len; i++) {
        if (!set_inner(k, fields.items[i], value))
            return false;
    }
    write_json(k, field, data);
    return true;
}
