// SPDX-License-Identifier: Apache-2.0
// Words within a name. The rules are xstrings' own; its results are the measure.
#include "model/chart/functions/words.h"

#include "base/rune.h"
#include "base/text.h"

static bool is_connector(uint32_t rune)
{
    return rune == '-' || rune == '_' || rune_is_space(rune);
}

// A letter of a script that makes words of letters: not Han.
static bool is_alphabet(uint32_t rune)
{
    return rune_is_letter(rune) && !(rune >= 0x4e00 && rune <= 0x9fcc) &&
           !(rune >= 0x3400 && rune <= 0x4d85) && !(rune >= 0x20000 && rune <= 0x2b81d);
}

static bool is_small(uint32_t rune)
{
    return is_alphabet(rune) && !rune_is_upper(rune);
}

static bool is_other(uint32_t rune)
{
    return !is_connector(rune) && !is_alphabet(rune) && !rune_is_number(rune) &&
           !rune_is_punct(rune);
}

static void add_rune(struct buf *out, uint32_t rune)
{
    char bytes[4];

    buf_add(out, bytes, text_encode(rune, bytes));
}

// --- one word after the other ---

enum word_kind {
    WORD_NONE, // nothing, or nothing but bytes that are no UTF-8
    WORD_NUMBER,
    WORD_UPPER, // starts with an upper case letter
    WORD_ALPHABET,
    WORD_CONNECTOR,
    WORD_PUNCT,
    WORD_OTHER,
};

struct word {
    enum word_kind kind;
    struct span text;
};

// The rune at `at` and the bytes up to its end, those that are no UTF-8 before it counted in;
// `before` when there is none.
static uint32_t valid_rune(struct span text, size_t at, uint32_t before, size_t *size)
{
    struct span rest = span_tail(text, at);
    size_t left = rest.len;

    while (rest.len) {
        uint32_t rune = rune_next(&rest);

        if (rune != RUNE_BAD) {
            *size = left - rest.len;
            return rune;
        }
    }
    *size = left;
    return before;
}

// Where the runes from `at` on end that are in a class.
static size_t run_end(struct span text, size_t at, uint32_t rune, bool (*has)(uint32_t))
{
    size_t size;

    while (at < text.len) {
        rune = valid_rune(text, at, rune, &size);
        if (!has(rune))
            break;
        at += size;
    }
    return at;
}

// Behind the first letter, which is an upper case one: "Server", but of "HTTPServer" only "HTTP".
static size_t upper_end(struct span text, size_t at, uint32_t rune)
{
    size_t size, last;

    if (at == text.len)
        return at;
    rune = valid_rune(text, at, rune, &size);
    if (!rune_is_upper(rune))
        return is_alphabet(rune) ? run_end(text, at + size, rune, is_small) : at;
    for (last = size, at += size; at < text.len; at += size) {
        rune = valid_rune(text, at, rune, &size);
        if (!rune_is_upper(rune))
            break;
        last = size;
    }
    return at < text.len && is_alphabet(rune) ? at - last : at;
}

static struct word next_word(struct span *rest)
{
    static const struct {
        enum word_kind kind;
        bool (*starts)(uint32_t);
        bool (*has)(uint32_t);
    } kinds[] = {
        {WORD_CONNECTOR, is_connector, is_connector},
        {WORD_PUNCT, rune_is_punct, rune_is_punct},
        {WORD_UPPER, rune_is_upper, NULL},
        {WORD_ALPHABET, is_alphabet, is_small},
        {WORD_NUMBER, rune_is_number, rune_is_number},
        {WORD_OTHER, is_other, is_other},
    };
    struct word word = {WORD_NONE, *rest};
    size_t end = 0;
    uint32_t rune = valid_rune(*rest, 0, RUNE_BAD, &end);

    for (size_t i = 0; rune != RUNE_BAD && i < ARRAY_LEN(kinds); i++) {
        if (!kinds[i].starts(rune))
            continue;
        word.kind = kinds[i].kind;
        end = kinds[i].has ? run_end(*rest, end, rune, kinds[i].has) : upper_end(*rest, end, rune);
        break;
    }
    word.text = span_head(*rest, end);
    *rest = span_tail(*rest, end);
    return word;
}

// --- snake_case and kebab-case ---

struct connect {
    struct span rest;
    struct word word; // the next one to write
    char connector;
    struct buf *out;
};

static void advance(struct connect *c)
{
    c->word = next_word(&c->rest);
}

static void add_word(struct connect *c, const struct word *word)
{
    struct span text = word->text;

    if (word->kind != WORD_UPPER && word->kind != WORD_CONNECTOR) {
        buf_add_span(c->out, text);
        return;
    }
    while (text.len) {
        uint32_t rune = rune_next(&text);

        if (is_connector(rune))
            buf_add_char(c->out, c->connector);
        else
            add_rune(c->out, rune_is_upper(rune) ? rune_lower(rune) : rune);
    }
}

// Between this word and the one before; connectors and punctuation need none.
static void add_connector(struct connect *c)
{
    if (c->word.kind != WORD_CONNECTOR && c->word.kind != WORD_PUNCT)
        buf_add_char(c->out, c->connector);
}

// What belongs to a number that was written: "2x3" is one word.
static void add_behind_number(struct connect *c)
{
    while (c->word.kind == WORD_ALPHABET || c->word.kind == WORD_NUMBER) {
        add_word(c, &c->word);
        advance(c);
    }
    if (c->word.kind != WORD_NONE)
        add_connector(c);
}

// What follows a word of letters: "Bld4Floor" is bld4 and floor, "HTTP2xx" is http and 2xx.
static void add_behind_letters(struct connect *c)
{
    struct word number = c->word;

    if (number.kind != WORD_NUMBER) {
        add_connector(c);
        return;
    }
    if (!c->rest.len)
        return;
    advance(c);
    if (c->word.kind != WORD_ALPHABET) {
        add_word(c, &number);
        add_connector(c);
        return;
    }
    buf_add_char(c->out, c->connector);
    add_word(c, &number);
    add_behind_number(c);
}

void words_connect(struct span text, char connector, struct buf *out)
{
    struct connect c = {.rest = text, .connector = connector, .out = out};

    advance(&c);
    while (c.rest.len) {
        struct word before = c.word;

        if (before.kind != WORD_CONNECTOR)
            add_word(&c, &before);
        advance(&c);
        if (before.kind == WORD_NUMBER)
            add_behind_number(&c);
        else if (before.kind == WORD_CONNECTOR)
            add_word(&c, &before);
        else if (before.kind != WORD_PUNCT)
            add_behind_letters(&c);
    }
    add_word(&c, &c.word);
}

// --- PascalCase ---

// Connectors at the start stay; the last of them comes twice when there is nothing else.
static uint32_t add_leading(struct span *text, struct buf *out)
{
    uint32_t rune;

    do {
        rune = rune_next(text);
        if (!is_connector(rune))
            break;
        add_rune(out, rune);
    } while (text->len);
    return rune;
}

void words_pascal(struct span text, struct buf *out)
{
    bool was_upper; // the word started with an upper case letter, all since are upper case
    uint32_t before, rune;

    if (!text.len)
        return;
    rune = add_leading(&text, out);
    was_upper = rune_is_upper(rune);
    rune = rune_upper(rune);
    while (text.len) {
        before = rune;
        rune = rune_next(&text);
        if (is_connector(before)) {
            if (is_connector(rune)) {
                add_rune(out, before);
                continue;
            }
            was_upper = rune_is_upper(rune);
            rune = rune_upper(rune);
            continue;
        }
        add_rune(out, before);
        if (is_connector(rune))
            continue;
        if (was_upper && rune_is_upper(rune))
            rune = rune_lower(rune);
        else
            was_upper = false;
    }
    add_rune(out, rune);
}
