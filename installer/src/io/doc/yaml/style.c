// SPDX-License-Identifier: Apache-2.0
// What a text is made of, and the style that go-yaml chooses for it.
#include "io/doc/yaml/style.h"

#include <string.h>

#include "io/doc/doc_int.h"
#include "io/doc/yaml/character.h"

static bool blank_or_end(struct span s, size_t i)
{
    return i >= s.len || s.ptr[i] == ' ' || s.ptr[i] == '\t';
}

// Characters that mean something to YAML where they stand.
static bool is_indicator(struct span s, size_t i, bool after_space)
{
    char c = s.ptr[i];

    if (i == 0 && strchr("#,[]{}&*!|>'\"%@`", c))
        return true;
    if (c == ':' || (i == 0 && (c == '?' || c == '-')))
        return blank_or_end(s, i + 1);
    return c == '#' && after_space;
}

static void look_at(struct span s, size_t i, struct looks *l, bool *was_space, bool *was_break)
{
    size_t end = i + yaml_width(s, i);
    bool space = s.ptr[i] == ' ';
    bool line_break = !space && yaml_is_break(s, i);

    if (s.ptr[i] == '\t')
        l->tabs = true;
    else
        l->special |= !yaml_is_printable(s, i);
    if (space) {
        l->leading_space |= i == 0;
        l->trailing_space |= end == s.len;
        l->break_space |= *was_break;
    } else if (line_break) {
        l->line_breaks = true;
        l->space_break |= *was_space;
    }
    *was_space = space;
    *was_break = line_break;
}

// Letters, digits and what else is most of all text and nothing of what is looked for.
static inline bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '.' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_';
}

// What is nothing of that behind another one of them.
static inline bool is_inert(char c)
{
    return c > ' ' && c <= '~' && c != ':' && c != '#';
}

struct looks yaml_look(struct span s)
{
    struct looks l = {.simple = true};
    bool was_space = false;
    bool was_break = false;
    bool after_space = true;

    l.block_indicators = span_starts(s, "---") || span_starts(s, "...");
    for (size_t i = 0; i < s.len; i += yaml_width(s, i)) {
        char c = s.ptr[i];

        if (is_word(c)) {
            while (i + 1 < s.len && is_inert(s.ptr[i + 1]))
                i++;
            was_space = was_break = after_space = false;
            continue;
        }
        l.simple = l.simple && c >= 0x20 && c <= 0x7e;
        l.block_indicators |= c && is_indicator(s, i, after_space);
        look_at(s, i, &l, &was_space, &was_break);
        after_space = was_space || was_break || c == '\t' || c == '\0';
    }
    return l;
}

// Whether an unquoted text would be read back as it is.
static bool fits_plain(const struct looks *l)
{
    return !l->block_indicators && !l->special && !l->tabs && !l->line_breaks &&
           !l->leading_space && !l->trailing_space;
}

static bool fits_literal(const struct looks *l, enum dialect dialect)
{
    return !l->space_break && !l->special && !l->trailing_space &&
           (!l->tabs || dialect == DIALECT_V3);
}

enum style yaml_choose_style(struct span s, const struct looks *l, bool text, enum place place,
                             enum dialect dialect)
{
    bool hard = l->space_break || l->special || l->tabs; // for unquoted and single-quoted text

    if (memchr(s.ptr, '\n', s.len))
        return place != PLACE_KEY && fits_literal(l, dialect) ? STYLE_LITERAL : STYLE_DOUBLE;
    if (text && scalar_needs_quotes(s, dialect == DIALECT_V2))
        return STYLE_DOUBLE;
    if (fits_plain(l))
        return STYLE_PLAIN;
    return hard || l->break_space ? STYLE_DOUBLE : STYLE_SINGLE;
}

bool text_may_be_block(struct span text)
{
    struct looks l = yaml_look(text);

    return text.len && fits_literal(&l, DIALECT_V3);
}

bool doc_text_is_plain(struct span text)
{
    struct looks l = yaml_look(text);

    return yaml_choose_style(text, &l, true, PLACE_VALUE, DIALECT_V2) == STYLE_PLAIN;
}
