// SPDX-License-Identifier: Apache-2.0
// What a run came to, in words and as JSON.
#include "cmd/sandbox/report.h"

#include "cluster/finding.h"

enum { CAUSES_SHOWN = 10 };

// A layer that work began on, but that is not ready.
static const char *unready_word(const struct err *error)
{
    switch (err_kind(error)) {
    case ERR_TIMEOUT: return "timed out";
    case ERR_CANCELLED: return "not ready";
    default: return "failed";
    }
}

static const char *state_word(const struct layers_result *result, const struct err *error)
{
    if (result->ready || !error)
        return result->ready ? "ready" : "-";
    return result->reached ? unready_word(error) : "-";
}

void report_layers(struct sandbox *s, const struct layers_result *results, const struct err *error)
{
    for (size_t i = 0; i < s->layers.count; i++)
        vec_push(&s->phases.list,
                 (struct phase){
                     .journey = "up",
                     .name = arena_printf(s->arena, "layer %s", s->layers.items[i].name),
                     .state = state_word(&results[i], error),
                     .counts = true,
                     .objects = s->layers.items[i].count,
                     .changed = results[i].applied,
                     .took_ms = results[i].took_ms,
                     .waited_ms = results[i].waited_ms,
                 });
}

static struct node *error_node(const struct err *error, struct doc *d)
{
    struct node *n = node_new_map(d);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    err_format(error, &text);
    node_set_str(d, n, "kind", span_str(err_kind_name(err_kind(error))));
    node_set_str(d, n, "text", buf_span(&text));
    if (err_hint_text(error))
        node_set_str(d, n, "hint", span_str(err_hint_text(error)));
    return n;
}

static void print_json(const struct sandbox *s, const struct layers_causes *causes,
                       const struct err *error, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d), *findings = node_new_seq(d);

    for (size_t i = 0; i < causes->count; i++)
        node_push(d, findings, finding_node(&causes->findings[i], d));
    phases_set(&s->phases, root, d);
    node_set(d, root, SPAN("findings"), findings);
    if (error)
        node_set(d, root, SPAN("error"), error_node(error, d));
    doc_write_json(root, false, out);
    buf_add_char(out, '\n');
}

static void print_text(const struct sandbox *s, const struct layers_causes *causes, struct buf *out)
{
    phases_print(&s->phases, out);
    // A single one is all in the error.
    if (causes->count > 1 || (causes->count && causes->findings[0].evidence)) {
        buf_add_char(out, '\n');
        finding_list(causes->findings, causes->count, CAUSES_SHOWN, out);
    }
}

void report_up(const struct sandbox *s, const struct layers_causes *causes, const struct err *error)
{
    if (s->env->json)
        print_json(s, causes, error, s->env->out);
    else
        print_text(s, causes, s->env->out);
}
