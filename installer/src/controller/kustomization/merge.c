// SPDX-License-Identifier: Apache-2.0
// The step before the build: Generator.GenerateManifest() of fluxcd/pkg/kustomize. The path's own
// kustomization is read with Go's types, changed and written anew; where there is none, one is
// generated from what the folder holds.
#include "controller/kustomization/merge.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/path.h"
#include "controller/kustomization/scan.h"

// Where what is added comes from: a node of the kustomization's doc.
struct target {
    struct merge *m;
    struct doc *d;
    struct node *k;
    const struct node *spec;
    uint16_t file; // the Flux object, as a file
};

void merge_note(const struct merge *m, const char *field, const char *fmt, ...)
{
    char *text CLEANUP(mem_cleanup) = NULL;
    va_list args;

    va_start(args, fmt);
    text = mem_vprintf(fmt, args);
    va_end(args);
    vec_push_arena(m->options->arena, m->notes,
                   (struct kustomization_note){field, arena_str(m->options->arena, text)});
}

// Messages tell of nodes of the object by its name: its lines are those of another file.
static void rehome(struct node *n, uint16_t file)
{
    n->file = file;
    n->line = 0;
    NODE_FOREACH_ITEM (item, n)
        rehome(item, file);
    NODE_FOREACH_PAIR (pair, n) {
        pair->line = 0;
        rehome(pair->value, file);
    }
}

static struct node *take(const struct target *t, const struct node *n)
{
    struct node *copy = node_copy(t->d, n);

    rehome(copy, t->file);
    return copy;
}

static int wrong(const char *field, const char *wanted, struct err **err)
{
    return err_set(err, ERR_CONFIG, "spec.%s has to be %s", field, wanted);
}

// The list `field` of the kustomization, made when it is not there.
static struct node *list_of(const struct target *t, const char *field)
{
    struct node *list = node_get(t->k, field);

    if (list)
        return list;
    list = node_new_seq(t->d);
    list->file = t->file;
    node_set(t->d, t->k, span_str(field), list);
    return list;
}

static int set_text(const struct target *t, const char *field, const char *as, struct err **err)
{
    const struct node *value = node_get(t->spec, field);

    if (!value || node_is(value, NODE_NULL))
        return 0;
    if (!node_is(value, NODE_STRING))
        return wrong(field, "a text", err);
    if (node_text(value).len)
        node_set(t->d, t->k, span_str(as), take(t, value));
    return 0;
}

// --- what is read of the spec ---

// The items of a list of the spec, all of `type`.
static int list_in(const struct target *t, const char *field, enum node_type type,
                   const struct node **list, struct err **err)
{
    *list = node_get(t->spec, field);
    if (!*list || node_is(*list, NODE_NULL))
        return 0;
    if (!node_is(*list, NODE_SEQ))
        return wrong(field, "a list", err);
    NODE_FOREACH_ITEM (item, *list) {
        if (!node_is(item, type))
            return wrong(field, type == NODE_MAP ? "a list of maps" : "a list of texts", err);
    }
    return 0;
}

// The fields of an entry that the controller's types have, and no others.
static struct node *pick(const struct target *t, const struct node *entry,
                         const char *const *fields)
{
    struct node *picked = node_new_map(t->d);

    picked->file = t->file;
    for (size_t i = 0; fields[i]; i++) {
        const struct node *value = node_get(entry, fields[i]);

        if (value && !node_is(value, NODE_NULL))
            node_set(t->d, picked, span_str(fields[i]), take(t, value));
    }
    return picked;
}

// --- the fields, in the controller's order ---

static int add_patches(const struct target *t, struct err **err)
{
    static const char *const fields[] = {"patch", "target", NULL};
    static const char *const selector[] = {
        "group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector",
        NULL};
    const struct node *patches;

    if (list_in(t, "patches", NODE_MAP, &patches, err) < 0)
        return -1;
    NODE_FOREACH_ITEM (item, patches) {
        struct node *patch = pick(t, item, fields), *target = node_get(patch, "target");

        if (target)
            node_set(t->d, patch, SPAN("target"), pick(t, target, selector));
        node_push(t->d, list_of(t, "patches"), patch);
    }
    return 0;
}

// Whether a component is a path below the object's (IsLocalRelativePath()).
static bool is_local(struct span path)
{
    static const char *const remote[] = {"git::",   "gh:",  "ssh://",      "https://",
                                         "http://", "git@", "github.com:", "github.com/"};

    for (size_t i = 0; i < ARRAY_LEN(remote); i++) {
        size_t len = strlen(remote[i]);

        if (len < path.len && strncasecmp(path.ptr, remote[i], len) == 0)
            return false;
    }
    if (path.len >= 7 && strncasecmp(path.ptr, "file://", 7) == 0)
        path = span_tail(path, 7);
    return !span_starts(path, "/");
}

static bool is_there(const struct target *t, const char *component)
{
    struct kustomize_tree *tree = t->m->options->artifact;
    char *path CLEANUP(mem_cleanup) = path_join(t->m->path, component);
    char *real CLEANUP(mem_cleanup) = NULL;
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    enum kustomize_entry entry;

    // What leads out of the source is as good as not there (fsSecure.Exists()).
    return !path_climbs(t->m->path, component) &&
           tree->ops->lookup(tree, path, &entry, &real, &ignored) == 0 && entry != KUSTOMIZE_NONE;
}

static int add_components(const struct target *t, struct err **err)
{
    bool ignore = node_get_bool(t->spec, "ignoreMissingComponents", false);
    const struct node *components;

    if (list_in(t, "components", NODE_STRING, &components, err) < 0)
        return -1;
    NODE_FOREACH_ITEM (item, components) {
        if (!is_local(node_text(item))) {
            err_set(err, ERR_CONFIG, "component path '%s' must be local and relative",
                    node_str(item));
            return err_hint(err, "spec.components are paths from spec.path on, within the source");
        }
        if (!ignore || is_there(t, node_str(item)))
            node_push(t->d, list_of(t, "components"), take(t, item));
        else
            merge_note(t->m, "spec.ignoreMissingComponents", "there is no component %s",
                       node_str(item));
    }
    return 0;
}

static struct node *image_named(const struct node *images, struct span name)
{
    NODE_FOREACH_ITEM (item, images) {
        if (span_eq(node_get_text(item, "name"), name))
            return item;
    }
    return NULL;
}

static void set_or_remove(const struct target *t, struct node *map, const char *key,
                          const struct node *value)
{
    if (value)
        node_set(t->d, map, span_str(key), take(t, value));
    else
        (void)node_remove(map, span_str(key));
}

static const struct node *text_in(const struct node *map, const char *key)
{
    const struct node *value = node_get(map, key);

    return node_text(value).len ? value : NULL;
}

// An image that the file names, too, keeps what the object does not say. Tag and digest are one
// version: either replaces both.
static void merge_image(const struct target *t, struct node *have, const struct node *image)
{
    const struct node *name = text_in(image, "newName"), *tag = text_in(image, "newTag"),
                      *digest = text_in(image, "digest");

    if (name)
        set_or_remove(t, have, "newName", name);
    if (!tag && !digest)
        return;
    set_or_remove(t, have, "newTag", tag);
    set_or_remove(t, have, "digest", digest);
}

static int add_images(const struct target *t, struct err **err)
{
    static const char *const fields[] = {"name", "newName", "newTag", "digest", NULL};
    const struct node *images;

    if (list_in(t, "images", NODE_MAP, &images, err) < 0)
        return -1;
    NODE_FOREACH_ITEM (item, images) {
        struct node *have = image_named(node_get(t->k, "images"), node_get_text(item, "name"));

        if (have)
            merge_image(t, have, item);
        else
            node_push(t->d, list_of(t, "images"), pick(t, item, fields));
    }
    return 0;
}

static int add_build_metadata(const struct target *t, struct err **err)
{
    const struct node *metadata;

    if (list_in(t, "buildMetadata", NODE_STRING, &metadata, err) < 0)
        return -1;
    if (node_len(metadata))
        node_set(t->d, t->k, SPAN("buildMetadata"), take(t, metadata));
    return 0;
}

// --- the kustomization itself ---

// Nothing at all is no kustomization to kustomize, so the controller puts a namespace into it.
static void generate(const struct target *t)
{
    scan_paths paths = {0};
    struct node *resources = node_new_seq(t->d);

    scan_manifests(doc_arena(t->d), t->m->options->artifact, t->m->path, &paths);
    for (size_t i = 0; i < paths.len; i++)
        node_push(t->d, resources, node_new_str(t->d, span_str(paths.items[i])));
    if (paths.len)
        node_set(t->d, t->k, SPAN("resources"), resources);
    else
        node_set_str(t->d, t->k, "namespace", SPAN("_placeholder"));
}

// For the same reason one without resources says where its objects come from, whatever its own
// buildMetadata says: their origin becomes an annotation.
static void say_origin(const struct target *t)
{
    struct node *metadata = node_new_seq(t->d);

    node_push(t->d, metadata, node_new_str(t->d, SPAN("originAnnotations")));
    node_set(t->d, t->k, SPAN("buildMetadata"), metadata);
}

static int change(struct kustomize_edit *edit, struct doc *d, struct node *kustomization,
                  bool exists, struct err **err)
{
    struct merge *m = (struct merge *)edit;
    struct target t = {.m = m,
                       .d = d,
                       .k = kustomization,
                       .spec = node_get(m->options->kustomization, "spec"),
                       .file = doc_add_file(d, m->label)};

    if (!exists)
        generate(&t);
    else if (!node_len(node_get(kustomization, "resources")))
        say_origin(&t);
    if (set_text(&t, "targetNamespace", "namespace", err) < 0 ||
        set_text(&t, "namePrefix", "namePrefix", err) < 0 ||
        set_text(&t, "nameSuffix", "nameSuffix", err) < 0 || add_patches(&t, err) < 0 ||
        add_components(&t, err) < 0 || add_images(&t, err) < 0)
        return -1;
    return add_build_metadata(&t, err);
}

static void lost(struct kustomize_edit *edit, const char *where, struct span field)
{
    merge_note((struct merge *)edit, "kustomization",
               "%s: kustomize-controller drops the unknown field %.*s", where, SPAN_ARG(field));
}

void merge_init(struct merge *m, const struct kustomization_options *options, const char *path,
                const char *label, kustomization_notes *notes)
{
    *m = (struct merge){.edit = {.name = "kustomize-(devel)", .change = change, .lost = lost},
                        .options = options,
                        .path = path,
                        .label = label,
                        .notes = notes};
}
