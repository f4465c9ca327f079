// SPDX-License-Identifier: Apache-2.0
// Answers many questions about sources in one process, as oracle/main.go does with the libraries
// of source-controller: the same questions on stdin, the same answers on stdout.
//
// With the name of a file, its questions have the controller's answers with them, as "answer":
// those that differ are printed, and the exit status is 1. Of an error counts only that it is one.
#include "../questions.h"

#include <string.h>

#include "base/mem.h"
#include "controller/source.h"

static int artifact(const struct node *question, struct buf *out, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct kustomize_tree *content CLEANUP(kustomize_tree_cleanup) = kustomize_tree_memory();
    struct kustomize_tree *left CLEANUP(kustomize_tree_cleanup) = NULL;
    struct node *source = node_new_map(d), *spec = node_new_map(d);
    const char **paths;
    size_t count;

    node_set(d, source, SPAN("spec"), spec);
    if (node_get(question, "ignore"))
        node_set_str(d, spec, "ignore", node_get_text(question, "ignore"));
    NODE_FOREACH_PAIR (pair, node_get(question, "files")) {
        char *path CLEANUP(mem_cleanup) = mem_printf("/%.*s", SPAN_ARG(pair->key));

        kustomize_tree_add(content, path, node_text(pair->value));
    }
    left = source_artifact(source, content, NULL, 0, err);
    if (!left)
        return -1;
    paths = kustomize_tree_list(left, arena, &count);
    buf_add_str(out, count ? "{\"left\":[" : "{");
    for (size_t i = 0; i < count; i++) {
        buf_add_str(out, i ? "," : "");
        buf_add_json(out, span_str(paths[i] + 1));
    }
    buf_add_str(out, count ? "]}" : "}");
    return 0;
}

static int pick(const struct node *question, struct buf *out, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    const struct node *list = node_get(question, "versions");
    struct span of = node_get_text(question, "of");
    struct source_wanted wanted = {.range = node_get_text(question, "range"),
                                   .filter = node_get_text(question, "filter"),
                                   .is_chart = !span_is(of, "tags"),
                                   .is_chart_tag = span_is(of, "chart tags")};
    struct span *versions = arena_array(arena, node_len(list) + 1, sizeof(*versions));
    size_t picked;

    NODE_FOREACH_ITEM (item, list)
        versions[item_at] = node_text(item);
    if (source_pick(&wanted, versions, node_len(list), &picked, err) < 0)
        return -1;
    buf_add_str(out, "{\"picked\":");
    buf_add_json(out, versions[picked]);
    buf_add_char(out, '}');
    return 0;
}

static int compare_names(const void *a, const void *b)
{
    const struct source_submodule *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static int modules(const struct node *question, struct buf *out, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    source_submodules list = {0};

    if (source_submodules_read(arena, node_get_text(question, "modules"), "https://h/p", &list,
                               err) < 0)
        return -1;
    if (list.len)
        qsort(list.items, list.len, sizeof(*list.items), compare_names);
    buf_add_str(out, list.len ? "{\"modules\":[" : "{");
    for (size_t i = 0; i < list.len; i++) {
        buf_add_str(out, i ? ",[" : "[");
        buf_add_json(out, span_str(list.items[i].name));
        buf_add_char(out, ',');
        buf_add_json(out, span_str(list.items[i].path));
        buf_add_char(out, ',');
        buf_add_json(out, span_str(list.items[i].url));
        buf_add_char(out, ']');
    }
    buf_add_str(out, list.len ? "]}" : "}");
    return 0;
}

static int answer(const struct doc *d UNUSED, const struct node *question, struct buf *out,
                  struct err **err)
{
    return node_get(question, "range")     ? pick(question, out, err)
           : node_get(question, "modules") ? modules(question, out, err)
                                           : artifact(question, out, err);
}

int main(int argc, char **argv)
{
    static const struct questions questions = {answer, NULL};

    return questions_run(&questions, argc, argv);
}
