// SPDX-License-Identifier: Apache-2.0
// Traces, findings and changes as text.
#include "cmd/values/print.h"

enum { VALUE_WIDTH = 70 };

static void print_value(const struct node *value, struct buf *out)
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

static void print_reads(const struct values_trace *trace, const char *path, struct buf *out)
{
    VEC_FOREACH (const struct chart_read *const *, it, &trace->reads) {
        const struct chart_read *read = *it;
        bool same = span_ends(span_str(path), arena_span(trace->arena, read->path).ptr);
        bool above = same ? node_is(trace->value, NODE_MAP) || node_is(trace->value, NODE_SEQ)
                          : read->path.len < strlen(path);

        buf_printf(out, "  %.*s:%u  %.*s%s\n", SPAN_ARG(read->file), read->line,
                   SPAN_ARG(read->path), how_it_reads(read->how, above));
    }
}

static void print_chain(const struct print_chain *chain, struct buf *out)
{
    buf_printf(out, "\n%s is made by %s of %s, out of its %s\n", chain->object,
               *chain->file ? chain->file : "the chart", chain->umbrella, chain->path);
    VEC_FOREACH (const struct values_setting *, s, &chain->trace->settings)
        print_setting(s, chain->path, out);
    buf_add_str(out, "\nread there by\n");
    print_reads(chain->trace, chain->path, out);
}

void print_trace(const struct values_trace *trace, const char *path,
                 const struct print_chain *chain, struct buf *out)
{
    buf_printf(out, "%s: ", path);
    print_value(trace->value, out);
    buf_add_str(out, trace->settings.len ? "\n\nset by\n" : "\n");
    VEC_FOREACH (const struct values_setting *, s, &trace->settings)
        print_setting(s, path, out);
    if (chain->umbrella)
        print_chain(chain, out);
    buf_add_str(out, trace->reads.len ? "\nread by\n" : "\nno template reads it\n");
    print_reads(trace, path, out);
}

// --- findings ---

static void print_finding(const struct values_finding *f, const char *release, struct buf *out)
{
    static const char *const weights[] = {"", "remark: ", "note: "};

    if (*f->file) {
        print_place(f->file, f->line, out);
        buf_add_str(out, ": ");
    } else if (f->label || release) {
        buf_printf(out, "%s: ", f->label ? f->label : release);
    }
    buf_printf(out, "%s%s%s%s: %s\n", weights[f->weight], f->path, *f->path ? ": " : "",
               values_fault_name(f->fault), f->text);
    if (f->hint)
        buf_printf(out, "    %s\n", f->hint);
}

void print_findings_add(struct print_findings *p, const struct values_findings *findings,
                        const char *release)
{
    VEC_FOREACH (const struct values_finding *, f, &findings->items) {
        p->mistakes += f->weight == VALUES_MISTAKE;
        p->remarks += f->weight == VALUES_REMARK;
        p->notes += f->weight == VALUES_NOTE;
        if (!p->all && f->weight == VALUES_NOTE)
            continue;
        if (p->json) {
            buf_add_str(p->out, p->printed ? ",\n" : "{\"findings\":[");
            print_finding_json(f, release, p->out);
        } else {
            print_finding(f, release, p->out);
        }
        p->printed++;
    }
}

void print_findings_end(struct print_findings *p)
{
    if (p->json) {
        buf_add_str(p->out, p->printed ? "]}\n" : "{\"findings\":[]}\n");
        return;
    }
    if (!p->mistakes && !p->remarks)
        buf_add_str(p->out, "no mistakes found\n");
    if (!p->all && p->notes)
        buf_printf(p->out, "%zu note%s: --all prints them\n", p->notes, p->notes == 1 ? "" : "s");
}

// --- changes ---

void print_changes_add(struct print_changes *p, const values_changes *changes, const char *release)
{
    VEC_FOREACH (const struct values_change *, change, changes) {
        if (p->json) {
            buf_add_str(p->out, p->printed ? ",\n" : "{\"changes\":[");
            print_change_json(change, release, p->out);
            p->printed++;
            continue;
        }
        buf_printf(p->out, "%s%s%s: ", release ? release : "", release ? ": " : "", change->path);
        print_value(change->before, p->out);
        buf_add_str(p->out, " -> ");
        print_value(change->after, p->out);
        buf_add_char(p->out, '\n');
    }
}

void print_changes_end(struct print_changes *p)
{
    if (p->json)
        buf_add_str(p->out, p->printed ? "]}\n" : "{\"changes\":[]}\n");
}
