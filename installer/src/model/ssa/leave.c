// SPDX-License-Identifier: Apache-2.0
// Finding and leaving out what belongs to others.
#include "model/ssa.h"

#include "base/span.h"
#include "io/crypto.h"
#include "model/ssa/builtin.h"

// Takes out a bundle of certificates without any.
static void drop_bundle(struct node *config)
{
    const struct node *bundle = node_get(config, "caBundle");
    struct buf bytes CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    // What is no base64 is left to the server's judgement.
    if (node_is(bundle, NODE_STRING) && crypto_base64_decode(node_text(bundle), &bytes) &&
        span_trim(buf_span(&bytes)).len == 0)
        node_remove(config, SPAN("caBundle"));
}

static bool is_kind(const struct node *object, const char *kind)
{
    return span_is(node_get_text(object, "kind"), kind);
}

static bool is_webhook(const struct node *object)
{
    return is_kind(object, "ValidatingWebhookConfiguration") ||
           is_kind(object, "MutatingWebhookConfiguration");
}

static struct node *conversion_of(const struct node *object)
{
    return is_kind(object, "CustomResourceDefinition")
               ? node_path(object, "spec", "conversion", "webhook", "clientConfig")
               : NULL;
}

static bool has_empty_rules(const struct node *object)
{
    const struct node *rules = node_get(object, "rules");

    return is_kind(object, "ClusterRole") && node_get(object, "aggregationRule") && rules &&
           node_len(rules) == 0;
}

static bool may_have_placeholders(const struct node *object)
{
    return builtin_is(object) && (is_webhook(object) || conversion_of(object) ||
                                  is_kind(object, "APIService") || has_empty_rules(object));
}

static void drop_placeholders(struct node *object)
{
    if (is_webhook(object)) {
        NODE_FOREACH_ITEM (webhook, node_get(object, "webhooks"))
            drop_bundle(node_get(webhook, "clientConfig"));
    } else if (is_kind(object, "APIService")) {
        drop_bundle(node_get(object, "spec"));
    } else if (has_empty_rules(object)) {
        node_remove(object, SPAN("rules"));
    } else {
        drop_bundle(conversion_of(object));
    }
}

static bool is_listed(struct span manager, const char *const *list)
{
    for (; *list; list++)
        if (span_is(manager, *list))
            return true;
    return false;
}

// Who owns spec.replicas by the scale subresource; empty: nobody that it is left to.
static struct span scaler_of(const struct node *live, const char *const *taken_over)
{
    NODE_FOREACH_ITEM (entry, node_path(live, "metadata", "managedFields"))
        if (span_is(node_get_text(entry, "subresource"), "scale") &&
            node_path(entry, "fieldsV1", "f:spec", "f:replicas") &&
            !is_listed(node_get_text(entry, "manager"), taken_over))
            return node_get_text(entry, "manager");
    return SPAN_EMPTY;
}

const struct node *ssa_leave_to_others(const struct node *wanted, const struct node *live,
                                       const char *const *taken_over, struct doc **d,
                                       struct span *scaler)
{
    struct node *copy;

    *scaler = node_path(wanted, "spec", "replicas") ? scaler_of(live, taken_over) : SPAN_EMPTY;
    if (!scaler->len && !may_have_placeholders(wanted))
        return wanted;
    *d = doc_new();
    copy = node_copy(*d, wanted);
    if (scaler->len)
        node_remove(node_get(copy, "spec"), SPAN("replicas"));
    if (may_have_placeholders(copy))
        drop_placeholders(copy);
    return copy;
}
