// SPDX-License-Identifier: Apache-2.0
// The loader of one kustomization: its root folder, what it may read, and who referred to it.
#ifndef MODEL_KUSTOMIZE_LOAD_LOAD_H
#define MODEL_KUSTOMIZE_LOAD_LOAD_H

#include "base/buf.h"
#include "model/kustomize/kust.h"

struct loader {
    const struct loader *referrer; // NULL for the root
    struct kustomize_tree *tree;
    const char *root;                 // real path in the tree
    bool restricted;                  // only files in or below the root
    const struct kustomize_git *repo; // the source this folder lies in, or NULL
    const char *prefix;               // of paths in messages: "" or "<url>@<ref>:"
};

enum load_kind {
    LOAD_NOTHING,
    LOAD_FILE,   // a file of the tree
    LOAD_FOLDER, // a folder of the tree, or a git source that is no URL (git@host:org/repo)
    LOAD_REMOTE, // a URL: a file, or else a git source
};

// The loader of the folder that options name.
struct loader *load_root(struct kust *k, struct err **err);

// What `path` of a `resources` entry is.
int load_probe(struct kust *k, const struct loader *l, const char *path, enum load_kind *kind,
               struct err **err) MUST_CHECK;

// The loader of another folder: a path or a git source. `at` is the entry, for messages.
struct loader *load_folder(struct kust *k, const struct loader *l, const struct node *at,
                           const char *path, struct err **err);

// Appends a file to `out`; *name is how messages call it. `at` is the entry that asks for it.
int load_file(struct kust *k, const struct loader *l, const struct node *at, const char *path,
              struct buf *out, const char **name, struct err **err) MUST_CHECK;

// Its single YAML document.
struct node *load_yaml(struct kust *k, const struct loader *l, const struct node *at,
                       const char *path, struct err **err);

// How messages call the loader's folder, or a file in it.
const char *load_show(struct kust *k, const struct loader *l, const char *file);

#endif
