// SPDX-License-Identifier: Apache-2.0
// What a registry is asked, "PATH?QUERY": whatever it is, there is an answer, and no question has
// what no registry has.
#include "fuzz.h"

#include "io/doc.h"
#include "model/oci.h"

static bool is_within(struct span piece, struct span whole)
{
    return !piece.len || span_search(whole, piece) < whole.len;
}

// A name that was understood is a name in a reference, too: of a registry, or of the one in it.
static void check_name(struct arena *arena, const struct oci_question *q)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct oci_ref ref;
    const char *text = arena_printf(arena, "%s%.*s:1", q->host.len ? "" : "registry.test/",
                                    SPAN_ARG(q->repository));

    FUZZ_CHECK(oci_ref_parse(arena, span_str(text), &ref, &err) == 0);
    FUZZ_CHECK(!q->host.len == !q->behind.len);
    if (q->host.len)
        FUZZ_CHECK(q->host.len + 1 + q->behind.len == q->repository.len);
}

static void check_error(const struct oci_question *q)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);

    FUZZ_CHECK(q->code && q->why);
    oci_format_error(q->code, q->why, q->what, &out);
    FUZZ_CHECK(doc_read_json(d, buf_span(&out), "the error", ERR_INTERNAL, &err));
}

// All pages together are the list: none is left out, none comes twice.
static void check_pages(struct oci_question q)
{
    static const struct span names[] = {{"0", 1}, {"1", 1}, {"a", 1}, {"b", 1}, {"~", 1}};
    struct span next;
    size_t pages = 0;

    for (bool more = true; more; pages++) {
        struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);

        more = oci_format_list(&q, q.repository, names, ARRAY_LEN(names), &next, &out);
        if (more) {
            FUZZ_CHECK(!q.last.len || span_cmp(next, q.last) > 0);
            q.last = next;
        }
    }
    FUZZ_CHECK(pages <= ARRAY_LEN(names));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct span text = span_of(data, size), path = text, query = SPAN_EMPTY;
    struct oci_question q;

    (void)span_cut(text, '?', &path, &query);
    oci_question_parse(arena, path, query, &q);
    FUZZ_CHECK(is_within(q.repository, path) && is_within(q.tag, path));
    switch (q.ask) {
    case OCI_ASK_BAD: check_error(&q); return 0;
    case OCI_ASK_OTHER:
    case OCI_ASK_PING: FUZZ_CHECK(!q.repository.len); return 0;
    case OCI_ASK_CATALOG: check_pages(q); return 0;
    case OCI_ASK_TAGS: check_pages(q); break;
    case OCI_ASK_MANIFEST: FUZZ_CHECK(!q.tag.len == digest_is_set(&q.digest)); break;
    case OCI_ASK_BLOB:
    case OCI_ASK_REFERRERS: FUZZ_CHECK(digest_is_set(&q.digest)); break;
    case OCI_ASK_UPLOAD: break;
    }
    check_name(arena, &q);
    return 0;
}
