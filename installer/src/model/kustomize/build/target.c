// SPDX-License-Identifier: Apache-2.0
// Reading a kustomization: finding its file, checking and completing it; and origins.
#include "base/mem.h"
#include "base/path.h"
#include "model/kustomize/build/accumulate.h"
#include "model/kustomize/config/fields.h"

const char *const kustomize_file_names[] = {"kustomization.yaml", "kustomization.yml",
                                            "Kustomization", NULL};

static int find_file(struct kust *k, struct loader *l, const char **name, struct err **err)
{
    *name = NULL;
    for (const char *const *it = kustomize_file_names; *it; it++) {
        char *path CLEANUP(mem_cleanup) = path_join(l->root, *it);
        char *real CLEANUP(mem_cleanup) = NULL;
        enum kustomize_entry entry;
        if (l->tree->ops->lookup(l->tree, path, &entry, &real, err) < 0)
            return -1;
        if (entry != KUSTOMIZE_FILE)
            continue;
        if (*name)
            return err_set(err, ERR_CONFIG, "%s holds both %s and %s", load_show(k, l, "."), *name,
                           *it);
        *name = *it;
    }
    if (*name)
        return 0;
    return err_set(err, ERR_CONFIG,
                   "there is no kustomization.yaml, kustomization.yml or Kustomization in %s",
                   load_show(k, l, "."));
}

static void warn_deprecated(struct kust *k, const struct node *spec)
{
    static const char *const fields[][2] = {{"bases", "resources"},
                                            {"commonLabels", "labels"},
                                            {"imageTags", "images"},
                                            {"patchesJson6902", "patches"},
                                            {"patchesStrategicMerge", "patches"},
                                            {"vars", "replacements"}};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        struct node *n = node_get(spec, fields[i][0]);
        if (n)
            report_trace(k->options->report, "kustomize", "%s: %s is deprecated, use %s",
                         kust_where(k, n), fields[i][0], fields[i][1]);
    }
}

// imageTags are images.
static void complete(struct kust *k, struct node *spec)
{
    struct node *tags = node_get(spec, "imageTags"), *images = node_get(spec, "images");
    if (!tags)
        return;
    if (!images) {
        node_set(k->doc, spec, SPAN("images"), tags);
        return;
    }
    NODE_FOREACH_ITEM (item, tags)
        node_push(k->doc, images, item);
}

static int check_type(struct kust *k, const struct target *t, struct err **err)
{
    struct node *kind = node_get(t->spec, "kind"), *version = node_get(t->spec, "apiVersion");
    bool component = span_is(node_text(kind), "Component");
    const char *wanted =
        component ? "kustomize.config.k8s.io/v1alpha1" : "kustomize.config.k8s.io/v1beta1";
    if (node_text(kind).len && !component && !span_is(node_text(kind), "Kustomization"))
        return kust_fail(k, kind, err, "kind should be Kustomization or Component, not %s",
                         node_str(kind));
    if (node_text(version).len && !span_is(node_text(version), wanted))
        return kust_fail(k, version, err, "apiVersion for %s should be %s, not %s",
                         component ? "Component" : "Kustomization", wanted, node_str(version));
    static const char *const helm[] = {"helmCharts", "helmGlobals", "helmChartInflationGenerator"};
    for (size_t i = 0; i < ARRAY_LEN(helm); i++) {
        struct node *n = node_get(t->spec, helm[i]);
        if (!n)
            continue;
        kust_unsupported(k, n, err, "%s needs the helm program, which is never run", helm[i]);
        return err_hint(err, "use a Flux HelmRelease, or commit the rendered chart");
    }
    return 0;
}

static int check_empty(const struct target *t, struct err **err)
{
    NODE_FOREACH_PAIR (pair, t->spec) {
        struct node *n = pair->value;
        bool type = span_is(pair->key, "kind") || span_is(pair->key, "apiVersion");
        bool empty = n->type == NODE_STRING && !n->text.len;
        if (!type && !empty)
            return 0;
    }
    return err_set(err, ERR_CONFIG, "%s is empty", t->file);
}

struct target *target_read(struct kust *k, struct loader *l, const struct origin *origin,
                           struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct target *t = ARENA_NEW(k->arena, struct target);
    t->loader = l;
    t->origin = origin;
    if (find_file(k, l, &t->file_name, err) < 0 ||
        load_file(k, l, NULL, t->file_name, &text, &t->file, err) < 0)
        return NULL;
    t->spec = doc_read_yaml11(k->doc, buf_span(&text), t->file, err);
    if (!t->spec || fields_check(k, t->spec, &fields_kustomization, err) < 0)
        return NULL;
    warn_deprecated(k, t->spec);
    complete(k, t->spec);
    return check_type(k, t, err) < 0 || check_empty(t, err) < 0 ? NULL : t;
}

const struct origin *origin_append(struct kust *k, const struct origin *from, const char *path)
{
    struct origin *o = ARENA_NEW(k->arena, struct origin);
    struct kustomize_git git;
    *o = *from;
    const char *base = from->path, *entry = path;
    if (kustomize_git_parse(k->arena, path, &git)) {
        o->repo = git.url;
        o->ref = git.ref;
        base = "";
        path = *git.path ? git.path : "notCloned"; // as kustomize has it
    }
    char *joined CLEANUP(mem_cleanup) = *base ? mem_printf("%s/%s", base, path) : mem_str(path);
    char *clean CLEANUP(mem_cleanup) = path_clean(joined);
    o->path = arena_str(k->arena, clean);
    const char **chain = arena_array(k->arena, from->chain_len + 1, sizeof(*chain));
    if (from->chain_len)
        memcpy(chain, from->chain, from->chain_len * sizeof(*chain));
    chain[from->chain_len] = arena_str(k->arena, entry);
    o->chain = chain;
    o->chain_len = from->chain_len + 1;
    return o;
}

const struct origin *origin_of_target(struct kust *k, const struct target *t, const char *kind,
                                      const char *field)
{
    struct origin *o = ARENA_NEW(k->arena, struct origin);
    *o = *t->origin;
    char *joined CLEANUP(mem_cleanup) = path_join(t->origin->path, t->file_name);
    o->configured_in = arena_str(k->arena, *t->origin->path ? joined : t->file_name);
    o->path = "";
    o->by_api_version = "builtin";
    o->by_kind = kind;
    o->field = field;
    return o;
}
