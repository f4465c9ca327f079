// SPDX-License-Identifier: Apache-2.0
// What the objects of Flux say: where one gets its content from, what of it, which revision of it
// has arrived, what it made, and how its controller is asked to look. The one place that knows
// Flux's fields; whether an object is ready by its own status is model/ready's. Pure, one object or
// two at a time; the rules are those of Flux 2.9 (api/ and internal/controller of source-,
// kustomize- and helm-controller, fluxcd/pkg).
#ifndef MODEL_FLUX_H
#define MODEL_FLUX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/identity.h"
#include "base/span.h"
#include "base/vec.h"
#include "io/doc.h"

#define FLUX_GROUP_SUFFIX ".toolkit.fluxcd.io"
#define FLUX_SOURCE_GROUP "source" FLUX_GROUP_SUFFIX
#define FLUX_KUSTOMIZE_GROUP "kustomize" FLUX_GROUP_SUFFIX
#define FLUX_HELM_GROUP "helm" FLUX_GROUP_SUFFIX

// Set to the time of the request by whoever wants a controller to look now.
#define FLUX_REQUESTED_AT "reconcile.fluxcd.io/requestedAt"
// With the same value, of a HelmRelease: install or upgrade, even if nothing has changed.
#define FLUX_FORCE_AT "reconcile.fluxcd.io/forceAt"

// Set by a teardown to the time at which it suspended an object of Flux, so that whoever brings it
// up again knows that nobody else has.
#define FLUX_SUSPENDED_AT "sandstrap/suspended-at"

enum flux_kind {
    FLUX_OTHER, // none that is known here
    FLUX_BUCKET,
    FLUX_GIT_REPOSITORY,
    FLUX_HELM_CHART,
    FLUX_HELM_RELEASE,
    FLUX_HELM_REPOSITORY,
    FLUX_KUSTOMIZATION,
    FLUX_OCI_REPOSITORY,
};

enum flux_kind flux_kind(const struct identity *id);

// --- which fields there are, and what each does here (fields.c, fields_table.c) ---

enum flux_effect {
    FLUX_DONE,          // what it says is done here as in the cluster
    FLUX_AROUND,        // no effect on content: when, how often, with whose permission
    FLUX_NEEDS_CLUSTER, // cannot be told without one: reported by name
};

// A field of an object, or the object itself, that needs a cluster.
struct flux_note {
    const char *field; // "spec.decryption"; "" for the object
    const char *text;
};
typedef VEC(struct flux_note) flux_notes;

// Holds spec of an object of Flux against the definitions of Flux 2.9 and appends what needs a
// cluster to `notes`; in the arena. ERR_CONFIG for a field that is not known, with the nearest one,
// for a value of another type, for what breaks a rule of the definition (a field that is missing, a
// text of another form, fields that exclude each other), and for an apiVersion that Flux 2.9 does
// not serve: with file and line as `doc`, which the object is of, knows them (NULL: the line
// alone). Objects of other kinds are passed over.
int flux_check(struct arena *arena, const struct node *object, const struct doc *doc,
               flux_notes *notes, struct err **err) MUST_CHECK;

// Appends what the definitions demand of fields, one "path <tab> what <tab> text <tab> kinds" a
// line; false when one of them cannot be judged.
bool flux_describe_rules(struct buf *out);

// Appends the table of docs/flux-fields.md.
void flux_describe_fields(struct buf *out);

// --- who refers to whom (reference.c) ---

// The source that a Kustomization, HelmRelease or HelmChart names: the repository, also where a
// HelmChart stands between. False when it names none. A release has either spec.chartRef, which
// counts alone, or spec.chart.spec.sourceRef (helm-controller HasChartRef()).
bool flux_source(const struct node *object, struct identity *ref);
// The HelmChart that helm-controller made for a release with a chart template; false while there is
// none.
bool flux_chart(const struct node *release, struct identity *ref);
// Where the content comes from at once: the HelmChart of a release, else the source.
bool flux_feeder(const struct node *object, struct identity *ref);

// An entry of spec.dependsOn of a Kustomization or HelmRelease (DependencyReference in
// fluxcd/pkg/apis/meta): one more of its own kind, by default in its own namespace. It has to be
// there and Ready at its newest generation; with spec.dependsOn.readyExpr the expression decides.
struct flux_dependency {
    struct identity on;
    bool has_expression; // so it may hold, or not, whether it is Ready or not
};
// Entry `i`, from 0; false past the last one, and for other kinds.
bool flux_depends_on(const struct node *object, size_t i, struct flux_dependency *dependency);

// An entry of status.inventory.entries: "<namespace>_<name>_<group>_<kind>". False for none. A name
// that is not as it is there lives in `arena`, all else borrows from the entry.
bool flux_inventory_entry(const struct node *entry, struct arena *arena, struct identity *ref);

// The release that made an object, by the labels that helm-controller puts on it; false for none.
// The same for a Kustomization, by those of kustomize-controller.
bool flux_release_of(const struct node *object, struct identity *release);
bool flux_kustomization_of(const struct node *object, struct identity *kustomization);

// --- in which order kinds are applied (order.c) ---

// Lower ranks are applied before higher ones, and deleted after them; objects of one rank do not
// depend on each other.
int flux_apply_rank(struct span kind);

// --- which revision has arrived (revision.c) ---
// A Kustomization's and a HelmChart's revisions are those of their source; those of a HelmRelease
// are versions of its chart, of which history tells what was deployed and lastAttemptedRevision
// what was tried.

// Whether the feeder has stored another revision than the one that the object is at; says which in
// `why`. False when one of the two says nothing of revisions.
bool flux_is_behind(const struct node *object, const struct node *feeder, struct buf *why);

// When the source stored its artifact; empty without one.
struct span flux_stored_at(const struct node *source);

// The request that the controller last answered; "" for none.
struct span flux_handled(const struct node *object);

// What the controller last tried, as one text for comparing: revision and, of a HelmRelease, the
// digest of its values (status.lastAttemptedRevision, lastAttemptedConfigDigest). Appended; nothing
// before the first attempt.
void flux_attempted(const struct node *object, struct buf *out);

// --- what a source offers (source.c) ---

// spec.url of a repository.
struct span flux_url(const struct node *repository);

// What spec.ref of a GitRepository asks for, as git_resolve() takes it: "commit/<id>",
// "tag/<name>", "branch/<name>" or "refs/…"; or a range of the repository's tags, which stands
// behind FLUX_SEMVER_PREFIX. In the arena or borrowed. Of several fields the first counts, in this
// order: commit, name, semver, tag, branch (GitRepositoryRef in api/v1). ERR_CONFIG for a name that
// is no full one.
#define FLUX_SEMVER_PREFIX "semver/"
const char *flux_git_ref(struct arena *arena, const struct node *repository, struct err **err)
    MUST_CHECK;

// The reference of an OCIRepository as oci_ref_parse() takes it; in the arena. The digest counts
// before the tag (OCIRepositoryRef).
const char *flux_oci_reference(struct arena *arena, const struct node *repository) MUST_CHECK;
// The range of tags that counts before the tag, if there is one.
struct flux_oci_range {
    bool is_set;
    struct span semver;
    struct span filter; // a regular expression of Go's that the tags have to match; "" for any
};
struct flux_oci_range flux_oci_range(const struct node *repository);
// Which layer of an OCIRepository is its content: the first one of that media type, "" for the
// first one; and whether it is handed on as it is, or taken apart.
struct flux_oci_layer {
    struct span media_type;
    bool is_copied;
};
struct flux_oci_layer flux_oci_layer(const struct node *repository);

// Whether a HelmRepository is a registry. It has no content of its own then: it is the prefix of
// its charts' names (HelmRepositorySpec type). Else it is an index over http or https.
bool flux_is_registry(const struct node *helm_repository);

// --- what a Kustomization applies (kustomization.c) ---

// spec.path within its source, absolute and clean; in the arena. ".." cannot climb out.
const char *flux_path(struct arena *arena, const struct node *kustomization) MUST_CHECK;

// --- what a HelmRelease installs (release.c) ---

// The Helm release that a HelmRelease is, or will be: its name, where Helm keeps its records
// (Secrets sh.helm.release.v1.<name>.v<n>), and where its objects are. What was done counts before
// what is asked for (status.history, status.storageNamespace; HelmReleaseSpec releaseName,
// storageNamespace, targetNamespace). `name` is empty for a long one that was never tried:
// helm-controller shortens it. In the arena or borrowed.
struct flux_helm_release {
    struct span name, storage_ns, target_ns;
};
struct flux_helm_release flux_helm_release(struct arena *arena, const struct node *release);

// An entry of spec.valuesFrom (ValuesReference in fluxcd/pkg/apis/meta).
struct flux_values {
    struct identity from; // a ConfigMap or Secret of the release's namespace
    const char *key;      // of its data
    bool is_one_value;    // for spec.valuesFrom.targetPath; else a map that is merged
};
struct flux_values flux_values_from(const struct node *release, const struct node *entry);

#endif
