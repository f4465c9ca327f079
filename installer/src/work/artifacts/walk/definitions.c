// SPDX-License-Identifier: Apache-2.0
// Versions of the API and scopes of kinds by the definitions of custom resources.
#include "work/artifacts/walk/definitions.h"

#include <string.h>

// A version of the API that a definition brings.
struct version {
    struct span text;
    const char *only_by; // the release whose templates are all that brings it; else NULL
    unsigned pass;       // the last one that brought it
};

struct scope {
    bool is_cluster;
};

// What templates make is not there yet when they are executed; what is in crds/ is, and what
// somebody else applies may be.
static const char *only_by(struct walk *w, const struct deep_object *object)
{
    if (object->by->kind != DEEP_RELEASE || object->is_crd || object->also_count)
        return NULL;
    return arena_str(w->own_arena, object->by->label);
}

static bool is_only_by(const struct version *version, const char *label)
{
    return version->only_by && strcmp(version->only_by, label) == 0;
}

static struct version *version_of(struct walk *w, const char *text)
{
    struct version *version = map_get(&w->api_versions, span_str(text));

    if (version)
        return version;
    version = ARENA_NEW(w->own_arena, struct version);
    version->text = arena_span(w->own_arena, span_str(text));
    (void)map_put(&w->api_versions, version->text, version);
    return version;
}

static void add(struct walk *w, const char *by, const char *text)
{
    struct version *version = version_of(w, text);

    if (version->pass != w->pass)
        version->only_by = by;
    else if (!by || !is_only_by(version, by))
        version->only_by = NULL;
    version->pass = w->pass;
}

static struct span scope_key(struct arena *arena, struct span group, struct span kind)
{
    return span_str(arena_printf(arena, "%.*s %.*s", SPAN_ARG(group), SPAN_ARG(kind)));
}

static void add_scope(struct walk *w, struct span group, const struct node *spec)
{
    struct span kind = node_get_text(node_get(spec, "names"), "kind");
    struct scope *scope = ARENA_NEW(w->own_arena, struct scope);

    scope->is_cluster = span_is(node_get_text(spec, "scope"), "Cluster");
    (void)map_put(&w->scopes, scope_key(w->own_arena, group, kind), scope);
}

void definitions_add(struct walk *w, const struct deep_object *object)
{
    const struct node *spec = node_get(object->node, "spec");
    struct span group = node_get_text(spec, "group");
    const char *by;

    if (!span_is(object->id.group, "apiextensions.k8s.io") ||
        !span_is(object->id.kind, "CustomResourceDefinition"))
        return;
    by = only_by(w, object);
    add_scope(w, group, spec);
    NODE_FOREACH_ITEM (version, node_get(spec, "versions")) {
        struct span name = node_get_text(version, "name");

        if (!node_get_bool(version, "served", false))
            continue;
        add(w, by, arena_printf(w->arena, "%.*s/%.*s", SPAN_ARG(group), SPAN_ARG(name)));
        add(w, by,
            arena_printf(w->arena, "%.*s/%.*s/%s", SPAN_ARG(group), SPAN_ARG(name),
                         node_get_str(node_get(spec, "names"), "kind")));
    }
}

void definitions_for(const struct walk *w, const char *release, release_api_versions *out)
{
    MAP_FOREACH (e, &w->api_versions)
        if (!is_only_by(e->value, release))
            vec_push(out, ((const struct version *)e->value)->text);
}

bool definitions_are_cluster_scoped(void *walk, struct span group, struct span kind)
{
    struct walk *w = walk;
    struct span key = scope_key(w->own_arena, group, kind);
    const struct scope *scope = map_get(&w->scopes, key);

    if (!scope)
        vec_push(&w->unknown_scopes, key);
    return scope && scope->is_cluster;
}

// --- whether they settle ---

static bool is_served(const struct walk *w, const char *release, const char *asked)
{
    const struct version *version = map_get(&w->api_versions, span_str(asked));

    return version && !is_only_by(version, release);
}

static size_t count_for(const struct walk *w, const char *release)
{
    size_t count = 0;

    MAP_FOREACH (e, &w->api_versions)
        count += !is_only_by(e->value, release);
    return count;
}

static bool was_served(const struct chart_question *q)
{
    return strcmp(q->answer, "true") == 0;
}

// The question of a release that would have another answer now, or NULL.
static const struct chart_question *outdated(const struct walk *w, const struct finished *f)
{
    VEC_FOREACH (const struct chart_question *, q, &f->result->rendering->questions) {
        if (q->of != CHART_ASKED_API_VERSION)
            continue;
        if (q->asked[0] ? !was_served(q) && is_served(w, f->label, q->asked)
                        : f->versions != count_for(w, f->label))
            return q;
    }
    return NULL;
}

bool definitions_outdate(const struct walk *w, const struct finished *release)
{
    VEC_FOREACH (const struct span *, it, &release->unknown) {
        const struct scope *scope = map_get(&w->scopes, *it);

        if (scope && scope->is_cluster)
            return true;
    }
    return outdated(w, release) != NULL;
}

const struct finished *definitions_change(struct walk *w)
{
    VEC_FOREACH (const struct deep_object *, it, &w->deep->objects)
        definitions_add(w, it); // who else applies it is known now
    MAP_FOREACH (e, &w->finished)
        if (!((const struct finished *)e->value)->is_between && definitions_outdate(w, e->value))
            return e->value;
    return NULL;
}

int definitions_never_settle(const struct walk *w, const struct finished *release, struct err **err)
{
    const struct chart_question *q = outdated(w, release);

    err_set(err, ERR_CONFIG,
            "%s: which definitions the tree brings does not settle: in pass %u %s asks whether the "
            "cluster serves %s, and only then something brings it",
            release->label, w->pass, q && q->where ? q->where : "its chart",
            q && q->asked[0] ? q->asked : "all that it does");
    return err_hint(err, "templates that bring definitions for others that bring definitions can "
                         "only be followed so far: set by a value what they ask .Capabilities");
}

static int check(const struct walk *w, const struct finished *f, struct err **err)
{
    VEC_FOREACH (const struct chart_question *, q, &f->result->rendering->questions) {
        const struct version *version = map_get(&w->api_versions, span_str(q->asked));

        if (q->of != CHART_ASKED_API_VERSION || !was_served(q) || !version ||
            version->pass == w->pass)
            continue;
        err_set(err, ERR_CONFIG,
                "%s: %s asks whether the cluster serves %s: something in the tree brings it only "
                "as long as this is not so",
                f->label, q->where ? q->where : "its chart", q->asked);
        return err_hint(err, "which of the two comes first is only seen in a cluster: set by a "
                             "value what the charts ask .Capabilities");
    }
    return 0;
}

int definitions_check(const struct walk *w, struct err **err)
{
    MAP_FOREACH (e, &w->finished)
        if (!((const struct finished *)e->value)->is_between && check(w, e->value, err) < 0)
            return -1;
    return 0;
}
