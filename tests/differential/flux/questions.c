// SPDX-License-Identifier: Apache-2.0
// Questions in, answers out.
#include "questions.h"

#include <stdio.h>
#include <stdlib.h>

static void answer(const struct questions *q, const struct doc *d, const struct node *question,
                   struct buf *out)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf why CLEANUP(buf_free) = BUF_INIT(ANSWER_MAX);

    if (q->answer(d, question, out, &err) == 0)
        return;
    err_format(err, &why);
    buf_truncate(out, 0);
    buf_add_str(out, "{\"error\":");
    buf_add_json(out, buf_span(&why));
    buf_add_char(out, '}');
}

static bool is_as_stored(const struct node *wanted, const struct node *got)
{
    return node_get(wanted, "error") ? node_get(got, "error") != NULL : node_equal(wanted, got);
}

// Prints the answer, or says what differs from the one that is stored with the question.
static int tell(const struct questions *q, struct span line, bool stored, size_t *different,
                struct err **err)
{
    bool (*same)(const struct node *, const struct node *) =
        q->is_as_stored ? q->is_as_stored : is_as_stored;
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *question = doc_read_json(d, line, "question", ERR_CONFIG, err), *got;
    struct buf out CLEANUP(buf_free) = BUF_INIT(ANSWER_MAX);

    if (!question)
        return -1;
    answer(q, d, question, &out);
    if (!stored) {
        puts(buf_str(&out));
        fflush(stdout);
        return 0;
    }
    got = doc_read_json(d, buf_span(&out), "answer", ERR_CONFIG, err);
    if (!got)
        return -1;
    if (!same(node_get(question, "answer"), got)) {
        printf("%.*s\n   sandstrap: %s\n", SPAN_ARG(line), buf_str(&out));
        (*different)++;
    }
    return 0;
}

int questions_run(const struct questions *q, int argc, char **argv)
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

        if (tell(q, span_of(line, (size_t)len), argc > 1, &different, &err) < 0) {
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
