// SPDX-License-Identifier: Apache-2.0
// Where the reader of TOML is, and its errors.
#include <string.h>

#include "io/doc/toml/toml.h"

int toml_fail(const struct toml *t, const char *what)
{
    return reader_fail(&t->r, t->line, what);
}

void toml_skip_blank(struct toml *t)
{
    while (t->at < t->end && (*t->at == ' ' || *t->at == '\t'))
        t->at++;
}

bool toml_skip(struct toml *t, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(t->end - t->at) < len || memcmp(t->at, word, len) != 0)
        return false;
    t->at += len;
    return true;
}
