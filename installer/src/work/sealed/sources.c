// SPDX-License-Identifier: Apache-2.0
// Sources of Flux: what their revisions name. An artifact itself is packed anew by
// source-controller and has a digest of its own; its revision is the commit, the digest of the
// manifest or, of a chart of a Helm repository, what its archive has.
#include "base/identity.h"
#include "base/mem.h"
#include "model/flux.h"
#include "work/sealed/look.h"

// "main@sha1:<commit>": what follows the algorithm.
static struct span hash_of(struct span revision)
{
    return span_tail(revision, span_rfind(revision, ':') + 1);
}

// NULL when the artifact is of the bundle.
static const char *judge_chart(const struct known *k, const struct node *chart)
{
    const struct node *status = node_get(chart, "status"), *spec = node_get(chart, "spec");
    struct span from = node_get_text(node_get(spec, "sourceRef"), "kind");
    struct digest digest;

    if (span_is(from, "GitRepository"))
        return known_has_commit(k, hash_of(node_get_text(status, "observedSourceArtifactRevision")))
                   ? NULL
                   : "its commit is not in the bundle";
    if (!digest_parse(node_get_text(node_get(status, "artifact"), "digest"), &digest))
        return "its artifact has no digest";
    if (known_has_chart(k, &digest))
        return NULL;
    return node_len(node_get(spec, "valuesFiles"))
               ? "its archive was made anew with valuesFiles, so that its digest tells nothing"
               : "its archive is not in the bundle";
}

static const char *judge(const struct known *k, enum flux_kind kind, const struct node *source,
                         struct span revision)
{
    struct digest digest;

    switch (kind) {
    case FLUX_GIT_REPOSITORY:
        return known_has_commit(k, hash_of(revision)) ? NULL : "its commit is not in the bundle";
    case FLUX_OCI_REPOSITORY:
        return known_digest(revision, &digest) && known_has_image(k, &digest)
                   ? NULL
                   : "its manifest is not in the bundle";
    case FLUX_HELM_REPOSITORY: // its index is made where it is served; its charts count each
        return known_has_repository(k, flux_url(source)) ? NULL : "no chart of it is in the bundle";
    case FLUX_HELM_CHART: return judge_chart(k, source);
    default: return "sources of this kind are never in a bundle";
    }
}

static char *text_of(struct span text)
{
    return mem_printf("%.*s", SPAN_ARG(text));
}

int sources_see(void *data, const struct node *source, struct err **err UNUSED)
{
    struct look_at *l = data;
    const struct node *meta = node_get(source, "metadata");
    const struct node *artifact = node_path(source, "status", "artifact");
    struct identity id = {identity_group(node_get_text(source, "apiVersion")),
                          node_get_text(source, "kind"), node_get_text(meta, "namespace"),
                          node_get_text(meta, "name")};
    enum flux_kind kind = flux_kind(&id);
    char *label CLEANUP(mem_cleanup) = NULL, *url CLEANUP(mem_cleanup) = NULL,
                *revision CLEANUP(mem_cleanup) = NULL;
    const char *why;

    if (kind == FLUX_HELM_REPOSITORY && flux_is_registry(source))
        return 0; // has no content of its own
    l->out->sources++;
    revision = text_of(node_get_text(artifact, "revision"));
    why = artifact ? judge(&l->known, kind, source, span_str(revision))
                   : "has no artifact, so that nothing can be told of it";
    if (!why)
        return 0;
    label = identity_label(&id);
    url = text_of(kind == FLUX_HELM_CHART ? node_get_text(node_get(source, "spec"), "chart")
                                          : flux_url(source));
    look_add_gap(
        l,
        &(struct sealed_gap){
            .kind = SEALED_SOURCE, .object = label, .what = url, .digest = revision, .why = why});
    return 0;
}
