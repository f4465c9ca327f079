// SPDX-License-Identifier: Apache-2.0
// Errors: Go's message, where it happened, how it came there, and which value was missing.
#include <stdarg.h>

#include "io/template/exec/run.h"

// Nodes are shown whole, as Go does, but a hostile one is not shown at each level.
#define NODE_TEXT_MAX_BYTES ((size_t)16 << 10)

// Of a deep recursion the outermost and the innermost places are kept.
enum { TRACE_OUTER_MAX = 20, TRACE_INNER_MAX = 80 };

static struct template_place position_of(const struct frame *f)
{
    const struct template_file *file = f->tree->file;
    struct template_place place = {.name = f->tree->name, .file = file->name, .line = 1};
    struct span rest = span_head(file->text, f->at ? f->at->pos : 0);

    for (size_t end; (end = span_find(rest, '\n')) < rest.len; place.line++)
        rest = span_tail(rest, end + 1);
    place.column = (uint32_t)rest.len;
    return place;
}

static struct template_place place_of(const struct frame *f)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(NODE_TEXT_MAX_BYTES);
    struct template_place place = position_of(f);

    if (f->at)
        tree_print(f->at, &text);
    place.node = arena_span(f->run->arena, buf_span(&text));
    return place;
}

bool template_here(const struct template_run *run, struct template_place *place)
{
    if (run->frame)
        *place = position_of(run->frame);
    return run->frame != NULL;
}

bool template_here_in_file(const struct template_run *run, struct template_place *place)
{
    const struct frame *f = run->frame;

    while (f && span_is(f->tree->file->name, TEMPLATE_SET_NAME))
        f = f->caller;
    if (f)
        *place = position_of(f);
    return f != NULL;
}

// Only the first failure is traced: the others are on its way out.
static void keep_trace(struct frame *f)
{
    struct template_run *run = f->run;
    struct template_place *places;
    size_t depth = 0, kept = 0;

    if (run->trace.len)
        return;
    for (const struct frame *at = f; at; at = at->caller)
        depth++;
    places = arena_array(run->arena, TRACE_OUTER_MAX + TRACE_INNER_MAX, sizeof(*places));
    for (const struct frame *at = f; at; at = at->caller, depth--)
        if (kept < TRACE_INNER_MAX || depth <= TRACE_OUTER_MAX)
            places[kept++] = place_of(at);
    for (size_t i = 0; i < kept / 2; i++) {
        struct template_place inner = places[i];

        places[i] = places[kept - 1 - i];
        places[kept - 1 - i] = inner;
    }
    run->trace = (struct template_trace){places, kept};
}

// template: FILE:LINE:COLUMN: executing "NAME" at <NODE>
static void add_place(const struct frame *f, struct buf *out)
{
    struct template_place place = place_of(f);

    buf_printf(out, "template: %.*s:%u:%u: executing ", SPAN_ARG(place.file), place.line,
               place.column);
    value_quote(place.name, out);
    buf_printf(out, " at <%.*s>", SPAN_ARG(place.node));
}

static int fail(struct frame *f, const char *fmt, va_list args) PRINTF(2, 0);
static int fail(struct frame *f, const char *fmt, va_list args)
{
    struct buf place CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    char *text CLEANUP(mem_cleanup) = mem_vprintf(fmt, args);

    keep_trace(f);
    add_place(f, &place);
    err_set(f->err, ERR_CONFIG, "%s", text);
    return err_wrap(f->err, "%s", buf_str(&place));
}

int exec_fail(struct frame *f, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)fail(f, fmt, args);
    va_end(args);
    return -1;
}

int exec_fail_call(struct frame *f, const char *name)
{
    struct buf place CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    keep_trace(f);
    add_place(f, &place);
    return err_wrap(f->err, "%s: error calling %s", buf_str(&place), name);
}

// The node's text up to its first `count` names.
static struct span path_of(const struct frame *f, const struct tree_node *node, size_t count)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(NODE_TEXT_MAX_BYTES);
    struct tree_node *part CLEANUP(mem_cleanup) = tree_path_head(node, count);

    tree_print(part, &out);
    return arena_span(f->run->arena, buf_span(&out));
}

void exec_note_missing(struct frame *f, const struct tree_node *node, size_t path, size_t prefix,
                       const struct operand *found)
{
    f->run->missing = (struct template_missing){
        .path = path_of(f, node, path),
        .prefix = path_of(f, node, prefix),
        .found = found->value,
    };
}
