// SPDX-License-Identifier: Apache-2.0
// YAML: any input is read or refused; what the fast reader takes, libyaml's reads alike; what is
// written is read back as the same tree.
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "io/doc.h"
#include "io/doc/yaml/readers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_same(const struct node *a, const struct node *b);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void values_must_be_same(const struct node *a, const struct node *b)
{
    for (size_t i = 0; a->type == NODE_MAP && i < a->map.len; i++) {
        check(span_eq(a->map.pairs[i].key, b->map.pairs[i].key));
        check(a->map.pairs[i].line == b->map.pairs[i].line);
        must_be_same(a->map.pairs[i].value, b->map.pairs[i].value);
    }
    for (size_t i = 0; a->type == NODE_SEQ && i < a->seq.len; i++)
        must_be_same(a->seq.items[i], b->seq.items[i]);
}

static void must_be_same(const struct node *a, const struct node *b)
{
    check(a->type == b->type);
    check(a->flags == b->flags && a->line == b->line && node_len(a) == node_len(b));
    check(span_eq(node_scalar(a), node_scalar(b)) && span_eq(node_source(a), node_source(b)));
    values_must_be_same(a, b);
}

// The fast reader says nothing where libyaml's finds a null.
static bool is_nothing(const struct node *n)
{
    return !n || n->type == NODE_NULL;
}

static void compare_readers(struct span text, bool yaml11)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct reader r CLEANUP(reader_cleanup) = {.d = d, .file = "x", .yaml11 = yaml11, .err = &err};
    struct node *fast;
    struct node *full;

    reader_start(&r, 2 * text.len, DOC_YAML_RATIO);
    if (!yaml_read_fast(&r, text, &fast))
        return;
    r.pairs.len = r.items.len = 0;
    if (yaml_read_events(&r, text, &full) < 0)
        abort();
    check(is_nothing(fast) == is_nothing(full));
    if (!is_nothing(fast))
        must_be_same(fast, full);
}

// NEL is lost on purpose; see docs/kustomize-differences.md.
static bool has_nel(struct span text)
{
    return span_search(text, SPAN("\xc2\x85")) < text.len ||
           span_search(text, SPAN("\\N")) < text.len || span_search(text, SPAN("85")) < text.len;
}

// kustomize writes such a text without quotes, as it is none of its numbers when it writes; reading
// takes it for an octal one (go-yaml v3 hands "+5" to strconv.ParseInt).
static bool has_signed_octal(struct span text)
{
    return span_search(text, SPAN("0o+")) < text.len || span_search(text, SPAN("0o-")) < text.len;
}

static void write_and_read(struct span text)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct node_list first = {0};
    struct node_list second = {0};

    if (doc_read_yaml(d, text, "x", &first, &err) < 0)
        return;
    for (size_t i = 0; i < first.len; i++) {
        buf_truncate(&out, 0);
        doc_write_yaml(first.items[i], &out);
        second.len = 0;
        if (doc_read_yaml(d, buf_span(&out), "y", &second, &err) < 0 || second.len != 1)
            abort();
        if (!has_nel(text) && !has_signed_octal(text) &&
            !node_equal(first.items[i], second.items[0]))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of(data, size);

    if (size > 20000)
        return 0;
    compare_readers(text, false);
    compare_readers(text, true);
    write_and_read(text);
    return 0;
}
