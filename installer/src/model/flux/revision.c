// SPDX-License-Identifier: Apache-2.0
// References, revisions and inventories of Flux.
#include "model/flux.h"

static struct span text_at(const struct node *object, const char *part, const char *key)
{
    return node_get_text(node_get(object, part), key);
}

static bool is_release(const struct node *object)
{
    return span_is(node_get_text(object, "kind"), "HelmRelease");
}

bool flux_source(const struct node *object, struct flux_ref *ref)
{
    const struct node *spec = node_get(object, "spec");
    const struct node *named = node_path(spec, "chart", "spec", "sourceRef");

    if (!named)
        named = node_get(spec, node_get(spec, "chartRef") ? "chartRef" : "sourceRef");
    *ref = (struct flux_ref){
        .group = SPAN(FLUX_SOURCE_GROUP),
        .kind = node_get_text(named, "kind"),
        .ns = node_get_text(named, "namespace"),
        .name = node_get_text(named, "name"),
    };
    if (!ref->ns.len)
        ref->ns = text_at(object, "metadata", "namespace");
    return named != NULL;
}

bool flux_chart(const struct node *release, struct flux_ref *ref)
{
    *ref = (struct flux_ref){.group = SPAN(FLUX_SOURCE_GROUP), .kind = SPAN("HelmChart")};
    return span_cut(text_at(release, "status", "helmChart"), '/', &ref->ns, &ref->name);
}

bool flux_feeder(const struct node *object, struct flux_ref *ref)
{
    if (is_release(object) && node_path(object, "spec", "chart"))
        return flux_chart(object, ref);
    return flux_source(object, ref);
}

static struct span revision_of(const struct node *source)
{
    return node_get_text(node_path(source, "status", "artifact"), "revision");
}

struct span flux_stored_at(const struct node *source)
{
    return node_get_text(node_path(source, "status", "artifact"), "lastUpdateTime");
}

static bool differs(struct span have, struct span want, struct buf *why)
{
    if (span_eq(have, want))
        return false;
    if (have.len)
        buf_printf(why, "waiting for revision %.*s, at %.*s", SPAN_ARG(want), SPAN_ARG(have));
    else
        buf_printf(why, "waiting for revision %.*s", SPAN_ARG(want));
    return true;
}

// What a release says of its chart: tried last, and deployed.
struct deployed {
    struct span tried, version;
    struct span tried_digest, digest;
};

static struct deployed deployed_of(const struct node *release)
{
    const struct node *status = node_get(release, "status");
    const struct node *latest = node_item(node_get(status, "history"), 0);

    return (struct deployed){
        .tried = node_get_text(status, "lastAttemptedRevision"),
        .version = node_get_text(latest, "chartVersion"),
        .tried_digest = node_get_text(status, "lastAttemptedRevisionDigest"),
        .digest = node_get_text(latest, "ociDigest"),
    };
}

// The revision is the chart's version.
static bool is_behind_version(const struct deployed *d, struct span revision, struct buf *why)
{
    return (d->tried.len && differs(d->tried, revision, why)) ||
           (d->version.len && differs(d->version, revision, why));
}

// The revision has a digest, "1.2.3@sha256:…" or "sha256:…", of which helm-controller makes the
// chart's version "1.2.3+<12 digits>".
static bool is_behind_digest(const struct deployed *d, struct span revision, struct buf *why)
{
    struct span tag, digest = revision, algorithm, digits, version, suffix;

    if (span_cut(revision, '@', &tag, &digest) && !digest.len)
        return false;
    if (d->tried_digest.len) {
        // With the same version a new digest is no new release (DisableChartDigestTracking).
        return differs(d->tried_digest, digest, why) ||
               (d->tried.len && d->version.len && differs(d->version, d->tried, why));
    }
    if (d->digest.len)
        return differs(d->digest, digest, why);
    return span_cut(digest, ':', &algorithm, &digits) &&
           span_cut(d->version, '+', &version, &suffix) && suffix.len == 12 &&
           differs(suffix, span_head(digits, suffix.len), why);
}

bool flux_is_behind(const struct node *object, const struct node *feeder, struct buf *why)
{
    struct span kind = node_get_text(object, "kind"), revision = revision_of(feeder);
    const struct node *status = node_get(object, "status");
    struct deployed deployed;

    if (!revision.len)
        return false;
    if (span_is(kind, "Kustomization"))
        return differs(node_get_text(status, "lastAppliedRevision"), revision, why);
    if (span_is(kind, "HelmChart"))
        return differs(node_get_text(status, "observedSourceArtifactRevision"), revision, why);
    if (!is_release(object))
        return false;
    deployed = deployed_of(object);
    if (!span_is(node_get_text(feeder, "kind"), "HelmChart") &&
        span_find(revision, ':') < revision.len)
        return is_behind_digest(&deployed, revision, why);
    return is_behind_version(&deployed, revision, why);
}

// "__" stands for ':' in the names of RBAC objects. Names have no '_' otherwise (fluxcd/cli-utils
// pkg/object/objmetadata.go).
bool flux_inventory_entry(const struct node *entry, struct flux_ref *ref)
{
    struct span rest = node_get_text(entry, "id");
    size_t at;

    if (!span_cut(rest, '_', &ref->ns, &rest))
        return false;
    at = span_rfind(rest, '_');
    ref->kind = span_tail(rest, at + 1);
    rest = span_head(rest, at);
    at = span_rfind(rest, '_');
    if (at == rest.len)
        return false;
    ref->group = span_tail(rest, at + 1);
    ref->name = span_head(rest, at);
    return true;
}

bool flux_release_of(const struct node *object, struct flux_ref *release)
{
    const struct node *labels = node_path(object, "metadata", "labels");

    *release = (struct flux_ref){
        .group = SPAN(FLUX_HELM_GROUP),
        .kind = SPAN("HelmRelease"),
        .ns = node_get_text(labels, FLUX_HELM_GROUP "/namespace"),
        .name = node_get_text(labels, FLUX_HELM_GROUP "/name"),
    };
    return release->name.len > 0;
}

struct span flux_handled(const struct node *object)
{
    return text_at(object, "status", "lastHandledReconcileAt");
}
