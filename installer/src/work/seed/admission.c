// SPDX-License-Identifier: Apache-2.0
// A dry run of a pod, and what came back.
#include "work/seed/admission.h"

static bool item_differs(const struct node *wanted, const struct node *list, size_t at,
                         struct buf *path)
{
    size_t len = path->len;

    buf_printf(path, "[%zu]", at);
    if (admission_differs(wanted, node_item(list, at), path))
        return true;
    buf_truncate(path, len);
    return false;
}

// In any place of the list: tolerations and volumes may be added in front.
static bool is_in(const struct node *wanted, const struct node *list)
{
    struct buf ignored CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    NODE_FOREACH_ITEM (item, list)
        if (!admission_differs(wanted, item, &ignored))
            return true;
    return false;
}

static bool list_differs(const struct node *wanted, const struct node *got, struct buf *path)
{
    NODE_FOREACH_ITEM (item, wanted)
        if (!is_in(item, got))
            return item_differs(item, got, item_at, path);
    return false;
}

static bool map_differs(const struct node *wanted, const struct node *got, struct buf *path)
{
    size_t len = path->len;

    NODE_FOREACH_PAIR (it, wanted) {
        buf_printf(path, ".%.*s", SPAN_ARG(it->key));
        if (admission_differs(it->value, node_get_span(got, it->key), path))
            return true;
        buf_truncate(path, len);
    }
    return false;
}

bool admission_differs(const struct node *wanted, const struct node *got, struct buf *path)
{
    if (!got || wanted->type != got->type)
        return true;
    if (node_is(wanted, NODE_MAP))
        return map_differs(wanted, got, path);
    if (node_is(wanted, NODE_SEQ))
        return list_differs(wanted, got, path);
    return !node_equal(wanted, got);
}

static int refuse_change(const char *path, struct span wanted, struct span got, struct err **err)
{
    err_set(err, ERR_PREFLIGHT,
            "the cluster changes the pods that serve the nodes: %s becomes '%.*s' instead of "
            "'%.*s'",
            path, SPAN_ARG(got), SPAN_ARG(wanted));
    if (span_is(got, "Always"))
        return err_hint(err, "the admission plugin AlwaysPullImages does that: no image can be "
                             "pulled before the nodes have their routes; switch it off until "
                             "'up --airgap' is done, or set the nodes' mirrors by hand "
                             "('sandstrap nodes --emit')");
    return err_hint(err, "except pods of namespace " SEED_NAMESPACE " with the label " SEED_LABEL
                         ": " SEED_NAME " from the webhook or policy that does that");
}

static struct span scalar_at(const struct node *root, struct span path)
{
    struct span piece;

    while (root && span_next(&path, '.', &piece)) {
        struct span name, at;
        uint64_t index;

        if (!piece.len)
            continue;
        if (!span_cut(piece, '[', &name, &at)) {
            root = node_get_span(root, piece);
            continue;
        }
        root = node_get_span(root, name);
        if (span_u64(span_head(at, span_find(at, ']')), &index))
            root = node_item(root, (size_t)index);
    }
    return node_is(root, NODE_MAP) || node_is(root, NODE_SEQ) ? SPAN("…") : node_scalar(root);
}

static int compare(const struct node *pod, const struct node *got, struct err **err)
{
    struct buf path CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct node *spec = node_get(pod, "spec"), *taken = node_get(got, "spec");
    size_t extra = node_len(node_get(taken, "containers")) -
                   node_len(node_get(spec, "containers")) +
                   node_len(node_get(taken, "initContainers"));

    if (admission_differs(spec, taken, &path))
        return refuse_change(buf_str(&path), scalar_at(spec, buf_span(&path)),
                             scalar_at(taken, buf_span(&path)), err);
    if (!extra)
        return 0;
    err_set(err, ERR_PREFLIGHT, "the cluster adds %zu container%s to the pods that serve the nodes",
            extra, PLURAL(extra));
    return err_hint(err, "no image of theirs can be pulled before the nodes have their routes: "
                         "except namespace " SEED_NAMESPACE " from that webhook");
}

int admission_try(const struct objects_wanted *w, const struct images_class *c, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct kube *kube = w->options->kube;
    const struct node *pod = objects_pod(w, c, d);
    struct kube_request request = {.verb = KUBE_CREATE,
                                   .resource = kube_find_for(kube, pod, err),
                                   .body = pod,
                                   .dry_run = true,
                                   .budget = w->options->budget};

    if (!request.resource)
        return -1;
    if (kube_perform(kube, &request, &answer, err) == 0)
        return compare(pod, answer.object, err);
    if (answer.reason != KUBE_FORBIDDEN && answer.reason != KUBE_INVALID &&
        answer.reason != KUBE_OTHER)
        return -1;
    return err_wrap_as(err, ERR_PREFLIGHT, "the cluster refuses the pods that serve the nodes");
}
