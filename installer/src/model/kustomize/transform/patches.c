// SPDX-License-Identifier: Apache-2.0
// The patch transformer: strategic merge and JSON patches from files or in place, with and without
// a target, for `patches` and the two older fields.
#include "io/regex.h"
#include "model/kustomize/merge/jsonpatch.h"
#include "model/kustomize/merge/merge.h"
#include "model/kustomize/resource/objects.h"
#include "model/kustomize/resource/selector.h"
#include "model/kustomize/scalar.h"
#include "model/kustomize/transform/transform.h"

struct patch_args {
    struct resource_list merges;        // strategic merge patches
    const struct jsonpatch *operations; // or a JSON patch
    const struct selector *target;      // NULL: each merge patch names its own
    const struct node *target_node;
    const char *source; // for messages
    bool is_set;        // the target of `patchesStrategicMerge`, applied as to a selection
    bool remember;      // JSON: the identity before the patch stays known
};

static struct patch_args *new_args(struct kust *k, const char *source)
{
    struct patch_args *args = ARENA_NEW(k->arena, struct patch_args);
    args->source = source;
    return args;
}

static const char *inline_name(struct kust *k, const struct node *text)
{
    return arena_printf(k->arena, "%s (patch in place)", kust_where(k, text));
}

// Text and name of a patch that an entry gives in field `text` or the file at `path`.
static int patch_text(struct kust *k, struct loader *l, const struct node *entry,
                      const char *text_field, struct buf *out, const char **name, struct err **err)
{
    struct node *text = node_get(entry, text_field);
    struct node *path = node_get(entry, "path");
    struct span given = span_trim(node_text(text));
    if (given.len && node_text(path).len)
        return kust_fail(k, entry, err, "a patch has either `path` or `%s`, not both", text_field);
    if (given.len) {
        *name = inline_name(k, text);
        buf_add_span(out, given);
        return 0;
    }
    if (!node_text(path).len)
        return kust_fail(k, entry, err, "this patch has neither `path` nor `%s`", text_field);
    return load_file(k, l, path, node_str(path), out, name, err);
}

static int read_target(struct kust *k, const struct node *entry, struct patch_args *args,
                       struct err **err)
{
    args->target_node = node_get(entry, "target");
    if (!args->target_node)
        return 0;
    args->target = selector_new(k, args->target_node, err);
    return args->target ? 0 : -1;
}

// What a patch text is: a list is a JSON patch, objects are strategic merges.
static int read_patch(struct kust *k, struct span text, const char *name, struct patch_args *args,
                      struct err **err)
{
    struct node_list docs = {0};
    if (doc_read_yaml(k->doc, text, name, &docs, err) < 0)
        return -1;
    if (docs.len && docs.items[0]->type == NODE_SEQ) {
        args->operations = jsonpatch_parse(k->doc, text, name, err);
        return args->operations ? 0 : -1;
    }
    if (objects_read(k, text, name, &args->merges, err) == 0)
        return 0;
    return err_hint(err, "a strategic merge patch has apiVersion, kind and metadata.name; a JSON "
                         "patch is a list of operations");
}

int patch_configure(struct kust *k, struct loader *l, const struct node *entry,
                    const struct patch_args **out, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    const char *name = "";
    if (patch_text(k, l, entry, "patch", &text, &name, err) < 0)
        return -1;
    struct patch_args *args = new_args(k, name);
    args->remember = true;
    if (read_target(k, entry, args, err) < 0 || read_patch(k, buf_span(&text), name, args, err) < 0)
        return -1;
    struct node *options = node_get(entry, "options");
    for (size_t i = 0; i < args->merges.len; i++) {
        struct resource *patch = args->merges.items[i];
        patch->allow_name_change |= node_get_bool(options, "allowNameChange", false);
        patch->allow_kind_change |= node_get_bool(options, "allowKindChange", false);
        if (patch->allow_name_change || patch->allow_kind_change)
            objects_normalize(k, patch, "annotations");
    }
    if (args->operations && !args->target)
        return kust_fail(k, entry, err, "a JSON patch needs a target (%s)", name);
    if (args->target && args->merges.len > 1)
        return kust_fail(k, entry, err, "a target takes one strategic merge patch, %s holds %zu",
                         name, args->merges.len);
    *out = args;
    return 0;
}

// An entry of patchesStrategicMerge: patches in place if it reads as such, else a path.
static int read_strategic(struct kust *k, struct loader *l, const struct node *entry,
                          struct patch_args *args, struct err **err)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct span text = node_text(entry);
    size_t before = args->merges.len;
    if (span_find(text, '\n') < text.len || span_find(text, '{') < text.len) {
        if (objects_read(k, text, inline_name(k, entry), &args->merges, &ignored) == 0)
            return 0;
        args->merges.len = before;
    }
    struct buf file CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    const char *name = NULL;
    if (load_file(k, l, entry, node_str(entry), &file, &name, err) < 0) {
        if (ignored && span_find(text, '\n') < text.len) {
            err_clear(err);
            return err_move(err, &ignored);
        }
        return -1;
    }
    return objects_read(k, buf_span(&file), name, &args->merges, err);
}

int patch_configure_strategic(struct kust *k, struct loader *l, const struct node *at,
                              const struct node *paths, const struct node *inline_text,
                              const struct patch_args **out, struct err **err)
{
    struct patch_args *args = new_args(k, "patchesStrategicMerge");
    args->is_set = true;
    NODE_FOREACH_ITEM (entry, paths) {
        if (read_strategic(k, l, entry, args, err) < 0)
            return -1;
    }
    if (node_text(inline_text).len &&
        objects_read(k, node_text(inline_text), inline_name(k, inline_text), &args->merges, err) <
            0)
        return -1;
    if (!args->merges.len)
        return kust_fail(k, at, err, "the patch is empty: no object in %s",
                         node_len(paths) ? node_str(node_item(paths, 0)) : "it");
    *out = args;
    return 0;
}

int patch_configure_json6902(struct kust *k, struct loader *l, const struct node *entry,
                             const char *text_field, const struct patch_args **out,
                             struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    const char *name = "";
    if (!node_text(node_path(entry, "target", "name")).len)
        return kust_fail(k, entry, err,
                         "a JSON patch must name its target: target.name is missing");
    if (patch_text(k, l, entry, text_field, &text, &name, err) < 0)
        return -1;
    struct patch_args *args = new_args(k, name);
    if (read_target(k, entry, args, err) < 0)
        return -1;
    args->operations = jsonpatch_parse(k->doc, buf_span(&text), name, err);
    if (!args->operations)
        return -1;
    if (!jsonpatch_len(args->operations))
        return kust_fail(k, entry, err, "the patch is empty: %s", name);
    *out = args;
    return 0;
}

static void keep_identity(struct kust *k, struct resource *r, const struct resource *patch,
                          const struct resid *id)
{
    if (!patch->allow_kind_change)
        resource_set_kind(k, r, id->gvk.kind);
    if (!patch->allow_name_change)
        resource_set_name(k, r, id->name);
    if (!id->ns.len || !span_eq(resource_namespace(r), id->ns))
        resource_set_namespace(k, r, id->ns);
}

// Merges `patch`, whose node is used up, into `r`.
static int apply_merge(struct kust *k, struct resmap *m, struct resource *r, struct resource *patch,
                       struct err **err)
{
    struct resid id = resource_id(r);
    bool changes = patch->allow_name_change || patch->allow_kind_change;
    if (changes) {
        resource_store_id(k, r);
        m->unchecked = true;
    }
    struct node *result = NULL;
    k->schema_used = true;
    if (merge_patch(k->doc, k->schemas, r->node, patch->node, &result, err) < 0)
        return err_wrap(err, "patch %s on %s", resource_where(k, patch),
                        resid_text(k->arena, &id)); // the node is changed in part
    r->node = result;
    if (resource_empty(r)) {
        r->node = NULL;
        return 0;
    }
    keep_identity(k, r, patch, &id);
    if (changes)
        resmap_renamed(k, m, r);
    return 0;
}

// A copy of the patch made to fit one of several targets, as kustomize prepares it: labels and
// annotations become texts (a null does too), apiVersion is the target's.
static int apply_copy(struct kust *k, struct resmap *m, struct resource *r,
                      const struct resource *patch, struct err **err)
{
    struct resource *copy = resource_copy(k, patch);
    objects_normalize(k, copy, "labels");
    objects_normalize(k, copy, "annotations");
    if (!resource_namespace(copy).len)
        resource_set_namespace(k, copy, SPAN_EMPTY);
    node_set_str(k->doc, copy->node, "apiVersion", resource_api_version(r));
    return apply_merge(k, m, r, copy, err);
}

static int no_target(struct kust *k, const struct resmap *m, const struct resource *patch,
                     size_t found, struct err **err)
{
    struct resid id = resource_id(patch);
    if (found) {
        err_set(err, ERR_CONFIG, "%s: the patch for %s fits %zu resources",
                resource_where(k, patch), resid_text(k->arena, &id), found);
        return err_hint(err, "give the patch a target, or a name that only one of them has");
    }
    err_set(err, ERR_CONFIG, "%s: the patch fits no resource: there is no %s",
            resource_where(k, patch), resid_text(k->arena, &id));
    return selector_suggest(k, m, id.gvk.kind, id.name, err);
}

static int merge_by_name(struct kust *k, const struct patch_args *args, struct resmap *m,
                         struct err **err)
{
    for (size_t i = 0; i < args->merges.len; i++) {
        struct resource *patch = args->merges.items[i];
        struct resid id = resource_original_id(patch);
        struct resource_list found = {0};
        resmap_find_any(k, m, &id, &found);
        if (found.len != 1)
            return no_target(k, m, patch, found.len, err);
        struct resource *r = found.items[0];
        int rc = args->is_set ? apply_copy(k, m, r, patch, err) : apply_merge(k, m, r, patch, err);
        if (rc < 0)
            return -1;
    }
    return 0;
}

static int select_targets(struct kust *k, const struct patch_args *args, struct resmap *m,
                          struct resource_list *out, struct err **err)
{
    struct resource_list list = selector_candidates(args->target, k, m);
    for (size_t i = 0; i < list.len; i++) {
        struct resource *r = list.items[i];
        bool match = false;
        if (resource_empty(r))
            continue;
        if (selector_matches(args->target, r, &match, err) < 0)
            return err_wrap(err, "%s", kust_where(k, args->target_node));
        if (match)
            vec_push_arena(k->arena, out, r);
    }
    if (!out->len)
        report_warn(k->options->report, "kustomize", "%s: the target of %s fits nothing",
                    kust_where(k, args->target_node), args->source);
    return 0;
}

// After a JSON patch every scalar is as JSON holds it, but for those of `annotations`.
static void forget_sources(struct doc *d, struct node *n, const struct node *annotations)
{
    if (n == annotations)
        return;
    if (n->type == NODE_MAP) {
        NODE_FOREACH_PAIR (pair, n)
            forget_sources(d, pair->value, annotations);
    } else if (n->type == NODE_SEQ) {
        for (uint32_t i = 0; i < n->seq.len; i++)
            forget_sources(d, n->seq.items[i], annotations);
    } else if (n->type == NODE_NULL) {
        node_become(n, node_new_plain(d, SPAN("null")));
    } else {
        bool quoted = n->type == NODE_STRING && !doc_text_is_plain(n->text);
        n->flags = quoted ? NODE_QUOTED : 0;
    }
}

static int apply_operations(struct kust *k, const struct patch_args *args, struct resmap *m,
                            struct resource *r, struct err **err)
{
    if (args->remember)
        resource_store_id(k, r);
    // kustomize's notes are annotations, so that the map is there for the patch to add to.
    if (r->built || (k->build_metadata && r->origin))
        (void)objects_meta_map(k, r, "annotations");
    if (r->shares_nodes)
        r->node = node_copy(k->doc, r->node);
    r->shares_nodes = false;
    if (jsonpatch_apply(k->doc, args->operations, r->node, err) < 0)
        return err_wrap(err, "patch %s on %s", args->source, resource_text(k, r));
    // Numbers among the annotations become texts as YAML prints them, "1e+06", not as JSON does.
    forget_sources(k->doc, r->node, node_path(r->node, "metadata", "annotations"));
    objects_normalize(k, r, "annotations");
    m->unchecked = true;
    resmap_renamed(k, m, r);
    return 0;
}

int transform_patch(struct kust *k, const struct transformer *t, struct resmap *m, struct err **err)
{
    const struct patch_args *args = t->args;
    if (!args->target)
        return merge_by_name(k, args, m, err);
    if (!args->operations && !args->merges.len)
        return 0;
    struct resource_list targets = {0};
    if (select_targets(k, args, m, &targets, err) < 0)
        return -1;
    for (size_t i = 0; i < targets.len; i++) {
        struct resource *r = targets.items[i];
        int rc = args->operations ? apply_operations(k, args, m, r, err)
                                  : apply_copy(k, m, r, args->merges.items[0], err);
        if (rc < 0)
            return -1;
    }
    if (args->operations || !m->unchecked)
        return 0;
    m->unchecked = false;
    return resmap_check_unique(k, m, "a patch", err);
}
