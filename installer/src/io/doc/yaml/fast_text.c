// SPDX-License-Identifier: Apache-2.0
// The fast reader's lines and scalars: plain and quoted texts, also of several lines, and literal
// blocks. Texts are made in place, in the copy of the document.
#include "io/doc/yaml/fast.h"

#include "io/doc/yaml/scalar.h"

#define TWO_ALNUM(c) [c] = FAST_ALNUM | FAST_KEY, [(c) + 1] = FAST_ALNUM | FAST_KEY
#define TEN_ALNUM(c)                                                                               \
    TWO_ALNUM(c), TWO_ALNUM((c) + 2), TWO_ALNUM((c) + 4), TWO_ALNUM((c) + 6), TWO_ALNUM((c) + 8)
#define LETTERS(a)                                                                                 \
    TEN_ALNUM(a), TEN_ALNUM((a) + 10), TWO_ALNUM((a) + 20), TWO_ALNUM((a) + 22), TWO_ALNUM((a) + 24)

const unsigned char fast_classes[UCHAR_MAX + 1] = {
    LETTERS('a'),
    LETTERS('A'),
    TEN_ALNUM('0'),
    ['_'] = FAST_KEY,
    ['-'] = FAST_KEY,
    ['.'] = FAST_KEY,
    ['/'] = FAST_KEY,
    ['$'] = FAST_KEY,
    ['\n'] = FAST_ENDS_TEXT,
    ['\t'] = FAST_ENDS_TEXT,
    [':'] = FAST_ENDS_TEXT,
    ['#'] = FAST_ENDS_TEXT,
};

// --- lines ---

static bool is_marker(const char *at)
{
    return (memcmp(at, "---", 3) == 0 || memcmp(at, "...", 3) == 0) &&
           (at[3] == ' ' || at[3] == '\t' || at[3] == '\n');
}

// From the start of a line to the first line that is neither blank nor a comment.
bool fast_find_line(struct fast *f)
{
    for (;; f->line++) {
        f->line_start = f->at;
        f->indent = -1;
        if (f->at == f->end)
            return true;
        fast_skip_spaces(f);
        if (*f->at == '#')
            fast_skip_to_newline(f);
        if (*f->at != '\n')
            break;
        f->at++;
    }
    f->indent = (int)(f->at - f->line_start);
    return *f->at != '\t' && (f->indent > 0 || f->end - f->at < 4 || !is_marker(f->at));
}

// From the newline that ends this line; what stands there may be a NUL by now.
bool fast_next_line(struct fast *f)
{
    f->at++;
    f->line++;
    return fast_find_line(f);
}

// Nothing but spaces and a comment up to the newline.
bool fast_rest_is_empty(struct fast *f)
{
    const char *start = f->at;

    fast_skip_spaces(f);
    if (*f->at == '#' && f->at > start)
        fast_skip_to_newline(f);
    return *f->at == '\n';
}

// --- scalars ---

bool fast_set_plain(struct fast *f, struct node *n, struct span text)
{
    struct scalar s;

    reader_resolve(f->r, text, &s);
    return doc_set_scalar(f->r->d, n, text, &s);
}

// From the newline of a line of text to the next text of the same scalar, which is indented deeper
// than `parent`; *breaks is the number of newlines on the way. False when there is none.
static bool find_text(struct fast *f, int parent, int *breaks)
{
    char *at = f->at, *line_start = at;

    for (*breaks = 0; *at == '\n'; ++*breaks) {
        line_start = ++at;
        while (*at == ' ')
            at++;
    }
    if (at == f->end || at - line_start <= parent)
        return false;
    f->at = at;
    f->line += (uint32_t)*breaks;
    return true;
}

// What the newlines between two lines of text stand for: one is a space, more are one less.
static char *put_breaks(char *to, int breaks)
{
    if (breaks == 1)
        *to++ = ' ';
    while (--breaks > 0)
        *to++ = '\n';
    return to;
}

// To the newline of a line of plain text; *stop is the end of the text, *comment: one is behind it.
static bool plain_line(struct fast *f, char **stop, bool *comment)
{
    char *at;

    for (at = f->at; *at != '\n'; at++) {
        if (!fast_is(*at, FAST_ENDS_TEXT))
            continue;
        if (*at == ':' && (at[1] == ' ' || at[1] == '\n'))
            return false;
        if (*at == '\t')
            return false;
        if (*at == '#' && at[-1] == ' ')
            break;
    }
    *comment = *at == '#';
    f->at = at;
    fast_skip_to_newline(f);
    while (at[-1] == ' ')
        at--;
    *stop = at;
    return true;
}

// A plain value. Further lines are moved up to the first.
bool fast_plain(struct fast *f, int parent, struct node **out)
{
    char *start = f->at, *to, *stop;
    bool comment;
    int breaks;

    if (strchr(",[]{}#&*!|>'\"%@`?:", *start) || fast_is_dash(start))
        return false;
    *out = fast_node(f, NODE_STRING);
    if (!plain_line(f, &to, &comment))
        return false;
    while (!comment && find_text(f, parent, &breaks)) {
        char *line = f->at;

        if (*line == '#') { // ends the text, as deep as it may stand
            fast_skip_to_newline(f);
            break;
        }
        if (fast_is_dash(line) || !plain_line(f, &stop, &comment))
            return false;
        to = put_breaks(to, breaks);
        memmove(to, line, (size_t)(stop - line));
        to += stop - line;
    }
    if (!fast_set_plain(f, *out, span_of(start, (size_t)(to - start))))
        return false;
    *to = '\0';
    return true;
}

// The character that an escape in double quotes stands for, of the common ones.
static char unescape(char c)
{
    switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case '"':
    case '\\': return c;
    default: return '\0';
    }
}

// From the opening quote to behind the closing one. The text is made in place.
static bool quoted_text(struct fast *f, int parent, struct span *text)
{
    char quote = *f->at;
    char *from = f->at + 1;
    char *start = from;
    char *to = from;
    int breaks;

    for (;; from++) {
        if (*from == '\t')
            return false;
        if (*from == '\n') {
            f->at = from;
            if (parent == FAST_ONE_LINE || !find_text(f, parent, &breaks))
                return false;
            while (to > start && to[-1] == ' ')
                to--;
            to = put_breaks(to, breaks);
            from = f->at - 1;
            continue;
        }
        if (*from == quote && (quote == '"' || from[1] != '\''))
            break;
        if (*from == quote) {
            from++;
        } else if (quote == '"' && *from == '\\') {
            from++;
            *from = unescape(*from);
            if (!*from)
                return false;
        }
        *to++ = *from;
    }
    *text = span_of(start, (size_t)(to - start));
    *to = '\0';
    f->at = from + 1;
    return true;
}

bool fast_quoted(struct fast *f, int parent, struct node **out)
{
    struct span text;

    *out = fast_node(f, NODE_STRING);
    (*out)->flags = NODE_QUOTED;
    if (!quoted_text(f, parent, &text))
        return false;
    (*out)->text = text;
    return true;
}

// --- literal blocks ---

// "|", "|-" or "|+" with the newline behind it; others are declined.
static bool literal_header(struct fast *f, char *chomp)
{
    f->at++;
    *chomp = '\0';
    if (*f->at == '-' || *f->at == '+')
        *chomp = *f->at++;
    if (!fast_rest_is_empty(f))
        return false;
    f->at++;
    f->line++;
    return true;
}

// The indentation of a literal block below something indented by `parent`: that of its first line
// that is not blank. Zero when there is none, or when the blank lines before it are longer.
static int literal_indent(const struct fast *f, int parent)
{
    const char *at = f->at;
    int longest = 0;

    for (;;) {
        const char *start = at;
        int spaces;

        while (*at == ' ')
            at++;
        spaces = (int)(at - start);
        if (at == f->end)
            return 0;
        if (*at != '\n')
            return *at != '\t' && spaces > parent && spaces >= longest ? spaces : 0;
        if (spaces > longest)
            longest = spaces;
        at++;
    }
}

// Moves the content of one line to `*to`; false at the line that ends the block.
static bool literal_line(struct fast *f, int indent, char **to)
{
    char *start = f->at;
    char *newline;
    int spaces = 0;

    while (spaces < indent && start[spaces] == ' ')
        spaces++;
    if (start == f->end || (spaces < indent && start[spaces] != '\n'))
        return false;
    newline = memchr(start, '\n', (size_t)(f->end - start));
    start += spaces;
    memmove(*to, start, (size_t)(newline + 1 - start));
    *to += newline + 1 - start;
    f->at = newline + 1;
    f->line++;
    return true;
}

bool fast_literal(struct fast *f, int parent, struct node **out)
{
    char chomp;
    char *start;
    char *to;
    int indent;

    *out = fast_node(f, NODE_STRING);
    (*out)->flags = NODE_QUOTED | NODE_LITERAL;
    if (!literal_header(f, &chomp))
        return false;
    indent = literal_indent(f, parent);
    if (!indent)
        return false;
    start = to = f->at;
    while (literal_line(f, indent, &to))
        ;
    if ((f->at == f->end && f->cut) || f->at[strspn(f->at, " ")] == '\t')
        return false;
    if (chomp != '+')
        while (to[-1] == '\n' && (chomp == '-' || to[-2] == '\n'))
            to--;
    *to = '\0';
    (*out)->text = span_of(start, (size_t)(to - start));
    return fast_find_line(f);
}
