// SPDX-License-Identifier: Apache-2.0
// Claims and classes.
#include "cluster/evidence/claims.h"

#include "base/mem.h"
#include "cluster/evidence/events.h"
#include "cluster/evidence/questions.h"

#define CLASS_DEFAULT "storageclass.kubernetes.io/is-default-class"

struct class_search {
    size_t count;
    bool has_default;
};

static int note_class(void *data, const struct node *class, struct err **err UNUSED)
{
    struct class_search *s = data;

    s->count++;
    if (span_is(node_get_text(node_path(class, "metadata", "annotations"), CLASS_DEFAULT), "true"))
        s->has_default = true;
    return 0;
}

static struct identity class_id(struct span name)
{
    return (struct identity){
        .group = SPAN("storage.k8s.io"), .kind = SPAN("StorageClass"), .name = name};
}

// A claim that names no class gets the default one, as soon as there is one.
static bool explain_no_class(struct informers *inf, struct buf *out)
{
    struct identity any = class_id(SPAN("-"));
    struct class_search search = {0};
    const struct node *none;

    if (informers_get(inf, &any, &none) != INFORMERS_ABSENT)
        return false;
    informers_each(inf, "storage.k8s.io", "StorageClass", note_class, &search);
    if (search.has_default)
        return false;
    buf_add_str(out, search.count ? "it names no StorageClass, and none is the default"
                                  : "it names no StorageClass, and the cluster has none");
    return true;
}

static bool explain_events(struct evidence_fetch *fetch, const struct node *claim, struct buf *out)
{
    struct evidence_event e;

    if (!evidence_events_warning(evidence_ask_events(fetch, claim, false), &e))
        return false;
    buf_printf(out, "%.*s: %.*s", SPAN_ARG(e.reason), SPAN_ARG(e.message));
    return true;
}

static bool explain_class(struct informers *inf, struct evidence_fetch *fetch,
                          const struct node *claim, struct span name, struct buf *out)
{
    struct identity id = class_id(name);
    const struct node *class;

    switch (informers_get(inf, &id, &class)) {
    case INFORMERS_UNKNOWN: return false;
    case INFORMERS_ABSENT:
        buf_printf(out, "StorageClass %.*s does not exist", SPAN_ARG(name));
        return true;
    case INFORMERS_FOUND: break;
    }
    if (explain_events(fetch, claim, out))
        return true;
    if (span_is(node_get_text(class, "volumeBindingMode"), "WaitForFirstConsumer"))
        return false;
    buf_printf(out, "no volume yet from %.*s, the provisioner of StorageClass %.*s",
               SPAN_ARG(node_get_text(class, "provisioner")), SPAN_ARG(name));
    return true;
}

static bool explain_pending(struct informers *inf, struct evidence_fetch *fetch,
                            const struct node *claim, struct buf *out)
{
    const struct node *class = node_path(claim, "spec", "storageClassName");

    if (!class)
        return explain_no_class(inf, out);
    if (node_text(class).len)
        return explain_class(inf, fetch, claim, node_text(class), out);
    buf_add_str(out, "it asks for a PersistentVolume without a StorageClass, and none fits");
    return true;
}

// What a claim that is Pending lacks.
static bool explain_claim(struct informers *inf, struct evidence_fetch *fetch,
                          const struct node *claim, struct buf *out)
{
    char *label CLEANUP(mem_cleanup) = node_label(claim);
    size_t before = out->len;

    if (!span_is(node_get_text(node_get(claim, "status"), "phase"), "Pending"))
        return false;
    buf_printf(out, "%s: ", label);
    if (explain_pending(inf, fetch, claim, out))
        return true;
    buf_truncate(out, before);
    return false;
}

static bool explain_one(struct informers *inf, struct evidence_fetch *fetch,
                        const struct identity *id, struct buf *out)
{
    const struct node *claim;

    switch (informers_get(inf, id, &claim)) {
    case INFORMERS_UNKNOWN: return false;
    case INFORMERS_FOUND: return explain_claim(inf, fetch, claim, out);
    case INFORMERS_ABSENT: break;
    }
    identity_format(id, out);
    buf_add_str(out, ": it does not exist");
    return true;
}

bool evidence_claims_of_pod(struct informers *inf, struct evidence_fetch *fetch,
                            const struct node *pod, struct buf *out)
{
    const struct node *metadata = node_get(pod, "metadata");

    NODE_FOREACH_ITEM (volume, node_path(pod, "spec", "volumes")) {
        struct identity id = {.kind = SPAN("PersistentVolumeClaim"),
                              .ns = node_get_text(metadata, "namespace")};
        char *made CLEANUP(mem_cleanup) =
            mem_printf("%s-%s", node_get_str(metadata, "name"), node_get_str(volume, "name"));

        id.name = node_get_text(node_get(volume, "persistentVolumeClaim"), "claimName");
        if (node_get(volume, "ephemeral"))
            id.name = span_str(made);
        if (id.name.len && explain_one(inf, fetch, &id, out))
            return true;
    }
    return false;
}
