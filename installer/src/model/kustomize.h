// SPDX-License-Identifier: Apache-2.0
// A native kustomize (the behaviour of v5.8): builds a folder with a kustomization.yaml into a list
// of objects. Pure: files come from a tree, everything remote from a resolver; no network here.
#ifndef MODEL_KUSTOMIZE_H
#define MODEL_KUSTOMIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/report.h"
#include "base/span.h"
#include "io/doc.h"

// The names of a kustomization file, NULL at the end.
extern const char *const kustomize_file_names[];

// --- where files come from ---

enum kustomize_entry {
    KUSTOMIZE_NONE,
    KUSTOMIZE_FILE,
    KUSTOMIZE_FOLDER,
};

struct kustomize_tree;

// Paths are absolute within the tree and clean: "/", "/clusters/sandbox".
struct kustomize_tree_ops {
    // What is at `path`. For files and folders *real (the caller frees it) is the path without
    // symbolic links. A link that leaves the tree is an ERR_CONFIG.
    int (*lookup)(struct kustomize_tree *t, const char *path, enum kustomize_entry *entry,
                  char **real, struct err **err);
    // Appends the content of the file `real` to `out`.
    int (*read)(struct kustomize_tree *t, const char *real, struct buf *out, struct err **err);
    void (*close)(struct kustomize_tree *t);
};

// A kind of tree starts its own struct with `struct kustomize_tree base`.
struct kustomize_tree {
    const struct kustomize_tree_ops *ops;
    bool below; // "/" lies in something else: a path with ".." can lead out of the tree
};

// The files below `jail` on this host (an absolute path; "/" for all). Paths within the tree stay
// the host's own; what leads out of `jail` is refused. ERR_CONFIG.
struct kustomize_tree *kustomize_tree_disk(const char *jail, struct err **err) MUST_CHECK;

// A tree in memory; kustomize_tree_add() copies the path, and `data` must outlive the tree.
struct kustomize_tree *kustomize_tree_memory(void) MUST_CHECK RETURNS_NONNULL;
void kustomize_tree_add(struct kustomize_tree *memory, const char *path, struct span data);
// A symbolic link at `path`; `target` as readlink gives it.
void kustomize_tree_link(struct kustomize_tree *memory, const char *path, const char *target);
// The content of the file at `path` of a tree in memory, as it was given; false when none is there.
bool kustomize_tree_data(struct kustomize_tree *memory, const char *path, struct span *data);
// The paths of all files of a tree in memory, sorted; in `arena`. Links are left out.
const char **kustomize_tree_list(struct kustomize_tree *memory, struct arena *arena, size_t *count);

void kustomize_tree_close(struct kustomize_tree *t); // NULL-safe
CLEANUP_DEFINE(kustomize_tree_cleanup, struct kustomize_tree, kustomize_tree_close);

// --- what comes from elsewhere ---

// A parsed git source: https://host/org/repo.git//path?ref=v1&timeout=90s&submodules=false
struct kustomize_git {
    const char *raw;    // as written
    const char *url;    // to clone from
    const char *ref;    // branch, tag or commit; "" for the default branch
    const char *path;   // folder within the repository, "" for its root
    int64_t timeout_ms; // for fetching it
    bool submodules;
};

struct kustomize_resolver;

struct kustomize_resolver_ops {
    // Appends the content of a remote file to `out`. ERR_SOURCE, ERR_TIMEOUT or ERR_CONFIG (it is
    // not among what was pinned) when the URL is no file: it may then be a git source.
    // ERR_INTEGRITY.
    int (*file)(struct kustomize_resolver *r, const char *url, struct buf *out, struct err **err);
    // The tree of a git source at its ref; "/" is the repository's root. Borrowed: the resolver
    // keeps it until it is closed itself. When file() gave something for git->raw before, it was no
    // resource (the web page of the repository) and is not needed. ERR_SOURCE, ERR_INTEGRITY.
    struct kustomize_tree *(*git)(struct kustomize_resolver *r, const struct kustomize_git *git,
                                  struct err **err);
};

struct kustomize_resolver {
    const struct kustomize_resolver_ops *ops;
};

// Whether `entry` names a git source as kustomize understands it. The strings of *git live in
// `arena`.
bool kustomize_git_parse(struct arena *arena, const char *entry, struct kustomize_git *git);

// --- a build ---

// A program that rewrites the kustomization of a folder before it builds it, as
// kustomize-controller does: it reads the file with Go's types, which are lenient, and writes it
// anew. Whoever does the same starts his own struct with this one.
struct kustomize_edit {
    // How the program's own copy of kustomize calls itself, in the label of managedByLabel.
    const char *name;
    // Changes `kustomization`, a map of `d`: what the file says, or nothing when there is none
    // (`exists`). Called once, for the folder that is built.
    int (*change)(struct kustomize_edit *edit, struct doc *d, struct node *kustomization,
                  bool exists, struct err **err);
    // A field of the file is none of a kustomization, and lost by rewriting it. `where` is
    // "<file>:<line>".
    void (*lost)(struct kustomize_edit *edit, const char *where, struct span field);
};

struct kustomize_options {
    struct kustomize_tree *tree;
    const char *folder;                  // absolute within the tree
    const char *relative_to;             // messages show paths as seen from here; NULL: as they are
    struct kustomize_resolver *resolver; // NULL: remote resources are an ERR_SOURCE
    struct report *report;               // warnings about deprecated fields; may be NULL
    const struct cancel *cancel;         // asked at every file and transformer; may be NULL
    bool load_any;                       // load restrictor "none": files outside of the root too
    bool keep_local;                     // objects for local use only (an annotation) are kept
    bool track_transformers;             // fill in kustomize_object.touched
    struct kustomize_edit *edit;         // NULL: what is built is what the file says
};

struct kustomize_object {
    struct span api_version, kind, namespace, name;
    bool cluster_scoped; // the kind is known and has no namespace, whatever `namespace` says
    struct node *node;
    const char *file;           // where it was read or generated; "" when unknown
    uint32_t line;              // 0 when unknown
    const char *generator;      // "configMapGenerator", ...; NULL for what was read
    const char *const *chain;   // the `resources` entries that led to it, from the root down
    size_t chain_len;           // 0: the root's own generators made it
    const char *const *touched; // "clusters/sandbox/kustomization.yaml: PatchTransformer", in order
    size_t touched_len;
};

struct kustomize_result {
    struct doc *doc;                  // owns everything below
    struct kustomize_object *objects; // in the order of the tree
    size_t len;
    const uint32_t *sorted; // indexes into objects in the order that the kustomize CLI prints:
                            // `sortOptions`, or else the legacy order
    bool sort_options;      // the root kustomization has `sortOptions`
};

// Builds. *result is filled in on success only; kustomize_result_free() it. ERR_CONFIG with
// "<file>:<line>: ..." for what is wrong in the tree, ERR_UNSUPPORTED for Helm and other plugins
// that run programs, the resolver's kinds for remote sources, ERR_CANCELLED.
int kustomize_build(const struct kustomize_options *options, struct kustomize_result *result,
                    struct err **err) MUST_CHECK;

// For each object the entry of the root's `resources` that it came by. What the root's own
// generators made goes with the first entry whose objects name it, else with the last one; NULL
// when there is no entry at all. An array in `arena`.
const char **kustomize_entries(const struct kustomize_result *result, struct arena *arena)
    MUST_CHECK;
// What the part of a build that came by an entry is called: "platform" of "../../platform/", "app"
// of "app.yaml", "entrypoint" of NULL; in `arena`.
const char *kustomize_entry_name(struct arena *arena, const char *entry) MUST_CHECK;

// Appends all objects as `kustomize build` prints them; `sorted`: by result->sorted, else in the
// order of the tree.
void kustomize_write_yaml(const struct kustomize_result *result, bool sorted, struct buf *out);

// Also a CLEANUP for variables of type `struct kustomize_result`.
void kustomize_result_free(struct kustomize_result *result);

#endif
