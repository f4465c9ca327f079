// SPDX-License-Identifier: Apache-2.0
// Reading the records of Helm releases.
#include "cluster/facts/release_record.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "io/archive.h"
#include "io/crypto.h"

#define RELEASE_RECORD_MAX_BYTES ((uint64_t)32 << 20)

struct release_record {
    char *ns;
    char *secret;
    bool asked;
    struct doc *doc; // NULL: not read, or not understood
    struct node_list objects;
};

struct release_records {
    struct kube *kube;
    VEC(struct release_record *) list;
};

struct release_records *release_records_new(struct kube *k)
{
    struct release_records *r = MEM_NEW(struct release_records);

    r->kube = k;
    return r;
}

void release_records_free(struct release_records *r)
{
    if (!r)
        return;
    VEC_FOREACH (struct release_record **, it, &r->list) {
        doc_free((*it)->doc);
        free((*it)->ns);
        free((*it)->secret);
        free(*it);
    }
    vec_free(&r->list);
    free(r);
}

// The record of the release's latest version; NULL when it has none yet.
static struct release_record *find(struct release_records *r, const struct node *release)
{
    const struct node *status = node_get(release, "status");
    const struct node *latest = node_item(node_get(status, "history"), 0);
    const char *ns = node_get_str(status, "storageNamespace");
    char *secret CLEANUP(mem_cleanup) = NULL;
    struct release_record *fresh;

    if (!latest)
        return NULL;
    secret = mem_printf("sh.helm.release.v1.%s.v%lld", node_get_str(latest, "name"),
                        (long long)node_get_int(latest, "version", 1));
    VEC_FOREACH (struct release_record **, it, &r->list)
        if (strcmp((*it)->secret, secret) == 0 && strcmp((*it)->ns, ns) == 0)
            return *it;
    fresh = MEM_NEW(struct release_record);
    fresh->ns = mem_str(ns);
    fresh->secret = STEAL(secret);
    vec_push(&r->list, fresh);
    return fresh;
}

static bool is_same(const struct node *a, const struct node *b)
{
    struct identity x = node_identity(a), y = node_identity(b);

    if (!x.ns.len)
        x.ns = y.ns;
    return identity_eq(&x, &y);
}

enum release_wants release_records_replicas(struct release_records *r, const struct node *release,
                                            const struct node *workload)
{
    struct release_record *record = find(r, release);

    if (!record)
        return RELEASE_WANTS_ZERO;
    if (!record->asked)
        return RELEASE_WANTS_UNKNOWN;
    for (size_t i = 0; i < record->objects.len; i++) {
        const struct node *object = record->objects.items[i];

        if (!is_same(object, workload))
            continue;
        return node_get_int(node_get(object, "spec"), "replicas", 1) > 0 ? RELEASE_WANTS_MORE
                                                                         : RELEASE_WANTS_ZERO;
    }
    return RELEASE_WANTS_ZERO;
}

// Secret data is base64 of Helm's own base64 of gzip of JSON.
static int decode(struct span data, struct buf *json, struct err **err)
{
    struct buf once CLEANUP(buf_free) = BUF_INIT(RELEASE_RECORD_MAX_BYTES);
    struct buf twice CLEANUP(buf_free) = BUF_INIT(RELEASE_RECORD_MAX_BYTES);
    struct stream *s CLEANUP(stream_cleanup) = NULL;

    if (!crypto_base64_decode(data, &once) || !crypto_base64_decode(buf_span(&once), &twice))
        return err_set(err, ERR_API, "it is not base64");
    s = stream_decompress(stream_from_span(buf_span(&twice)), RELEASE_RECORD_MAX_BYTES,
                          "release record");
    return stream_read_all(s, json, ERR_API, "a release record", err);
}

struct node *release_record_read(const struct node *secret, struct doc *d, struct err **err)
{
    const char *name = node_get_str(node_get(secret, "metadata"), "name");
    struct buf json CLEANUP(buf_free) = BUF_INIT(RELEASE_RECORD_MAX_BYTES);

    if (decode(node_get_text(node_get(secret, "data"), "release"), &json, err) < 0) {
        err_wrap(err, "%s", name);
        return NULL;
    }
    return doc_read_json(d, buf_span(&json), name, ERR_API, err);
}

static int understand(struct release_record *record, const struct node *secret, struct err **err)
{
    struct doc *doc CLEANUP(doc_cleanup) = doc_new();
    struct doc *objects CLEANUP(doc_cleanup) = doc_new();
    struct node *release = release_record_read(secret, doc, err);

    if (!release || doc_read_yaml(objects, node_get_text(release, "manifest"), record->secret,
                                  &record->objects, err) < 0)
        return -1;
    record->doc = STEAL(objects);
    return 0;
}

static int read_one(struct release_records *r, struct release_record *record, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    const struct kube_resource *secrets = kube_find(r->kube, SPAN("v1"), SPAN("Secret"), err);

    record->asked = true;
    if (!secrets)
        return -1;
    if (kube_get(r->kube, secrets, record->ns, record->secret, &answer, &ignored) != 0)
        return ignored && err_kind(ignored) == ERR_CANCELLED ? err_move(err, &ignored) : 0;
    if (understand(record, answer.object, &ignored) < 0)
        record->objects.len = 0;
    return 0;
}

int release_records_refresh(struct release_records *r, bool *read, struct err **err)
{
    *read = false;
    for (size_t i = 0; i < r->list.len; i++) {
        if (r->list.items[i]->asked)
            continue;
        *read = true;
        if (read_one(r, r->list.items[i], err) < 0)
            return -1;
    }
    return 0;
}
