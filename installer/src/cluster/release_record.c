// SPDX-License-Identifier: Apache-2.0
// Reading the records of Helm releases.
#include "cluster/release_record.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "io/archive.h"
#include "io/crypto.h"

#define MANIFEST_MAX_BYTES ((uint64_t)32 << 20)

struct manifest {
    char *ns;
    char *secret;
    bool asked;
    struct doc *doc; // NULL: not read, or not understood
    struct node_list objects;
};

struct manifests {
    struct kube *kube;
    VEC(struct manifest *) list;
};

struct manifests *manifests_new(struct kube *k)
{
    struct manifests *m = MEM_NEW(struct manifests);

    m->kube = k;
    return m;
}

void manifests_free(struct manifests *m)
{
    if (!m)
        return;
    VEC_FOREACH (struct manifest **, it, &m->list) {
        doc_free((*it)->doc);
        free((*it)->ns);
        free((*it)->secret);
        free(*it);
    }
    vec_free(&m->list);
    free(m);
}

// The record of the release's latest version; NULL when it has none yet.
static struct manifest *find(struct manifests *m, const struct node *release)
{
    const struct node *status = node_get(release, "status");
    const struct node *latest = node_item(node_get(status, "history"), 0);
    const char *ns = node_get_str(status, "storageNamespace");
    char *secret CLEANUP(mem_cleanup) = NULL;
    struct manifest *fresh;

    if (!latest)
        return NULL;
    secret = mem_printf("sh.helm.release.v1.%s.v%lld", node_get_str(latest, "name"),
                        (long long)node_get_int(latest, "version", 1));
    VEC_FOREACH (struct manifest **, it, &m->list)
        if (strcmp((*it)->secret, secret) == 0 && strcmp((*it)->ns, ns) == 0)
            return *it;
    fresh = MEM_NEW(struct manifest);
    fresh->ns = mem_str(ns);
    fresh->secret = STEAL(secret);
    vec_push(&m->list, fresh);
    return fresh;
}

static bool is_same(const struct node *a, const struct node *b)
{
    const struct node *x = node_get(a, "metadata"), *y = node_get(b, "metadata");
    struct span ns = node_get_text(x, "namespace");

    return span_eq(node_get_text(a, "kind"), node_get_text(b, "kind")) &&
           span_eq(node_get_text(x, "name"), node_get_text(y, "name")) &&
           (!ns.len || span_eq(ns, node_get_text(y, "namespace")));
}

enum manifest_answer manifests_replicas(struct manifests *m, const struct node *release,
                                        const struct node *workload, int64_t *replicas)
{
    struct manifest *manifest = find(m, release);

    if (!manifest)
        return MANIFEST_WANTS_ZERO;
    if (!manifest->asked)
        return MANIFEST_UNKNOWN;
    for (size_t i = 0; i < manifest->objects.len; i++) {
        const struct node *object = manifest->objects.items[i];

        if (!is_same(object, workload))
            continue;
        *replicas = node_get_int(node_get(object, "spec"), "replicas", 1);
        return *replicas > 0 ? MANIFEST_WANTS_MORE : MANIFEST_WANTS_ZERO;
    }
    return MANIFEST_WANTS_ZERO;
}

// Secret data is base64 of Helm's own base64 of gzip of JSON.
static int decode(struct span data, struct buf *json, struct err **err)
{
    struct buf once CLEANUP(buf_free) = BUF_INIT(MANIFEST_MAX_BYTES);
    struct buf twice CLEANUP(buf_free) = BUF_INIT(MANIFEST_MAX_BYTES);
    struct stream *s CLEANUP(stream_cleanup) = NULL;

    if (!crypto_base64_decode(data, &once) || !crypto_base64_decode(buf_span(&once), &twice))
        return err_set(err, ERR_API, "it is not base64");
    s = stream_decompress(stream_from_span(buf_span(&twice)), MANIFEST_MAX_BYTES, "release record");
    return stream_read_all(s, json, ERR_API, "a release record", err);
}

static int understand(struct manifest *manifest, const struct node *secret, struct err **err)
{
    struct doc *doc CLEANUP(doc_cleanup) = doc_new();
    struct doc *objects CLEANUP(doc_cleanup) = doc_new();
    struct buf json CLEANUP(buf_free) = BUF_INIT(MANIFEST_MAX_BYTES);
    struct node *record;

    if (decode(node_get_text(node_get(secret, "data"), "release"), &json, err) < 0)
        return -1;
    record = doc_read_json(doc, buf_span(&json), manifest->secret, ERR_API, err);
    if (!record || doc_read_yaml(objects, node_get_text(record, "manifest"), manifest->secret,
                                 &manifest->objects, err) < 0)
        return -1;
    manifest->doc = STEAL(objects);
    return 0;
}

static int read_one(struct manifests *m, struct manifest *manifest, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    const struct kube_resource *secrets = kube_find(m->kube, SPAN("v1"), SPAN("Secret"), err);

    manifest->asked = true;
    if (!secrets)
        return -1;
    if (kube_get(m->kube, secrets, manifest->ns, manifest->secret, &answer, &ignored) != 0)
        return ignored && err_kind(ignored) == ERR_CANCELLED ? err_move(err, &ignored) : 0;
    if (understand(manifest, answer.object, &ignored) < 0)
        manifest->objects.len = 0;
    return 0;
}

int manifests_refresh(struct manifests *m, bool *read, struct err **err)
{
    *read = false;
    for (size_t i = 0; i < m->list.len; i++) {
        if (m->list.items[i]->asked)
            continue;
        *read = true;
        if (read_one(m, m->list.items[i], err) < 0)
            return -1;
    }
    return 0;
}
