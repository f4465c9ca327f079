// SPDX-License-Identifier: Apache-2.0
// What .gitattributes files ask of a checkout (gitattributes(5)). Here files are read as they are
// stored; this tells when a checkout would have others.
#include <string.h>

#include "base/mem.h"
#include "model/git.h"

#define ATTRIBUTES ".gitattributes"

// The next word, behind blanks; one in quotes may have blanks in it.
static bool next_word(struct span *rest, struct span *word)
{
    size_t len = 0;
    bool quoted;

    *rest = span_trim(*rest);
    quoted = span_starts(*rest, "\"");
    for (; len < rest->len; len++) {
        char c = rest->ptr[len];

        if (quoted && len > 0 && c == '"')
            quoted = false;
        else if (!quoted && (c == ' ' || c == '\t'))
            break;
    }
    *word = span_head(*rest, len);
    *rest = span_tail(*rest, len);
    return word->len > 0;
}

// A text file that is to have LF, or any line ends, is stored as Linux has it.
static bool converts(struct span attribute)
{
    return span_is(attribute, "eol=crlf") || span_is(attribute, "ident") ||
           span_starts(attribute, "working-tree-encoding=");
}

static char *look_at(const char *path, struct span text)
{
    struct span line, word;

    for (unsigned number = 1; span_next(&text, '\n', &line); number++) {
        if (span_starts(line, "#") || !next_word(&line, &word)) // the pattern
            continue;
        while (next_word(&line, &word))
            if (converts(word))
                return mem_printf("%s:%u: %.*s", path, number, SPAN_ARG(word));
    }
    return NULL;
}

static int visit(void *data, const char *path, unsigned mode UNUSED, struct span content,
                 struct err **err UNUSED)
{
    const char *slash = strrchr(path, '/');
    char **found = data;

    if (!*found && strcmp(slash ? slash + 1 : path, ATTRIBUTES) == 0)
        *found = look_at(path, content);
    return 0;
}

char *git_conversion(const struct git_store *s, const struct git_oid *commit)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL; // who needs the files walks, too
    char *found = NULL;

    (void)!git_walk(s, commit, visit, &found, &ignored);
    return found;
}
