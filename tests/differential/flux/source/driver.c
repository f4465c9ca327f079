// SPDX-License-Identifier: Apache-2.0
// Answers many questions about sources in one process, as oracle/main.go does with the libraries
// of source-controller: the same questions on stdin, the same answers on stdout.
//
// With the name of a file, its questions have the controller's answers with them, as "answer":
// those that differ are printed, and the exit status is 1. Of an error counts only that it is one.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "controller/source.h"
#include "io/doc.h"

#define ANSWER_MAX ((size_t)64 << 20)

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

static void answer(const struct node *question, struct buf *out)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf why CLEANUP(buf_free) = BUF_INIT(ANSWER_MAX);
    int status = node_get(question, "range")     ? pick(question, out, &err)
                 : node_get(question, "modules") ? modules(question, out, &err)
                                                 : artifact(question, out, &err);

    if (status == 0)
        return;
    err_format(err, &why);
    buf_truncate(out, 0);
    buf_add_str(out, "{\"error\":");
    buf_add_json(out, buf_span(&why));
    buf_add_char(out, '}');
}

// Prints the answer, or says what differs from the one that is stored with the question.
static int tell(struct span line, bool stored, size_t *different, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *question = doc_read_json(d, line, "question", ERR_CONFIG, err), *got;
    struct buf out CLEANUP(buf_free) = BUF_INIT(ANSWER_MAX);
    const struct node *wanted;

    if (!question)
        return -1;
    answer(question, &out);
    if (!stored) {
        puts(buf_str(&out));
        fflush(stdout);
        return 0;
    }
    got = doc_read_json(d, buf_span(&out), "answer", ERR_CONFIG, err);
    if (!got)
        return -1;
    wanted = node_get(question, "answer");
    if (node_get(wanted, "error") ? !node_get(got, "error") : !node_equal(wanted, got)) {
        printf("%.*s\n   sandstrap: %s\n", SPAN_ARG(line), buf_str(&out));
        (*different)++;
    }
    return 0;
}

int main(int argc, char **argv)
{
    FILE *input = argc > 1 ? fopen(argv[1], "re") : stdin;
    size_t count = 0, different = 0, size = 0;
    char *line = NULL;

    if (!input) {
        perror(argv[1]);
        return 2;
    }
    for (ssize_t len; (len = getline(&line, &size, input)) > 0; count++) {
        struct err *err CLEANUP(err_cleanup) = NULL;

        if (tell(span_of(line, (size_t)len), argc > 1, &different, &err) < 0) {
            fprintf(stderr, "question %zu: %s\n", count + 1, err_message(err));
            return 2;
        }
    }
    free(line);
    if (argc > 1) {
        fclose(input);
        printf("%zu questions, %zu different\n", count, different);
    }
    return different || !count;
}
