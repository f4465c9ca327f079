// SPDX-License-Identifier: Apache-2.0
// The same as JSON, one document a command.
#include "cmd/values/print.h"

static void set_place(struct doc *d, struct node *n, const char *file, uint32_t line)
{
    if (*file)
        node_set_str(d, n, "file", span_str(file));
    if (line)
        node_set(d, n, SPAN("line"), node_new_int(d, line));
}

static struct node *setting_node(struct doc *d, const struct values_setting *s)
{
    struct node *n = node_new_map(d);

    node_set_str(d, n, "layer", span_str(s->label));
    set_place(d, n, s->file, s->line);
    node_set_str(d, n, "path", span_str(s->path));
    node_set(d, n, SPAN("value"), node_copy(d, s->value));
    node_set_str(d, n, "verdict", span_str(values_verdict_name(s->verdict)));
    return n;
}

static struct node *read_node(struct doc *d, const struct chart_read *read)
{
    struct node *n = node_new_map(d);

    node_set_str(d, n, "path", read->path);
    node_set_str(d, n, "file", read->file);
    node_set(d, n, SPAN("line"), node_new_int(d, read->line));
    node_set(d, n, SPAN("whole"), node_new_bool(d, read->how & CHART_READ_WHOLE));
    node_set(d, n, SPAN("executed"), node_new_bool(d, read->how & CHART_READ_EXECUTED));
    if (read->how == CHART_READ_SCHEMA)
        node_set(d, n, SPAN("schemaOnly"), node_new_bool(d, true));
    return n;
}

static void set_trace(struct doc *d, const struct values_trace *trace, const char *path,
                      struct node *root)
{
    struct node *settings = node_new_seq(d), *reads = node_new_seq(d);

    VEC_FOREACH (const struct values_setting *, s, &trace->settings)
        node_push(d, settings, setting_node(d, s));
    VEC_FOREACH (const struct chart_read *const *, read, &trace->reads)
        node_push(d, reads, read_node(d, *read));
    node_set_str(d, root, "path", span_str(path));
    if (trace->value)
        node_set(d, root, SPAN("value"), node_copy(d, trace->value));
    node_set(d, root, SPAN("settings"), settings);
    node_set(d, root, SPAN("reads"), reads);
}

void print_trace_json(const struct values_trace *trace, const char *path,
                      const struct print_chain *chain, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d), *above = node_new_map(d);

    set_trace(d, trace, path, root);
    if (chain->umbrella) {
        node_set_str(d, above, "release", span_str(chain->umbrella));
        node_set_str(d, above, "object", span_str(chain->object));
        if (*chain->file)
            node_set_str(d, above, "file", span_str(chain->file));
        set_trace(d, chain->trace, chain->path, above);
        node_set(d, root, SPAN("madeBy"), above);
    }
    doc_write_json(root, false, out);
    buf_add_char(out, '\n');
}

static struct node *finding_node(struct doc *d, const struct values_finding *f)
{
    static const char *const weights[] = {"mistake", "remark", "note"};
    struct node *n = node_new_map(d);

    node_set_str(d, n, "fault", span_str(values_fault_name(f->fault)));
    node_set_str(d, n, "weight", span_str(weights[f->weight]));
    if (*f->path)
        node_set_str(d, n, "path", span_str(f->path));
    set_place(d, n, f->file, f->line);
    if (f->label)
        node_set_str(d, n, "layer", span_str(f->label));
    node_set_str(d, n, "text", span_str(f->text));
    if (f->hint)
        node_set_str(d, n, "hint", span_str(f->hint));
    return n;
}

void print_finding_json(const struct values_finding *finding, const char *release, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *n = finding_node(d, finding);

    if (release)
        node_set_str(d, n, "release", span_str(release));
    doc_write_json(n, false, out);
}

void print_change_json(const struct values_change *change, const char *release, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *n = node_new_map(d);

    if (release)
        node_set_str(d, n, "release", span_str(release));
    node_set_str(d, n, "path", span_str(change->path));
    if (change->before)
        node_set(d, n, SPAN("before"), node_copy(d, change->before));
    if (change->after)
        node_set(d, n, SPAN("after"), node_copy(d, change->after));
    doc_write_json(n, false, out);
}
