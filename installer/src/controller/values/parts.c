// SPDX-License-Identifier: Apache-2.0
// The values that an image's name was put together from. Templates put texts together as they like:
// a value counts when one of them reads it and its text is a part of the name.
#include <ctype.h>
#include <strings.h>

#include "controller/values/view.h"

enum { KEYS_MAX = 100 };

// A reference without what stands behind its name, and that.
struct reference {
    struct span name, tag, digest;
};

struct finding_parts {
    struct arena *arena;
    const struct values_view *view;
    struct span file; // the object's template
    struct reference reference;
    values_parts *out;
    struct span keys[KEYS_MAX]; // of the value that is looked at
    bool own;                   // its read is in the object's template
    size_t best[2];             // how good those in `out` are, by their part
};

static struct reference cut(struct span text)
{
    struct reference r = {.name = span_head(text, span_find(text, '@'))};
    size_t slash = span_rfind(r.name, '/'), start = slash < r.name.len ? slash + 1 : 0;
    size_t colon = start + span_find(span_tail(r.name, start), ':');

    r.digest = r.name.len < text.len ? span_tail(text, r.name.len + 1) : SPAN_EMPTY;
    r.tag = colon < r.name.len ? span_tail(r.name, colon + 1) : SPAN_EMPTY;
    r.name = span_head(r.name, colon);
    return r;
}

// Whether a word of a key starts there: "imageTag", "image_tag", but not "stage".
static bool starts_word(struct span key, size_t at)
{
    return !at || !isalpha((unsigned char)key.ptr[at - 1]) ||
           (isupper((unsigned char)key.ptr[at]) && islower((unsigned char)key.ptr[at - 1]));
}

// As a word of it, or its end ("imagetag").
static bool has_word(struct span key, const char *word)
{
    size_t len = strlen(word);

    for (size_t at = 0; at + len <= key.len; at++)
        if (strncasecmp(key.ptr + at, word, len) == 0 &&
            (starts_word(key, at) || at + len == key.len))
            return true;
    return false;
}

// Whether a key, or the one above it, says that it is about an image: short texts are many things.
static bool is_about(const struct finding_parts *f, size_t depth, const char *const *words)
{
    for (size_t i = depth > 2 ? depth - 2 : 0; i < depth; i++)
        for (const char *const *word = words; *word; word++)
            if (has_word(f->keys[i], *word))
                return true;
    return false;
}

static bool ends_name(struct span name, struct span part)
{
    size_t at = name.len - part.len;

    return part.len && part.len <= name.len && span_eq(span_tail(name, at), part) &&
           (!at || name.ptr[at - 1] == '/');
}

static bool is_name(const struct finding_parts *f, struct span text, size_t depth)
{
    static const char *const words[] = {"image", "repo", NULL};
    struct reference r = cut(text);

    return ends_name(f->reference.name, r.name) &&
           (!r.tag.len || span_eq(r.tag, f->reference.tag)) &&
           (r.name.len == f->reference.name.len || span_find(r.name, '/') < r.name.len ||
            is_about(f, depth, words));
}

static bool is_tag(const struct finding_parts *f, struct span text, size_t depth)
{
    static const char *const words[] = {"tag", "version", "digest", "sha", "image", NULL};
    const struct reference *r = &f->reference;
    struct span hex = r->digest;

    (void)span_skip(&hex, "sha256:");
    return text.len && (span_eq(text, r->tag) || span_eq(text, r->digest) || span_eq(text, hex)) &&
           is_about(f, depth, words);
}

static bool is_known(const struct finding_parts *f, enum values_part_of of, size_t depth)
{
    VEC_FOREACH (const struct values_part *, it, f->out) {
        bool same = it->of == of && it->path.len == depth;

        for (size_t i = 0; same && i < depth; i++)
            same = span_eq(it->path.items[i], f->keys[i]);
        if (same)
            return true;
    }
    return false;
}

// Keeps the best ones.
static void keep(struct finding_parts *f, enum values_part_of of, const struct node *value,
                 size_t depth, size_t weight)
{
    struct values_part part = {.of = of, .value = value};
    size_t kept = 0;

    if (weight < f->best[of] || (weight == f->best[of] && is_known(f, of, depth)))
        return;
    VEC_FOREACH (const struct values_part *, it, f->out)
        if (it->of != of || weight == f->best[of])
            f->out->items[kept++] = *it;
    f->out->len = kept;
    f->best[of] = weight;
    for (size_t i = 0; i < depth; i++)
        vec_push_arena(f->arena, &part.path, arena_span(f->arena, f->keys[i]));
    vec_push(f->out, part);
}

static void see_value(struct finding_parts *f, const struct node *value, size_t depth)
{
    struct span text = node_scalar(value);

    if (is_name(f, text, depth))
        keep(f, VALUES_PART_NAME, value, depth, 2 * text.len + f->own);
    else if (is_tag(f, text, depth))
        keep(f, VALUES_PART_TAG, value, depth, 1 + f->own);
}

static void see_below(struct finding_parts *f, const struct node *at, size_t depth)
{
    size_t i = 0;

    if (!node_is(at, NODE_MAP) && !node_is(at, NODE_SEQ)) {
        see_value(f, at, depth);
        return;
    }
    if (depth == KEYS_MAX)
        return;
    NODE_FOREACH_PAIR (pair, at) {
        f->keys[depth] = pair->key;
        see_below(f, pair->value, depth + 1);
    }
    NODE_FOREACH_ITEM (item, at) {
        f->keys[depth] = span_str(arena_printf(f->arena, "%zu", i++));
        see_below(f, item, depth + 1);
    }
}

// What a read means: "*" stands for all there is.
static void see_read(struct finding_parts *f, const struct chart_read *read,
                     const struct values_path *path, const struct node *at, size_t depth)
{
    size_t i = 0;

    if (depth == path->len) {
        if (read->how & CHART_READ_WHOLE || !node_is(at, NODE_MAP))
            see_below(f, at, depth);
        return;
    }
    if (depth == KEYS_MAX || !at)
        return;
    if (!span_is(path->items[depth], "*")) {
        f->keys[depth] = path->items[depth];
        see_read(f, read, path, values_at(at, path->items + depth, 1), depth + 1);
        return;
    }
    NODE_FOREACH_PAIR (pair, at) {
        f->keys[depth] = pair->key;
        see_read(f, read, path, pair->value, depth + 1);
    }
    NODE_FOREACH_ITEM (item, at) {
        f->keys[depth] = span_str(arena_printf(f->arena, "%zu", i++));
        see_read(f, read, path, item, depth + 1);
    }
}

static bool is_sibling(const struct values_path *a, const struct values_path *b)
{
    if (a->len != b->len)
        return false;
    for (size_t i = 0; i + 1 < a->len; i++)
        if (!span_eq(a->items[i], b->items[i]))
            return false;
    return true;
}

// Of several tags the one that stands beside the name; none where it cannot be told, or where the
// name has it in itself.
static void choose_tag(values_parts *parts, bool is_in_name)
{
    const struct values_part *chosen = NULL;
    size_t tags = 0, kept = 0;
    struct values_part tag = {0};

    VEC_FOREACH (const struct values_part *, it, parts) {
        tags += it->of == VALUES_PART_TAG;
        VEC_FOREACH (const struct values_part *, name, parts)
            if (it->of == VALUES_PART_TAG && name->of == VALUES_PART_NAME &&
                is_sibling(&it->path, &name->path))
                chosen = it;
    }
    if (!chosen && tags == 1)
        VEC_FOREACH (const struct values_part *, it, parts)
            if (it->of == VALUES_PART_TAG)
                chosen = it;
    if (chosen)
        tag = *chosen;
    VEC_FOREACH (const struct values_part *, it, parts)
        if (it->of == VALUES_PART_NAME)
            parts->items[kept++] = *it;
    parts->len = kept;
    if (chosen && kept && !is_in_name)
        vec_push(parts, tag);
}

// --- names that are written out ---

static bool has_text(struct span content, struct span text)
{
    return text.len && span_search(content, text) < content.len;
}

// Whether a template has the name in its text: with `file`, one of that name only.
static bool is_written_out(const struct chart *chart, const struct span *file, struct span name)
{
    VEC_FOREACH (const struct chart_file *, it, &chart->templates)
        if ((!file || span_ends(*file, it->path)) && has_text(it->content, name))
            return true;
    VEC_FOREACH (struct chart *const *, it, &chart->subcharts)
        if (is_written_out(*it, file, name))
            return true;
    return false;
}

// --- reads ---

static void see_reads(struct finding_parts *f, unsigned how)
{
    const struct chart *chart = f->view->input.chart;
    bool is_here = is_written_out(chart, &f->file, f->reference.name);

    VEC_FOREACH (const struct chart_read *, read, f->view->list) {
        struct err *ignored CLEANUP(err_cleanup) = NULL; // paths of reads are well-formed
        struct values_path path = {0};

        if (!(read->how & how) || !read->path.len ||
            values_path_parse(f->arena, read->path, &path, &ignored) < 0)
            continue;
        f->own = span_eq(read->file, f->file);
        if (is_here && !f->own)
            continue;
        see_read(f, read, &path, f->view->all, 0);
    }
}

void values_find_image(struct arena *a, const struct values_view *view, struct span file,
                       struct span reference, values_parts *out)
{
    struct finding_parts f = {
        .arena = a, .view = view, .file = file, .reference = cut(reference), .out = out};
    bool is_in_name = false;

    if (!view->list)
        return;
    see_reads(&f, CHART_READ_EXECUTED);
    // What templates read in copies that they have made is seen in their text only.
    if (!f.best[VALUES_PART_NAME] && !is_written_out(view->input.chart, NULL, f.reference.name))
        see_reads(&f, CHART_READ_STATIC);
    VEC_FOREACH (const struct values_part *, it, out) {
        struct reference r = cut(node_scalar(it->value));

        is_in_name = is_in_name || (it->of == VALUES_PART_NAME && (r.tag.len || r.digest.len));
    }
    choose_tag(out, is_in_name);
}
