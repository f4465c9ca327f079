// SPDX-License-Identifier: Apache-2.0
// Renders many templates in one process, as oracle/ does with Helm's engine: a line of JSON on
// stdin is a question, {"template": TEXT, "values": {...}, "more": {NAME: TEXT}, "files": {PATH:
// TEXT}}, a line on stdout its answer, {"output": TEXT}, {"base64": TEXT} or {"error": TEXT}.
//
// With the name of a file, its questions have Helm's answers with them, "output" or the "reason" of
// an error: those that differ are printed, and the exit status is 1.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"
#include "io/crypto.h"
#include "io/doc.h"
#include "model/chart/render/render.h"

#define ANSWER_MAX ((size_t)64 << 20)

// The chart of the oracle.
static const char chart_yaml[] = "apiVersion: v2\nname: c\nversion: 0.1.0\nappVersion: 1.2.3\n"
                                 "annotations: {a: b}\n";

// What came of a question: a text, or an error.
struct outcome {
    bool failed;
    struct buf text, error;
};

static void outcome_free(struct outcome *o)
{
    buf_free(&o->text);
    buf_free(&o->error);
}

static struct chart *chart_of(struct arena *arena, const struct node *question, struct err **err)
{
    chart_files files CLEANUP(chart_files_free) = {0};
    vec_push(&files, (struct chart_file){.path = "Chart.yaml", .content = span_str(chart_yaml)});
    vec_push(&files, (struct chart_file){.path = "templates/t.yaml",
                                         .content = node_get_text(question, "template")});
    NODE_FOREACH_PAIR (more, node_get(question, "more")) {
        char *path = arena_printf(arena, "templates/%.*s", SPAN_ARG(more->key));
        vec_push(&files, (struct chart_file){.path = path, .content = node_text(more->value)});
    }
    NODE_FOREACH_PAIR (file, node_get(question, "files")) {
        struct span path = arena_span(arena, file->key);
        vec_push(&files, (struct chart_file){.path = path.ptr, .content = node_text(file->value)});
    }
    return chart_load_files(&files, "the question's chart", err);
}

static void outputs_free(chart_outputs *outputs)
{
    vec_free(outputs);
}

static int render(const struct node *question, struct buf *out, struct err **err)
{
    static const struct chart_target target = {
        .release = {"rel", 3}, .space = {"ns", 2}, .revision = 1};
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct chart *chart CLEANUP(chart_cleanup) = chart_of(arena, question, err);
    struct chart_rendering *rendering CLEANUP(chart_rendering_cleanup) = chart_rendering_new();
    chart_outputs outputs CLEANUP(outputs_free) = {0};
    if (!chart || render_files(chart, node_get(question, "values"), &target, rendering, &outputs,
                               NULL, err) < 0)
        return -1;
    VEC_FOREACH (struct chart_output *, output, &outputs)
        if (span_is(output->path, "c/templates/t.yaml"))
            buf_add_span(out, output->text);
    return buf_check(out, ERR_CONFIG, "the output", err);
}

// Adds one answer: a map with one member.
static void add_answer(struct buf *out, const char *key, struct span text)
{
    buf_printf(out, "{\"%s\":", key);
    buf_add_json(out, text);
    buf_add_char(out, '}');
}

static void print_answer(const struct outcome *got)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(ANSWER_MAX * 6);
    struct buf coded CLEANUP(buf_free) = BUF_INIT(ANSWER_MAX * 2);
    if (got->failed) {
        add_answer(&out, "error", buf_span(&got->error));
    } else if (text_is_utf8(buf_span(&got->text))) {
        add_answer(&out, "output", buf_span(&got->text));
    } else {
        crypto_base64_encode(buf_span(&got->text), &coded);
        add_answer(&out, "base64", buf_span(&coded));
    }
    puts(buf_str(&out));
    fflush(stdout);
}

// Says what differs from the answer that is stored with the question.
static bool is_as_stored(const struct node *question, const struct outcome *got)
{
    const struct node *reason = node_get(question, "reason");
    const char *helm = node_str(reason ? reason : node_get(question, "output"));
    if (reason ? got->failed && strstr(buf_str(&got->error), helm)
               : !got->failed && span_is(buf_span(&got->text), helm))
        return true;
    printf("%s\n   sandstrap%s: %s\n   Helm%s: %s\n", node_get_str(question, "template"),
           got->failed ? " fails" : "", buf_str(got->failed ? &got->error : &got->text),
           reason ? " fails" : "", helm);
    return false;
}

// One line of the input. *different is counted up when it is not what is stored with it.
static int answer(struct span line, bool has_answer, size_t *different, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *question = doc_read_json(d, line, "question", ERR_CONFIG, err);
    if (!question)
        return -1;
    struct outcome got CLEANUP(outcome_free) = {
        .text = BUF_INIT(ANSWER_MAX),
        .error = BUF_INIT(ANSWER_MAX),
    };
    struct err *why CLEANUP(err_cleanup) = NULL;
    got.failed = render(question, &got.text, &why) < 0;
    if (got.failed)
        err_format(why, &got.error);
    if (!has_answer)
        print_answer(&got);
    else if (!is_as_stored(question, &got))
        (*different)++;
    return 0;
}

int main(int argc, char **argv)
{
    FILE *input = argc > 1 ? fopen(argv[1], "re") : stdin;
    if (!input) {
        perror(argv[1]);
        return 2;
    }
    size_t count = 0, different = 0, size = 0;
    char *line = NULL;
    for (ssize_t len; (len = getline(&line, &size, input)) > 0; count++) {
        struct err *err CLEANUP(err_cleanup) = NULL;
        if (answer(span_of(line, (size_t)len), argc > 1, &different, &err) < 0) {
            fprintf(stderr, "question %zu: %s\n", count + 1, err_message(err));
            return 2;
        }
    }
    free(line);
    if (argc > 1) {
        fclose(input);
        printf("%zu templates, %zu different\n", count, different);
    }
    return different || !count;
}
