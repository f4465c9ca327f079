// SPDX-License-Identifier: Apache-2.0
// Selectors of patches and replacements, and what was probably meant when one matched nothing.
#include "model/kustomize/resource/selector.h"

#include "base/opt.h"
#include "io/regex.h"
#include "model/kustomize/resource/labels.h"

// A pattern for the whole of a text; plain words are compared, not compiled.
struct pattern {
    struct span text; // empty: fits all
    struct regex *regex;
};

struct selector {
    struct pattern group, version, kind, name, ns;
    struct label_selector labels, annotations;
};

static bool is_literal(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (strchr("\\^$.|?*+()[]{}", s.ptr[i]))
            return false;
    }
    return true;
}

static int pattern_read(struct kust *k, const struct node *n, const char *field, struct pattern *p,
                        struct err **err)
{
    struct node *value = node_get(n, field);
    p->text = node_text(value);
    p->regex = NULL;
    if (is_literal(p->text))
        return 0;
    p->regex = regex_new(p->text, REGEX_ANCHORED, err);
    if (!p->regex)
        return err_wrap(err, "%s: %s", kust_where(k, value), field);
    vec_push_arena(k->arena, &k->regexes, p->regex);
    return 0;
}

static int pattern_match(const struct pattern *p, struct span text, bool *match, struct err **err)
{
    if (p->regex)
        return regex_match(p->regex, text, match, err);
    *match = !p->text.len || span_eq(p->text, text);
    return 0;
}

const struct selector *selector_new(struct kust *k, const struct node *n, struct err **err)
{
    struct selector *s = ARENA_NEW(k->arena, struct selector);
    if (pattern_read(k, n, "group", &s->group, err) < 0 ||
        pattern_read(k, n, "version", &s->version, err) < 0 ||
        pattern_read(k, n, "kind", &s->kind, err) < 0 ||
        pattern_read(k, n, "name", &s->name, err) < 0 ||
        pattern_read(k, n, "namespace", &s->ns, err) < 0)
        return NULL;
    struct node *labels = node_get(n, "labelSelector");
    struct node *annotations = node_get(n, "annotationSelector");
    if (label_selector_parse(k, labels, node_text(labels), &s->labels, err) < 0 ||
        label_selector_parse(k, annotations, node_text(annotations), &s->annotations, err) < 0)
        return NULL;
    return s;
}

bool selector_any_id(const struct selector *s)
{
    return !s->group.text.len && !s->version.text.len && !s->kind.text.len && !s->name.text.len &&
           !s->ns.text.len;
}

bool selector_has_expressions(const struct selector *s)
{
    return s->labels.len || s->annotations.len;
}

struct resource_list selector_candidates(const struct selector *s, struct kust *k, struct resmap *m)
{
    struct resource_list named = {0};
    if (s->name.regex || !s->name.text.len)
        return (struct resource_list){.items = m->items, .len = m->len};
    resmap_find_name(k, m, s->name.text, &named);
    return named;
}

static int either(const struct pattern *p, struct span first, struct span second, bool *match,
                  struct err **err)
{
    if (!p->text.len) {
        *match = true;
        return 0;
    }
    if (pattern_match(p, first, match, err) < 0)
        return -1;
    return *match || span_eq(first, second) ? 0 : pattern_match(p, second, match, err);
}

static int gvk_matches(const struct selector *s, const struct gvk *g, bool *match, struct err **err)
{
    if (pattern_match(&s->kind, g->kind, match, err) < 0)
        return -1;
    if (*match && pattern_match(&s->group, g->group, match, err) < 0)
        return -1;
    return *match ? pattern_match(&s->version, g->version, match, err) : 0;
}

bool selector_matches_expressions(const struct selector *s, const struct resource *r)
{
    struct node *meta = node_get(r->node, "metadata");
    return (!s->labels.len || label_selector_matches(&s->labels, node_get(meta, "labels"))) &&
           (!s->annotations.len ||
            label_selector_matches(&s->annotations, node_get(meta, "annotations")));
}

int selector_matches(const struct selector *s, const struct resource *r, bool *match,
                     struct err **err)
{
    struct resid now = resource_id(r), first = resource_original_id(r);
    if (gvk_matches(s, &now.gvk, match, err) < 0)
        return -1;
    if (*match && either(&s->name, first.name, now.name, match, err) < 0)
        return -1;
    if (*match && either(&s->ns, resid_namespace(&first), resid_namespace(&now), match, err) < 0)
        return -1;
    *match = *match && selector_matches_expressions(s, r);
    return 0;
}

int selector_matches_id(const struct selector *s, const struct resid *id, bool *match,
                        struct err **err)
{
    if (gvk_matches(s, &id->gvk, match, err) < 0)
        return -1;
    if (*match && pattern_match(&s->name, id->name, match, err) < 0)
        return -1;
    return *match ? pattern_match(&s->ns, id->ns, match, err) : 0;
}

#define SUGGEST_MAX 2000 // resources that are looked at

int selector_suggest(struct kust *k, const struct resmap *m, struct span kind, struct span name,
                     struct err **err)
{
    size_t count = m->len < SUGGEST_MAX ? m->len : SUGGEST_MAX;
    const char **same_kind = arena_array(k->arena, count + 1, sizeof(*same_kind));
    const char *same_name = NULL;
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        const struct resource *r = m->items[i];
        if (resource_empty(r))
            continue;
        if (!kind.len || span_eq(resource_kind(r), kind))
            same_kind[len++] = arena_span(k->arena, resource_name(r)).ptr;
        if (name.len && span_eq(resource_name(r), name))
            same_name = resource_text(k, r);
    }
    if (same_name)
        return err_hint(err, "there is %s", same_name);
    const char *near = opt_nearest(arena_span(k->arena, name).ptr, same_kind, len);
    if (near)
        return err_hint(err, "did you mean %.*s %s?", SPAN_ARG(kind), near);
    if (len)
        return err_hint(err, "there is %.*s%s%s", SPAN_ARG(kind), kind.len ? " " : "",
                        same_kind[0]);
    return kind.len ? err_hint(err, "there is nothing of kind %.*s", SPAN_ARG(kind)) : -1;
}
