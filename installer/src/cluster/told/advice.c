// SPDX-License-Identifier: Apache-2.0
// Choosing a row, and filling in the names.
#include "cluster/told/advice.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"

static bool is_one_of(const char *list, char separator, struct span word)
{
    struct span rest = span_str(list), one;

    if (!list)
        return true;
    while (span_next(&rest, separator, &one))
        if (span_eq(one, word))
            return true;
    return false;
}

static bool has_one_of(const char *list, struct span text)
{
    struct span rest = span_str(list), one;

    if (!list)
        return true;
    while (span_next(&rest, '|', &one))
        if (span_search(text, one) < text.len)
            return true;
    return false;
}

// "HelmRelease bigbang/loki", "Namespace loki"
struct label {
    struct span kind, ns, name;
};

static struct label label_of(const char *object)
{
    struct label l = {.kind = span_str(object)};

    if (span_cut(l.kind, ' ', &l.kind, &l.name) && !span_cut(l.name, '/', &l.ns, &l.name))
        l.ns = SPAN_EMPTY;
    return l;
}

static void add_lower(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        buf_add_char(out, (char)tolower((unsigned char)text.ptr[i]));
}

const struct advice_row *advice_row(const struct finding *f)
{
    struct buf message CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct label object = label_of(f->object);

    add_lower(&message, span_str(f->message));
    for (size_t i = 0; i < advice_row_count; i++) {
        const struct advice_row *row = &advice_rows[i];

        if (is_one_of(row->reasons, ' ', span_str(f->reason)) &&
            is_one_of(row->kinds, ' ', object.kind) && has_one_of(row->words, buf_span(&message)))
            return row;
    }
    return NULL;
}

static void add_flux_kind(struct buf *out, struct span kind)
{
    static const struct {
        const char *kind, *word;
    } words[] = {
        {"GitRepository", "source git"},   {"OCIRepository", "source oci"},
        {"HelmRepository", "source helm"}, {"HelmChart", "source chart"},
        {"Bucket", "source bucket"},
    };

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (span_is(kind, words[i].kind)) {
            buf_add_str(out, words[i].word);
            return;
        }
    }
    add_lower(out, kind);
}

// "s/web-1" as the API has it, "web-1" as kubectl wants it
static struct span pod_name(const struct finding *f, const struct label *object)
{
    struct span pod = span_str(f->pod), ns;

    if (!f->pod)
        return object->name;
    return span_cut(pod, '/', &ns, &pod) ? pod : span_str(f->pod);
}

// The names that stand for others' words; false for the rest.
static bool add_word(struct buf *out, const struct finding *f, const struct label *object,
                     struct span name)
{
    const struct {
        const char *name;
        struct span word;
    } words[] = {
        {"object", span_str(f->object)},
        {"name", object->name},
        {"ns", object->ns},
        {"pod", pod_name(f, object)},
    };

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (span_is(name, words[i].name)) {
            buf_add_span(out, words[i].word);
            return true;
        }
    }
    return false;
}

// What a {name} of a row stands for; what is none stays as it is.
static void add_name(struct buf *out, const struct finding *f, const struct label *object,
                     struct span name)
{
    if (add_word(out, f, object, name))
        return;
    if (span_is(name, "kind"))
        add_lower(out, object->kind);
    else if (span_is(name, "flux"))
        add_flux_kind(out, object->kind);
    else if (span_is(name, "container"))
        buf_printf(out, "%s%s", f->container ? " -c " : "", f->container ? f->container : "");
    else if (span_is(name, "kubectl"))
        buf_printf(out, "kubectl%s%.*s", object->ns.len ? " -n " : "", SPAN_ARG(object->ns));
    else if (span_is(name, "source"))
        buf_printf(out, "%s%s", f->release ? "the values of " : "the tree",
                   f->release ? f->release : "");
    else
        buf_printf(out, "{%.*s}", SPAN_ARG(name));
}

const char *advice_next(const struct finding *f, struct arena *arena)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct label object = label_of(f->object);
    const struct advice_row *row = advice_row(f);
    struct span rest = span_str(row ? row->next : NULL), name;

    if (!rest.len)
        return NULL;
    while (rest.len) {
        struct span text = span_head(rest, span_find(rest, '{'));

        buf_add_span(&out, text);
        rest = span_tail(rest, text.len);
        if (!rest.len || !span_cut(span_tail(rest, 1), '}', &name, &rest))
            break;
        add_name(&out, f, &object, name);
    }
    return arena_str(arena, buf_str(&out));
}
