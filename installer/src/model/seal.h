// SPDX-License-Identifier: Apache-2.0
// Sealed secrets (bitnami.com/v1alpha1): a Secret is made a SealedSecret that only the controller's
// private key opens; the keys themselves, and the files that they are kept in
// (docs/internals/keys.md). Pure. What is written here is what sealed-secrets v0.27 reads.
#ifndef MODEL_SEAL_H
#define MODEL_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"
#include "io/doc.h"

#define SEAL_KEY_LABEL "sealedsecrets.bitnami.com/sealed-secrets-key"
#define SEAL_KEY_NAMESPACE "kube-system" // where the controller's own manifests put it
#define SEAL_KEY_PREFIX "sealed-secrets-key"
#define SEAL_FILE_MAX ((size_t)8 << 20) // of a file of keys

// --- sealing ---

// Where a SealedSecret may be opened: under its name in its namespace, under any name there,
// anywhere. Annotations of the Secret say it, an option may say it instead.
enum seal_scope { SEAL_AS_ANNOTATED, SEAL_STRICT, SEAL_NAMESPACE_WIDE, SEAL_CLUSTER_WIDE };

struct seal_options {
    struct span cert;      // PEM; its first certificate seals
    int64_t now;           // seconds since 1970: an expired certificate seals nothing
    enum seal_scope scope; // other than SEAL_AS_ANNOTATED: instead of what the annotations say
    const char *ns;        // for a Secret without a namespace; or NULL
};

// The SealedSecret of a Secret, in `d`: each value of data and stringData encrypted by itself,
// type, immutable, labels and annotations as its template. `what` names the Secret's file in
// messages. ERR_CONFIG: not a Secret, a field that is not understood, no name, namespace or value,
// a value that is not base64, a certificate that has expired or is not of an RSA key.
struct node *seal_secret(struct doc *d, const struct node *secret,
                         const struct seal_options *options, const char *what, struct err **err)
    MUST_CHECK;

// One value, appended to `out` (binary), and back. `label` ties it to its scope. ERR_CONFIG: the
// key is not RSA; ERR_INTEGRITY: not sealed for this key and label, or changed since.
int seal_value(struct span cert, struct span value, struct span label, struct buf *out,
               struct err **err) MUST_CHECK;
int seal_open_value(struct span private_key, struct span sealed, struct span label, struct buf *out,
                    struct err **err) MUST_CHECK;
// "ns/name", "ns" or "", appended to `out`.
void seal_label(enum seal_scope scope, struct span ns, struct span name, struct buf *out);

// --- keys ---

// A sealing key: a Secret of type kubernetes.io/tls that bears SEAL_KEY_LABEL.
struct seal_key {
    const char *ns, *name;
    const char *state;   // the label's value: "active"; "compromised": opens nothing any more
    const char *created; // when its Secret was made, as the API writes it, or ""
    struct span cert, private_key; // PEM
    int64_t from, until;           // when the certificate is valid, seconds since 1970
    struct digest id;              // SHA-256 of the public key (its SubjectPublicKeyInfo)
    const char *problem;           // why the controller could not use it, or NULL: else all is set
    const struct node *secret;     // without what an API server adds
};

struct seal_keys {
    struct doc *doc;            // owns all of it
    VEC(struct seal_key) items; // in `doc`, oldest certificate first
};

void seal_keys_init(struct seal_keys *keys);
// Also a CLEANUP; overwrites what it frees.
void seal_keys_free(struct seal_keys *keys);

// Adds a copy of a Secret, in its place. What is wrong with it is its `problem`.
void seal_keys_add(struct seal_keys *keys, const struct node *secret);
// Makes a new one, of 4096 bits and ten years as the controller does, which seals instead of all
// that are there. Takes seconds of computing.
const struct seal_key *seal_keys_make(struct seal_keys *keys, const char *ns, int64_t now);

bool seal_key_is_active(const struct seal_key *key);
// The one that the controller seals with: active, newest certificate; NULL when there is none.
const struct seal_key *seal_keys_current(const struct seal_keys *keys);
const struct seal_key *seal_keys_find(const struct seal_keys *keys, const struct digest *id);

// --- files of keys ---

// A v1 List of the Secrets as JSON, which kubectl apply and kubeseal --recovery-private-key read,
// too. Reading takes JSON and YAML, a List or Secrets. ERR_CONFIG: no Secret of a sealing key.
void seal_keys_write(const struct seal_keys *keys, struct buf *out);
int seal_keys_read(struct seal_keys *keys, struct span text, const char *what, struct err **err)
    MUST_CHECK;

// Whether a file is one that seal_lock() made.
bool seal_is_locked(struct span file);
// What can be told of one before there is a passphrase: whether it is whole and its version is
// known. Errors as of seal_unlock().
int seal_check_locked(struct span file, const char *what, struct err **err) MUST_CHECK;
// Encrypts the text of a file of keys with a passphrase, and back. Takes about half a second and
// 128 MiB on purpose. ERR_INTEGRITY: the passphrase is another one, or the file was changed;
// ERR_UNSUPPORTED: made by a newer version.
void seal_lock(struct span text, struct span passphrase, struct buf *out);
int seal_unlock(struct span file, struct span passphrase, const char *what, struct buf *out,
                struct err **err) MUST_CHECK;

#endif
