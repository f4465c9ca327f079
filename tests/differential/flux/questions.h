// SPDX-License-Identifier: Apache-2.0
// What the drivers beside it have in common: a line of JSON is a question, a line on stdout its
// answer; or, from a file, an answer is compared with the controller's that stands with it.
#ifndef TESTS_DIFFERENTIAL_FLUX_QUESTIONS_H
#define TESTS_DIFFERENTIAL_FLUX_QUESTIONS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "io/doc.h"

#define ANSWER_MAX ((size_t)64 << 20)

struct questions {
    // Appends the answer to a question of `d` as JSON; an error becomes {"error": TEXT}.
    int (*answer)(const struct doc *d, const struct node *question, struct buf *out,
                  struct err **err);
    // Whether an answer is the stored one; NULL: the same, and of an error counts only that it is
    // one.
    bool (*is_as_stored)(const struct node *wanted, const struct node *got);
};

// main(): without a file stdin is answered. The exit status is 1 when stored answers differ or
// nothing was asked, and 2 for what is no question.
int questions_run(const struct questions *questions, int argc, char **argv);

#endif
