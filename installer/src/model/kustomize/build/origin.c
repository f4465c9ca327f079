// SPDX-License-Identifier: Apache-2.0
// Origins: following the way to a resource, and writing it down as kustomize does.
#include "model/kustomize/build/origin.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"
#include "model/kustomize/resource/objects.h"

#define ORIGIN_KEY "config.kubernetes.io/origin"
#define TRANSFORMATIONS_KEY "alpha.config.kubernetes.io/transformations"

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

static void add_line(struct kust *k, struct buf *out, const char *key, const char *value)
{
    struct node *map = node_new_map(k->doc);
    if (!value || !*value)
        return;
    node_set_str(k->doc, map, key, span_str(value));
    doc_write_yaml(map, out);
}

// An origin as kustomize writes it in annotations.
static void write_origin(struct kust *k, const struct origin *o, struct buf *out)
{
    add_line(k, out, "path", o->path);
    add_line(k, out, "repo", o->repo);
    add_line(k, out, "ref", o->ref);
    add_line(k, out, "configuredIn", o->configured_in);
    struct node *by = node_new_map(k->doc);
    const char *const fields[][2] = {{"apiVersion", o->by_api_version},
                                     {"kind", o->by_kind},
                                     {"name", o->by_name},
                                     {"namespace", o->by_namespace}};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (fields[i][1] && *fields[i][1])
            node_set_str(k->doc, by, fields[i][0], span_str(fields[i][1]));
    }
    if (!node_len(by))
        return;
    struct node *map = node_new_map(k->doc);
    node_set(k->doc, map, SPAN("configuredBy"), by);
    doc_write_yaml(map, out);
}

static void write_transformations(struct kust *k, const struct resource *r, struct buf *out)
{
    struct buf one CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    for (size_t i = 0; i < r->transformations.len; i++) {
        struct span text, line;
        const char *lead = "- ";
        buf_truncate(&one, 0);
        write_origin(k, r->transformations.items[i], &one);
        text = buf_span(&one);
        while (span_next(&text, '\n', &line)) {
            buf_printf(out, "%s%.*s\n", lead, SPAN_ARG(line));
            lead = "  ";
        }
    }
}

static void annotate(struct kust *k, struct resource *r, const char *key, const struct buf *text)
{
    node_set_str(k->doc, objects_meta_map(k, r, "annotations"), key, buf_span(text));
}

void origin_annotate(struct kust *k, struct resource *r, const struct metadata_options *o)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct node *annotations = node_path(r->node, "metadata", "annotations");
    if (!o->origins)
        (void)node_remove(annotations, SPAN(ORIGIN_KEY));
    if (!o->transformations)
        (void)node_remove(annotations, SPAN(TRANSFORMATIONS_KEY));
    if (o->origins && r->origin) {
        write_origin(k, r->origin, &text);
        annotate(k, r, ORIGIN_KEY, &text);
    }
    if (o->transformations && r->transformations.len) {
        buf_truncate(&text, 0);
        write_transformations(k, r, &text);
        annotate(k, r, TRANSFORMATIONS_KEY, &text);
    }
    objects_normalize(k, r, "annotations");
}
