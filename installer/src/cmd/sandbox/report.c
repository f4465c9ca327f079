// SPDX-License-Identifier: Apache-2.0
// What a run came to, in words and as JSON.
#include "cmd/sandbox/report.h"

#include "cluster/told/finding.h"

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

static const char *layer_word(const struct layers_result *result, const struct err *error)
{
    if (result->ready)
        return "ready";
    return result->reached && error ? unready_word(error) : "-";
}

void report_layers(struct sandbox *s, const struct layers_result *results, const struct err *error)
{
    for (size_t i = 0; i < s->layers.count; i++)
        phases_add(&s->phases,
                   (struct phase){
                       .name = arena_printf(s->arena, "layer %s", s->layers.items[i].name),
                       .state = layer_word(&results[i], error),
                       .counts = true,
                       .objects = s->layers.items[i].count,
                       .changed = results[i].applied,
                       .took_ms = results[i].took_ms,
                       .waited_ms = results[i].waited_ms,
                   });
}

void report_teardown(struct sandbox *s, const struct teardown_result *result,
                     const struct err *error)
{
    struct phase *last = NULL;

    for (int i = 0; i < TEARDOWN_PHASES; i++) {
        const struct teardown_time *time = &result->times[i];

        if (!time->took_ms && !time->removed)
            continue;
        phases_add(&s->phases, (struct phase){
                                   .name = teardown_phase_name((enum teardown_phase)i),
                                   .state = "done",
                                   .counts = true,
                                   .changed = time->removed,
                                   .took_ms = time->took_ms,
                                   .waited_ms = time->waited_ms,
                               });
        last = &s->phases.list.items[s->phases.list.len - 1];
    }
    if (last && error)
        last->state = unready_word(error);
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

static struct node *kept_node(const struct teardown_kept *kept, struct doc *d)
{
    struct node *n = node_new_map(d);
    struct buf label CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    identity_format(&kept->id, &label);
    node_set_str(d, n, "object", buf_span(&label));
    node_set_str(d, n, "why", span_str(kept->why));
    if (kept->next)
        node_set_str(d, n, "next", span_str(kept->next));
    node_set(d, n, SPAN("data"), node_new_bool(d, kept->data));
    return n;
}

static void add_findings(struct node *list, const struct finding *findings, size_t count,
                         struct doc *d)
{
    for (size_t i = 0; i < count; i++)
        node_push(d, list, finding_node(&findings[i], d));
}

static void add_down(struct node *root, const struct teardown_result *result, struct doc *d)
{
    struct node *kept = node_new_seq(d);

    VEC_FOREACH (const struct teardown_kept *, one, &result->kept)
        if (!one->left)
            node_push(d, kept, kept_node(one, d));
    node_set(d, root, SPAN("kept"), kept);
    node_set(d, root, SPAN("leftovers"), leftovers_node(result, d));
    node_set(d, root, SPAN("notes"), leftovers_notes_node(result, d));
}

static void write_document(const struct sandbox *s, struct node *root)
{
    doc_write_json(root, false, s->env->out);
    buf_add_char(s->env->out, '\n');
}

static void result_json(const struct sandbox *s, const struct down *down,
                        const struct layers_causes *causes, const struct err *error)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d), *findings = node_new_seq(d);

    phases_set(&s->phases, root, d);
    if (down) {
        add_down(root, &down->result, d);
        add_findings(findings, down->result.findings, down->result.finding_count, d);
    }
    if (causes)
        add_findings(findings, causes->findings, causes->count, d);
    node_set(d, root, SPAN("findings"), findings);
    if (error)
        node_set(d, root, SPAN("error"), error_node(error, d));
    write_document(s, root);
}

// A single one is all in the error.
static void list_findings(const struct finding *findings, size_t count, struct buf *out)
{
    if (count < 2 && !(count && findings[0].evidence))
        return;
    buf_add_char(out, '\n');
    finding_list(findings, count, CAUSES_SHOWN, out);
}

static void list_kept(const struct teardown_result *result, struct buf *out)
{
    const char *title = "\nkept:\n";

    VEC_FOREACH (const struct teardown_kept *, one, &result->kept) {
        if (one->left)
            continue;
        buf_printf(out, "%s  ", title);
        identity_format(&one->id, out);
        buf_printf(out, ": %s\n", one->why);
        if (one->next)
            buf_printf(out, "    next: %s\n", one->next);
        title = "";
    }
}

static void down_text(const struct down *down, struct buf *out)
{
    const struct teardown_result *result = &down->result;

    list_findings(result->findings, result->finding_count, out);
    list_kept(result, out);
    if (result->leftovers.len || result->notes.len)
        buf_add_str(out, result->leftovers.len ? "\nleft:\n" : "\n");
    leftovers_print(result, out);
    if (down->is_clean)
        buf_add_str(out, "\nnothing is left\n");
}

void report_result(const struct sandbox *s, const struct down *down,
                   const struct layers_causes *causes, const struct err *error)
{
    if (s->env->json) {
        result_json(s, down, causes, error);
        return;
    }
    phases_print(&s->phases, s->env->out);
    if (down)
        down_text(down, s->env->out);
    if (causes)
        list_findings(causes->findings, causes->count, s->env->out);
}

void report_plan(const struct sandbox *s, const struct teardown_plan *plan)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();

    if (s->env->json)
        write_document(s, teardown_plan_node(plan, d));
    else
        teardown_plan_print(plan, s->env->out);
}
