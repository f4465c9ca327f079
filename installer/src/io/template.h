// SPDX-License-Identifier: Apache-2.0
// Go's template language (text/template of Go 1.26) with its values and its formatting (fmt,
// strconv): what a template of a Helm chart is written in. It knows nothing of charts; functions
// beyond Go's own come from the caller. Templates are hostile: steps, depth, output and memory are
// bounded. Pure, and nothing here blocks.
#ifndef IO_TEMPLATE_H
#define IO_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

// --- values: what Go has behind an interface{} ---

// The types that templates can see, by the names that Go gives them (value_type_name).
enum value_type {
    VALUE_NIL,        // <nil>
    VALUE_BOOL,       // bool
    VALUE_INT,        // int
    VALUE_INT64,      // int64
    VALUE_INT32,      // int32: a rune constant
    VALUE_UINT8,      // uint8: an item of a string or of []uint8
    VALUE_UINT64,     // uint64
    VALUE_FLOAT64,    // float64
    VALUE_STRING,     // string: bytes, mostly UTF-8
    VALUE_BYTES,      // []uint8
    VALUE_LIST,       // []interface {}
    VALUE_STRINGS,    // []string
    VALUE_INTS,       // []int
    VALUE_LISTS,      // [][]interface {}
    VALUE_MAPS,       // []map[string]interface {}: TOML's "[[a]]"
    VALUE_MAP,        // map[string]interface {}
    VALUE_STRING_MAP, // map[string]string
    VALUE_OBJECT,     // whatever its class says
};

struct value_list;
struct value_map;
struct value_class;
struct template_function;

// Copied freely. Lists, maps and objects are references, as in Go: who changes one changes it for
// all that hold it. What it refers to lives in the arena that it was made in.
struct value {
    enum value_type type;
    union {
        bool b;
        int64_t i;  // all integers but
        uint64_t u; // uint64
        double f;
        struct span s; // strings and bytes; NUL is nothing special
        struct value_list *list;
        struct value_map *map;
        struct {
            const struct value_class *class;
            void *data;
        } object;
    };
};

// VALUE_LIST to VALUE_MAPS: the items have the type of the list.
struct value_list {
    struct value *items;
    size_t len, cap;
    bool is_nil; // a nil slice: empty, but null as JSON; until something is pushed
    // Go's array of the list. Of one that was pushed item by item it is as large as append() makes
    // it; an exact one has `room` for more behind its items, of which `known` are the items of the
    // list that this one is a part of: they lie behind its own. The others are zero values.
    bool is_exact;
    uint32_t room, known;
    struct value_tail *tail; // of items that lists share (value_extended), or NULL
};

#define VALUE_OF_NIL ((struct value){.type = VALUE_NIL})
// Go tells a nil that lies in a container (an interface{} that is nil) from no value at all; so do
// `len` and the executor. Everything else only looks at the type.
#define VALUE_OF_NIL_ITEM ((struct value){.type = VALUE_NIL, .b = true})
static inline struct value value_bool(bool b)
{
    return (struct value){.type = VALUE_BOOL, .b = b};
}
static inline struct value value_int(int64_t i)
{
    return (struct value){.type = VALUE_INT, .i = i};
}
static inline struct value value_int64(int64_t i)
{
    return (struct value){.type = VALUE_INT64, .i = i};
}
static inline struct value value_float(double f)
{
    return (struct value){.type = VALUE_FLOAT64, .f = f};
}
// Borrows the text, which has to live as long as the value: arena_span().
static inline struct value value_string(struct span s)
{
    return (struct value){.type = VALUE_STRING, .s = s};
}
struct value value_printf(struct arena *a, const char *fmt, ...) MUST_CHECK PRINTF(2, 3);

// New and empty. `type` is one of the list (map) types.
struct value value_new_list(struct arena *a, enum value_type type) MUST_CHECK;
struct value value_new_map(struct arena *a, enum value_type type) MUST_CHECK;
struct value value_new_object(const struct value_class *class, void *data) MUST_CHECK;

// Go's nil slice or nil map of that type.
struct value value_new_nil(struct arena *a, enum value_type type) MUST_CHECK;
bool value_is_nil_bytes(const struct value *v); // which are empty, but null as JSON

static inline bool value_is_list(const struct value *v) // of any of the list types
{
    return v->type >= VALUE_LIST && v->type <= VALUE_MAPS;
}
static inline bool value_is_map(const struct value *v) // of any of the map types; no objects
{
    return v->type == VALUE_MAP || v->type == VALUE_STRING_MAP;
}
static inline bool value_is_integer(const struct value *v)
{
    return v->type >= VALUE_INT && v->type <= VALUE_UINT64;
}

void value_push(struct arena *a, struct value_list *list, struct value item);
// A new VALUE_LIST of the old items and `count` more. The old list keeps what it has, and shares
// its items with the new one where there is room behind them: a list that is extended in a loop
// copies each item a few times only. Nobody may write to such items.
struct value value_extended(struct arena *a, const struct value_list *old, const struct value *more,
                            size_t count) MUST_CHECK;

// Go's cap(): how far the list can be sliced. Nothing else shows it.
size_t value_capacity(const struct value *v) MUST_CHECK;
// Makes the list's array what it is after append(), one by one or all at once, to one of `cap`
// items.
enum value_pushing { VALUE_ONE_BY_ONE, VALUE_AT_ONCE };
void value_set_array(struct value *v, size_t cap, enum value_pushing pushing);
// The items from `from` to `to`, which is no more than the capacity, as a list of the same type.
struct value value_part(struct arena *a, const struct value *v, size_t from, size_t to) MUST_CHECK;

// Maps keep no order of their own; value_map_sorted() has it. Keys are copied into the arena;
// value_set_borrowed() takes one that lives as long as the map anyway.
bool value_get(const struct value_map *map, struct span key, struct value *out);
void value_set(struct arena *a, struct value_map *map, struct span key, struct value item);
void value_set_borrowed(struct arena *a, struct value_map *map, struct span key, struct value item);
bool value_unset(struct value_map *map, struct span key);
// Makes room for so many keys at once, when the map is still empty.
void value_reserve(struct arena *a, struct value_map *map, size_t count);
size_t value_map_len(const struct value_map *map);
// Empty, and null as JSON; until something is set, which Go does not allow: callers look first.
bool value_map_is_nil(const struct value_map *map);

struct value_pair {
    struct span key;
    struct value item;
};
// The pairs in byte order of the keys, as Go ranges over a map: an array of value_map_len() in
// `a`, which later changes of the map do not touch.
struct value_pair *value_map_sorted(struct arena *a, const struct value_map *map) MUST_CHECK;
// The pairs in any order, one a call, until false; *at starts as 0. The map must not change
// meanwhile, except for the items of keys that it has.
bool value_map_next(const struct value_map *map, size_t *at, struct value_pair *pair);

// A field of a struct.
struct value_member {
    const char *name;
    const char *json; // its name as JSON has it; NULL: not exported, only printed
    bool omit_empty;  // not in JSON when it is an empty text
    struct value item;
};

// What an object is: an instance of a Go type that is not one of the above. A member may be NULL:
// then the value has none of that.
struct value_class {
    const char *type_name; // "*semver.Version"
    const char *kind;      // of reflect: "ptr", "struct", "map", "func"
    // .NAME: a field of a struct, or what a map has under a key. False when there is none.
    bool (*field)(struct arena *a, void *data, struct span name, struct value *out);
    // .NAME ARGS...: the method of that name (before any field), NULL when there is none. It is
    // checked and called as a function is, with call->data the object's data.
    const struct template_function *(*method)(void *data, struct span name);
    void (*print)(void *data, struct buf *out);          // String()
    void (*print_go)(void *data, struct buf *out);       // GoString(): %#v
    void (*write)(void *data, struct buf *out);          // as an action writes it, if that differs
    struct value (*unfold)(struct arena *a, void *data); // as a map: for range, len, JSON and YAML
    bool (*equal)(void *data, void *other);              // by default: the same object
    const char *(*no_json)(void *data); // why it cannot be written as JSON; NULL when it can
    struct value (*copied)(struct value_map *map); // an object of the class with this map instead
    // Of structs, and pointers to one: the fields in their order, `count` of them.
    const struct value_member *(*members)(struct arena *a, void *data, size_t *count);
    struct value (*deep)(struct arena *a, void *data); // a deep copy: without what is not exported
    // What it is once it was given for an interface{}: a copy, of which Go takes no address, and
    // which lacks the methods of a pointer to it. NULL: the same.
    const struct value_class *boxed;
    bool is_false_when_empty; // of kind map or slice: as unfold() gives it
    bool is_timestamp;        // in YAML and TOML its text stands without quotes
    bool holds_any; // of kind map: one of items of any type, which functions take as such a map
};

// "float64", "map[string]interface {}", "<nil>"; and reflect's kind: "float64", "map", "invalid".
const char *value_type_name(const struct value *v);
const char *value_kind_name(const struct value *v);

bool value_is_true(const struct value *v);                           // text/template's IsTrue
bool value_deep_equal(const struct value *a, const struct value *b); // reflect.DeepEqual
// The same; to *steps is added what it took, for template_charge().
bool value_deep_equal_counted(const struct value *a, const struct value *b, uint64_t *steps);

// Copies lists and maps, and what they hold; texts, which never change, are shared with the
// original, other objects too. One of kind map is copied with its map. ERR_CONFIG: the copy
// takes more memory than a value should (a map may hold itself).
#define VALUE_COPY_MAX_BYTES ((size_t)64 << 20)
int value_copy_deep(struct arena *a, const struct value *v, struct value *out, struct err **err)
    MUST_CHECK;

// --- fmt ---

// As fmt.Sprint, Sprintln and Sprintf have it. All verbs and flags; what does not fit its verb is
// said in Go's way, "%!d(string=a)".
void value_sprint(const struct value *args, size_t count, struct buf *out);
void value_sprintln(const struct value *args, size_t count, struct buf *out);
void value_sprintf(struct span format, const struct value *args, size_t count, struct buf *out);
void value_print(const struct value *v, struct buf *out); // %v
// strconv.Quote.
void value_quote(struct span text, struct buf *out);

// --- templates ---

struct template_set; // named templates that can call each other
// Of all sets, as messages have it: Helm's.
#define TEMPLATE_SET_NAME "gotpl"
struct template_run; // one execution
struct template_call;

// A function that templates can call. Its arguments have been evaluated and, by `params`, checked
// with Go's words for what does not fit. 0, or -1 with an error whose message is Go's
// ("error calling NAME: " is put in front).
typedef int (*template_fn)(struct template_call *call, struct value *result, struct err **err);

struct template_function {
    const char *name;
    template_fn fn;
    // One letter for each parameter: b bool, i int, l int64, f float64, u uint32, s string, a any,
    // r reflect.Value, m map[string]interface {}, v []interface {}, t []string, <NAME> an object of
    // the class that has this type_name; "*" behind the last: any number of it, none too. "sa*" is
    // func(string, ...interface{}). For m, v and t Go takes nil too: a VALUE_NIL. An object of kind
    // map (common.Values) that is given for m is its VALUE_MAP, the same one. u comes as
    // VALUE_UINT64.
    const char *params;
    // Passed on as call->data when not NULL; else the data of the set.
    void *data;
};

struct template_call {
    const struct template_function *function;
    struct template_run *run;
    struct arena *arena; // for the result and what it refers to
    const struct value *args;
    size_t count;
    void *data;
};

// What one execution may use, all templates that it calls together.
struct template_limits {
    uint64_t steps;      // nodes evaluated, and what functions read: some 20 ns each
    size_t depth;        // templates within templates
    size_t output_bytes; // of one template or include
    size_t memory_bytes; // of the arena
};
#define TEMPLATE_LIMITS                                                                            \
    ((struct template_limits){UINT64_C(40000000), 10000, (size_t)128 << 20, (size_t)224 << 20})

// For functions that do more than read their arguments once: takes steps of some 20 ns before the
// work is done. ERR_CONFIG when there are not so many left.
int template_charge(const struct template_call *call, uint64_t steps, struct err **err) MUST_CHECK;

// For functions of one text whose result depends on nothing else and is dear to find (fromYaml):
// templates give them the same few texts over and over. The run keeps `result`, which nobody may
// touch any more, for this function and text; the value returned is the one to give. The next time
// it is recalled. Whoever gets one has it for himself, as if it were made anew.
struct value template_remember(const struct template_call *call, const struct value *result)
    MUST_CHECK;
bool template_recall(const struct template_call *call, struct value *result) MUST_CHECK;

// `functions` (`count` of them, sorted by name or not) are looked up before Go's own, which are
// always there. They live as long as the set, and the set as long as the values of its runs: they
// may be constants of a template. A set belongs to the thread that made it.
struct template_set *template_set_new(const struct template_function *functions, size_t count,
                                      void *data) MUST_CHECK RETURNS_NONNULL;
// What is parsed into the copy is not seen by the original, which has to outlive it. Cheap: what is
// parsed is shared, and what is parsed later lies with the original, too.
struct template_set *template_set_clone(const struct template_set *set) MUST_CHECK RETURNS_NONNULL;
void template_set_free(struct template_set *set); // NULL-safe
CLEANUP_DEFINE(template_set_cleanup, struct template_set, template_set_free);

// Parses a file's text as the template `name`, with what it defines. A later definition of a name
// replaces an earlier one unless it is empty. The text is borrowed, and has to live as long as runs
// of the set and their values. ERR_CONFIG: Go's message, wrapped
// in "NAME:LINE:COLUMN", and a hint where one can be given (did you mean).
int template_parse(struct template_set *set, struct span name, struct span text, struct err **err)
    MUST_CHECK;

// Texts that other threads parse as soon as they are there, before anybody knows of which names and
// which set they are. `functions` are those of that set, the same array. The texts live as long as
// runs of the set. What is too much (TEMPLATE_TEXTS_MAX_BYTES) is passed over.
#define TEMPLATE_TEXTS_MAX_BYTES ((size_t)4 << 20)
struct template_texts;
struct template_texts *template_texts_new(const struct template_function *functions, size_t count)
    MUST_CHECK RETURNS_NONNULL;
void template_texts_add(struct template_texts *t, struct span text);
void template_texts_free(struct template_texts *t); // NULL-safe

// The same for many files, in their order, whose names are borrowed, too. Other threads begin with
// those that are expected while the caller does something that has nothing to do with the set. At
// the end, when it says which files they are, it helps, and waits. What it comes to is what
// template_parse() for one after the other of these comes to, whatever was expected and however
// many threads there are. *failed is the file of the error. For no clone. Errors as there; the end
// frees `p`, and blocks for no more than other threads need for what they have begun.
struct template_file {
    struct span name, text;
};
struct template_parsing;
struct template_parsing *template_parse_begin(struct template_set *set,
                                              struct template_texts *texts_take,
                                              const struct template_file *expected, size_t count)
    MUST_CHECK RETURNS_NONNULL;
int template_parse_end(struct template_parsing *p, const struct template_file *files, size_t count,
                       size_t *failed, struct err **err) MUST_CHECK;
// Instead of the end. NULL-safe.
void template_parse_abandon(struct template_parsing *p);

bool template_is_defined(const struct template_set *set, struct span name);

// One run has one arena, limits, and counts; templates that it executes one after the other share
// them. `arena` and `set` are borrowed.
struct template_run *template_run_new(const struct template_set *set, struct arena *arena,
                                      const struct template_limits *limits)
    MUST_CHECK RETURNS_NONNULL;
void template_run_free(struct template_run *run); // NULL-safe
CLEANUP_DEFINE(template_run_cleanup, struct template_run, template_run_free);

// Executes a template with `dot`; what it writes is appended. An untyped nil is written as
// "<no value>". Functions may call it again, with call->run. ERR_CONFIG: Go's message, wrapped in
// its place and in those of the functions that led there, in Go's words, too.
int template_execute(struct template_run *run, struct span name, const struct value *dot,
                     struct buf *out, struct err **err) MUST_CHECK;

// The same with another set, a clone (Helm's `tpl`), within the same run.
int template_execute_in(struct template_run *run, const struct template_set *set, struct span name,
                        const struct value *dot, struct buf *out, struct err **err) MUST_CHECK;

// The set that is being executed; else that of the run.
const struct template_set *template_run_set(const struct template_run *run);

struct template_place {
    struct span name; // the template's
    struct span file; // that it was parsed from
    uint32_t line;    // from 1
    uint32_t column;  // bytes, from 0, as Go counts them
    struct span node; // the node's text as Go prints it: ".Values.a.b", "include "x" ."
};
struct template_trace {
    const struct template_place *places; // in the run's arena
    size_t len;
};
// Where the innermost template stands, for functions that are called; without the node. False when
// none is executed.
bool template_here(const struct template_run *run, struct template_place *place);

// After a failure: the places of the failing node and of all calls that led to it, outermost first.
struct template_trace template_trace(const struct template_run *run);

// The path that a failure was about (".Values.a.b"), the prefix of it that has no such field
// (".Values.a"; empty: the dot) and what that is; an empty path when it was about none.
struct template_missing {
    struct span path, prefix;
    struct value found;
};
struct template_missing template_missing(const struct template_run *run);

// The functions that Go's package itself has, one by one, until NULL: for tables of documents and
// tests.
const struct template_function *template_builtin(size_t index);

// --- what an execution reads ---

enum template_seen_what {
    TEMPLATE_SEEN_FIELD, // .NAME of args[0]
    TEMPLATE_SEEN_CALL,  // the function NAME, about to be called with args
    TEMPLATE_SEEN_RANGE, // over args[0]
    TEMPLATE_SEEN_WRITE, // args[0], by an action
};
struct template_seen {
    enum template_seen_what what;
    struct span name;
    const struct value *args;
    size_t count;
    const struct template_run *run;
    const void *node; // equal for what is of one place in a template
};

// Has `see` told of each map's field that is asked for, and of what happens to values as a whole.
// `data` is passed on. Costs nothing without.
typedef void (*template_see)(void *data, const struct template_seen *seen);
void template_run_watch(struct template_run *run, template_see see, void *data);
// Where the innermost template of a file stands, past texts that are templates; as template_here().
bool template_here_in_file(const struct template_run *run, struct template_place *place);

// --- what templates can read, whichever branches they take ---

// What a function does with its arguments.
enum template_effect {
    TEMPLATE_TAKES_WHOLE, // reads all of them: what is in no table
    TEMPLATE_TESTS,       // looks at them, not at what is below
    TEMPLATE_PASSES,      // gives one of them, or what is in them
    TEMPLATE_ADDS,        // the same, with the others but the first as items: append
    TEMPLATE_GIVES_ITEM,  // of the first: first
    TEMPLATE_DICT,
    TEMPLATE_LIST,
    TEMPLATE_SETS,       // map, key, value
    TEMPLATE_GETS,       // map, keys: index, get
    TEMPLATE_TESTS_KEYS, // map, keys: hasKey
    TEMPLATE_PICKS,      // map, keys: a map of these
    TEMPLATE_PLUCKS,     // key, maps
    TEMPLATE_DIGS,       // keys, a value instead, map
    TEMPLATE_GIVES_KEYS, // maps
    TEMPLATE_GIVES_VALUES,
    TEMPLATE_INCLUDES, // name, dot
    TEMPLATE_EXPANDS,  // text, dot: tpl
};
struct template_effects {
    const char *name;
    enum template_effect effect;
};

#define TEMPLATE_ANY_KEY "*" // of a path: a key or item that is not known

struct template_path {
    const struct template_path *up; // NULL: this is the root, which has no key
    struct span key;
};
struct template_explored {
    const struct template_path *path;
    bool whole; // with all that is below
    struct span file;
    uint32_t line;
};
typedef void (*template_on_explored)(void *data, const struct template_explored *read);

// Walks templates without executing them, through all branches, and tells what of a tree of values
// they read. `set`, the table and the data outlive it.
struct template_explorer;
struct template_explorer *template_explorer_new(const struct template_set *set,
                                                const struct template_effects *effects,
                                                size_t count, template_on_explored on_read,
                                                void *data) MUST_CHECK RETURNS_NONNULL;
void template_explorer_free(struct template_explorer *e); // NULL-safe
CLEANUP_DEFINE(template_explorer_cleanup, struct template_explorer, template_explorer_free);

// A value that templates start with: part of the tree (path keys, outermost first), or a map, which
// never counts as read itself. They are the explorer's.
struct template_thing;
struct template_thing *template_thing_at(struct template_explorer *e, const struct span *keys,
                                         size_t count) MUST_CHECK;
struct template_thing *template_thing_map(struct template_explorer *e) MUST_CHECK;
void template_thing_put(struct template_explorer *e, struct template_thing *map, struct span key,
                        const struct template_thing *item);

void template_explore(struct template_explorer *e, struct span name,
                      const struct template_thing *dot);
// A text that is a template itself (for `tpl`), whose first line is `line` of `file`. What cannot
// be parsed is passed over.
void template_explore_text(struct template_explorer *e, struct span text, struct span file,
                           uint32_t line, const struct template_thing *dot);
// False when templates were more than one looks at.
bool template_explored_all(const struct template_explorer *e);

#endif
