// SPDX-License-Identifier: Apache-2.0
// Traces, findings and changes as text.
#include "cmd/values/print.h"

enum { VALUE_WIDTH = 70 };

void print_value(const struct node *value, struct buf *out)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    size_t end = VALUE_WIDTH;

    if (!value) {
        buf_add_str(out, "not set");
        return;
    }
    doc_write_json(value, false, &text);
    if (text.len <= end) {
        buf_add_span(out, buf_span(&text));
        return;
    }
    while (end && ((unsigned char)buf_str(&text)[end] & 0xc0) == 0x80) // not within a letter
        end--;
    buf_printf(out, "%.*s...", (int)end, buf_str(&text));
}

// --- trace ---

static void print_place(const char *file, uint32_t line, struct buf *out)
{
    if (!*file)
        buf_add_str(out, "-");
    else if (line)
        buf_printf(out, "%s:%u", file, line);
    else
        buf_add_str(out, file);
}

static void print_setting(const struct values_setting *s, const char *path, struct buf *out)
{
    buf_printf(out, "  %-10s  ", values_verdict_name(s->verdict));
    print_place(s->file, s->line, out);
    buf_add_str(out, "  ");
    if (strcmp(s->path, path) != 0)
        buf_printf(out, "%s: ", s->path);
    print_value(s->value, out);
    buf_printf(out, "  (%s)\n", s->label);
}

// `above`: what is read is above the value, or the value is a map.
static const char *how_it_reads(unsigned how, bool above)
{
    if (how == CHART_READ_SCHEMA)
        return "  named by the schema only";
    if (how & CHART_READ_OFF)
        return "  of a subchart that is off";
    if (how & (CHART_READ_EXECUTED | CHART_READ_CHART))
        return how & CHART_READ_WHOLE && above ? "  with all below it" : "";
    return "  not executed with these values";
}

void print_trace(const struct values_trace *trace, const char *path, struct buf *out)
{
    buf_printf(out, "%s: ", path);
    print_value(trace->value, out);
    buf_add_str(out, trace->settings.len ? "\n\nset by\n" : "\n");
    VEC_FOREACH (const struct values_setting *, s, &trace->settings)
        print_setting(s, path, out);
    buf_add_str(out, trace->reads.len ? "\nread by\n" : "\nno template reads it\n");
    VEC_FOREACH (const struct chart_read *const *, it, &trace->reads) {
        const struct chart_read *read = *it;
        bool same = span_ends(span_str(path), arena_span(trace->arena, read->path).ptr);
        bool above = same ? node_is(trace->value, NODE_MAP) || node_is(trace->value, NODE_SEQ)
                          : read->path.len < strlen(path);

        buf_printf(out, "  %.*s:%u  %.*s%s\n", SPAN_ARG(read->file), read->line,
                   SPAN_ARG(read->path), how_it_reads(read->how, above));
    }
}

// --- findings ---

static void print_finding(const struct values_finding *f, struct buf *out)
{
    static const char *const weights[] = {"", "remark: ", "note: "};

    if (*f->file) {
        print_place(f->file, f->line, out);
        buf_add_str(out, ": ");
    } else if (f->label) {
        buf_printf(out, "%s: ", f->label);
    }
    buf_printf(out, "%s%s%s%s: %s\n", weights[f->weight], f->path, *f->path ? ": " : "",
               values_fault_name(f->fault), f->text);
    if (f->hint)
        buf_printf(out, "    %s\n", f->hint);
}

size_t print_findings(const struct values_findings *findings, bool all, struct buf *out)
{
    size_t counts[VALUES_NOTE + 1] = {0};

    VEC_FOREACH (const struct values_finding *, f, &findings->items) {
        counts[f->weight]++;
        if (all || f->weight != VALUES_NOTE)
            print_finding(f, out);
    }
    if (!counts[VALUES_MISTAKE] && !counts[VALUES_REMARK])
        buf_add_str(out, "no mistakes found\n");
    if (!all && counts[VALUES_NOTE])
        buf_printf(out, "%zu note%s: --all prints them\n", counts[VALUES_NOTE],
                   counts[VALUES_NOTE] == 1 ? "" : "s");
    return counts[VALUES_MISTAKE];
}

// --- changes ---

void print_changes(const values_changes *changes, struct buf *out)
{
    VEC_FOREACH (const struct values_change *, change, changes) {
        buf_printf(out, "%s: ", change->path);
        print_value(change->before, out);
        buf_add_str(out, " -> ");
        print_value(change->after, out);
        buf_add_char(out, '\n');
    }
}
