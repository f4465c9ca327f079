// SPDX-License-Identifier: Apache-2.0
// Flux Kustomizations on trees in memory, for the tests of controller/kustomization.
#ifndef TEST_KUSTOMIZATION_H
#define TEST_KUSTOMIZATION_H

#include "controller/kustomization.h"
#include "support_object.h"
#include "test_kustomize.h"

// One build: what it takes, and what came of it.
struct test_flux {
    const char *spec;    // YAML
    const char *objects; // YAML of the ConfigMap or Secret that the cluster has; NULL for none
    bool strict;
    struct arena *arena;
    kustomization_notes notes;
    struct kustomize_result result;
    struct buf error; // of the whole chain, with the hint
};

static inline const struct node *test_flux_find(void *data, const struct identity *id)
{
    const struct test_flux *t = (const struct test_flux *)data;
    const struct node *known = t->objects ? object(t->objects) : NULL;
    struct identity one = node_identity(known);

    return known && identity_eq(&one, id) ? known : NULL;
}

static inline int test_flux_build(struct test_flux *t, const struct test_file *files)
{
    struct kustomize_tree *tree CLEANUP(kustomize_tree_cleanup) = kustomize_tree_memory();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node *kustomization =
        object("apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
               "metadata: {name: apps, namespace: flux-system}\n");
    struct kustomization_options options = {
        .kustomization = kustomization,
        .artifact = tree,
        .strict = t->strict,
        .find = test_flux_find,
        .data = t,
        .track_transformers = true,
    };
    int status;

    t->arena = arena_new();
    t->error = (struct buf)BUF_INIT(BUF_TEXT_MAX);
    options.arena = t->arena;
    node_set(object_doc, kustomization, SPAN("spec"), object(t->spec));
    for (; files->path; files++)
        kustomize_tree_add(tree, files->path, span_str(files->text));
    status = kustomization_build(&options, &t->result, &t->notes, &err);
    if (status < 0) {
        err_format(err, &t->error);
        if (err_hint_text(err))
            buf_printf(&t->error, " (%s)", err_hint_text(err));
    }
    return status;
}

static inline void test_flux_free(struct test_flux *t)
{
    if (t->result.doc)
        kustomize_result_free(&t->result);
    buf_free(&t->error);
    arena_free(t->arena);
}

// A field of the only object, or of the one that is named, as text.
static inline const char *test_flux_at(struct test_flux *t, const char *name, const char *path)
{
    for (size_t i = 0; i < t->result.len; i++) {
        const struct node *n = t->result.objects[i].node;
        struct span rest = span_str(path), part;

        if (!span_is(t->result.objects[i].name, name))
            continue;
        while (n && span_next(&rest, '/', &part))
            n = node_is(n, NODE_SEQ) ? node_item(n, 0) : node_get_span(n, part);
        return n ? arena_span(t->arena, node_scalar(n)).ptr : "(none)";
    }
    return "(no such object)";
}

static inline void test_flux_expect(struct test_flux *t, const struct test_file *files)
{
    if (test_flux_build(t, files) < 0)
        fail_msg("%s", buf_str(&t->error));
}

// Builds, and fails unless the field has the text; frees.
static inline void test_flux_is(const char *spec, const struct test_file *files, const char *name,
                                const char *path, const char *text)
{
    struct test_flux t = {.spec = spec};

    test_flux_expect(&t, files);
    assert_string_equal(test_flux_at(&t, name, path), text);
    test_flux_free(&t);
}

static inline void test_flux_refused(struct test_flux *t, const struct test_file *files,
                                     const char *words)
{
    assert_int_equal(test_flux_build(t, files), -1);
    if (!strstr(buf_str(&t->error), words))
        fail_msg("expected \"%s\" in \"%s\"", words, buf_str(&t->error));
    test_flux_free(t);
}

#endif
