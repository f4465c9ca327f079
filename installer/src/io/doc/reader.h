// SPDX-License-Identifier: Apache-2.0
// What the readers of YAML, JSON and TOML share: their state, its limits, and how they make nodes.
#ifndef IO_DOC_READER_H
#define IO_DOC_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/vec.h"
#include "io/doc/doc_int.h"

struct reader {
    struct doc *d;
    const char *file; // NULL: the text is of no file, and errors are in sigs.k8s.io/yaml's words
    uint16_t file_index;
    bool yaml11;
    bool helm;                // with yaml11: nothing that is only kustomize's
    uint32_t first_line;      // lines of the file before the text being read
    size_t start;             // memory of the doc when reading started
    size_t room;              // that may be taken from there
    VEC(struct pair) pairs;   // of the maps being read, one after the other
    VEC(struct node *) items; // of the lists being read
    struct err **err;
};

// Around all reading of a text: its memory is at most a floor and `ratio` times the text, counted
// for all texts of the doc together.
void reader_start(struct reader *r, size_t len, size_t ratio);
void reader_end(struct reader *r);
void reader_cleanup(struct reader *r);
// Whether one node more may be read.
bool reader_has_room(const struct reader *r);

// Fails with "<file>:<line>: <what>".
int reader_fail(const struct reader *r, uint32_t line, const char *what);
// The same where sigs.k8s.io/yaml has words of its own, for a text of no file.
int reader_fail_as(const struct reader *r, uint32_t line, const char *what, const char *theirs);

struct node *reader_node(const struct reader *r, enum node_type type, uint32_t line);

// Moves the pairs (items) from `base` on from the reader's stack to the node.
void reader_take_pairs(struct reader *r, size_t base, struct node *map);
void reader_take_items(struct reader *r, size_t base, struct node *seq);

// The first of the pairs from `base` on whose key one before it has, and the line of that one;
// NULL when there is none.
const struct pair *reader_find_duplicate(struct reader *r, size_t base, uint32_t *line);
// Of equal keys from `base` on only the last one stays.
void reader_drop_duplicates(struct reader *r, size_t base);

#endif
