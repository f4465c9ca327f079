// SPDX-License-Identifier: Apache-2.0
// Which revision of a source has arrived where.
#include "model/flux.h"

static bool is_release(const struct node *object)
{
    return span_is(node_get_text(object, "kind"), "HelmRelease");
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

struct span flux_handled(const struct node *object)
{
    return node_get_text(node_get(object, "status"), "lastHandledReconcileAt");
}

void flux_attempted(const struct node *object, struct buf *out)
{
    const struct node *status = node_get(object, "status");

    buf_add_span(out, node_get_text(status, "lastAttemptedRevision"));
    buf_add_span(out, node_get_text(status, "lastAttemptedConfigDigest"));
}
