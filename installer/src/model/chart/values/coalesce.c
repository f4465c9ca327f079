// SPDX-License-Identifier: Apache-2.0
// Values of a tree of charts: user over defaults, parents over subcharts.
#include "model/chart/values/coalesce.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "io/template.h"
#include "model/chart/convert/convert.h"
#include "model/chart/values/table.h"

#define WARNINGS_MAX 1000
#define PRINTED_MAX 2000 // bytes of a value in a warning

// Where in the values something is, for warnings.
struct where {
    const struct where *up;
    struct span name;
    unsigned depth;
};

static struct where below(const struct where *up, struct span name)
{
    return (struct where){up, name, up ? up->depth + 1 : 1};
}

void coalesce_warn(struct coalescing *c, const char *fmt, ...)
{
    char *text CLEANUP(mem_cleanup) = NULL;
    va_list args;

    va_start(args, fmt);
    text = mem_vprintf(fmt, args);
    va_end(args);
    VEC_FOREACH (char **, it, c->warnings)
        if (strcmp(*it, text) == 0)
            return;
    if (c->warnings->len < WARNINGS_MAX)
        vec_push_arena(c->words, c->warnings, arena_str(c->words, text));
}

static void add_path(struct buf *out, const struct where *at)
{
    if (at->up)
        add_path(out, at->up);
    if (out->len)
        buf_add_char(out, '.');
    buf_add_span(out, at->name);
}

static const char *path_of(const struct coalescing *c, const struct where *at)
{
    struct buf path CLEANUP(buf_free) = BUF_INIT(PRINTED_MAX);

    add_path(&path, at);
    return arena_str(c->words, buf_str(&path));
}

static int fail_step(struct coalescing *c, unsigned depth)
{
    if (depth > COALESCE_DEPTH_MAX)
        return err_set(c->err, ERR_CONFIG,
                       "the values of the chart and its subcharts are more than %d levels deep",
                       COALESCE_DEPTH_MAX);
    return err_set(c->err, ERR_CONFIG,
                   "the values of the chart and its subcharts are more than %d nodes",
                   COALESCE_STEPS_MAX);
}

// Counts one step at that depth.
static inline int step(struct coalescing *c, unsigned depth)
{
    bool is_too_deep = depth > COALESCE_DEPTH_MAX;

    return is_too_deep || ++c->steps > COALESCE_STEPS_MAX ? fail_step(c, depth) : 0;
}

// --- copies ---

// One copy, with the names of the files of where it is from.
struct copying {
    struct coalescing *c;
    const struct doc *from;
    bool clean; // leave out the nulls of maps
    bool keeps; // only maps are copied
    uint16_t last_from, last_to;
};

static uint16_t find_file(struct copying *copying, uint16_t file)
{
    struct coalescing *c = copying->c;
    struct span name = span_str(doc_file_name(copying->from, file));
    uintptr_t known = (uintptr_t)map_get(&c->files, name);

    if (!known) {
        known = (uintptr_t)doc_add_file(c->d, name.ptr) + 1;
        (void)map_put(&c->files, name, (void *)known);
    }
    copying->last_from = file;
    copying->last_to = (uint16_t)(known - 1);
    return copying->last_to;
}

static inline uint16_t file_of(struct copying *copying, uint16_t file)
{
    if (copying->c->fleeting)
        return file;
    if (!copying->from || !file)
        return 0;
    if (copying->from == copying->c->d)
        return file;
    return file == copying->last_from ? copying->last_to : find_file(copying, file);
}

static struct span key_of(const struct coalescing *c, struct span key)
{
    return c->borrows ? key : doc_intern(c->d, key);
}

static struct node *copy(struct copying *copying, const struct node *n, unsigned depth);

// Nobody changes a list, nor what is in it: only maps in maps are laid over others.
static inline struct node *keep_or_copy(struct copying *copying, struct node *n, unsigned depth)
{
    if (!copying->keeps || !n || n->type == NODE_MAP)
        return copy(copying, n, depth);
    return step(copying->c, depth) < 0 ? NULL : n;
}

static int copy_pairs(struct copying *copying, const struct node *n, unsigned depth,
                      struct node *to)
{
    struct doc *d = copying->c->d;

    to->map.pairs = arena_array(doc_arena(d), n->map.len, sizeof(*to->map.pairs));
    to->map.cap = n->map.len;
    NODE_FOREACH_PAIR (pair, n) {
        struct node *value;

        if (copying->clean && node_is(pair->value, NODE_NULL))
            continue;
        value = keep_or_copy(copying, pair->value, depth);
        if (!value)
            return -1;
        to->map.pairs[to->map.len++] =
            (struct pair){key_of(copying->c, pair->key), value, value->line};
    }
    return 0;
}

// In lists nulls count.
static int copy_items(struct copying *copying, const struct node *n, unsigned depth,
                      struct node *to)
{
    struct copying all = *copying;

    all.clean = false;
    to->seq.items = arena_array(doc_arena(copying->c->d), n->seq.len, sizeof(*to->seq.items));
    to->seq.cap = n->seq.len;
    NODE_FOREACH_ITEM (item, n) {
        struct node *value = copy(&all, item, depth);

        if (!value)
            return -1;
        to->seq.items[to->seq.len++] = value;
    }
    return 0;
}

// Nobody changes a scalar: the same one is in two trees where nothing else differs.
static struct node *copy_scalar(struct copying *copying, const struct node *n)
{
    struct doc *d = copying->c->d;
    uint16_t file = file_of(copying, n->file);
    struct node *to;

    if (copying->c->borrows && file == n->file)
        return (struct node *)(uintptr_t)n;
    if (copying->c->borrows) {
        to = ARENA_NEW(doc_arena(d), struct node);
        *to = *n;
    } else {
        to = node_copy(d, n);
    }
    to->file = file;
    return to;
}

static struct node *copy(struct copying *copying, const struct node *n, unsigned depth)
{
    struct node *to;
    int status;

    if (!n || step(copying->c, depth) < 0)
        return NULL;
    if (n->type != NODE_MAP && n->type != NODE_SEQ)
        return copy_scalar(copying, n);
    if (n->type == NODE_MAP) {
        to = node_new_map(copying->c->d);
        status = copy_pairs(copying, n, depth + 1, to);
    } else {
        to = node_new_seq(copying->c->d);
        status = copy_items(copying, n, depth + 1, to);
    }
    to->line = n->line;
    to->file = file_of(copying, n->file);
    return status < 0 ? NULL : to;
}

static struct node *copy_of(struct coalescing *c, struct tree tree, bool clean)
{
    struct copying copying = {.c = c, .from = tree.doc, .clean = clean};

    copying.keeps = c->borrows && (c->fleeting || tree.doc == c->d);
    if (copying.keeps && !node_is(tree.root, NODE_MAP))
        return (struct node *)(uintptr_t)tree.root;
    return copy(&copying, tree.root, 0);
}

struct node *coalesce_copy(struct coalescing *c, struct tree tree)
{
    return tree.root ? copy_of(c, tree, false) : node_new_map(c->d);
}

// What Go's %v makes of a value. Its nulls are out of the way by then, unless they stay.
static const char *printed(struct coalescing *c, const struct node *n, bool nulls_stay)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(PRINTED_MAX);
    struct node *shown = copy_of(c, (struct tree){.root = n}, !nulls_stay);
    struct value v;

    if (!shown)
        return NULL;
    v = convert_to_value(doc_arena(c->d), shown);
    value_print(&v, &text);
    return arena_str(c->words, buf_str(&text));
}

static int warn_no_table(struct coalescing *c, const struct where *at, const struct node *value,
                         bool nulls_stay)
{
    const char *shown = printed(c, value, nulls_stay);

    if (!shown)
        return -1;
    coalesce_warn(c, "warning: cannot overwrite table with non table for %s (%s)", path_of(c, at),
                  shown);
    return 0;
}

static int warn_table(struct coalescing *c, const struct where *at, const struct node *value,
                      bool nulls_stay)
{
    const char *shown = printed(c, value, nulls_stay);

    if (!shown)
        return -1;
    coalesce_warn(c, "warning: destination for %s is a table. Ignoring non-table value (%s)",
                  path_of(c, at), shown);
    return 0;
}

// --- merging two maps that are ours (coalesceTablesFullKey with merge) ---

static int merge(struct coalescing *c, struct node *dst, struct node *src, const struct where *at);

static int merge_pair(struct coalescing *c, struct table *dst, const struct pair *pair,
                      const struct where *at)
{
    struct node *has = table_get(dst, pair->key);
    struct where here = below(at, pair->key);

    if (step(c, here.depth) < 0)
        return -1;
    if (!has)
        table_set(dst, pair->key, pair->value);
    else if (node_is(pair->value, NODE_MAP) && node_is(has, NODE_MAP))
        return merge(c, has, pair->value, &here);
    else if (node_is(pair->value, NODE_MAP))
        return warn_no_table(c, &here, pair->value, true);
    else if (node_is(has, NODE_MAP) && !node_is(pair->value, NODE_NULL))
        return warn_table(c, &here, pair->value, true);
    return 0;
}

static int merge(struct coalescing *c, struct node *dst, struct node *src, const struct where *at)
{
    struct table to CLEANUP(table_close) = table_open(c->d, dst);
    struct table from CLEANUP(table_close) = table_open(c->d, src);

    // Helm writes them into the source, which is somebody else's map at times.
    TABLE_FOREACH(pair, &to)
    if (node_is(pair->value, NODE_NULL))
        table_set(&from, pair->key, pair->value);
    TABLE_FOREACH(pair, &from)
    if (merge_pair(c, &to, pair, at) < 0)
        return -1;
    return 0;
}

int coalesce_merge(struct coalescing *c, struct node *dst, struct node *src)
{
    return merge(c, dst, src, NULL);
}

// --- laying a map over defaults, which stay as they are ---

// `merge`: nulls on either side are values; else those of the defaults are nothing, and one above
// takes the default away.
struct laying {
    struct coalescing *c;
    const struct doc *defaults_doc;
    bool merge;
};

// No other default has its key.
static int add_copy(const struct laying *l, struct table *dst, const struct pair *pair)
{
    struct node *copied = copy_of(l->c, (struct tree){pair->value, l->defaults_doc}, !l->merge);

    if (!copied)
        return -1;
    table_append(dst, key_of(l->c, pair->key), copied);
    return 0;
}

static int lay_over(const struct laying *l, struct node *dst, const struct node *defaults,
                    const struct where *at);

// The default of a map below the top, which is not null or nulls count.
static int lay_over_pair(const struct laying *l, struct table *dst, const struct pair *pair,
                         const struct where *at)
{
    struct node *has = table_get(dst, pair->key);
    bool is_null = node_is(pair->value, NODE_NULL);

    if (step(l->c, at->depth) < 0)
        return -1;
    if (!has)
        return add_copy(l, dst, pair);
    if (node_is(has, NODE_NULL)) {
        if (!l->merge)
            table_remove(dst, pair->key);
    } else if (node_is(pair->value, NODE_MAP) && node_is(has, NODE_MAP)) {
        return lay_over(l, has, pair->value, at);
    } else if (node_is(pair->value, NODE_MAP)) {
        return warn_no_table(l->c, at, pair->value, l->merge);
    } else if (node_is(has, NODE_MAP) && !is_null) {
        return warn_table(l->c, at, pair->value, l->merge);
    }
    return 0;
}

static int lay_over(const struct laying *l, struct node *dst, const struct node *defaults,
                    const struct where *at)
{
    struct table to CLEANUP(table_close) = table_open(l->c->d, dst);

    to.more = node_len(defaults);
    NODE_FOREACH_PAIR (pair, defaults) {
        struct where here = below(at, pair->key);

        if ((l->merge || !node_is(pair->value, NODE_NULL)) &&
            lay_over_pair(l, &to, pair, &here) < 0)
            return -1;
    }
    return 0;
}

static bool has_part(const struct part *part, struct span name)
{
    VEC_FOREACH (struct part *const *, it, &part->parts)
        if (span_eq((*it)->meta->name, name))
            return true;
    return false;
}

// A default at the top of a chart's values. The section of a subchart is merged: its nulls have to
// last until the subchart's own defaults come.
static int lay_over_default(const struct laying *l, const struct part *part, struct table *dst,
                            const struct pair *pair, const struct where *at)
{
    struct laying section = *l;
    struct node *has = table_get(dst, pair->key);
    bool is_null = node_is(pair->value, NODE_NULL);

    if (!has)
        return is_null && !l->merge ? 0 : add_copy(l, dst, pair);
    if (node_is(has, NODE_NULL) && !l->merge)
        table_remove(dst, pair->key);
    if (!node_is(has, NODE_MAP))
        return 0;
    if (node_is(pair->value, NODE_MAP)) {
        section.merge = l->merge || has_part(part, pair->key);
        return lay_over(&section, has, pair->value, at);
    }
    if (!is_null)
        coalesce_warn(l->c, "warning: skipped value for %s: Not a table.", path_of(l->c, at));
    return 0;
}

static int lay_over_defaults(struct coalescing *c, const struct part *part, struct node *dst,
                             bool merge_nulls, const struct where *at)
{
    struct laying l = {.c = c, .defaults_doc = part->values_doc, .merge = merge_nulls};
    struct table to CLEANUP(table_close) = table_open(c->d, dst);

    to.more = node_len(part->values);
    NODE_FOREACH_PAIR (pair, part->values) {
        struct where here = below(at, pair->key);

        if (lay_over_default(&l, part, &to, pair, &here) < 0)
            return -1;
    }
    return 0;
}

// --- subcharts ---

// In the stages that borrow, lists may be the chart's own, and nothing is converted.
static void mark_shared(const struct coalescing *c, struct node *n)
{
    if (!c->borrows)
        n->flags |= CONVERT_SHARED;
}

static struct node *copy_top(struct coalescing *c, const struct node *map)
{
    struct node *copied = node_new_map(c->d);

    copied->line = map->line;
    copied->file = map->file;
    NODE_FOREACH_PAIR (pair, map) {
        if (node_is(pair->value, NODE_MAP) || node_is(pair->value, NODE_SEQ))
            mark_shared(c, pair->value);
        node_append(c->d, copied, pair->key, pair->value);
    }
    return copied;
}

// One global of the parent, over that of the subchart.
static int add_global(struct coalescing *c, struct table *globals, const struct pair *pair,
                      const struct where *at)
{
    struct node *has = table_get(globals, pair->key);
    struct node *over;

    if (node_is(pair->value, NODE_SEQ))
        mark_shared(c, pair->value);
    if (!node_is(pair->value, NODE_MAP)) {
        if (node_is(has, NODE_MAP))
            coalesce_warn(c, "key %.*s is table. Skipping", SPAN_ARG(pair->key));
        else
            table_set(globals, pair->key, pair->value);
        return 0;
    }
    if (has && !node_is(has, NODE_MAP)) {
        coalesce_warn(c, "Conflict: cannot merge map onto non-map for \"%.*s\". Skipping.",
                      SPAN_ARG(pair->key));
        return 0;
    }
    over = copy_top(c, pair->value);
    if (has && merge(c, over, has, at) < 0)
        return -1;
    table_set(globals, pair->key, over);
    return 0;
}

// The globals of the parent, whose values `from` are, over those of the subchart.
static int add_globals(struct coalescing *c, struct node *to, const struct node *from,
                       const struct where *at)
{
    struct node *globals = node_get(to, "global");
    const struct node *parents = node_get(from, "global");
    struct table table CLEANUP(table_close) = {0};

    if (globals && !node_is(globals, NODE_MAP)) {
        coalesce_warn(c, "warning: skipping globals because destination global is not a table.");
        return 0;
    }
    if (parents && !node_is(parents, NODE_MAP)) {
        coalesce_warn(c, "warning: skipping globals because source global is not a table.");
        return 0;
    }
    if (!globals) {
        globals = node_new_map(c->d);
        node_set(c->d, to, SPAN("global"), globals);
    }
    table = table_open(c->d, globals);
    NODE_FOREACH_PAIR (pair, parents) {
        struct where here = below(at, pair->key);

        if (add_global(c, &table, pair, &here) < 0)
            return -1;
    }
    return 0;
}

// Go's %t of what is no map.
static int refuse_section(struct coalescing *c, struct span name, const struct node *section)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(PRINTED_MAX);
    struct value v = convert_to_value(c->words, section);
    char *shown CLEANUP(mem_cleanup) = NULL;

    value_sprintf(SPAN("%t"), &v, 1, &text);
    shown = text_plain(buf_span(&text), false);
    return err_set(c->err, ERR_CONFIG, "type mismatch on %.*s: %s", SPAN_ARG(name), shown);
}

static int coalesce(struct coalescing *c, const struct part *part, struct node *values,
                    bool merge_nulls, const struct where *up);

static int coalesce_part(struct coalescing *c, const struct part *part, struct node *values,
                         bool merge_nulls, const struct where *at)
{
    struct node *section = node_get_span(values, part->meta->name);

    if (!section) {
        section = node_new_map(c->d);
        node_append(c->d, values, part->meta->name, section);
    }
    if (!node_is(section, NODE_MAP))
        return refuse_section(c, part->meta->name, section);
    if (add_globals(c, section, values, at) < 0)
        return -1;
    return coalesce(c, part, section, merge_nulls, at);
}

static int coalesce(struct coalescing *c, const struct part *part, struct node *values,
                    bool merge_nulls, const struct where *up)
{
    struct where here = below(up, part->meta->name);

    if (lay_over_defaults(c, part, values, merge_nulls, &here) < 0)
        return -1;
    VEC_FOREACH (struct part *const *, it, &part->parts)
        if (coalesce_part(c, *it, values, merge_nulls, &here) < 0)
            return -1;
    return 0;
}

struct node *coalesce_values(struct coalescing *c, const struct part *part, struct tree given,
                             bool merge_nulls)
{
    struct node *values = coalesce_copy(c, given);

    return values && coalesce(c, part, values, merge_nulls, NULL) == 0 ? values : NULL;
}

void coalescing_free(struct coalescing *c)
{
    map_free(&c->files);
}
