// SPDX-License-Identifier: Apache-2.0
// From all objects of the cluster to those that remain.
#include "work/teardown/proof/remains.h"

#include <string.h>

enum { LOOK_MS = 500, NAMED = 3 };

static struct node *copy_of(struct remains *r, const struct node *object)
{
    return node_copy(r->doc, object);
}

static bool was_there(const struct remains *r, const struct node *object, bool *is_replaced)
{
    struct identity id = node_identity(object);
    enum snapshot_answer answer;

    if (!r->before)
        return !remains_is_marked(object);
    answer = snapshot_find(r->before, &id, node_get_str(node_get(object, "metadata"), "uid"));
    *is_replaced = answer == SNAPSHOT_ANOTHER;
    return answer == SNAPSHOT_SAME || answer == SNAPSHOT_UNKNOWN;
}

bool remains_is_record(const struct remains *r, const struct identity *id)
{
    const char *ns = r->kept ? r->kept->record_ns : NULL;

    return ns && (span_is(id->ns, ns) ||
                  (!id->group.len && span_is(id->kind, "Namespace") && span_is(id->name, ns)));
}

static int see(void *data, const struct node *object, struct err **err UNUSED)
{
    struct remains *r = data;
    struct identity id = node_identity(object);
    struct remain *it;
    bool is_replaced = false;

    if (remains_is_record(r, &id) || was_there(r, object, &is_replaced))
        return 0;
    it = ARENA_NEW(r->arena, struct remain);
    it->object = copy_of(r, object);
    it->id = identity_copy(r->arena, &id);
    it->uid = node_get_str(node_get(it->object, "metadata"), "uid");
    it->is_replaced = is_replaced;
    it->names = (struct buf)BUF_INIT(BUF_TEXT_MAX);
    vec_push(&r->items, it);
    return 0;
}

static void note_uid(void *data, const struct snapshot_object *object)
{
    struct remains *r = data;

    if (*object->uid)
        map_put(&r->uids, span_str(object->uid), r);
}

// --- what does not count ---

static const struct node *owners_of(const struct remain *it)
{
    return node_path(it->object, "metadata", "ownerReferences");
}

// Its controller is there: what is said of that one is said of this one, too.
static bool goes_with_another(const struct remains *r, const struct remain *it)
{
    NODE_FOREACH_ITEM (owner, owners_of(it)) {
        if (node_get_bool(owner, "controller", false) &&
            map_get(&r->uids, node_get_text(owner, "uid")))
            return true;
    }
    return false;
}

static void drop(struct remains *r, bool (*drops)(const struct remains *r, const struct remain *it))
{
    size_t kept = 0;

    VEC_FOREACH (struct remain **, it, &r->items) {
        if (drops(r, *it))
            buf_free(&(*it)->names);
        else
            r->items.items[kept++] = *it;
    }
    r->items.len = kept;
}

static bool does_not_count(const struct remains *r, const struct remain *it)
{
    return goes_with_another(r, it) || (r->kept && teardown_plan_covers(r->kept, &it->id));
}

static bool is_gone(const struct remains *r UNUSED, const struct remain *it)
{
    return it->is_gone;
}

// --- what is only on its way ---

static bool has_no_owner_left(const struct remains *r, const struct remain *it)
{
    NODE_FOREACH_ITEM (owner, owners_of(it)) {
        if (map_get(&r->uids, node_get_text(owner, "uid")))
            return false;
    }
    return node_len(owners_of(it)) > 0;
}

// A volume whose claim has gone. Its finalizers are those of Kubernetes and of its provisioner, who
// deletes the disk first. It is read to know more than its metadata. A Failed one stays.
static bool is_volume_going(const struct remains *r, const struct remain *it)
{
    const struct node *spec = node_get(it->object, "spec");
    struct span phase = node_get_text(node_get(it->object, "status"), "phase");

    if (it->id.group.len || !span_is(it->id.kind, "PersistentVolume"))
        return false;
    if (!spec)
        return true;
    return span_is(node_get_text(spec, "persistentVolumeReclaimPolicy"), "Delete") &&
           !map_get(&r->uids, node_get_text(node_get(spec, "claimRef"), "uid")) &&
           (span_is(phase, "Bound") || span_is(phase, "Released"));
}

// A namespace without finalizers of metadata has one in its spec: what holds it is what is in it.
static bool is_going(const struct remains *r, const struct remain *it)
{
    const struct node *metadata = node_get(it->object, "metadata");

    if (is_volume_going(r, it))
        return true;
    if (node_len(node_get(metadata, "finalizers")) || span_is(it->id.kind, "Namespace"))
        return false;
    return node_get(metadata, "deletionTimestamp") || has_no_owner_left(r, it);
}

int remains_read(struct remains *r, struct remain *it, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    const struct kube_resource *resource;
    int absent;

    if (kube_find_kind(r->kube, it->id.group.ptr, it->id.kind.ptr, &resource, err) < 0)
        return -1;
    absent =
        resource ? kube_get(r->kube, resource, it->id.ns.ptr, it->id.name.ptr, &answer, err) : 1;
    if (absent < 0)
        return -1;
    it->is_gone =
        absent || strcmp(node_get_str(node_get(answer.object, "metadata"), "uid"), it->uid) != 0;
    if (!it->is_gone)
        it->object = copy_of(r, answer.object);
    return 0;
}

static int wait_for_going(struct remains *r, struct err **err)
{
    int64_t until = timer_add(timer_now(), REMAINS_GOING_MS);
    bool any = true;

    while (any && timer_now() < until) {
        any = false;
        VEC_FOREACH (struct remain **, it, &r->items) {
            if (!is_going(r, *it))
                continue;
            if (remains_read(r, *it, err) < 0)
                return -1;
            any |= !(*it)->is_gone;
        }
        drop(r, is_gone);
        if (any && loop_sleep(r->loop, LOOK_MS, err) < 0)
            return -1;
    }
    return 0;
}

// --- in namespaces ---

struct remain *remains_namespace(const struct remains *r, struct span name)
{
    VEC_FOREACH (struct remain *const *, it, &r->items)
        if (!(*it)->id.group.len && span_is((*it)->id.kind, "Namespace") &&
            span_eq((*it)->id.name, name))
            return *it;
    return NULL;
}

static void house(struct remains *r)
{
    VEC_FOREACH (struct remain **, it, &r->items) {
        struct remain *home = (*it)->id.ns.len ? remains_namespace(r, (*it)->id.ns) : NULL;

        (*it)->home = home;
        if (!home)
            continue;
        if (home->held++ >= NAMED)
            continue;
        buf_printf(&home->names, "%s%.*s %.*s", home->names.len ? ", " : "",
                   SPAN_ARG((*it)->id.kind), SPAN_ARG((*it)->id.name));
    }
}

// --- together ---

// They came as the API server answered.
static int compare(const void *a, const void *b)
{
    const struct identity *x = &(*(struct remain *const *)a)->id;
    const struct identity *y = &(*(struct remain *const *)b)->id;
    int order = span_cmp(x->group, y->group);

    if (!order)
        order = span_cmp(x->kind, y->kind);
    if (!order)
        order = span_cmp(x->ns, y->ns);
    return order ? order : span_cmp(x->name, y->name);
}

int remains_find(struct remains *r, struct err **err)
{
    r->doc = doc_new();
    r->now = snapshot_new();
    if (snapshot_take_each(r->kube, r->now, see, r, err) < 0)
        return -1;
    snapshot_each(r->now, note_uid, r);
    if (r->items.len)
        // NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers
        qsort(r->items.items, r->items.len, sizeof(*r->items.items), compare);
    drop(r, does_not_count);
    if (wait_for_going(r, err) < 0)
        return -1;
    house(r);
    return 0;
}

void remains_free(struct remains *r)
{
    VEC_FOREACH (struct remain **, it, &r->items)
        buf_free(&(*it)->names);
    vec_free(&r->items);
    map_free(&r->uids);
    snapshot_free(r->now);
    doc_free(r->doc);
}
