// SPDX-License-Identifier: Apache-2.0
// The artifacts of a GitOps tree: finding what the entrypoint reaches, locking it, fetching it into
// a bundle, and rendering the tree from a bundle or from upstream. Everything remote is named by
// the tree itself; nothing here knows which umbrella or packages it meets.
#ifndef WORK_ARTIFACTS_H
#define WORK_ARTIFACTS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/identity.h"
#include "base/report.h"
#include "base/vec.h"
#include "controller/values.h"
#include "io/http.h"
#include "model/bundle.h"
#include "model/chart.h"
#include "model/kustomize.h"
#include "model/lock.h"

// Where things are when nothing else is said.
#define ARTIFACTS_ENTRYPOINT "clusters/sandbox"
#define ARTIFACTS_LOCK "bundles/sandbox.lock"
#define ARTIFACTS_BUNDLE "bundles/sandbox.bundle"

// --- where what is remote comes from ---

// As a command line says it.
struct artifacts_from {
    const char *bundle;  // everything is out of it; NULL: the network
    const char *lock;    // NULL: ARTIFACTS_LOCK, where there is one
    const char *ca_file; // for the network; or NULL
    bool lab;            // bundles and locks of the lab are taken, too
    struct loop *loop;
    struct report *report;
};

// The same, opened: a bundle, or a client with the lock that it is held against.
struct artifacts_remote {
    struct bundle *bundle; // of the lock, as far as artifacts_check_lock() can tell
    struct http *http;     // where there is no bundle
    struct lock *lock;     // likewise; NULL: nothing is pinned
};

// Opens it into an empty one; nothing is fetched yet. ERR_USAGE for what is the lab's, ERR_CONFIG,
// ERR_INTEGRITY for a bundle of another lock. It is to be closed after a failure, too.
int artifacts_open_remote(const struct artifacts_from *from, struct artifacts_remote *remote,
                          struct err **err) MUST_CHECK;
bool artifacts_is_open(const struct artifacts_remote *remote);
void artifacts_close_remote(struct artifacts_remote *remote); // also a CLEANUP; it is empty then

// --- a tree that is compared ---

// The files of a commit of a repository on this disk, under the paths that they have on it.
struct artifacts_revision {
    char *top; // the repository's folder
    struct kustomize_tree *files;
    struct git_store *store; // that they are of
};
// Any name that git knows ("v1.2", "HEAD~1", "origin/main"), of the repository that `folder` is in.
// Asks git. ERR_CONFIG without git, repository or revision, ERR_INTEGRITY. It is to be closed after
// a failure, too. Blocks.
int artifacts_open_revision(const char *folder, const char *name, struct artifacts_revision *out,
                            struct err **err) MUST_CHECK;
void artifacts_close_revision(struct artifacts_revision *revision); // also a CLEANUP

// An end of a comparison as the command line names it: a folder, or one at a revision.
struct artifacts_end {
    const char *name;                   // as it was said
    char *folder;                       // of the disk, or by its name there
    struct artifacts_revision revision; // whose files count where there are any
};
// `name` is a path, else "REVISION" or "REVISION:PATH", where PATH is from the repository's root
// on, or from here when it starts with a dot. Without a PATH the folder is `other` (may be NULL)
// when that is one, else ARTIFACTS_ENTRYPOINT. ERR_CONFIG for what is none of these. It is to be
// closed after a failure, too. Blocks.
int artifacts_open_end(const char *name, const char *other, struct artifacts_end *end,
                       struct err **err) MUST_CHECK;
void artifacts_close_end(struct artifacts_end *end); // also a CLEANUP

// --- rendering ---

// Renders with everything remote out of the bundle, each blob verified as it is read. With an
// `entrypoint` (NULL: ARTIFACTS_ENTRYPOINT if that folder exists) the tree on disk is rendered,
// and must be the one that the bundle was made from: ERR_CONFIG names the first file that differs.
// Without one, the tree in the bundle is. The caller frees *result.
int artifacts_render_bundle(const struct bundle *b, const char *entrypoint, struct report *report,
                            struct kustomize_result *result, struct err **err) MUST_CHECK;

// A resolver for kustomize that gets remote resources from the content cache and the network,
// checked against `lock` (may be NULL). All borrowed. Blocks when it is used.
struct kustomize_resolver *artifacts_resolver(struct loop *loop, struct http *h,
                                              const struct lock *lock, struct report *report)
    MUST_CHECK;
// A resolver that answers from a bundle only.
struct kustomize_resolver *artifacts_bundle_resolver(const struct bundle *b) MUST_CHECK;
void artifacts_resolver_free(struct kustomize_resolver *r); // NULL-safe
CLEANUP_DEFINE(artifacts_resolver_cleanup, struct kustomize_resolver, artifacts_resolver_free);

// bundle_open(), and ERR_USAGE for a bundle of the lab unless `lab`. Reads no blob.
struct bundle *artifacts_open_bundle(const char *path, bool lab, struct err **err) MUST_CHECK;

// Verifies every byte of a bundle, and that they are what its artifacts' revisions name: manifests,
// what is listed in them, commits with their complete trees, the GitOps tree. ERR_INTEGRITY with
// the artifact; ERR_CANCELLED soon after `cancel` (may be NULL) is set. Blocks.
int artifacts_verify(const struct bundle *b, struct cancel *cancel, struct err **err) MUST_CHECK;

// The second half of that only: what small blobs say, each of them verified, not every byte.
int artifacts_verify_content(const struct bundle *b, struct cancel *cancel, struct err **err)
    MUST_CHECK;

// What a tree can reach and a bundle does not hold.
enum artifacts_gap_kind {
    ARTIFACTS_LACKED,    // an object needs it, or cannot be followed: `name` says why
    ARTIFACTS_MENTIONED, // a text in an object names it: it may be asked for
};
struct artifacts_gap {
    enum artifacts_gap_kind kind;
    const char *what; // "image", "git", "chart", "url", "object"
    const char *name;
    const char *user; // where the tree has it
};
struct artifacts_gaps {
    VEC(struct artifacts_gap) items; // in the arena, sorted by kind, what and name
};

// Walks the tree in the bundle as artifacts_lock() does, out of the bundle alone, and goes on where
// something is not in it. ERR_CONFIG when the tree itself cannot be rendered from it,
// ERR_INTEGRITY. Blocks.
int artifacts_sealed(const struct bundle *b, struct arena *arena, struct artifacts_gaps *gaps,
                     struct err **err) MUST_CHECK;

// Compares every artifact with its pin in the lock `path`; NULL: ARTIFACTS_LOCK. When there is
// none, or it is of another origin or entrypoint, nothing is compared, and `report` told why.
// ERR_INTEGRITY with the artifact, ERR_CONFIG for a bundle that says itself that it is of another
// lock.
int artifacts_check_lock(const struct bundle *b, const char *path, bool lab, struct report *report,
                         struct err **err) MUST_CHECK;

// lock_read(), with the same check.
struct lock *artifacts_read_lock(const char *path, bool lab, struct err **err) MUST_CHECK;
// The same for a command that may do without: of no path (NULL) it is ARTIFACTS_LOCK where there is
// one, and *lock stays NULL where there is none.
int artifacts_find_lock(const char *path, bool lab, struct lock **lock, struct err **err)
    MUST_CHECK;

// --- all that will be in the cluster ---

// Who applies objects.
enum deep_kind {
    DEEP_TREE,          // `sandstrap up`, out of the entrypoint
    DEEP_KUSTOMIZATION, // kustomize-controller
    DEEP_RELEASE,       // helm-controller
};
struct deep_by {
    enum deep_kind kind;
    const char *label;            // "HelmRelease bigbang/loki"; of the tree its entrypoint
    const struct deep_by *parent; // who applied the object of Flux; NULL for the tree
    struct identity id;           // of the object of Flux, empty for the tree, as are the next two
    const struct node *node;
    const struct doc *doc;
    const char *source; // "git https://… at tag/3.30.0", "chart ghcr.io/x:1.2.3"; "" for the tree
    // Of a release and with `keep`, else NULL.
    const struct chart *chart;
    const struct release_values *values;
    const struct release_result *result;
};
struct deep_object {
    struct identity id; // with the namespace that it will be in
    const struct node *node;
    const struct doc *doc;       // that the node is of
    const char *label;           // "Deployment bigbang/loki"
    const char *layer;           // "flux", "platform", …
    const struct deep_by *by;    // who applies it first
    const struct deep_by **also; // who else does, in the order of being found
    size_t also_count;
    const char *file; // that it is of, in the tree or its source, or the template of the chart; ""
    uint32_t line;    // 0: unknown
    unsigned hooks;   // bits of enum chart_hook, of a chart's object
    bool is_random;   // another value each time is among its own
    bool is_crd;      // of a chart's crds/: it is there before templates are executed
};
struct deep_decision { // see struct lock_decision
    enum lock_question question;
    const char *user, *where, *asked, *assumed;
    size_t more; // further places that asked the same, where only the answer counts
};
struct deep {
    VEC(struct deep_object) objects;      // layer by layer, in the order of being found
    VEC(const struct deep_by *) appliers; // parents first; the tree is the first one
    VEC(struct deep_decision) decisions;  // in the order of being found
    VEC(const char *) layers;             // in their order
    bool is_random;                       // a chart makes values that are others each time
    struct span kube_version;
    struct deep_store *store; // owns all
};

struct artifacts_deep_options {
    struct loop *loop;
    struct http *http;            // NULL with a bundle
    const struct bundle *bundle;  // that everything comes from; or NULL
    const struct lock *lock;      // what it pins is not asked for again; or NULL
    const char *entrypoint;       // folder; NULL: as for artifacts_render_bundle()
    struct kustomize_tree *files; // that the folder is in, by the disk's paths; NULL: the disk's
    const char *kube_version;     // NULL: the lock's, or LOCK_KUBE_VERSION
    struct report *report;
    bool inside;             // the tree in the bundle is looked at, whatever is on disk
    bool track_reads;        // of values by templates
    bool track_transformers; // as for kustomize_build()
    bool keep;               // charts, values and results of releases stay with the result
};

// Builds the entrypoint, and all that Flux and Helm would make of it, to the last object. What the
// lock does not know is resolved anew, and nothing is locked. ERR_CONFIG and what fetching may fail
// with. Blocks; the caller frees the result.
struct deep *artifacts_deep(const struct artifacts_deep_options *options, struct err **err)
    MUST_CHECK;
void deep_free(struct deep *deep); // NULL-safe
CLEANUP_DEFINE(deep_cleanup, struct deep, deep_free);

// --- where values of releases are set; for results with `track_reads` and `keep` ---

typedef VEC(struct values_layer) artifacts_layers;
// Appends the layers of a release's values; borrowed from the result.
void artifacts_values_layers(const struct deep *deep, const struct deep_by *release,
                             artifacts_layers *out);
// What a release's chart is rendered for; the release's name is in `a`.
struct chart_target artifacts_values_target(struct arena *a, const struct deep *deep,
                                            const struct deep_by *release);

// A value of a package that its umbrella's chart has made.
struct artifacts_handed_on {
    const struct deep_by *umbrella;
    const char *object;      // "Secret bigbang/web-values"
    const char *file;        // the umbrella's template of it
    const char *path;        // in the umbrella's values, or NULL
    struct values_path keys; // the same
};
// Where the umbrella's values have what the layer called `label` of a release has at `path` as
// `value`. False for a layer that no chart has made, and when that cannot be told: then `umbrella`
// is that of a chart that has.
bool artifacts_trace_back(const struct deep *deep, const struct deep_by *release, const char *label,
                          const char *path, const struct node *value, struct arena *a,
                          struct artifacts_handed_on *found);

// A place that sets a part of an image's name.
struct artifacts_place {
    enum values_part_of of;
    const char *path; // of the value, in the values of the release that it is set for
    const char *file;
    uint32_t line; // 0: unknown
};
typedef VEC(struct artifacts_place) artifacts_places;
struct artifacts_placing;
struct artifacts_placing *artifacts_placing_new(const struct deep *deep) MUST_CHECK RETURNS_NONNULL;
// Appends the places of an image's reference in an object of a release: where the values are set
// that its template puts it together from, the tree's line through all umbrellas, and the tag's
// only where another layer of values sets it. Nothing when it is none of the values. Texts live as
// long as `p`. ERR_CONFIG.
int artifacts_place_image(struct artifacts_placing *p, const struct deep_object *object,
                          struct span reference, artifacts_places *out, struct err **err)
    MUST_CHECK;
void artifacts_placing_free(struct artifacts_placing *p); // NULL-safe
CLEANUP_DEFINE(artifacts_placing_cleanup, struct artifacts_placing, artifacts_placing_free);

// --- one chart ---

struct artifacts_chart_options {
    struct http *http;           // may be NULL with a bundle
    const struct bundle *bundle; // that everything comes from; or NULL
    const struct lock *lock;     // that pins what it knows; or NULL
    struct report *report;
};

// The chart of a reference: "oci://HOST/PATH/NAME:VERSION" or "https://HOST/PATH/NAME:VERSION", of
// a registry or a Helm repository. ERR_USAGE for what is none, and what fetching may fail with.
// Blocks.
struct chart *artifacts_chart(const struct artifacts_chart_options *options, const char *reference,
                              struct err **err) MUST_CHECK;

// Whether that is a reference, and no path.
bool artifacts_is_chart_reference(const char *text);

// Fetches the dependencies that a chart's charts/ lacks, in the versions that its Chart.lock has,
// as Flux's source-controller does. Kinds as above. Blocks.
int artifacts_complete_chart(const struct artifacts_chart_options *options, struct chart *chart,
                             struct err **err) MUST_CHECK;

// A chart as the command line names it: a folder, an archive, or a reference. What is remote, the
// chart or its dependencies, comes from the bundle or the network, and is checked against the lock.
struct artifacts_named_chart {
    const char *chart;
    struct artifacts_from from;
};

// Loads it with all dependencies. ERR_CONFIG, ERR_USAGE, and what fetching may fail with. Blocks
// for what is remote.
struct chart *artifacts_load_chart(const struct artifacts_named_chart *o, struct err **err)
    MUST_CHECK;

// --- locking ---

struct artifacts_lock_options {
    const char *entrypoint;   // folder of the tree
    const char *platforms;    // that images are for: "linux/amd64,linux/arm64"
    const char *kube_version; // that charts are rendered for, "1.34.0"; NULL: LOCK_KUBE_VERSION
    bool airgap;              // with the images that container runtimes start pods with
    bool lab;
    struct report *report;
};

// Walks the entrypoint and all that it reaches, and resolves everything to digests and commits.
// ERR_USAGE for what is no platform, ERR_CONFIG, ERR_SOURCE, ERR_INTEGRITY, ERR_UNSUPPORTED,
// ERR_CANCELLED. Blocks.
struct lock *artifacts_lock(struct loop *loop, struct http *h,
                            const struct artifacts_lock_options *options, struct err **err)
    MUST_CHECK;

// --- fetching ---

struct artifacts_build_options {
    const char *lock;       // file
    const char *entrypoint; // folder of the tree
    bool lab;
    const char *since; // bundle whose layers of images are left out: a delta; or NULL
    bool without_images;
    struct report *report;
};

// Fetches all that the lock pins and writes the bundle `path`, going on with what an interrupted
// build left. *unchanged (may be NULL) tells that the bundle was there already, as it would be
// made. Kinds as above. Blocks.
int artifacts_build(struct loop *loop, struct http *h,
                    const struct artifacts_build_options *options, const char *path,
                    bool *unchanged, struct err **err) MUST_CHECK;

#endif
