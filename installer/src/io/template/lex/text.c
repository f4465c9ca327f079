// SPDX-License-Identifier: Apache-2.0
// Text between actions: delimiters with their trim markers, and comments.
#include "io/template/lex/text.h"

#include <string.h>

#include "io/template/lex/cursor.h"

// At the right delimiter, or at its trim marker.
static void read_right_delim(struct lexer *l, bool trim, struct token *t)
{
    if (trim) {
        l->at += TRIM_MARKER_LEN;
        lexer_ignore(l);
    }
    l->at += DELIM_LEN;
    lexer_emit(l, TOKEN_RIGHT_DELIM, t);
    if (trim) {
        lexer_skip(l, IS_BLANK);
        lexer_ignore(l);
    }
    l->inside_action = false;
}

void lexer_end_action(struct lexer *l, bool trim, struct token *t)
{
    if (l->paren_depth)
        lexer_fail(l, "unclosed left paren", t);
    else
        read_right_delim(l, trim, t);
}

// At "/*". False when it does not end as it has to, with an error in *t.
static bool skip_comment(struct lexer *l, struct token *t)
{
    struct span text = lexer_rest(l, l->at + 2);
    size_t end = span_search(text, SPAN("*/"));
    bool trim;

    if (end == text.len) {
        lexer_fail(l, "unclosed comment", t);
        return false;
    }
    l->at += 2 + end + 2;
    trim = l->at < l->end && lexer_class(*l->at) & IS_BLANK && lexer_at_right_trim(l, l->at + 1);
    if (!trim && !lexer_stands_at(l, l->at, "}}")) {
        lexer_fail(l, "comment ends before closing delimiter", t);
        return false;
    }
    l->at += (trim ? TRIM_MARKER_LEN : 0) + DELIM_LEN;
    if (trim)
        lexer_skip(l, IS_BLANK);
    lexer_ignore(l);
    return true;
}

// The next left delimiter from l->at on, or the end. It is searched once for the text before it and
// for itself.
static const char *next_delim(struct lexer *l)
{
    const char *at = l->at;

    if (l->delim && l->delim >= at)
        return l->delim;
    while (l->end - at >= (ptrdiff_t)DELIM_LEN &&
           (at = memchr(at, '{', (size_t)(l->end - at - 1)))) {
        if (at[1] == '{')
            return l->delim = at;
        at++;
    }
    return l->delim = l->end;
}

// The delimiter of an action at `at`, with `skipped` bytes of a trim marker.
static void read_left_delim(struct lexer *l, uint32_t skipped, struct token *t)
{
    lexer_emit(l, TOKEN_LEFT_DELIM, t);
    l->at += skipped;
    lexer_ignore(l);
    l->inside_action = true;
    l->paren_depth = 0;
}

void lexer_read_text(struct lexer *l, struct token *t)
{
    for (;;) {
        const char *delim = next_delim(l), *behind = delim + DELIM_LEN;
        uint32_t skipped = 0;

        l->at = delim;
        if (delim == l->end) {
            lexer_emit(l, l->at > l->start ? TOKEN_TEXT : TOKEN_EOF, t);
            return;
        }
        if (l->end - behind >= (ptrdiff_t)TRIM_MARKER_LEN && behind[0] == '-' &&
            lexer_class(behind[1]) & IS_BLANK) {
            skipped = TRIM_MARKER_LEN;
            while (l->at > l->start && lexer_class(l->at[-1]) & IS_BLANK)
                l->at--;
        }
        if (l->at > l->start) {
            lexer_emit(l, TOKEN_TEXT, t); // comes back here for the delimiter
            return;
        }
        l->at = delim;
        lexer_ignore(l);
        l->at += DELIM_LEN;
        if (!lexer_stands_at(l, l->at + skipped, "/*")) {
            read_left_delim(l, skipped, t);
            return;
        }
        l->at += skipped;
        lexer_ignore(l);
        if (!skip_comment(l, t))
            return;
    }
}
