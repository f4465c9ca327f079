// SPDX-License-Identifier: Apache-2.0
// Between the files of model/git: objects by name.
#ifndef MODEL_GIT_STORE_H
#define MODEL_GIT_STORE_H

#include "base/arena.h"
#include "base/map.h"
#include "model/git.h"

struct git_object {
    struct git_oid oid;
    enum git_type type;
    struct span content;
};

struct git_store {
    struct arena *arena;
    struct map objects; // oid bytes to struct git_object
    uint64_t bytes;
};

const struct git_object *store_find(const struct git_store *s, const struct git_oid *oid);

// Hashes, names and keeps an object; `content` is borrowed and must live as long as the store.
const struct git_object *store_add(struct git_store *s, enum git_type type, struct span content);

// One entry of a tree: "<mode> <name>\0<oid>". Cuts it off *rest. ERR_INTEGRITY.
struct store_entry {
    unsigned mode;
    struct span name;
    struct git_oid oid;
};
int store_next_entry(struct span *rest, struct store_entry *entry, struct err **err) MUST_CHECK;

const char *store_type_name(enum git_type type);

#endif
