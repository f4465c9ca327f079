// SPDX-License-Identifier: Apache-2.0
// Walking the paths of replacements and vars, with and without patterns.
#include "model/kustomize/field/fieldpath.h"

#include "io/regex.h"
#include "model/kustomize/field/path.h"
#include "model/kustomize/scalar.h"

static bool is_number(struct span s, uint64_t *value)
{
    return span_u64(s, value);
}

static bool is_element(struct span s)
{
    return s.len >= 2 && s.ptr[0] == '[' && s.ptr[s.len - 1] == ']';
}

// "name[3]" as "name" and "3"; anything else as it is.
static void push_indexed(struct kust *k, struct path_parts *out, struct span part)
{
    uint64_t index = 0;
    size_t open = span_rfind(part, '[');
    if (open < part.len && span_ends(part, "]") &&
        is_number(span_of(part.ptr + open + 1, part.len - open - 2), &index)) {
        if (open)
            vec_push_arena(k->arena, out, span_head(part, open));
        vec_push_arena(k->arena, out, span_of(part.ptr + open + 1, part.len - open - 2));
        return;
    }
    vec_push_arena(k->arena, out, part);
}

struct fieldpath fieldpath_new(struct kust *k, struct span text, bool indexes)
{
    struct path_parts parts = path_split(k->arena, text, '.', true), indexed = {0};
    if (!indexes)
        return (struct fieldpath){text, parts.items, parts.len};
    VEC_FOREACH (const struct span *, part, &parts)
        push_indexed(k, &indexed, *part);
    return (struct fieldpath){text, indexed.items, indexed.len};
}

static int misfit(struct kust *k, const struct fieldpath *p, const struct node *n,
                  const char *wanted, struct err **err)
{
    return kust_fail(k, n, err, "path %.*s: expected %s, found %s", SPAN_ARG(p->text), wanted,
                     node_type_name(n));
}

// "[field=value]" taken apart; false when it has no "=".
static bool split_element(struct span part, struct span *field, struct span *value)
{
    return span_cut(span_of(part.ptr + 1, part.len - 2), '=', field, value);
}

static int get_element(struct kust *k, const struct fieldpath *p, struct span part,
                       const struct node *seq, struct node **out, struct err **err)
{
    struct span field, value;
    *out = NULL;
    if (!split_element(part, &field, &value))
        return kust_fail(k, seq, err, "path %.*s: write [field=value], not %.*s", SPAN_ARG(p->text),
                         SPAN_ARG(part));
    NODE_FOREACH_ITEM (item, seq) {
        const struct node *held = field.len ? node_get_span(item, field) : item;
        if (!*out && held && scalar_is(held) && span_eq(scalar_raw(held), value))
            *out = item;
    }
    return 0;
}

static int get_part(struct kust *k, const struct fieldpath *p, struct span part, struct node *n,
                    struct node **out, struct err **err)
{
    uint64_t index = 0;
    bool number = is_number(part, &index), last = span_is(part, "-");
    if (span_is(part, "*"))
        return kust_fail(k, n, err, "path %.*s: a wildcard is not possible here",
                         SPAN_ARG(p->text));
    if (number || last || is_element(part)) {
        if (n->type != NODE_SEQ)
            return misfit(k, p, n, "a list", err);
        if (!number && !last)
            return get_element(k, p, part, n, out, err);
        if (last && !n->seq.len)
            return kust_fail(k, n, err, "path %.*s: the list is empty", SPAN_ARG(p->text));
        *out = node_item(n, last ? n->seq.len - 1 : index);
        return 0;
    }
    if (n->type != NODE_MAP)
        return misfit(k, p, n, "a map", err);
    *out = node_get_span(n, part);
    return 0;
}

int fieldpath_get(struct kust *k, const struct fieldpath *p, size_t len, struct node *root,
                  struct node **out, struct err **err)
{
    *out = root;
    for (size_t i = 0; i < len && *out; i++) {
        struct span part = span_trim(p->parts[i]);
        if (!part.len)
            continue;
        if ((*out)->type == NODE_NULL) {
            *out = NULL;
            return 0;
        }
        if (get_part(k, p, part, *out, out, err) < 0)
            return -1;
    }
    return 0;
}

struct matching {
    struct kust *kust;
    const struct fieldpath *path;
    enum fieldpath_create create;
    struct node_list *out;
};

static int match_on(const struct matching *m, size_t at, struct node *n, struct err **err);

// A field that the path needs at `at`: what it is follows from the part after it.
static struct node *new_part(const struct matching *m, size_t at)
{
    struct doc *d = m->kust->doc;
    uint64_t index = 0;
    if (at < m->path->len) {
        struct span next = m->path->parts[at];
        return is_element(next) || is_number(next, &index) ? node_new_seq(d) : node_new_map(d);
    }
    if (m->create == FIELDPATH_CREATE_MAP)
        return node_new_map(d);
    if (m->create == FIELDPATH_CREATE_SEQ)
        return node_new_seq(d);
    struct node *scalar = node_new_str(d, SPAN_EMPTY);
    scalar->flags |= SCALAR_UNTYPED;
    return scalar;
}

static int match_index(const struct matching *m, size_t at, uint64_t index, struct node *n,
                       struct err **err)
{
    if (n->type != NODE_SEQ && n->type != NODE_NULL)
        return misfit(m->kust, m->path, n, "a list", err);
    if (n->type == NODE_SEQ && n->seq.len == index && m->create)
        node_push(m->kust->doc, n, new_part(m, at + 1));
    if (index >= node_len(n))
        return kust_fail(m->kust, n, err, "path %.*s: there is no item %u, the list has %zu",
                         SPAN_ARG(m->path->text), (unsigned)index, node_len(n));
    return match_on(m, at + 1, node_item(n, index), err);
}

// Unanchored, as kustomize has it.
static int text_matches(struct regex *regex, struct span pattern, struct span text, bool *match,
                        struct err **err)
{
    if (regex)
        return regex_match(regex, text, match, err);
    *match = !pattern.len || span_search(text, pattern) < text.len;
    return 0;
}

static int match_items(const struct matching *m, size_t at, struct span field, struct span pattern,
                       struct regex *regex, struct node *n, struct err **err)
{
    for (uint32_t i = 0; i < node_len(n); i++) {
        struct node *item = node_item(n, i);
        struct node *held = field.len ? node_get_span(item, field) : item;
        bool match = false;
        if (!held || !scalar_is(held))
            continue;
        if (text_matches(regex, pattern, scalar_raw(held), &match, err) < 0)
            return -1;
        if (!match)
            continue;
        if (!field.len)
            vec_push_arena(m->kust->arena, m->out, item);
        else if (match_on(m, at + 1, item, err) < 0)
            return -1;
    }
    return 0;
}

static bool has_meta(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (strchr("\\^$.|?*+()[]{}", s.ptr[i]))
            return true;
    }
    return false;
}

static struct node *new_element(const struct matching *m, struct span field, struct span value)
{
    struct doc *d = m->kust->doc;
    struct node *text = node_new_plain(d, value);
    if (!field.len)
        return text;
    struct node *map = node_new_map(d);
    node_set(d, map, field, text);
    return map;
}

static int match_element(const struct matching *m, size_t at, struct node *n, struct err **err)
{
    struct kust *k = m->kust;
    struct span field, pattern, part = m->path->parts[at];
    if (!split_element(part, &field, &pattern))
        return kust_fail(k, n, err, "path %.*s: write [field=value], not %.*s",
                         SPAN_ARG(m->path->text), SPAN_ARG(part));
    if (n->type != NODE_SEQ && n->type != NODE_NULL)
        return misfit(k, m->path, n, "a list", err);
    struct regex *regex CLEANUP(regex_cleanup) = NULL;
    if (has_meta(pattern) && !(regex = regex_new(pattern, 0, err)))
        return err_wrap(err, "path %.*s", SPAN_ARG(m->path->text));
    size_t before = m->out->len;
    if (match_items(m, at, field, pattern, regex, n, err) < 0)
        return -1;
    if (m->out->len > before || !m->create || n->type != NODE_SEQ)
        return 0;
    node_push(k->doc, n, new_element(m, field, pattern));
    return match_items(m, at, field, pattern, regex, n, err);
}

static int match_field(const struct matching *m, size_t at, struct node *n, struct err **err)
{
    struct kust *k = m->kust;
    if (n->type == NODE_NULL)
        return 0;
    if (n->type != NODE_MAP)
        return misfit(k, m->path, n, "a map", err);
    struct node *field = node_get_span(n, m->path->parts[at]);
    if (!field && !m->create)
        return 0;
    if (!field) {
        field = new_part(m, at + 1);
        node_set(k->doc, n, m->path->parts[at], field);
    }
    return match_on(m, at + 1, field, err);
}

static int match_on(const struct matching *m, size_t at, struct node *n, struct err **err)
{
    if (at == m->path->len) {
        vec_push_arena(m->kust->arena, m->out, n);
        return 0;
    }
    struct span part = m->path->parts[at];
    uint64_t index = 0;
    if (is_number(part, &index))
        return match_index(m, at, index, n, err);
    if (is_element(part))
        return match_element(m, at, n, err);
    if (!span_is(part, "*"))
        return match_field(m, at, n, err);
    if (n->type != NODE_SEQ && n->type != NODE_NULL)
        return misfit(m->kust, m->path, n, "a list", err);
    for (uint32_t i = 0; i < node_len(n); i++) {
        if (match_on(m, at + 1, node_item(n, i), err) < 0)
            return -1;
    }
    return 0;
}

int fieldpath_match(struct kust *k, const struct fieldpath *p, size_t from, struct node *root,
                    enum fieldpath_create create, struct node_list *out, struct err **err)
{
    struct matching m = {k, p, create, out};
    return match_on(&m, from, root, err);
}
