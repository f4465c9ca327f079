// SPDX-License-Identifier: Apache-2.0
// Entries of the journal, from objects.
#include "work/layers/apply/intent.h"

#include "base/digest.h"
#include "base/when.h"
#include "cluster/facts/written.h"
#include "io/crypto.h"

struct identity intent_identity(const struct kube *k, const struct node *object,
                                const struct kube_resource *resource)
{
    struct identity id = node_identity(object);

    if (!id.ns.len && resource->namespaced)
        id.ns = span_str(kube_namespace(k));
    return id;
}

// What is there from its first moment on as our last write left it is of our making; of anything
// else nobody can tell.
static bool is_made_by(const struct node *live, const char *manager)
{
    struct span created = node_get_text(node_get(live, "metadata"), "creationTimestamp");
    int64_t made, written;

    return when_parse(created, &made) && when_parse(written_by(live, manager), &written) &&
           written - made <= 1;
}

struct journal_entry intent_entry(const struct apply *a, const struct node *object,
                                  const struct kube_resource *resource, const struct node *live,
                                  struct arena *arena)
{
    struct buf json CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    char text[DIGEST_TEXT_BYTES];
    struct digest digest;

    doc_write_json(object, true, &json);
    digest = crypto_sha256(buf_span(&json));
    return (struct journal_entry){
        .id = intent_identity(a->kube, object, resource),
        .version = resource->version,
        .uid = node_get_str(node_get(live, "metadata"), "uid"),
        .digest = arena_str(arena, digest_format(&digest, text)),
        .layer = a->layer,
        .adopted = live && !is_made_by(live, a->manager),
    };
}
