// SPDX-License-Identifier: Apache-2.0
// Where a lexer stands, for the files that read with it: what is there, steps, and the token that
// ends there. What is asked for each byte or token is here, to be inlined.
#ifndef IO_TEMPLATE_LEX_CURSOR_H
#define IO_TEMPLATE_LEX_CURSOR_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "io/template/lex/state.h"
#include "io/template/lex/token.h"

// A trim marker is a '-' and the blank beside it.
#define TRIM_MARKER_LEN 2u
#define DELIM_LEN 2u

// What is read at the end of the text.
#define RUNE_EOF UINT32_MAX

// What a byte of an action is. Most of its bytes are of names, which makes the table worth its
// room.
enum {
    IN_NAME = 1,   // ASCII letters and digits, and _
    IS_BLANK = 2,  // of Go's lexer: no other white space
    ENDS_NAME = 4, // what may stand behind a name; "}}" may, too
};

extern const unsigned char lexer_classes[UCHAR_MAX + 1];

static inline unsigned lexer_class(char c)
{
    return lexer_classes[(unsigned char)c];
}

// What of the text begins at `at`.
static inline struct span lexer_rest(const struct lexer *l, const char *at)
{
    return span_of(at, (size_t)(l->end - at));
}

// True when `word` stands at `at`, which may be the end.
static inline bool lexer_stands_at(const struct lexer *l, const char *at, const char *word)
{
    return span_starts(lexer_rest(l, at), word);
}

// RUNE_EOF at the end.
static inline uint32_t lexer_byte_at(const struct lexer *l, const char *at)
{
    return at < l->end ? (unsigned char)*at : RUNE_EOF;
}

// Passes the bytes of the class.
static inline void lexer_skip(struct lexer *l, unsigned class)
{
    const char *at = l->at;

    while (at < l->end && lexer_class(*at) & class)
        at++;
    l->at = at;
}

// Steps over what was read.
static inline void lexer_ignore(struct lexer *l)
{
    l->start = l->at;
}

// A token of what was read.
static inline void lexer_emit(struct lexer *l, enum token_type type, struct token *t)
{
    t->type = type;
    t->pos = (uint32_t)(l->start - l->text);
    t->text = span_of(l->start, (size_t)(l->at - l->start));
    lexer_ignore(l);
}

// Whether "-}}" stands at `at`; the blank before it is for the caller to see.
static inline bool lexer_at_right_trim(const struct lexer *l, const char *at)
{
    return at < l->end && *at == '-' && lexer_stands_at(l, at, "-}}");
}

// The rune at the cursor; *len is its length in bytes. RUNE_EOF at the end.
uint32_t lexer_rune(const struct lexer *l, uint32_t *len);

// Whether Go lets a name have it.
bool lexer_in_names(uint32_t rune);

// An error, behind which nothing follows but the end: `text`, which is borrowed, with the rune, or
// with what was read of the token, quoted behind it.
void lexer_fail(struct lexer *l, const char *text, struct token *t);
void lexer_fail_rune(struct lexer *l, const char *text, uint32_t rune, struct token *t);
void lexer_fail_read(struct lexer *l, const char *text, struct token *t);

#endif
