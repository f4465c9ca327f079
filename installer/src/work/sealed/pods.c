// SPDX-License-Identifier: Apache-2.0
// Containers: where the images come from that the nodes run them with.
#include "base/identity.h"
#include "base/mem.h"
#include "model/seed.h"
#include "work/sealed/look.h"

static const struct node *controller_of(const struct node *pod)
{
    NODE_FOREACH_ITEM (owner, node_path(pod, "metadata", "ownerReferences"))
        if (node_get_bool(owner, "controller", false))
            return owner;
    return NULL;
}

// The DaemonSet that runs our own program in an image that the node had anyway.
static bool is_carrier(struct span ns, const struct node *owner)
{
    return span_is(ns, SEED_NAMESPACE) && span_is(node_get_text(owner, "kind"), "DaemonSet") &&
           span_starts(node_get_text(owner, "name"), SEED_NAME "-");
}

// The Deployment of a ReplicaSet, whose name has a hash behind it.
static struct identity deployment_of(const struct identity *replica_set)
{
    struct identity id = *replica_set;

    id.kind = SPAN("Deployment");
    id.name = span_head(id.name, span_rfind(id.name, '-'));
    return id;
}

static bool was_there(const struct snapshot *before, const struct identity *id)
{
    enum snapshot_answer answer = snapshot_find(before, id, "");

    return answer == SNAPSHOT_SAME || answer == SNAPSHOT_ANOTHER;
}

// Whether a pod is none that an `up` brought: of a node itself, or of what was there before.
static bool is_own(const struct look_at *l, const struct node *pod, struct span ns)
{
    const struct node *owner = controller_of(pod);
    struct identity id = {identity_group(node_get_text(owner, "apiVersion")),
                          node_get_text(owner, "kind"), ns, node_get_text(owner, "name")};
    struct identity above;

    if (span_is(id.kind, "Node") || is_carrier(ns, owner))
        return true;
    if (!l->o->before)
        return false;
    if (!owner)
        id = (struct identity){SPAN_EMPTY, SPAN("Pod"), ns,
                               node_get_text(node_get(pod, "metadata"), "name")};
    above = deployment_of(&id);
    return was_there(l->o->before, &id) ||
           (span_is(id.kind, "ReplicaSet") && was_there(l->o->before, &above));
}

struct seen_pod {
    struct look_at *look;
    const char *label; // "Pod apps/web-5d8c"
    bool own;
};

static void add_gap(const struct seen_pod *p, struct span name, struct span image, struct span id,
                    const char *why)
{
    char *object CLEANUP(mem_cleanup) = mem_printf("%s: container %.*s", p->label, SPAN_ARG(name));
    char *what CLEANUP(mem_cleanup) = mem_printf("%.*s", SPAN_ARG(image));
    char *digest CLEANUP(mem_cleanup) = mem_printf("%.*s", SPAN_ARG(id));

    look_add_gap(p->look, &(struct sealed_gap){.kind = SEALED_CONTAINER,
                                               .object = object,
                                               .what = what,
                                               .digest = digest,
                                               .why = why,
                                               .own = p->own});
}

// The image of the specification: that of the status may be any name that the runtime knows it by.
static struct span image_of(const struct node *containers, const struct node *status)
{
    NODE_FOREACH_ITEM (container, containers)
        if (span_eq(node_get_text(container, "name"), node_get_text(status, "name")))
            return node_get_text(container, "image");
    return node_get_text(status, "image");
}

static void see_container(const struct seen_pod *p, const struct node *containers,
                          const struct node *status)
{
    const struct known *known = &p->look->known;
    struct span name = node_get_text(status, "name"), id = node_get_text(status, "imageID");
    struct span image = image_of(containers, status);
    struct digest digest;

    p->look->out->containers++;
    if (!id.len) { // nothing has run yet: what it would run is known by name only
        if (!known_has_name(known, image))
            add_gap(p, name, image, id, "is not in the bundle, and has not started");
    } else if (!known_digest(id, &digest)) {
        add_gap(p, name, image, id, "the node reports no digest of it");
    } else if (!known_has_image(known, &digest)) {
        add_gap(p, name, image, id,
                known_has_name(known, image) ? "is in the bundle with another digest"
                                             : "is not in the bundle");
    }
}

// Volumes that are images (KEP-4639) have no digest in the status.
static void see_volumes(const struct seen_pod *p, const struct node *spec)
{
    NODE_FOREACH_ITEM (volume, node_get(spec, "volumes")) {
        struct span image = node_get_text(node_get(volume, "image"), "reference");

        if (image.len && !known_has_name(&p->look->known, image))
            add_gap(p, node_get_text(volume, "name"), image, SPAN_EMPTY,
                    "is a volume, and not in the bundle");
    }
}

int pods_see(void *data, const struct node *pod, struct err **err UNUSED)
{
    static const struct {
        const char *containers, *statuses;
    } lists[] = {{"initContainers", "initContainerStatuses"},
                 {"containers", "containerStatuses"},
                 {"ephemeralContainers", "ephemeralContainerStatuses"}};
    const struct node *meta = node_get(pod, "metadata"), *spec = node_get(pod, "spec");
    struct identity id = {SPAN_EMPTY, SPAN("Pod"), node_get_text(meta, "namespace"),
                          node_get_text(meta, "name")};
    char *label CLEANUP(mem_cleanup) = identity_label(&id);
    struct seen_pod p = {data, label, is_own(data, pod, id.ns)};

    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        NODE_FOREACH_ITEM (status, node_path(pod, "status", lists[i].statuses))
            see_container(&p, node_get(spec, lists[i].containers), status);
    see_volumes(&p, spec);
    return 0;
}
