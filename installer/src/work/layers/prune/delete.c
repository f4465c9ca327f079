// SPDX-License-Identifier: Apache-2.0
// Deleting what left the tree, wave by wave.
#include "work/layers/prune/pruning.h"

#include "base/mem.h"
#include "base/timer.h"
#include "cluster/record/snapshot.h"
#include "cluster/told/finding.h"
#include "cluster/told/talk.h"
#include "model/flux.h"
#include "work/layers/apply/deletion.h"

#define PRUNE_REQUEST_MANAGER "sandstrap-request" // of what is only asked of a controller
#define SEALING_KEY "sealedsecrets.bitnami.com/sealed-secrets-key"

enum {
    PRUNE_LOOK_MS = 250,
    PRUNE_HEARTBEAT_MS = 30000,
};

static void say(const struct apply *how, const struct prune_item *item, const char *what)
{
    report_object(how->report, "layers", item->entry.layer, item->label, "%s", what);
}

// --- whether it may go ---

// Without a UID in the journal, because a run was ended before it could note that, it is ours when
// it bears our mark and is newer than the first write.
static int is_ours(const struct apply *how, const struct prune_item *item, const struct node *live,
                   bool *ours, struct err **err)
{
    const char *uid = node_get_str(node_get(live, "metadata"), "uid");
    const struct snapshot *snapshot;

    if (*item->entry.uid) {
        *ours = span_is(span_str(uid), item->entry.uid);
        return 0;
    }
    if (record_snapshot(how->record, &snapshot, err) < 0)
        return -1;
    *ours = written_by(live, how->manager).len > 0 &&
            !(snapshot && snapshot_find(snapshot, &item->entry.id, uid) == SNAPSHOT_SAME);
    return 0;
}

// Whether it stays, which is said.
static int is_kept(const struct apply *how, const struct prune_item *item, const struct node *live,
                   bool *kept, struct err **err)
{
    struct buf what CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    *kept = node_get(node_path(live, "metadata", "labels"), SEALING_KEY);
    if (*kept)
        say(how, item, "stays, for it is a sealing key: 'sandstrap down --data' takes it away");
    else if (prune_content(how->kube, live, &what, err) < 0)
        return -1;
    if (!what.len)
        return 0;
    *kept = true;
    report_object(how->report, "layers", item->entry.layer, item->label,
                  "stays, for it would take along what is not of the tree: %s", buf_str(&what));
    return 0;
}

// The controller of a suspended one would leave behind what it installed.
static int resume(const struct apply *how, const struct prune_item *item, const struct node *live,
                  struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = NULL;
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct kube_request request = {.verb = KUBE_MERGE_PATCH,
                                   .resource = item->resource,
                                   .ns = item->entry.id.ns.ptr,
                                   .name = item->entry.id.name.ptr,
                                   .manager = PRUNE_REQUEST_MANAGER,
                                   .budget = *how->budget};
    struct node *patch, *spec;

    if (!span_ends(item->entry.id.group, ".fluxcd.io") ||
        !node_get_bool(node_get(live, "spec"), "suspend", false))
        return 0;
    d = doc_new();
    patch = node_new_map(d);
    spec = node_new_map(d);
    node_set(d, patch, SPAN("spec"), spec);
    node_set(d, spec, SPAN("suspend"), node_new_bool(d, false));
    request.body = patch;
    say(how, item, "is suspended: resumed, so that what it installed goes with it");
    return kube_perform(how->kube, &request, &answer, err);
}

// --- deleting ---

static bool is_of_broken_group(const struct kube *k, struct span group)
{
    size_t count;
    const char *const *broken = kube_broken_groups(k, &count);

    for (size_t i = 0; i < count; i++)
        if (span_eq(identity_group(span_str(broken[i])), group))
            return true;
    return false;
}

// Its type is gone, and it with that; or whether it is cannot be told.
static int find_resource(const struct apply *how, struct prune_item *item, struct err **err)
{
    const struct journal_entry *e = &item->entry;
    char *version CLEANUP(mem_cleanup) =
        e->id.group.len ? mem_printf("%.*s/%s", SPAN_ARG(e->id.group), e->version)
                        : mem_str(e->version);
    struct err *unknown CLEANUP(err_cleanup) = NULL;

    item->resource = kube_find(how->kube, span_str(version), e->id.kind, &unknown);
    if (item->resource)
        return 0;
    if (err_kind(unknown) == ERR_CANCELLED || is_of_broken_group(how->kube, e->id.group)) {
        err_move(err, &unknown);
        return err_wrap(err, "deleting %s, which left the tree", item->label);
    }
    return 1;
}

static int delete_one(const struct apply *how, struct prune_item *item, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    const struct identity *id = &item->entry.id;
    int absent = find_resource(how, item, err);
    bool ours, kept;

    if (absent == 0)
        absent = kube_get(how->kube, item->resource, id->ns.ptr, id->name.ptr, &answer, err);
    if (absent < 0)
        return -1;
    if (absent) {
        record_forget(how->record, id);
        return 0;
    }
    if (is_ours(how, item, answer.object, &ours, err) < 0)
        return -1;
    if (!ours) {
        say(how, item, "stays, for it is another one: somebody made it anew");
        record_forget(how->record, id);
        return 0;
    }
    if (is_kept(how, item, answer.object, &kept, err) < 0)
        return -1;
    if (kept)
        return 0;
    item->leaves = true;
    return resume(how, item, answer.object, err) < 0
               ? -1
               : kube_delete(how->kube, item->resource, id->ns.ptr, id->name.ptr,
                             node_get_str(node_get(answer.object, "metadata"), "uid"), err);
}

// --- waiting ---

static void describe(const struct prune_item *item, struct finding *f)
{
    *f = (struct finding){.layer = item->entry.layer,
                          .state = READY_FAILING,
                          .object = item->label,
                          .reason = "Terminating",
                          .message = buf_str(&item->why),
                          .since = item->since};
}

static int fail(const struct prune_item *item, enum err_kind kind, struct err **err)
{
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct identity *id = &item->entry.id;
    struct finding f;

    describe(item, &f);
    finding_describe(&f, &line);
    err_set(err, kind, "it left the tree and does not go: %s", buf_str(&line));
    if (flux_kind(id) == FLUX_HELM_RELEASE)
        return err_hint(
            err,
            "helm-controller goes on trying: mend what it fails of, or have it leave the hooks "
            "out, kubectl -n %.*s patch helmrelease %.*s --type merge -p '{\"spec\":{"
            "\"uninstall\":{\"disableHooks\":true}}}'; without its finalizer what it has "
            "installed would stay",
            SPAN_ARG(id->ns), SPAN_ARG(id->name));
    return err_hint(err,
                    "%s goes when its finalizers are taken off: by the controllers that set them, "
                    "if they run, or by hand",
                    item->label);
}

static void tell(const struct apply *how, struct prune_item *item)
{
    struct finding f;

    if (!item->why.len || (item->told && timer_now() - item->told < PRUNE_HEARTBEAT_MS))
        return;
    describe(item, &f);
    talk_tell(how->report, "layers", &f, 0);
    item->told = timer_now();
}

static int look(const struct apply *how, struct prune_item *item, struct err **err)
{
    struct buf now CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    bool gone;

    if (deletion_look(how->kube, item->resource, &item->entry.id, item->since, &now, &gone, err) <
        0)
        return -1;
    if (gone) {
        item->leaves = false;
        record_forget(how->record, &item->entry.id);
        say(how, item, "deleted");
        return 0;
    }
    if (!item->stood || !span_eq(buf_span(&now), buf_span(&item->why))) {
        item->stood = timer_now();
        buf_truncate(&item->why, 0);
        buf_add_span(&item->why, buf_span(&now));
    }
    tell(how, item);
    if (timer_now() - item->stood >= how->fail_after_ms)
        return fail(item, ERR_TERMINAL, err);
    return budget_is_over(how->budget) ? fail(item, ERR_TIMEOUT, err) : 0;
}

static int wait_until_gone(const struct apply *how, struct prune_list *list, struct err **err)
{
    for (;;) {
        size_t left = 0;

        VEC_FOREACH (struct prune_item *, it, list) {
            if (it->leaves && look(how, it, err) < 0)
                return -1;
            left += it->leaves;
        }
        if (!left)
            return 0;
        if (loop_sleep(how->loop, PRUNE_LOOK_MS, err) < 0)
            return -1;
    }
}

static size_t last_wave(const struct prune_list *list)
{
    size_t wave = 0;

    VEC_FOREACH (const struct prune_item *, it, list)
        wave = it->wave > wave ? it->wave : wave;
    return wave;
}

int prune_delete(const struct apply *how, struct prune_list *list, struct err **err)
{
    if (record_begin(how->record, err) < 0)
        return -1;
    for (size_t wave = last_wave(list); wave > 0; wave--) {
        VEC_FOREACH (struct prune_item *, it, list) {
            if (it->wave == wave &&
                (record_check(how->record, err) < 0 || delete_one(how, it, err) < 0))
                return -1;
        }
        if (wait_until_gone(how, list, err) < 0)
            return -1;
    }
    return 0;
}
