// SPDX-License-Identifier: Apache-2.0
// Whether leftovers of an earlier sandbox would break an `up`, before its first write. Only what
// cannot get better by itself counts: all else the run meets, waits for and tells of.
#include <string.h>

#include "base/mem.h"
#include "model/flux.h"
#include "model/ready.h"
#include "work/teardown.h"
#include "work/teardown/proof/hindrances.h"

// A deletion that is so old without having ended hangs.
#define HANGS_S 600
// ... of an object of Flux whose controllers do not run
#define HANGS_WITHOUT_FLUX_S 30

// --- deletions that do not end ---

static bool flux_runs(const struct hindrances *h)
{
    VEC_FOREACH (const struct node *const *, it, &h->controllers)
        if (node_int(node_path(*it, "status", "readyReplicas"), 0) > 0)
            return true;
    return false;
}

// The finalizers of Flux's objects: its controllers take them off, once they run.
static bool waits_for_flux(const struct node *ns)
{
    const struct node *condition = ready_condition(ns, "NamespaceFinalizersRemaining");
    struct span message = node_get_text(condition, "message");

    return span_is(node_get_text(condition, "status"), "True") &&
           span_search(message, SPAN("finalizers.fluxcd.io")) < message.len;
}

static void check_namespace(struct hindrances *h, const struct node *ns)
{
    char *label CLEANUP(mem_cleanup) = node_label(ns);
    int64_t age = hindrances_age_s(ns, "deletionTimestamp");
    bool is_flux = waits_for_flux(ns) && !flux_runs(h);
    bool is_home = hindrances_tree_has_flux_in(h, node_identity(ns).name.ptr);
    struct buf why CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    // Flux comes back before what is in later namespaces, but not into its own that goes.
    if (!age || (is_flux ? !is_home || age < HANGS_WITHOUT_FLUX_S : age < HANGS_S))
        return;
    NODE_FOREACH_ITEM (condition, node_path(ns, "status", "conditions")) {
        if (span_is(node_get_text(condition, "status"), "True"))
            buf_printf(&why, ": %s", node_get_str(condition, "message"));
    }
    hindrances_add(h,
                   is_flux ? "sandstrap down, with --force-finalizers if it says that nobody "
                             "handles them"
                           : arena_printf(h->arena, "kubectl get namespace %.*s -o yaml",
                                          SPAN_ARG(node_identity(ns).name)),
                   "%s is being deleted since %s and does not go%s", label,
                   node_get_str(node_get(ns, "metadata"), "deletionTimestamp"), buf_str(&why));
}

static void check_definition(struct hindrances *h, const struct node *definition)
{
    char *label CLEANUP(mem_cleanup) = node_label(definition);
    struct identity id = node_identity(definition);
    int64_t age = hindrances_age_s(definition, "deletionTimestamp");
    bool is_flux = span_ends(id.name, FLUX_GROUP_SUFFIX) && !flux_runs(h);

    if (age < (is_flux ? HANGS_WITHOUT_FLUX_S : HANGS_S))
        return;
    hindrances_add(h, "sandstrap down, with --force-finalizers if it says that nobody handles them",
                   "%s is being deleted since %s and does not go: its objects have finalizers%s",
                   label, node_get_str(node_get(definition, "metadata"), "deletionTimestamp"),
                   is_flux ? ", and no controller of Flux runs" : "");
}

static void check_deletions(struct hindrances *h)
{
    VEC_FOREACH (const struct node *const *, it, &h->namespaces)
        if (node_path(*it, "metadata", "deletionTimestamp") && hindrances_tree_has(h, *it))
            check_namespace(h, *it);
    VEC_FOREACH (const struct node *const *, it, &h->definitions)
        if (hindrances_tree_has(h, *it))
            check_definition(h, *it);
}

// --- together ---

static int tell(const struct hindrances *h, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf next CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    VEC_FOREACH (const struct hindrance *, it, &h->found) {
        buf_printf(&text, "%s%s", text.len ? "; " : "", it->text);
        if (!strstr(buf_str(&next), it->next))
            buf_printf(&next, "%s%s", next.len ? "; " : "", it->next);
    }
    err_set(err, ERR_PREFLIGHT, "what is left in the cluster would stop this up: %s",
            buf_str(&text));
    return err_hint(err, "%s; then run 'sandstrap up' again", buf_str(&next));
}

int leftovers_check(struct kube *k, const struct layers *layers, size_t last, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct hindrances h CLEANUP(hindrances_free) = {
        .kube = k, .arena = arena, .layers = layers, .last = last};

    if (hindrances_read(&h, err) < 0 || hindrances_of_webhooks(&h, err) < 0)
        return -1;
    check_deletions(&h);
    return h.found.len ? tell(&h, err) : 0;
}
