// SPDX-License-Identifier: Apache-2.0
// Helm's own functions (Helm 4.2, pkg/engine/engine.go, initFunMap).
#include "model/chart/render/functions.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/chart/convert/convert.h"
#include "model/chart/load/ahead.h"
#include "model/chart/render/documents.h"

enum { NOTE_STEPS = 50, INCLUDED_MAX = 1001 }; // times that a template may be within itself

struct included {
    unsigned depth;
};

// --- where include and tpl write to ---

enum { OUTPUT_KEPT = 1 << 20 }; // bytes of a buffer that are worth keeping

// An empty buffer. It stays with its depth: thousands of includes write to a few buffers.
static struct buf *output_begin(struct rendering *r)
{
    struct buf *out;

    if (r->output_depth == r->outputs.len) {
        out = MEM_NEW(struct buf);
        *out = (struct buf)BUF_INIT(TEMPLATE_LIMITS.output_bytes);
        vec_push(&r->outputs, out);
    }
    return r->outputs.items[r->output_depth++];
}

// The text that was written, in `a`.
static struct span output_end(struct rendering *r, struct arena *a)
{
    struct buf *out = r->outputs.items[--r->output_depth];
    struct span text = arena_span(a, buf_span(out));

    if (out->cap > OUTPUT_KEPT || out->overflow)
        buf_free(out);
    buf_truncate(out, 0);
    return text;
}

void render_outputs_free(struct rendering *r)
{
    VEC_FOREACH (struct buf **, out, &r->outputs) {
        buf_free(*out);
        free(*out);
    }
    vec_free(&r->outputs);
}

// --- include, tpl ---

static struct included *find_included(struct rendering *r, struct span name)
{
    struct included *found = map_get(&r->included, name);

    if (!found) {
        found = ARENA_NEW(r->arena, struct included);
        (void)map_put(&r->included, arena_span(r->arena, name), found);
    }
    return found;
}

static int include(struct template_call *call, struct value *result, struct err **err)
{
    struct rendering *r = call->data;
    struct span name = call->args[0].s, text;
    struct included *included = find_included(r, name);
    int status;

    if (included->depth == INCLUDED_MAX) {
        err_set(err, ERR_CONFIG,
                "rendering template has a nested reference name: %.*s: unable to execute template",
                SPAN_ARG(name));
        return err_hint(err, "the template includes itself without end");
    }
    included->depth++;
    status = template_execute(call->run, name, &call->args[1], output_begin(r), err);
    included->depth--;
    text = output_end(r, call->arena);
    *result = value_string(text);
    return status;
}

// A text without "{{" is a template that gives itself.
static bool is_plain(struct span text)
{
    return span_search(text, SPAN("{{")) == text.len;
}

static int tpl_execute(struct template_call *call, struct template_set *set, struct buf *out,
                       struct err **err)
{
    static const struct span name = {"gotpl", sizeof("gotpl") - 1};
    struct span shown = span_head(call->args[0].s, span_find(call->args[0].s, '\n'));

    shown = span_head(shown, 60);
    if (template_parse(set, name, call->args[0].s, err) < 0)
        return err_wrap(err, "cannot parse template \"%.*s\"", SPAN_ARG(shown));
    if (template_execute_in(call->run, set, name, &call->args[1], out, err) < 0)
        return err_wrap(err, "error during tpl function execution for \"%.*s\"", SPAN_ARG(shown));
    return 0;
}

static int tpl(struct template_call *call, struct value *result, struct err **err)
{
    struct rendering *r = call->data;
    struct span text = call->args[0].s;
    int status = 0;

    if (!is_plain(text)) {
        struct template_set *set CLEANUP(template_set_cleanup) =
            template_set_clone(template_run_set(call->run));

        status = tpl_execute(call, set, output_begin(r), err);
        text = output_end(r, call->arena);
    }
    *result = value_string(documents_clean(call->arena, text));
    return status;
}

// --- required, fail ---

static int refuse(struct template_call *call, struct span message, struct err **err)
{
    struct rendering *r = call->data;

    r->refusal = message.len ? arena_span(r->arena, message) : SPAN("(no message)");
    return err_set(err, ERR_CONFIG, "%.*s", SPAN_ARG(r->refusal));
}

static int required(struct template_call *call, struct value *result, struct err **err)
{
    const struct value *value = &call->args[1];

    if (value->type == VALUE_NIL || (value->type == VALUE_STRING && !value->s.len))
        return refuse(call, call->args[0].s, err);
    *result = *value;
    return 0;
}

static int fail(struct template_call *call, struct value *result, struct err **err)
{
    (void)result;
    return refuse(call, call->args[0].s, err);
}

// --- what lies beyond the chart ---

// Where the call stands: "chart/templates/x.yaml:12"; NULL when that is not known.
static const char *place_of(const struct rendering *r)
{
    struct template_place place;

    return template_here(r->run, &place)
               ? arena_printf(r->out->arena, "%.*s:%u", SPAN_ARG(place.file), place.line)
               : NULL;
}

// Fills in a note; false when it was made before: only what is new takes memory.
static bool is_new_note(struct rendering *r, const struct buf *text, struct chart_note *note)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct template_place place;

    buf_add_span(&key, buf_span(text));
    if (template_here(r->run, &place))
        buf_printf(&key, " %.*s:%u", SPAN_ARG(place.file), place.line);
    if (map_get(&r->noted, buf_span(&key)))
        return false;
    (void)map_put(&r->noted, arena_span(r->arena, buf_span(&key)), r);
    note->where = place_of(r);
    note->text = arena_str(r->out->arena, buf_str(text));
    return true;
}

void render_note_random(struct functions_env *env, const struct template_call *call)
{
    struct rendering *r = (struct rendering *)env;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct chart_note note;

    buf_printf(&text, "%s gives another value each time", call->function->name);
    if (is_new_note(r, &text, &note))
        vec_push(&r->out->random, note);
}

void render_note_question(void *data, enum chart_asked of, struct span what, struct span answer)
{
    struct rendering *r = data;
    struct chart_question question = {.of = of, .where = place_of(r)};
    struct span key = span_str(arena_printf(r->arena, "%d %.*s %s", (int)of, SPAN_ARG(what),
                                            question.where ? question.where : ""));

    if (map_put(&r->noted, key, r))
        return;
    question.asked = arena_span(r->out->arena, what).ptr;
    question.answer = arena_span(r->out->arena, answer).ptr;
    vec_push(&r->out->questions, question);
}

static int look_up(const struct rendering *r, const struct value *args, struct value *result,
                   struct err **err)
{
    struct node *found = NULL;

    if (r->target->lookup(r->target->data, r->doc, args[0].s, args[1].s, args[2].s, args[3].s,
                          &found, err) < 0)
        return -1;
    if (found)
        *result = convert_to_value(r->arena, found);
    return 0;
}

static int lookup(struct template_call *call, struct value *result, struct err **err)
{
    struct rendering *r = call->data;
    const struct value *args = call->args;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct chart_note note;

    buf_printf(&text, "%.*s %.*s %.*s/%.*s", SPAN_ARG(args[0].s), SPAN_ARG(args[1].s),
               SPAN_ARG(args[2].s), SPAN_ARG(args[3].s));
    if (template_charge(call, NOTE_STEPS + text.len, err) < 0)
        return -1;
    if (is_new_note(r, &text, &note))
        vec_push(&r->out->lookups, note);
    *result = value_new_map(call->arena, VALUE_MAP);
    return r->target->lookup ? look_up(r, args, result, err) : 0;
}

// Names are not resolved: what is rendered must not depend on where.
static int get_host_by_name(struct template_call *call, struct value *result, struct err **err)
{
    (void)call;
    (void)err;
    *result = value_string(SPAN_EMPTY);
    return 0;
}

// --- all ---

static const struct template_function own[] = {
    {"include", include, "sa", NULL},   {"tpl", tpl, "sa", NULL},
    {"required", required, "sa", NULL}, {"fail", fail, "s", NULL},
    {"lookup", lookup, "ssss", NULL},   {"getHostByName", get_host_by_name, "s", NULL},
};

static struct {
    struct template_function *items;
    size_t count;
} all;

static void make_all(void)
{
    const struct template_function *families = functions_all(&all.count);

    all.items = mem_alloc((all.count + ARRAY_LEN(own)) * sizeof(*all.items));
    memcpy(all.items, families, all.count * sizeof(*all.items));
    memcpy(all.items + all.count, own, sizeof(own));
    all.count += ARRAY_LEN(own);
}

const struct template_function *render_functions(size_t *count)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, make_all);
    *count = all.count;
    return all.items;
}

void chart_ahead_parse(struct chart_ahead *a)
{
    size_t count;
    const struct template_function *functions = render_functions(&count);

    ahead_set_texts(a, template_texts_new(functions, count));
}
