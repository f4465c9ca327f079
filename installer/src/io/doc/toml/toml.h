// SPDX-License-Identifier: Apache-2.0
// What the files of the TOML reader share.
#ifndef IO_DOC_TOML_TOML_H
#define IO_DOC_TOML_TOML_H

#include "io/doc/reader.h"

struct toml {
    struct reader r;
    const char *at, *end;
    uint32_t line;
};

int toml_fail(const struct toml *t, const char *what);

// Over white space inside of a line.
void toml_skip_blank(struct toml *t);

// Steps over `word` if it stands here.
bool toml_skip(struct toml *t, const char *word);

// A string, from its opening quotes on, into the doc's arena. `one_line`: of a key.
int toml_read_string(struct toml *t, bool one_line, struct span *text) MUST_CHECK;

// A number, a truth value or a point in time; those become text.
int toml_read_plain(struct toml *t, struct node **out) MUST_CHECK;

#endif
