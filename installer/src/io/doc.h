// SPDX-License-Identifier: Apache-2.0
// Documents: one tree model for YAML, JSON and TOML. All nodes, keys and texts of a document live
// in the arena of its `struct doc` and die with it; a tree may refer to nodes of the same doc only.
// Reading YAML follows go-yaml v3 as kustomize uses it (sigs.k8s.io/yaml, kyaml); writing gives
// kustomize's canonical form or JSON. Pure: no file or network access.
#ifndef IO_DOC_H
#define IO_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/identity.h"
#include "base/span.h"

struct doc; // arena, interned keys, names of the files read

enum node_type {
    NODE_NULL,
    NODE_BOOL,
    NODE_INT,    // text is canonical decimal, of any size
    NODE_FLOAT,  // text is Go's shortest round-trip form
    NODE_STRING, // text is the value
    NODE_SEQ,
    NODE_MAP,
};

struct node;

struct pair {
    struct span key; // interned: equal keys of one doc share their pointer
    struct node *value;
    uint32_t line; // of the key, 0 when made by the program
};

// Bits of `struct node.flags`; the other three are free for the module that owns the tree.
#define NODE_QUOTED 1u   // a string that was read in quotes or as a block
#define NODE_ORDERED 1u  // a map that is written in its own order: a struct of Go
#define NODE_TABLES 1u   // a list of TOML's tables that have a header each: "[[a]]"
#define NODE_RETYPED 2u  // a scalar whose text is not what was written: see node_source()
#define NODE_FLOW 8u     // a map or list in brackets (not from YAML 1.1): see node_settle_empty()
#define NODE_LITERAL 64u // a literal block, or a whole file: its first line is the one below `line`
#define NODE_FOLDED 128u // a folded block (not from YAML 1.1): see node_fold_again()

struct node {
    uint8_t type; // enum node_type
    uint8_t flags;
    uint16_t file; // index for doc_file_name(); 0: none
    uint32_t line; // from 1; 0: made by the program
    union {
        struct span text; // scalars; for bool "true" or "false"; for null ""
        struct {
            struct node **items;
            uint32_t len, cap;
        } seq;
        struct {
            struct pair *pairs; // in input order; sorting happens when written
            uint32_t len, cap;
        } map;
    };
};

// Limits of one doc; passing one is an ERR_CONFIG (of JSON the reader's kind) that names the limit.
// Memory that reading takes, for all texts together: a floor and a multiple of the texts. Objects
// of Kubernetes take 2 to 3 times their JSON or YAML; "[[],[],..." takes 10 to 20 times.
#define DOC_FLOOR_BYTES ((size_t)8 << 20)
#define DOC_JSON_RATIO 4
#define DOC_YAML_RATIO 12
#define DOC_TOML_RATIO 4
#define DOC_DEPTH_MAX 128          // nesting
#define DOC_ALIAS_NODES_MAX 200000 // nodes that aliases expand to

struct doc *doc_new(void) MUST_CHECK RETURNS_NONNULL;
void doc_free(struct doc *d); // NULL-safe
CLEANUP_DEFINE(doc_cleanup, struct doc, doc_free);

struct arena *doc_arena(struct doc *d);

// The one copy of `text` that all equal keys of the doc share.
struct span doc_intern(struct doc *d, struct span text);

// The name that was given to the reader of a node's file; "" for 0. Borrowed from the doc.
const char *doc_file_name(const struct doc *d, uint16_t file);
// The index for `struct node.file` of one more name, for nodes that come from another doc. Past
// 65,535 names it is 0.
uint16_t doc_add_file(struct doc *d, const char *name);

struct node_list {
    struct node **items; // in the doc's arena
    size_t len, cap;
};

// Reads all YAML documents of `text` (copied where needed) and appends them to `out`; empty
// documents are left out. `file` is for messages ("<file>:<line>: ..."). ERR_CONFIG: syntax,
// duplicate keys (with both lines), limits, invalid UTF-8.
int doc_read_yaml(struct doc *d, struct span text, const char *file, struct node_list *out,
                  struct err **err) MUST_CHECK;

// As above for exactly one document (none: an ERR_CONFIG).
struct node *doc_read_yaml_one(struct doc *d, struct span text, const char *file, struct err **err)
    MUST_CHECK;

// As doc_read_yaml_one with the rules of YAML 1.1 that kustomize has for kustomization files and
// JSON patches (sigs.k8s.io/yaml): the first document counts; y, yes, on, n, no and off are
// booleans, dates are text, keys may be any scalar and become text, of equal keys the last counts.
struct node *doc_read_yaml11(struct doc *d, struct span text, const char *file, struct err **err)
    MUST_CHECK;

// Reads YAML as Helm reads the files of a chart and the values of a release (sigs.k8s.io/yaml, not
// strict): the rules of doc_read_yaml11, and numbers are doubles, merge keys count where they
// stand, a null key is an error, and no text has to survive kustomize. Appends the documents, as
// "---" cuts them, that are not null; there may be none. ERR_CONFIG.
int doc_read_helm(struct doc *d, struct span text, const char *file, struct node_list *out,
                  struct err **err) MUST_CHECK;

// Reads the first document of a text that is of no file by the rules of doc_read_helm; errors are
// in the words of sigs.k8s.io/yaml (fromYaml of charts gives them to the template). *out is NULL
// when there is no document, or null. ERR_CONFIG.
int doc_read_text(struct doc *d, struct span text, struct node **out, struct err **err) MUST_CHECK;

// Reads the first document of a text by the rules of doc_read_helm, as the one that Helm takes out
// of a text that is no file of a chart. `file` is where the text stands, behind its line `above`.
// *out is NULL when there is no document, or null. ERR_CONFIG.
int doc_read_within(struct doc *d, struct span text, const char *file, uint32_t above,
                    struct node **out, struct err **err) MUST_CHECK;

// Reads one JSON value. `kind` is the error kind for bad input (ERR_API for answers of a server).
struct node *doc_read_json(struct doc *d, struct span text, const char *name, enum err_kind kind,
                           struct err **err) MUST_CHECK;

// The same for what Helm reads with encoding/json: of equal keys the last one counts.
struct node *doc_read_json_last(struct doc *d, struct span text, const char *name,
                                enum err_kind kind, struct err **err) MUST_CHECK;

// The same for a text that is of no file, as lenient as Go's encoding/json (of equal keys the last
// one counts, what is no UTF-8 is U+FFFD) and in its words (fromJson of charts gives them to the
// template). Equal keys are all in the tree. ERR_CONFIG. As with Go, a number that no float64 holds
// is an error that leaves the rest: then *out is the tree, with null for each of them; else NULL.
int doc_read_go_json(struct doc *d, struct span text, struct node **out, struct err **err)
    MUST_CHECK;

// Reads TOML 1.0 as one map. Points in time are texts, whose calendar nobody looks at; infinities
// and NaN are an error, like all that TOML does not allow. ERR_CONFIG.
struct node *doc_read_toml(struct doc *d, struct span text, const char *file, struct err **err)
    MUST_CHECK;

// Writes YAML as sigs.k8s.io/yaml does (go-yaml v2: what kustomize prints, and toYaml of charts):
// keys in natural order, canonical scalars, lists in maps not indented, lines folded after column
// 80, no "---", a newline at the end.
void doc_write_yaml(const struct node *n, struct buf *out);
// Writes what kyaml makes of that when it reads it and writes it again, which Helm does behind a
// post-renderer: the styles stay, nothing is folded.
void doc_write_again(const struct node *n, struct buf *out);
// Writes YAML as an encoder of go-yaml v3 with an indentation of two blanks (toYamlPretty): lists
// in maps are indented, nothing is folded.
void doc_write_yaml3(const struct node *n, struct buf *out);

// Writes JSON as Go's encoding/json does, keys in byte order.
enum doc_go_json {
    DOC_GO_HTML = 1,   // <, > and & as \u003c, \u003e and \u0026
    DOC_GO_INDENT = 2, // two blanks
};
void doc_write_go_json(const struct node *n, unsigned flags, struct buf *out);

// Writes a map as TOML, in the way of BurntSushi/toml 1.6. ERR_CONFIG for what TOML cannot hold.
int doc_write_toml(const struct node *n, struct buf *out, struct err **err) MUST_CHECK;

// True when the text without quotes is something else than a string to YAML 1.1 ("1", "yes", "~").
bool doc_text_is_typed(struct span text);
// Also true for numbers in base 60 ("12:30:45"), which are written in quotes but read as strings.
bool doc_text_needs_quotes(struct span text);
// True when doc_write_yaml() writes the string without quotes and not as a block.
bool doc_text_is_plain(struct span text);

// Writes compact JSON; `sorted`: keys in byte order (canonical JSON), else in the tree's order.
void doc_write_json(const struct node *n, bool sorted, struct buf *out);

// --- reading a tree; every function takes NULL nodes and gives NULL, "" or the default ---

static inline bool node_is(const struct node *n, enum node_type type)
{
    return n && n->type == type;
}
struct node *node_get_span(const struct node *map, struct span key);
static inline struct node *node_get(const struct node *map, const char *key)
{
    return node_get_span(map, span_str(key));
}

// node_path(pod, "status", "phase"): one map after the other.
#define node_path(n, ...) node_path_((n), __VA_ARGS__, (const char *)NULL)
struct node *node_path_(const struct node *n, ...) __attribute__((sentinel));

size_t node_len(const struct node *n); // items or pairs; 0 for others
struct node *node_item(const struct node *seq, size_t i);

// The text of a string (of any scalar with node_scalar); the empty span for anything else.
struct span node_text(const struct node *n);
struct span node_scalar(const struct node *n);
// As node_scalar, but as it was written: "0755" for the integer 493.
struct span node_source(const struct node *n);
// What sigs.k8s.io/yaml makes of a scalar that stands where a string has to (a key, a field of that
// type): "1.1" of 1.10, "493" of 0755. Of nodes that doc_read_yaml11 or doc_read_helm made in `d`.
struct span node_as_string(struct doc *d, const struct node *n);
// node_text(node_get(map, key))
struct span node_get_text(const struct node *map, const char *key);
// NUL-terminated (all texts of a doc are); "" when it is not a string.
const char *node_str(const struct node *n);
const char *node_get_str(const struct node *map, const char *key);

int64_t node_int(const struct node *n, int64_t otherwise);
int64_t node_get_int(const struct node *map, const char *key, int64_t otherwise);
double node_double(const struct node *n, double otherwise); // of an integer or float
bool node_bool(const struct node *n, bool otherwise);
bool node_get_bool(const struct node *map, const char *key, bool otherwise);

bool node_equal(const struct node *a, const struct node *b); // maps regardless of order

// "string", "map", ... for messages.
const char *node_type_name(const struct node *n);

// Which object of the Kubernetes API a node is, borrowed from it, and its identity_label().
struct identity node_identity(const struct node *object);
char *node_label(const struct node *object) MUST_CHECK RETURNS_NONNULL;

// NODE_FOREACH_ITEM (item, seq) { struct node *item }  NODE_FOREACH_PAIR (pair, map) { ... }
#define NODE_FOREACH_ITEM(item, n)                                                                 \
    for (size_t item##_at = 0; item##_at < node_len(n); item##_at++)                               \
        for (struct node *item = node_item((n), item##_at), *item##_once = item; item##_once;      \
             item##_once = NULL)
#define NODE_FOREACH_PAIR(it, n)                                                                   \
    for (struct pair *it = node_is((n), NODE_MAP) ? (n)->map.pairs : NULL;                         \
         it && it < (n)->map.pairs + (n)->map.len; it++)

// --- building a tree; texts are copied into the doc ---

struct node *node_new_map(struct doc *d);
struct node *node_new_seq(struct doc *d);
struct node *node_new_str(struct doc *d, struct span text);
// The value that `text` is as a plain YAML scalar: node_new_plain(d, "0755") is the integer 493.
struct node *node_new_plain(struct doc *d, struct span text);
struct node *node_new_int(struct doc *d, int64_t value);
struct node *node_new_bool(struct doc *d, bool value);
struct node *node_new_null(struct doc *d);

// Makes `n` a number as Go reads one from JSON: whole numbers of up to 64 bits are integers.
void node_set_double(struct doc *d, struct node *n, double value);

// Sets or replaces (keeping the place of) a key.
void node_set(struct doc *d, struct node *map, struct span key, struct node *value);
// As node_set for a key that is not there, which nobody looks for.
void node_append(struct doc *d, struct node *map, struct span key, struct node *value);
void node_set_str(struct doc *d, struct node *map, const char *key, struct span text);
// False when the key was not there.
bool node_remove(struct node *map, struct span key);
void node_push(struct doc *d, struct node *seq, struct node *item);
void node_remove_item(struct node *seq, size_t i);
void node_insert_item(struct doc *d, struct node *seq, size_t i, struct node *item);

// A deep copy in `d`, also of a tree of another doc, whose names of files it does not take along:
// see node_copy_from().
struct node *node_copy(struct doc *d, const struct node *n);
// The same with the names of its files, of a tree of `from`.
struct node *node_copy_from(struct doc *d, const struct doc *from, const struct node *n);

// What writing the tree as go-yaml does and reading it again makes of values that were left out
// (`k:`): in a list or map in brackets the empty string, elsewhere null. No brackets are left.
void node_settle_empty(struct node *n);

// What reading a tree once more makes of its folded blocks when they were written as such: go-yaml
// v3 gives texts with indented lines more newlines each time. (doc_read_yaml has what one writing
// and reading makes of them.)
void node_fold_again(struct doc *d, struct node *n);

#endif
