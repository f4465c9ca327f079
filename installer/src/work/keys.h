// SPDX-License-Identifier: Apache-2.0
// The sealing keys of sealed-secrets in a cluster: seen, put there, made anew, and kept over a
// rebuild (docs/internals/keys.md).
#ifndef WORK_KEYS_H
#define WORK_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/budget.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/report.h"
#include "cluster/record/record.h"
#include "model/kube.h"
#include "model/seal.h"

// The copy of all keys that a rebuild keeps while the sandbox is down: a Secret in the namespace of
// the record.
#define KEYS_COPY "sealing-keys"

struct keys_cluster {
    struct loop *loop;
    struct kube *kube;
    struct record *record; // opened, not begun
    const char *ns;        // look here only; NULL: in all namespaces
    struct budget budget;
    struct report *report;
};

// All sealing keys of the cluster, added to `keys` (initialised). Blocks. ERR_API, ERR_CANCELLED.
int keys_list(const struct keys_cluster *c, struct seal_keys *keys, struct err **err) MUST_CHECK;

struct keys_done {
    size_t added; // to the cluster
    size_t there; // already
};

// Puts those of `keys` that are missing into the cluster, each in its own namespace (made, and
// written down in the record, when it is missing), or all in c->ns; tells of each what became of
// it. When something was added, the controller is restarted, since it reads its keys only when it
// starts, and waited for. Nothing is replaced. Blocks. ERR_CONFIG: a key has a problem, nothing is
// written then; ERR_PREFLIGHT (the lease), ERR_API, ERR_TIMEOUT, ERR_CANCELLED.
int keys_import(const struct keys_cluster *c, const struct seal_keys *keys, struct keys_done *done,
                struct err **err) MUST_CHECK;

// Makes a new key where the others are (c->ns, when there is none: SEAL_KEY_NAMESPACE) and has the
// controller take it up. The others stay, and open what they sealed. Errors as keys_import().
int keys_rotate(const struct keys_cluster *c, struct err **err) MUST_CHECK;

// --- files ---

struct keys_file {
    const char *path;
    const char *passphrase_file; // or NULL: SANDSTRAP_PASSPHRASE, or asked on the terminal
    bool plain;                  // not encrypted
    bool overwrite;              // replaces a file that is there
};

// Adds the keys of a file, encrypted or not. Runs the loop while somebody is asked. ERR_CONFIG,
// ERR_INTEGRITY, ERR_UNSUPPORTED as seal_unlock() and seal_keys_read(); ERR_USAGE as
// passphrase_get(); ERR_CANCELLED.
int keys_read_file(struct loop *l, const struct keys_file *file, struct seal_keys *keys,
                   struct err **err) MUST_CHECK;
// Writes them whole or not at all, mode 0600. ERR_USAGE: the file is there; ERR_CONFIG,
// ERR_INTERNAL as file_write(); ERR_USAGE, ERR_CANCELLED as above.
int keys_write_file(struct loop *l, const struct keys_file *file, const struct seal_keys *keys,
                    struct err **err) MUST_CHECK;
// That it may be written: for before anything costs time. ERR_USAGE.
int keys_check_file(const struct keys_file *file, struct err **err) MUST_CHECK;

// --- a rebuild ---

// To be called before the first write of a teardown that is followed by an `up`: copies all keys
// into the record's namespace (record_take()), beside those of a copy that is there already.
// *count is how many are in the copy. While it exists the record has to stay, also with --data: it
// is the only place where the keys are. Without any key nothing is written. Blocks. Errors as
// keys_import().
int keys_secure(const struct keys_cluster *c, size_t *count, struct err **err) MUST_CHECK;

// To be called by each `up` before its first layer: when there is a copy, puts those back that are
// missing, as keys_import() does, and removes the copy. One request when there is none. Blocks.
// Errors as keys_import().
int keys_restore(const struct keys_cluster *c, struct keys_done *done, struct err **err) MUST_CHECK;

#endif
