// SPDX-License-Identifier: Apache-2.0
// Reading a kustomization: finding its file, checking and completing it.
#include "model/kustomize/build/target.h"

#include "base/mem.h"
#include "base/path.h"
#include "model/kustomize/config/fields.h"
#include "model/kustomize/schema/schema.h"

const char *const kustomize_file_names[] = {"kustomization.yaml", "kustomization.yml",
                                            "Kustomization", NULL};

// *name is NULL when there is none.
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
    return 0;
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

// To kustomize a file that says nothing is an error, to a program that rewrites it not.
static bool says_nothing(struct kust *k, const struct loader *l, struct span text)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node *read = NULL;
    return k->options->edit && !l->referrer && doc_read_text(d, text, &read, &err) == 0 && !read;
}

static struct node *read_file(struct kust *k, struct target *t, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    if (load_file(k, t->loader, NULL, t->file_name, &text, &t->file, err) < 0)
        return NULL;
    if (says_nothing(k, t->loader, buf_span(&text)))
        return node_new_map(k->doc);
    return doc_read_yaml11(k->doc, buf_span(&text), t->file, err);
}

// What the file of the folder that is built says once it was edited.
static struct node *edit_file(struct kust *k, struct target *t, struct err **err)
{
    struct kustomize_edit *edit = k->options->edit;
    bool exists = t->file_name != NULL;
    struct node *spec = exists ? read_file(k, t, err) : node_new_map(k->doc);
    if (!spec)
        return NULL;
    if (!exists) {
        t->file_name = kustomize_file_names[0];
        t->file = load_show(k, t->loader, t->file_name);
    }
    fields_rewrite(k, spec, &fields_kustomization);
    // What is wrong in it is told as what the file says, before anything is added.
    if (fields_check(k, spec, &fields_kustomization, err) < 0)
        return NULL;
    return edit->change(edit, k->doc, spec, exists, err) < 0 ? NULL : spec;
}

struct target *target_read(struct kust *k, struct loader *l, const struct origin *origin,
                           struct err **err)
{
    bool edited = k->options->edit && !l->referrer;
    struct target *t = ARENA_NEW(k->arena, struct target);
    t->loader = l;
    t->origin = origin;
    if (find_file(k, l, &t->file_name, err) < 0)
        return NULL;
    if (!t->file_name && !edited) {
        err_set(err, ERR_CONFIG,
                "there is no kustomization.yaml, kustomization.yml or Kustomization in %s",
                load_show(k, l, "."));
        return NULL;
    }
    t->spec = edited ? edit_file(k, t, err) : read_file(k, t, err);
    if (!t->spec || fields_check(k, t->spec, &fields_kustomization, err) < 0)
        return NULL;
    warn_deprecated(k, t->spec);
    complete(k, t->spec);
    return check_type(k, t, err) < 0 || check_empty(t, err) < 0 ? NULL : t;
}

int target_set_schema(struct kust *k, struct target *t, struct err **err)
{
    struct node *openapi = node_get(t->spec, "openapi");
    struct node *path = node_get(openapi, "path"), *version = node_get(openapi, "version");
    if (path && version)
        return kust_fail(k, openapi, err,
                         "openapi: either a built-in `version` or a `path` to a "
                         "schema of your own, not both");
    if (version && node_text(version).len && !span_is(node_text(version), "v1.21.2") &&
        !span_is(node_text(version), "v1212"))
        return kust_fail(k, version, err, "openapi: version %s is not built in, only v1.21.2 is",
                         node_str(version));
    if (k->schema_set || (!path && !(version && node_text(version).len)))
        return 0;
    k->schema_set = true;
    if (!path)
        return 0;
    struct node *schema = load_yaml(k, t->loader, path, node_str(path), err);
    if (!schema)
        return -1;
    // kustomize loads its built-in schemas when something first asks for them, and keeps them.
    enum schemas_builtin builtin = SCHEMAS_NOT_BUILTIN;
    if (k->schema_used)
        builtin = SCHEMAS_BUILTIN_LAST;
    else if (k->unknown_scope)
        builtin = SCHEMAS_BUILTIN_FIRST;
    return schemas_use_custom(k->schemas, schema, builtin, err);
}
