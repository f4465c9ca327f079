// SPDX-License-Identifier: Apache-2.0
// Container images: those of objects, and by name.
#include "work/artifacts/follow/images.h"

#include "base/mem.h"
#include "model/images.h"
#include "model/runtime.h"

static int resolve(struct walk *w, struct span reference, struct lock_entry *entry,
                   struct err **err)
{
    struct oci_ref ref;
    struct oci_resolved resolved;

    if (oci_ref_parse(w->arena, reference, &ref, err) < 0 ||
        registry_resolve(&w->registry, w->arena, &ref, OCI_IMAGE, w->lock, &resolved, err) < 0)
        return -1;
    registry_pin(w->arena, &resolved, w->lock, entry);
    return 0;
}

static int warn(struct walk *w, struct span reference, const char *user, struct err *why)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    err_format(why, &text);
    report_warn(w->report, "lock", "%s names the image %.*s, which is left out: %s", user,
                SPAN_ARG(reference), buf_str(&text));
    return 0;
}

// Where gaps are looked for, the images behind it are, too.
static int not_locked(struct walk *w, struct span reference, const char *user, bool may_fail,
                      struct err **err)
{
    if (w->gaps)
        walk_note_gap(w, may_fail ? ARTIFACTS_MENTIONED : ARTIFACTS_LACKED, "image", reference,
                      user);
    return w->gaps || may_fail ? 0 : walk_not_locked(w, "image", reference, user, err);
}

// Adds an image; the lock keeps copies. With `may_fail`, one that cannot be resolved is a warning:
// its name was found in data, not in an object.
static int images_add(struct walk *w, struct span reference, const char *user, bool may_fail,
                      struct err **err)
{
    struct lock_entry entry = {
        .kind = LOCK_IMAGE, .name = reference, .used_by = &user, .used_by_count = 1};
    const struct lock_entry *known = lock_find(w->lock, LOCK_IMAGE, reference, SPAN_EMPTY);

    if (known) {
        entry.digest = known->digest;
        lock_add(w->lock, &entry);
        return 0;
    }
    if (may_fail && map_get(&w->missing_images, reference))
        return 0;
    if (w->frozen)
        return not_locked(w, reference, user, may_fail, err);
    if (resolve(w, reference, &entry, err) < 0) {
        struct err *why CLEANUP(err_cleanup) = NULL;

        if (!may_fail || err_kind(*err) == ERR_CANCELLED)
            return err_wrap(err, "%s", user);
        map_put(&w->missing_images, arena_span(w->arena, reference), w);
        err_move(&why, err);
        return warn(w, reference, user, why);
    }
    report_trace(w->report, "lock", "image %.*s is %s", SPAN_ARG(reference),
                 DIGEST_TEXT(&entry.digest));
    lock_add(w->lock, &entry);
    return 0;
}

// Istio's placeholder for the proxy that its webhook puts there (istio.io, "Installing gateways").
static bool is_placeholder(struct span image)
{
    return span_is(image, "auto");
}

// Whether a pod asks Istio to inject something.
static bool is_injected(const struct node *meta)
{
    static const char *const switches[] = {"inject.istio.io/templates", "sidecar.istio.io/inject",
                                           "istio.io/rev"};

    for (size_t i = 0; i < ARRAY_LEN(switches); i++) {
        struct span label = node_scalar(node_get(node_get(meta, "labels"), switches[i]));
        struct span annotation = node_scalar(node_get(node_get(meta, "annotations"), switches[i]));

        if (span_is(label, "false") || span_is(annotation, "false"))
            return false;
        if (label.len || annotation.len)
            return true;
    }
    return false;
}

static int placeholder(struct walk *w, const struct node *meta, const char *user, struct err **err)
{
    if (!is_injected(meta)) {
        err_set(err, ERR_CONFIG, "%s: the image 'auto' is no image", user);
        return err_hint(err, "Istio puts its proxy there when the pod template has the label "
                             "sidecar.istio.io/inject: \"true\"; else name an image");
    }
    if (!w->frozen)
        report_warn(w->report, "lock",
                    "%s has the image 'auto', which is left out: Istio puts the proxy of its "
                    "control plane there",
                    user);
    return 0;
}

static int add_found(struct walk *w, const struct deep_object *object,
                     const struct images_found *found, struct err **err)
{
    if (found->use == IMAGES_UNSAID) {
        walk_decide(w, LOCK_CLUSTER, object->label, "", found->path,
                    "an image that its operator picks, which is not locked");
        return 0;
    }
    if (found->use != IMAGES_NAMED && is_placeholder(found->reference))
        return placeholder(w, found->pod_meta, object->label, err);
    return images_add(w, found->reference, object->label, found->use == IMAGES_NAMED, err);
}

int images_of_object(struct walk *w, const struct deep_object *object, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    images_list list = {0};

    if (images_of(arena, object->node, &list, err) < 0)
        return err_wrap(err, "%s", object->label);
    VEC_FOREACH (const struct images_found *, found, &list)
        if (add_found(w, object, found, err) < 0)
            return -1;
    return 0;
}

int images_of_runtimes(struct walk *w, struct err **err)
{
    size_t count;
    const char *const *names = runtime_pause_images(&count);

    for (size_t i = 0; i < count; i++)
        if (images_add(w, span_str(names[i]), "a container runtime", true, err) < 0)
            return -1;
    return 0;
}
