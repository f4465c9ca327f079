// SPDX-License-Identifier: Apache-2.0
// Patterns of Go's path.Match. A star that has found the piece behind it is never asked again: what
// an earlier star could do, the later one can, too.
#include "base/glob.h"

#include "base/glob_tree.h"
#include "base/rune.h"

// One piece of a pattern: what stands between two stars.
struct piece {
    bool star; // in front of it
    struct span glob;
};

static struct piece next_piece(struct span *pattern)
{
    struct piece piece = {0};
    bool in_class = false;
    size_t end = 0;

    while (pattern->len && pattern->ptr[0] == '*') {
        *pattern = span_tail(*pattern, 1);
        piece.star = true;
    }
    for (; end < pattern->len; end++) {
        char c = pattern->ptr[end];

        if (c == '\\' && end + 1 < pattern->len)
            end++;
        else if (c == '[')
            in_class = true;
        else if (c == ']')
            in_class = false;
        else if (c == '*' && !in_class)
            break;
    }
    piece.glob = span_head(*pattern, end);
    *pattern = span_tail(*pattern, end);
    return piece;
}

// A character of a class; false when there is none, or nothing behind it.
static bool class_rune(struct span *glob, uint32_t *rune)
{
    size_t before;

    if (!glob->len || glob->ptr[0] == '-' || glob->ptr[0] == ']')
        return false;
    if (glob->ptr[0] == '\\') {
        *glob = span_tail(*glob, 1);
        if (!glob->len)
            return false;
    }
    before = glob->len;
    *rune = rune_next(glob);
    return glob->len && (*rune != RUNE_BAD || before - glob->len > 1);
}

// A class from behind its "[" to behind its "]"; false when it is malformed.
static bool class_has(struct span *glob, uint32_t rune, bool *has)
{
    bool negated = span_skip(glob, "^");
    bool found = false;

    for (bool first = true; first || !span_skip(glob, "]"); first = false) {
        uint32_t low, high;

        if (!class_rune(glob, &low))
            return false;
        high = low;
        if (span_skip(glob, "-") && !class_rune(glob, &high))
            return false;
        found = found || (low <= rune && rune <= high);
    }
    *has = found != negated;
    return true;
}

// Whether one element at the start of the piece matches the start of the text, both of which are
// stepped over. `valid`: it is well-formed.
static bool match_one(struct span *glob, struct span *text, bool *valid)
{
    char c = glob->ptr[0];
    uint32_t rune = 0;
    bool has = false;
    bool at_end = !text->len;

    *glob = span_tail(*glob, 1);
    if (c == '[') {
        if (!at_end)
            rune = rune_next(text);
        *valid = class_has(glob, rune, &has);
        return *valid && !at_end && has;
    }
    if (c == '?')
        return !at_end && rune_next(text) != '/';
    if (c == '\\') {
        *valid = glob->len;
        if (!*valid)
            return false;
        c = glob->ptr[0];
        *glob = span_tail(*glob, 1);
    }
    has = !at_end && text->ptr[0] == c;
    *text = span_tail(*text, 1);
    return has;
}

// Whether a piece matches the start of the text, which is stepped over.
static bool match_piece(struct span glob, struct span *text)
{
    bool valid = true;

    while (glob.len)
        if (!match_one(&glob, text, &valid))
            return false;
    return true;
}

static bool piece_is_valid(struct span glob)
{
    bool valid = true;

    while (glob.len && valid) {
        struct span nothing = SPAN_EMPTY;

        (void)match_one(&glob, &nothing, &valid);
    }
    return valid;
}

static bool path_is_valid(struct span pattern)
{
    while (pattern.len)
        if (!piece_is_valid(next_piece(&pattern).glob))
            return false;
    return true;
}

// Finds the first place of a piece, at the start of the text or, behind a star, in its first part.
static bool find_piece(const struct piece *piece, bool last, struct span *text)
{
    for (struct span at = *text;; at = span_tail(at, 1)) {
        struct span rest = at;

        if (match_piece(piece->glob, &rest) && (!last || !rest.len)) {
            *text = rest;
            return true;
        }
        if (!piece->star || !at.len || at.ptr[0] == '/')
            return false;
    }
}

static bool match_path(struct span pattern, struct span text)
{
    while (pattern.len) {
        struct piece piece = next_piece(&pattern);

        if (piece.star && !piece.glob.len) // the last one
            return span_find(text, '/') == text.len;
        if (!find_piece(&piece, !pattern.len, &text))
            return false;
    }
    return !text.len;
}

bool glob_is_valid(struct span pattern, enum glob_dialect dialect)
{
    return dialect == GLOB_PATH ? path_is_valid(pattern) : glob_tree_is_valid(pattern);
}

static bool is_literal(char c)
{
    return c != '*' && c != '?' && c != '[' && c != ']' && c != '\\';
}

// Whether the first or the last character, each of which stands for itself in any pattern that is
// well-formed, is another one in the text: most patterns have such a one, and most names fail it.
static bool ends_differ(struct span pattern, struct span text)
{
    char first = pattern.len ? pattern.ptr[0] : '*';
    char last = pattern.len ? pattern.ptr[pattern.len - 1] : '*';

    return (is_literal(first) && (!text.len || text.ptr[0] != first)) ||
           (is_literal(last) && (!text.len || text.ptr[text.len - 1] != last));
}

bool glob_match(struct span pattern, struct span text, enum glob_dialect dialect)
{
    if (dialect == GLOB_TREE)
        return glob_tree_match(pattern, text);
    // Most patterns do not match most names: the rest of them is only looked at where one does.
    return !ends_differ(pattern, text) && match_path(pattern, text) && path_is_valid(pattern);
}
