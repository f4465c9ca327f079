// SPDX-License-Identifier: Apache-2.0
// Notes as lines, and the whole as JSON.
#include "cmd/chart/print.h"

static void report_note(struct report *report, const char *what, const struct chart_note *note)
{
    report_info(report, "chart", "%s%s%s%s", note->where ? note->where : "",
                note->where ? ": " : "", what, note->text);
}

void print_rendering_notes(struct report *report, const struct chart_rendering *rendering)
{
    VEC_FOREACH (const struct chart_note *, note, &rendering->warnings)
        report_warn(report, "chart", "%s%s%s", note->where ? note->where : "",
                    note->where ? ": " : "", note->text);
    VEC_FOREACH (const struct chart_note *, note, &rendering->random)
        report_note(report, "", note);
    VEC_FOREACH (const struct chart_note *, note, &rendering->lookups)
        report_note(report, "no cluster is asked, nothing is found: lookup ", note);
}

// --- JSON ---

static void add_member(struct buf *out, const char *name, struct span text)
{
    buf_printf(out, ",\"%s\":", name);
    buf_add_json(out, text);
}

static void add_hooks(struct buf *out, unsigned hooks)
{
    bool first = true;

    buf_add_str(out, ",\"hooks\":[");
    for (unsigned bit = 1; bit <= CHART_HOOK_TEST; bit <<= 1)
        if (hooks & bit) {
            buf_printf(out, "%s\"%s\"", first ? "" : ",", chart_hook_name(bit));
            first = false;
        }
    buf_add_char(out, ']');
}

static void add_manifest(struct buf *out, const struct chart_manifest *manifest, bool *first)
{
    buf_add_str(out, *first ? "\n{\"source\":" : ",\n{\"source\":");
    *first = false;
    buf_add_json(out, manifest->path);
    if (manifest->api_version.len)
        add_member(out, "apiVersion", manifest->api_version);
    if (manifest->kind.len)
        add_member(out, "kind", manifest->kind);
    if (manifest->name.len)
        add_member(out, "name", manifest->name);
    if (manifest->hooks)
        add_hooks(out, manifest->hooks);
    add_member(out, "text", manifest->text);
    buf_add_char(out, '}');
}

static void add_notes(struct buf *out, const char *name, const struct chart_note *notes,
                      size_t count)
{
    buf_printf(out, ",\n\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        buf_add_str(out, i ? ",\n{\"text\":" : "\n{\"text\":");
        buf_add_json(out, span_str(notes[i].text));
        if (notes[i].where)
            add_member(out, "where", span_str(notes[i].where));
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
}

static int add_definitions(struct buf *out, const struct chart_rendering *r, bool *first,
                           struct err **err)
{
    VEC_FOREACH (const struct chart_definition *, definition, &r->crds) {
        struct chart_manifest manifest = {.path = definition->path};

        if (chart_file_text(definition->file, &manifest.text, err) < 0)
            return -1;
        add_manifest(out, &manifest, first);
    }
    return 0;
}

int print_rendering_json(const struct chart_rendering *r, const struct chart_print *options,
                         struct buf *out, struct err **err)
{
    bool first = true;

    buf_add_str(out, "{\"documents\":[");
    if (options->crds && add_definitions(out, r, &first, err) < 0)
        return -1;
    VEC_FOREACH (const struct chart_manifest *, manifest, &r->manifests)
        add_manifest(out, manifest, &first);
    if (!options->no_hooks)
        VEC_FOREACH (const struct chart_manifest *, hook, &r->hooks)
            if (!options->skip_tests || !(hook->hooks & CHART_HOOK_TEST))
                add_manifest(out, hook, &first);
    buf_add_char(out, ']');
    add_notes(out, "warnings", r->warnings.items, r->warnings.len);
    add_notes(out, "random", r->random.items, r->random.len);
    add_notes(out, "lookups", r->lookups.items, r->lookups.len);
    buf_add_str(out, "}\n");
    return 0;
}
