// SPDX-License-Identifier: Apache-2.0
// Look at all, write down what is to be written, write it.
#include "work/seed/put.h"

#include "cluster/facts/written.h"
#include "io/crypto.h"
#include "model/ssa.h"

#define MANAGER "sandstrap"

struct put {
    const struct node *object;
    const struct kube_resource *resource;
    struct journal_entry entry;
    bool differs;
};

static struct journal_entry entry_of(const struct put *p, const struct node *live,
                                     struct arena *arena)
{
    struct buf json CLEANUP(crypto_buf_wipe) = BUF_INIT(BUF_DOC_MAX);
    struct digest digest;

    doc_write_json(p->object, true, &json);
    digest = crypto_sha256(buf_span(&json));
    return (struct journal_entry){
        .id = node_identity(p->object),
        .version = p->resource->version,
        .uid = arena_str(arena, node_get_str(node_get(live, "metadata"), "uid")),
        .digest = arena_str(arena, DIGEST_TEXT(&digest)),
        .layer = SEED_LAYER,
        .adopted = live && !written_by(live, MANAGER).len,
    };
}

static int apply(const struct seed_options *o, const struct put *p, bool dry_run,
                 struct kube_answer *answer, struct err **err)
{
    const struct kube_request request = {.verb = KUBE_APPLY,
                                         .resource = p->resource,
                                         .body = p->object,
                                         .dry_run = dry_run,
                                         .force = true,
                                         .budget = o->budget};

    return kube_perform(o->kube, &request, answer, err);
}

// What the two objects do not tell, a dry run does.
static int compare(const struct seed_options *o, struct put *p, const struct node *live,
                   struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};

    p->differs = false;
    if (ssa_is_applied(p->object, live, MANAGER))
        return 0;
    if (apply(o, p, true, &answer, err) < 0)
        return -1;
    p->differs = ssa_differs(live, answer.object, MANAGER);
    return 0;
}

static int look(const struct seed_options *o, struct put *p, struct arena *arena, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct identity id = node_identity(p->object);
    int absent;

    p->resource = kube_find_for(o->kube, p->object, err);
    if (!p->resource)
        return -1;
    absent = kube_get(o->kube, p->resource, SEED_NAMESPACE, id.name.ptr, &answer, err);
    if (absent < 0)
        return -1;
    p->differs = true;
    if (!absent && compare(o, p, answer.object, err) < 0)
        return -1;
    p->entry = entry_of(p, absent ? NULL : answer.object, arena);
    if (!p->differs)
        record_see(o->record, &p->entry);
    return 0;
}

static int write_down(const struct seed_options *o, const struct put *puts, size_t count,
                      struct arena *arena, struct err **err)
{
    struct journal_entry *entries = arena_array(arena, count + 1, sizeof(*entries));
    size_t len = 0;

    for (size_t i = 0; i < count; i++)
        if (puts[i].differs)
            entries[len++] = puts[i].entry;
    return len ? record_intend(o->record, entries, len, err) : 0;
}

static int write_one(const struct seed_options *o, const struct put *p, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};

    if (record_check(o->record, err) < 0 || apply(o, p, false, &answer, err) < 0)
        return -1;
    record_note(o->record, &p->entry.id, node_str(node_path(answer.object, "metadata", "uid")));
    report_object(o->report, "seed", NULL, NULL, "%s %s/%.*s", *p->entry.uid ? "changed" : "made",
                  p->resource->kind, SPAN_ARG(p->entry.id.name));
    return 0;
}

int put_objects(const struct seed_options *o, const struct node *const *objects, size_t count,
                size_t *written, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct put *puts = arena_array(arena, count + 1, sizeof(*puts));

    for (size_t i = 0; i < count; i++) {
        puts[i].object = objects[i];
        if (look(o, &puts[i], arena, err) < 0)
            return -1;
    }
    if (write_down(o, puts, count, arena, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (!puts[i].differs)
            continue;
        if (write_one(o, &puts[i], err) < 0)
            return -1;
        ++*written;
    }
    return record_flush(o->record, err);
}

int put_away(const struct seed_options *o, const char *version, const char *kind, const char *name,
             struct err **err)
{
    const struct kube_resource *resource =
        kube_find(o->kube, span_str(version), span_str(kind), err);
    struct identity id = {identity_group(span_str(version)), span_str(kind), SPAN(SEED_NAMESPACE),
                          span_str(name)};

    if (!resource || record_take(o->record, err) < 0 ||
        kube_delete(o->kube, resource, SEED_NAMESPACE, name, NULL, err) < 0)
        return -1;
    record_forget(o->record, &id);
    return record_flush(o->record, err);
}
