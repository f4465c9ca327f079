// SPDX-License-Identifier: Apache-2.0
// What the files of io/doc share: the document's own state, interned keys, scalar resolution and
// the number formats of Go. Not for other modules.
#ifndef IO_DOC_DOC_INT_H
#define IO_DOC_DOC_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/vec.h"
#include "io/doc.h"

// An interned key. `text` is what `struct pair.key` points to, so that the rest is at hand for
// every key of a map: `stamp` and `line` find duplicates in one pass (doc_claim_key).
struct doc_key {
    uint32_t hash;
    uint32_t len;
    uint32_t stamp;
    uint32_t line;
    char text[];
};

// The last key in each of its places, in front of the slots: a document has few keys, each of them
// many times.
#define DOC_RECENT_KEYS 128
struct doc_recent {
    struct doc_key *keys[DOC_RECENT_KEYS];
};

struct doc {
    struct arena *arena;
    struct doc_recent *recent; // as the slots: not before the first key
    struct doc_key **slots;    // open addressing, a power of two
    size_t slot_count;
    size_t key_count;
    uint32_t stamp;
    VEC(const char *) files; // an index of `struct node.file` is one more
    size_t room;             // memory that reading may still take
    size_t alias_nodes;      // copied for aliases, against DOC_ALIAS_NODES_MAX
};

// A number that no map has claimed keys with yet.
uint32_t doc_new_stamp(struct doc *d);

// Claims an interned key for the map `stamp`; the line of the first claim if there was one, else 0.
uint32_t doc_claim_key(struct span key, uint32_t stamp, uint32_t line);

struct node *doc_new_node(struct doc *d, enum node_type type);

// Sets the text of a scalar and, when it was written in another way, its source. The source is in
// the doc's arena, NUL-terminated; the text is copied.
void doc_set_text(struct doc *d, struct node *n, struct span text, struct span source);

// --- scalars (resolve.c) ---

struct scalar {
    enum node_type type; // NODE_STRING: it is text, nothing below counts
    bool timestamp;      // a NODE_STRING whose value is in `text`
    bool unprintable;    // a timestamp that Go cannot print
    bool truth;
    bool negative;
    uint64_t integer; // the magnitude
    double real;
    char text[48];
};

// What a plain, untagged scalar is to go-yaml v3 (`yaml11`: to v2).
void scalar_resolve(struct span text, bool yaml11, struct scalar *out);

// Whether it is anything but a string; a timestamp is.
bool scalar_is_typed(struct span text, bool yaml11);

// Whether go-yaml v3 (`yaml11`: v2) writes a string in quotes, because it would be read as
// something else without them. Both fear the booleans and numbers in base 60 of YAML 1.1.
bool scalar_needs_quotes(struct span text, bool yaml11);

// Fills `n` with the value of a plain scalar whose text is `text` (in the doc's arena).
// Returns false for what JSON cannot hold: infinities, NaN, time zones a day away.
bool doc_set_scalar(struct doc *d, struct node *n, struct span text, const struct scalar *s)
    MUST_CHECK;

// --- numbers (number.c) ---

#define NUMBER_TEXT_MAX 32

// As Go's encoding/json prints a float64. NUL-terminated.
void number_format_json(double value, char out[NUMBER_TEXT_MAX]);

// As sigs.k8s.io/yaml prints a number that is the key of a map: with 32 bits. NUL-terminated.
void number_format_key(double value, char out[NUMBER_TEXT_MAX]);

// --- keys (key_order.c) ---

// The order of keys of go-yaml v2: numbers by value, other signs before letters. v3 has letters
// before other signs behind a digit. Below, equal to or above 0.
int key_order(struct span a, struct span b);
int key_order_v3(struct span a, struct span b);

#endif
