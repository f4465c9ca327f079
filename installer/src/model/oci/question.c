// SPDX-License-Identifier: Apache-2.0
// What a registry is asked: distribution specification v1.1, "Endpoints". Names may have parts like
// "manifests" and "blobs": what is asked for is told by the end of the path.
#include "base/url.h"
#include "model/oci/ref.h"

static void set_bad(struct oci_question *q, const char *code, const char *why, struct span what)
{
    q->ask = OCI_ASK_BAD;
    q->code = code;
    q->why = why;
    q->what = what;
}

static void set_digest(struct oci_question *q, struct span text)
{
    if (!digest_parse(text, &q->digest))
        set_bad(q, "DIGEST_INVALID", "a digest is sha256: and 64 lower-case hexadecimal digits",
                text);
}

static void set_reference(struct oci_question *q, struct span text)
{
    if (span_find(text, ':') < text.len) {
        set_digest(q, text);
        return;
    }
    q->tag = text;
    if (!ref_is_tag(text))
        set_bad(q, "MANIFEST_UNKNOWN", "no tag has these characters, or is that long", text);
}

static void set_repository(struct oci_question *q, struct span name)
{
    q->repository = name;
    if (ref_split_host(name, &q->host, &q->behind) && ref_is_host(q->host) &&
        ref_is_repository(q->behind))
        return;
    q->host = q->behind = SPAN_EMPTY;
    if (!ref_is_repository(name))
        set_bad(q, "NAME_INVALID",
                "a repository's name has lower-case letters and digits, with . _ - between them, "
                "in parts with / between them",
                name);
}

// "" when it is not there.
static struct span parameter(struct arena *arena, struct span query, const char *name)
{
    struct span value;

    return url_query(arena, query, name, &value) ? value : SPAN_EMPTY;
}

static void set_page(struct arena *arena, struct span query, struct oci_question *q)
{
    struct span text = parameter(arena, query, "n");
    uint64_t limit = SIZE_MAX;

    if (text.len && !span_u64(text, &limit))
        set_bad(q, "PAGINATION_NUMBER_INVALID", "n is how many to list: a number", text);
    q->limit = limit;
    q->last = parameter(arena, query, "last");
}

// Cuts the last part off; "" stays when there is no slash.
static struct span cut_last(struct span *path)
{
    size_t slash = span_rfind(*path, '/');
    struct span last = slash < path->len ? span_tail(*path, slash + 1) : *path;

    *path = slash < path->len ? span_head(*path, slash) : SPAN_EMPTY;
    return last;
}

// The question and its name by the last parts of the path; what is wrong with the name counts
// before what is wrong behind it.
static void read_parts(struct arena *arena, struct span name, struct span query,
                       struct oci_question *q)
{
    struct span last = cut_last(&name), what = cut_last(&name);

    if (span_is(what, "manifests")) {
        q->ask = OCI_ASK_MANIFEST;
        set_reference(q, last);
    } else if (span_is(what, "blobs") && span_is(last, "uploads")) {
        q->ask = OCI_ASK_UPLOAD;
    } else if (span_is(what, "uploads") && span_ends(name, "/blobs")) {
        q->ask = OCI_ASK_UPLOAD;
        name.len -= strlen("/blobs");
    } else if (span_is(what, "blobs")) {
        q->ask = OCI_ASK_BLOB;
        set_digest(q, last);
    } else if (span_is(what, "tags") && span_is(last, "list")) {
        q->ask = OCI_ASK_TAGS;
        set_page(arena, query, q);
    } else if (span_is(what, "referrers")) {
        q->ask = OCI_ASK_REFERRERS;
        q->artifact_type = parameter(arena, query, "artifactType");
        set_digest(q, last);
    }
    if (q->ask != OCI_ASK_OTHER)
        set_repository(q, name);
}

void oci_question_parse(struct arena *arena, struct span path, struct span query,
                        struct oci_question *q)
{
    *q = (struct oci_question){.repository = SPAN_EMPTY,
                               .host = SPAN_EMPTY,
                               .behind = SPAN_EMPTY,
                               .tag = SPAN_EMPTY,
                               .artifact_type = SPAN_EMPTY,
                               .last = SPAN_EMPTY,
                               .limit = SIZE_MAX,
                               .what = SPAN_EMPTY};
    if (span_is(path, "/v2"))
        path = SPAN("/v2/");
    if (!span_skip(&path, "/v2/"))
        return;
    if (!path.len) {
        q->ask = OCI_ASK_PING;
    } else if (span_is(path, "_catalog")) {
        q->ask = OCI_ASK_CATALOG;
        set_page(arena, query, q);
    } else {
        read_parts(arena, path, query, q);
    }
}
