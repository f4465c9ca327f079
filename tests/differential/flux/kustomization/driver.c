// SPDX-License-Identifier: Apache-2.0
// Builds many Flux Kustomizations, and substitutes variables, in one process, as oracle/main.go
// does with the libraries of kustomize-controller: the same questions on stdin, the same answers on
// stdout.
//
// With the name of a file, its questions have the controller's answers with them, as "answer":
// those that differ are printed, and the exit status is 1. Of an error counts only that it is one.

#include "../questions.h"

#include <string.h>

#include "base/mem.h"
#include "controller/kustomization.h"
#include "io/crypto.h"

static void tree_of(struct kustomize_tree *tree, const struct node *files)
{
    NODE_FOREACH_PAIR (pair, files) {
        char *path CLEANUP(mem_cleanup) = mem_printf("/%.*s", SPAN_ARG(pair->key));

        kustomize_tree_add(tree, path, node_text(pair->value));
    }
}

static const struct node *find(void *data, const struct identity *id)
{
    NODE_FOREACH_ITEM (object, (const struct node *)data) {
        struct identity one = node_identity(object);

        if (identity_eq(&one, id))
            return object;
    }
    return NULL;
}

static void add_inventory(const struct kustomize_result *result, struct buf *out)
{
    for (size_t i = 0; i < result->len; i++) {
        const struct kustomize_object *o = &result->objects[result->sorted[i]];
        const struct identity id = {identity_group(o->api_version), o->kind, o->namespace, o->name};
        struct buf entry CLEANUP(buf_free) = BUF_INIT(ANSWER_MAX);

        kustomization_inventory_id(&id, &entry);
        buf_add_str(out, i ? "," : "");
        buf_add_json(out, buf_span(&entry));
    }
}

static void add_build(const struct kustomize_result *result, struct buf *out)
{
    if (!result->len) {
        buf_add_str(out, "{}");
        return;
    }
    buf_add_str(out, "{\"objects\":[");
    for (size_t i = 0; i < result->len; i++) {
        struct buf text CLEANUP(buf_free) = BUF_INIT(ANSWER_MAX);

        doc_write_yaml(result->objects[i].node, &text);
        buf_add_str(out, i ? "," : "");
        buf_add_json(out, buf_span(&text));
    }
    buf_add_str(out, "],\"inventory\":[");
    add_inventory(result, out);
    buf_add_str(out, "]}");
}

static int build(const struct node *question, struct buf *out, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct kustomize_tree *tree CLEANUP(kustomize_tree_cleanup) = kustomize_tree_memory();
    kustomization_notes notes = {0};
    struct kustomize_result result CLEANUP(kustomize_result_free) = {0};
    const struct kustomization_options options = {
        .kustomization = node_get(question, "kustomization"),
        .artifact = tree,
        .strict = node_get_bool(question, "strict", false),
        .find = find,
        .data = node_get(question, "objects"),
        .arena = arena,
    };

    tree_of(tree, node_get(question, "files"));
    if (kustomization_build(&options, &result, &notes, err) < 0)
        return -1;
    add_build(&result, out);
    return 0;
}

static int decode(const struct node *text, struct buf *out, struct err **err)
{
    if (crypto_base64_decode(node_text(text), out))
        return 0;
    return err_set(err, ERR_CONFIG, "the question is not base64");
}

// Values of variables, decoded into `arena`.
struct values {
    const struct node *variables;
    struct arena *arena;
};

static bool value_of(void *data, struct span name, struct span *value)
{
    const struct values *values = data;
    const struct node *found = node_get_span(values->variables, name);
    struct buf text CLEANUP(buf_free) = BUF_INIT(ANSWER_MAX);

    if (found && crypto_base64_decode(node_text(found), &text))
        *value = arena_span(values->arena, buf_span(&text));
    return found != NULL;
}

static int substitute(const struct node *question, struct buf *out, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct values values = {node_get(question, "variables"), arena};
    struct buf text CLEANUP(buf_free) = BUF_INIT(ANSWER_MAX);
    struct buf made CLEANUP(buf_free) = BUF_INIT(ANSWER_MAX);

    if (decode(node_get(question, "text"), &text, err) < 0 ||
        kustomization_substitute(buf_span(&text), node_get_bool(question, "strict", false),
                                 value_of, &values, &made, err) < 0)
        return -1;
    buf_add_str(out, "{\"output\":\"");
    crypto_base64_encode(buf_span(&made), out);
    buf_add_str(out, "\"}");
    return 0;
}

static int answer(const struct doc *d UNUSED, const struct node *question, struct buf *out,
                  struct err **err)
{
    return node_get(question, "text") ? substitute(question, out, err) : build(question, out, err);
}

int main(int argc, char **argv)
{
    static const struct questions questions = {answer, NULL};

    return questions_run(&questions, argc, argv);
}
