// SPDX-License-Identifier: Apache-2.0
// What a scalar is as the key of a map, and what kustomize cannot print there.
#include "io/doc/yaml/key.h"

#include <string.h>

#include "base/rune.h"
#include "io/doc/yaml/scalar.h"

#define SIMPLE_KEY_MAX 1024 // characters of a key without "?", YAML's limit

// Whether the scalar of a key is a string to go-yaml: no date, and nothing with a tag of its own.
static bool is_string(const struct reader *r, const struct yaml_key *key)
{
    const struct node *n = key->node;
    struct scalar s;

    if (key->tag && strcmp(key->tag, "!") != 0 && !is_standard_tag(key->tag, "str"))
        return false;
    if (n->type != NODE_STRING || n->flags & NODE_QUOTED)
        return n->type == NODE_STRING;
    scalar_resolve(node_source(n), r->yaml11, &s);
    return !s.timestamp;
}

// The characters of a text as a JSON string of Go's, with the quotes.
static size_t json_columns(struct span text)
{
    size_t columns = 2;

    while (text.len) {
        uint32_t rune = rune_next(&text);

        if (rune == '"' || rune == '\\' || (rune >= '\b' && rune <= '\r' && rune != '\v'))
            columns += 2;
        else if (rune < 0x20 || rune == '<' || rune == '>' || rune == '&' || rune == 0x2028 ||
                 rune == 0x2029)
            columns += 6;
        else
            columns++;
    }
    return columns;
}

// kustomize turns objects into JSON and reads that as YAML, where keys have limits.
static int check_key(const struct reader *r, uint32_t line, struct span key)
{
    if (r->helm)
        return 0;
    if (span_search(key, SPAN("\xc2\x85")) < key.len)
        return reader_fail(r, line, "a key has a NEL, which kustomize cannot print");
    if (json_columns(key) > SIMPLE_KEY_MAX)
        return reader_fail(r, line, "a key has more than 1,022 characters");
    return 0;
}

struct span node_as_string(struct doc *d, const struct node *n)
{
    struct node exact = {0}; // n has been through JSON
    struct scalar s;
    char text[NUMBER_TEXT_MAX];

    if (!node_is(n, NODE_INT) && !node_is(n, NODE_FLOAT))
        return node_scalar(n);
    scalar_resolve(node_source(n), true, &s);
    if (s.type != NODE_FLOAT)
        return doc_set_scalar(d, &exact, node_source(n), &s) ? exact.text : n->text;
    number_format_key(s.real, text);
    return arena_span(doc_arena(d), span_str(text));
}

int yaml_key_text(struct reader *r, const struct yaml_key *key, struct span *out)
{
    const struct node *n = key->node;
    struct span source = node_source(n);

    if (check_key(r, key->line, n->text) < 0)
        return -1;
    if (r->yaml11 && n->type != NODE_NULL) {
        *out = doc_intern(r->d, node_as_string(r->d, n)); // any scalar will do
        return 0;
    }
    if (!r->file)
        return reader_fail_as(r, key->line, "",
                              "unsupported map key of type: %!s(<nil>), key: <nil>");
    if (r->helm && !source.len)
        return reader_fail(r, key->line, "the key is null");
    // A null without any text is written in quotes by kustomize.
    if ((n->type == NODE_NULL && source.len) ||
        (n->type != NODE_NULL && !key->top && !is_string(r, key))) {
        err_set(r->err, ERR_CONFIG, "%s:%u: the key %.*s is not a string", r->file, key->line,
                SPAN_ARG(span_head(source, 80)));
        return err_hint(r->err, "quote it: \"%.*s\"", SPAN_ARG(span_head(source, 80)));
    }
    *out = doc_intern(r->d, source);
    return 0;
}
