// SPDX-License-Identifier: Apache-2.0
// Post-renderers: what becomes of a chart's documents on their way (Helm 4.2, pkg/action:
// annotateAndMerge, splitAndDeannotate; helm-controller 1.6, internal/postrender). The documents of
// all templates become one stream, each with the name of its file in an annotation; kustomize
// builds it once for each post-renderer; labels are put on; then it is cut up by the annotation
// again.
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "controller/release/internal.h"

#define FILE_ANNOTATION SPAN("postrenderer.helm.sh/postrender-filename")

struct group {
    struct release_post *post;
    const char *name; // of the group, for files that a post-renderer made; "" for all together
    struct buf stream;
    release_streamed objects; // in it
    struct kustomize_result built;
    struct err **err;
};

static void group_end(struct group *g)
{
    vec_free(&g->objects);
    buf_free(&g->stream);
    kustomize_result_free(&g->built);
}

static const struct node *spec_of(const struct release_post *post)
{
    return node_get(post->options->release, "spec");
}

// --- into one stream ---

static struct node *map_at(struct doc *d, struct node *map, const char *key)
{
    struct node *has = node_get(map, key);

    if (!node_is(has, NODE_MAP)) {
        has = node_new_map(d);
        node_set(d, map, span_str(key), has);
    }
    return has;
}

static void note_object(struct group *g, const struct node *n, struct span path, size_t document)
{
    struct arena *arena = g->post->arena;
    const struct node *name = node_path(n, "metadata", "name");

    vec_push(&g->objects,
             (struct release_streamed){arena_span(arena, path), document,
                                       arena_span(arena, node_get_text(n, "apiVersion")),
                                       arena_span(arena, node_get_text(n, "kind")),
                                       arena_span(arena, node_text(name))});
}

// A document of a template's output.
struct document {
    struct span path, text;
    size_t number;
    const char *what; // for messages
};

static int annotate(struct group *g, struct doc *d, struct node *n, const struct document *of)
{
    struct node *meta, *annotations;

    if (!node_is(n, NODE_MAP))
        return err_set(g->err, ERR_CONFIG, "%s, line %u: is a %s instead of an object", of->what,
                       n->line, node_type_name(n));
    meta = node_get(n, "metadata");
    annotations = node_get(meta, "annotations");
    if ((meta && meta->type != NODE_MAP && meta->type != NODE_NULL) ||
        (annotations && annotations->type != NODE_MAP && annotations->type != NODE_NULL))
        return err_set(g->err, ERR_CONFIG, "%s, line %u: its %s is no map", of->what, n->line,
                       node_is(meta, NODE_MAP) ? "metadata.annotations" : "metadata");
    annotations = map_at(d, map_at(d, n, "metadata"), "annotations");
    note_object(g, n, of->path, of->number);
    node_set(d, annotations, FILE_ANNOTATION, node_new_str(d, of->path));
    buf_add_str(&g->stream, "---\n");
    doc_write_yaml(n, &g->stream);
    return 0;
}

// A List that is alone in its document stands for its items.
static bool is_wrapper(const struct node *n)
{
    struct span kind = node_get_text(n, "kind");

    return (span_is(kind, "List") || span_is(kind, "ResourceList")) &&
           (node_get(n, "items") || node_get(n, "functionConfig"));
}

static int merge_document(struct group *g, const struct document *of)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node_list list = {0};
    int status = 0;

    if (doc_read_yaml(d, of->text, of->what, &list, g->err) < 0)
        return -1;
    for (size_t i = 0; i < list.len && status == 0; i++) {
        struct node *n = list.items[i];

        // The stream is written, and kustomize writes it again.
        node_settle_empty(n);
        node_fold_again(d, n);
        if (list.len > 1 || !is_wrapper(n)) {
            status = annotate(g, d, n, of);
            continue;
        }
        NODE_FOREACH_ITEM (item, node_get(n, "items"))
            if (status == 0)
                status = annotate(g, d, item, of);
    }
    return status;
}

static int merge(struct group *g, const chart_outputs *outputs)
{
    VEC_FOREACH (const struct chart_output *, output, outputs) {
        struct span rest = chart_documents_start(output->text);
        struct document of = {.path = output->path};

        while (chart_documents_next(&rest, &of.text)) {
            char *what CLEANUP(mem_cleanup) =
                mem_printf("%.*s: document %zu of its output", SPAN_ARG(of.path), ++of.number);

            of.what = what;
            if (merge_document(g, &of) < 0)
                return -1;
        }
    }
    return buf_check(&g->stream, ERR_CONFIG, "what the chart renders to", g->err);
}

// --- kustomize ---

static void copy_fields(struct doc *d, struct node *to, const struct node *from,
                        const char *const *fields)
{
    for (; *fields; fields++) {
        const struct node *value = node_get(from, *fields);

        if (value)
            node_set(d, to, span_str(*fields), node_copy(d, value));
    }
}

static struct node *patch_of(struct doc *d, const struct node *patch)
{
    static const char *const own[] = {"patch", NULL};
    static const char *const selector[] = {
        "group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector",
        NULL};
    const struct node *target = node_get(patch, "target");
    struct node *to = node_new_map(d);

    copy_fields(d, to, patch, own);
    if (node_is(target, NODE_MAP)) {
        struct node *wanted = node_new_map(d);

        copy_fields(d, wanted, target, selector);
        node_set(d, to, SPAN("target"), wanted);
    }
    return to;
}

// The kustomization that the controller writes for a post-renderer; NULL for none.
static void write_kustomization(const struct node *renderer, struct buf *out)
{
    static const char *const image_fields[] = {"name", "newName", "newTag", "digest", NULL};
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *all = node_new_map(d), *resources = node_new_seq(d);
    struct node *patches = node_new_seq(d), *images = node_new_seq(d);

    node_set_str(d, all, "apiVersion", SPAN("kustomize.config.k8s.io/v1beta1"));
    node_set_str(d, all, "kind", SPAN("Kustomization"));
    node_push(d, resources, node_new_str(d, SPAN(RELEASE_STREAM)));
    node_set(d, all, SPAN("resources"), resources);
    NODE_FOREACH_ITEM (patch, node_get(renderer, "patches"))
        node_push(d, patches, patch_of(d, patch));
    NODE_FOREACH_ITEM (image, node_get(renderer, "images")) {
        struct node *to = node_new_map(d);

        copy_fields(d, to, image, image_fields);
        node_push(d, images, to);
    }
    if (node_len(patches))
        node_set(d, all, SPAN("patches"), patches);
    if (node_len(images))
        node_set(d, all, SPAN("images"), images);
    doc_write_yaml(all, out);
}

// `renderer` NULL: the objects are only read, as they are for labels, which keeps what is for local
// use.
static int build(struct group *g, const struct node *renderer)
{
    struct kustomize_tree *tree CLEANUP(kustomize_tree_cleanup) = kustomize_tree_memory();
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    const struct release_options *options = g->post->options;
    const struct kustomize_options build = {.tree = tree,
                                            .folder = "/",
                                            .relative_to = "/",
                                            .resolver = options->resolver,
                                            .report = options->report,
                                            .load_any = true,
                                            .keep_local = !renderer};
    struct kustomize_result built = {0};

    write_kustomization(renderer, &text);
    kustomize_tree_add(tree, "/kustomization.yaml", buf_span(&text));
    kustomize_tree_add(tree, "/" RELEASE_STREAM, buf_span(&g->stream));
    if (buf_check(&text, ERR_CONFIG, "spec.postRenderers", g->err) < 0)
        return -1;
    if (kustomize_build(&build, &built, g->err) < 0) {
        const struct release_stream stream = {options->chart,  &g->objects, buf_span(&g->stream),
                                              buf_span(&text), renderer,    options->release_doc};

        release_stream_explain(&stream, g->err);
        return -1;
    }
    kustomize_result_free(&g->built);
    g->built = built;
    return 0;
}

// The objects of the stream for the next post-renderer.
static void note_built(struct group *g)
{
    g->objects.len = 0;
    for (size_t i = 0; i < g->built.len; i++) {
        const struct node *n = g->built.objects[i].node;
        const struct node *annotations = node_path(n, "metadata", "annotations");

        note_object(g, n, node_text(node_get_span(annotations, FILE_ANNOTATION)), 0);
    }
}

static int build_all(struct group *g)
{
    size_t index = 0, done = 0;

    NODE_FOREACH_ITEM (entry, node_get(spec_of(g->post), "postRenderers")) {
        const struct node *renderer = node_get(entry, "kustomize");

        index++;
        if (!node_is(renderer, NODE_MAP))
            continue;
        if (done++) {
            buf_truncate(&g->stream, 0);
            kustomize_write_yaml(&g->built, false, &g->stream);
            note_built(g);
        }
        if (build(g, renderer) < 0)
            return err_wrap(g->err, "spec.postRenderers[%zu]", index - 1);
    }
    return done ? 0 : build(g, NULL);
}

// --- labels ---

static void put_all(struct doc *d, struct node *object, const char *field, const struct node *map)
{
    if (!node_len(map))
        return;
    struct node *to = map_at(d, map_at(d, object, "metadata"), field);

    NODE_FOREACH_PAIR (pair, map)
        node_set(d, to, pair->key, node_new_str(d, node_scalar(pair->value)));
}

static void label(struct group *g)
{
    struct doc *d = g->built.doc;
    const struct node *common = node_get(spec_of(g->post), "commonMetadata");
    const struct node *meta = node_get(g->post->options->release, "metadata");
    struct node *origin = node_new_map(d);

    node_set_str(d, origin, "helm.toolkit.fluxcd.io/name", node_get_text(meta, "name"));
    node_set_str(d, origin, "helm.toolkit.fluxcd.io/namespace", node_get_text(meta, "namespace"));
    for (size_t i = 0; i < g->built.len; i++) {
        struct node *object = g->built.objects[i].node;

        put_all(d, object, "labels", node_get(common, "labels"));
        put_all(d, object, "annotations", node_get(common, "annotations"));
        put_all(d, object, "labels", origin);
    }
}

// --- cut up again ---

// A document in the text of its file.
struct place {
    size_t start;
    struct node *node;
};

// The documents of one file; texts are put together before their places are known.
struct file {
    struct span path;
    struct buf text;
    VEC(struct place) places;
};
typedef VEC(struct file *) files;

static void files_free(files *all)
{
    VEC_FOREACH (struct file **, it, all) {
        buf_free(&(*it)->text);
        vec_free(&(*it)->places);
        free(*it);
    }
    vec_free(all);
}

static struct file *file_of(files *all, struct map *by_path, struct span path)
{
    struct file *file = map_get(by_path, path);

    if (file)
        return file;
    file = MEM_NEW(struct file);
    file->path = path;
    file->text = (struct buf)BUF_INIT(BUF_DOC_MAX);
    (void)map_put(by_path, path, file);
    vec_push(all, file);
    return file;
}

// Takes the name of its file out of an object, and what is empty then.
static struct span take_path(struct group *g, struct node *object, size_t index)
{
    struct node *meta = node_get(object, "metadata");
    struct node *annotations = node_get(meta, "annotations");
    struct span path = node_text(node_get_span(annotations, FILE_ANNOTATION));
    struct arena *arena = g->post->arena;

    if (path.len)
        path = arena_span(arena, path);
    else
        path = span_str(arena_printf(arena, "generated-by-postrender-%s%s%zu.yaml", g->name,
                                     *g->name ? "-" : "", index));
    if (node_is(annotations, NODE_MAP)) {
        (void)node_remove(annotations, FILE_ANNOTATION);
        (void)node_remove(annotations, SPAN("config.kubernetes.io/index"));
        (void)node_remove(annotations, SPAN("internal.config.kubernetes.io/index"));
        (void)node_remove(annotations, SPAN("internal.config.kubernetes.io/seqindent"));
    }
    if (annotations && !node_len(annotations))
        (void)node_remove(meta, SPAN("annotations"));
    if (meta && !node_len(meta))
        (void)node_remove(object, SPAN("metadata"));
    return path;
}

// Lines of the stream are no place that anybody knows.
static void forget_places(struct node *n)
{
    n->file = 0;
    n->line = 0;
    NODE_FOREACH_ITEM (item, n)
        forget_places(item);
    NODE_FOREACH_PAIR (pair, n) {
        pair->line = 0;
        forget_places(pair->value);
    }
}

static void cut(struct group *g, files *all)
{
    struct map by_path CLEANUP(map_free) = MAP_INIT;

    for (size_t i = 0; i < g->built.len; i++) {
        struct node *object = g->built.objects[i].node;
        struct file *file = file_of(all, &by_path, take_path(g, object, i));

        forget_places(object);
        if (file->places.len)
            buf_add_str(&file->text, "---\n");
        vec_push(&file->places, (struct place){file->text.len, object});
        doc_write_again(object, &file->text);
    }
}

static int by_path(const void *a, const void *b)
{
    return span_cmp(((const struct chart_output *)a)->path, ((const struct chart_output *)b)->path);
}

static int by_text(const void *a, const void *b)
{
    const struct release_written *x = a, *y = b;

    return (x->text > y->text) - (x->text < y->text);
}

// Adds a text to outputs: behind what one of that path has already. Returns where it is then.
static const char *add_output(struct release_post *post, chart_outputs *outputs, struct span path,
                              struct span text)
{
    static const char between[] = "\n---\n";
    struct chart_output *has = NULL;
    struct span before;

    VEC_FOREACH (struct chart_output *, it, outputs)
        if (span_eq(it->path, path))
            has = it;
    if (!has) {
        vec_push(outputs, (struct chart_output){path, text});
        return text.ptr;
    }
    before = has->text;
    has->text = span_str(
        arena_printf(post->arena, "%.*s%s%.*s", SPAN_ARG(before), between, SPAN_ARG(text)));
    VEC_FOREACH (struct release_written *, it, &post->written)
        if (it->text >= before.ptr && it->text < before.ptr + before.len)
            it->text = has->text.ptr + (it->text - before.ptr);
    return has->text.ptr + before.len + sizeof(between) - 1;
}

static int add_files(struct release_post *post, const files *all, struct doc *doc,
                     chart_outputs *outputs, struct err **err)
{
    VEC_FOREACH (struct file *const *, it, all) {
        const struct file *file = *it;
        const char *start;

        if (buf_check(&file->text, ERR_CONFIG, "what the chart renders to", err) < 0)
            return -1;
        start =
            add_output(post, outputs, file->path, arena_span(post->arena, buf_span(&file->text)));
        VEC_FOREACH (const struct place *, at, &file->places)
            vec_push_arena(post->arena, &post->written,
                           (struct release_written){start + at->start, at->node, doc});
    }
    return 0;
}

static int run(struct release_post *post, const char *name, const chart_outputs *in,
               chart_outputs *out, struct err **err)
{
    struct group g CLEANUP(group_end) = {.post = post, .name = name, .err = err};
    files all CLEANUP(files_free) = {0};

    g.stream = (struct buf)BUF_INIT(BUF_DOC_MAX);
    if (!in->len)
        return 0;
    if (merge(&g, in) < 0 || build_all(&g) < 0)
        return -1;
    label(&g);
    cut(&g, &all);
    if (add_files(post, &all, g.built.doc, out, err) < 0)
        return -1;
    vec_push(post->docs, STEAL(g.built.doc));
    return 0;
}

// --- strategies ---

// Documents in Helm's order as files again.
static void regroup(struct release_post *post, const struct chart_manifest *items, size_t len,
                    chart_outputs *out)
{
    for (size_t i = 0; i < len; i++)
        (void)add_output(post, out, items[i].path, arena_span(post->arena, items[i].text));
    if (out->len)
        qsort(out->items, out->len, sizeof(*out->items), by_path);
}

// Hooks apart from the rest, or not at all.
static int run_apart(struct release_post *post, bool hooks_too, const chart_outputs *in,
                     chart_outputs *out, struct err **err)
{
    struct chart_rendering *sorted CLEANUP(chart_rendering_cleanup) = chart_rendering_new();
    chart_outputs hooks = {0}, rest = {0};
    int status = chart_add_documents(sorted, in, err);

    if (status == 0) {
        regroup(post, sorted->hooks.items, sorted->hooks.len, &hooks);
        regroup(post, sorted->manifests.items, sorted->manifests.len, &rest);
        if (hooks_too)
            status = run(post, "hooks", &hooks, out, err);
        else
            VEC_FOREACH (const struct chart_output *, it, &hooks)
                (void)add_output(post, out, it->path, arena_span(post->arena, it->text));
    }
    if (status == 0)
        status = run(post, "manifests", &rest, out, err);
    vec_free(&hooks);
    vec_free(&rest);
    return status;
}

static int run_strategy(struct release_post *post, const chart_outputs *in, chart_outputs *out,
                        struct err **err)
{
    struct span strategy = node_get_text(spec_of(post), "postRenderStrategy");

    if (!strategy.len || span_is(strategy, "combined"))
        return run(post, "", in, out, err);
    if (span_is(strategy, "separate") || span_is(strategy, "nohooks"))
        return run_apart(post, span_is(strategy, "separate"), in, out, err);
    err_set(err, ERR_CONFIG, "spec.postRenderStrategy '%.*s' is unknown", SPAN_ARG(strategy));
    return err_hint(err, "it is one of combined, separate and nohooks");
}

int release_post_render(struct release_post *post, chart_outputs *outputs, struct err **err)
{
    chart_outputs out = {0};

    if (run_strategy(post, outputs, &out, err) < 0) {
        vec_free(&out);
        return -1;
    }
    if (out.len)
        qsort(out.items, out.len, sizeof(*out.items), by_path);
    if (post->written.len)
        qsort(post->written.items, post->written.len, sizeof(*post->written.items), by_text);
    vec_free(outputs);
    *outputs = out;
    return 0;
}
