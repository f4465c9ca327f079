// SPDX-License-Identifier: Apache-2.0
// The census: what there is in the cluster, each object in the few facts that tell whose it is and
// what holds it. Filled in from objects, one after the other (collect.h reads them).
#ifndef WORK_TEARDOWN_PLAN_CENSUS_H
#define WORK_TEARDOWN_PLAN_CENSUS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/identity.h"
#include "base/map.h"
#include "base/span.h"
#include "base/vec.h"
#include "io/doc.h"
#include "work/teardown/managers.h"

enum census_mark {
    CENSUS_APPLIED = 1,      // by sandstrap's field manager
    CENSUS_FLUX_PART = 2,    // part of Flux itself, by Flux's labels
    CENSUS_HELM = 4,         // in the manifest of a Helm release
    CENSUS_HELM_KEEPS = 8,   // ... which stays when the release is uninstalled
    CENSUS_HOOK = 16,        // made by Helm for one of its hooks, and left
    CENSUS_UNPRUNED = 32,    // no Kustomization deletes it
    CENSUS_SEALING_KEY = 64, // of sealed-secrets
    CENSUS_RETAINED = 128,   // a PersistentVolume that stays when its claim goes
    CENSUS_AGENTS = 256,     // of the agents on the nodes, by their label (model/seed.h)
};

struct census_object {
    struct identity id;
    const char *version;       // API version
    const char *uid;           //
    struct identity made_by;   // HelmRelease or Kustomization, by its labels; no kind: none
    const char *owner;         // UID of the object that it goes with, or ""
    enum maker maker;          //
    struct span manager;       // that made it
    unsigned marks;            // of enum census_mark
    const struct node *object; // all of it, of HelmReleases, Kustomizations and sources; or NULL
    struct identity claim;     // of a PersistentVolume: what it is bound to; no kind: nothing
};

struct census_kind {
    struct span group, kind, plural;
};

// A webhook configuration, and the namespace and name of a Service that it calls.
struct census_hook {
    size_t object; // index
    struct span ns, service;
};

// A name that a program in the cluster may have as a field manager, and the workload it runs in.
struct census_program {
    struct span name;
    size_t workload; // index
};

struct census {
    struct arena *arena;
    struct doc *doc; // of struct census_object.object
    VEC(struct census_object) objects;
    VEC(struct census_kind) kinds;
    VEC(struct census_hook) hooks;
    VEC(struct census_program) programs;
    struct map by_id, by_uid; // to index + 1
    struct buf key;
};

enum { CENSUS_NONE = -1 };

void census_open(struct census *c);
// Also a CLEANUP for variables of type `struct census`.
void census_close(struct census *c);

// Adds an object; of kinds that census_wants_all() the whole of it is needed, else its metadata.
void census_add(struct census *c, const struct node *object);
bool census_wants_all(struct span group, struct span kind);
// A kind that is served: what a definition named "<plural>.<group>" defines.
void census_add_kind(struct census *c, struct span group, struct span kind, struct span plural);

// The index of an object, or CENSUS_NONE.
long census_find(struct census *c, const struct identity *id);
long census_find_uid(struct census *c, const char *uid);

// Whether it is of this kind of the core group, or a definition.
bool census_is_core(const struct identity *id, const char *kind);
bool census_is_definition(const struct identity *id);
// The definition of a kind; CENSUS_NONE for one of the API server's own.
long census_definition_of(struct census *c, const struct identity *object);

#endif
