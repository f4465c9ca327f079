// SPDX-License-Identifier: Apache-2.0
// Between the files of model/git: objects by name.
#ifndef MODEL_GIT_STORE_H
#define MODEL_GIT_STORE_H

#include "base/arena.h"
#include "io/crypto.h"
#include "model/git.h"

struct git_object {
    struct git_oid oid;
    enum git_type type; // 0 while a pack is being read: not known yet
    struct span content;
};

struct git_store {
    struct arena *arena;
    struct git_object *objects; // sorted by name
    size_t count;
    size_t pack_bytes;     // of the pack that they came from
    struct cancel *cancel; // borrowed; may be NULL
};

const struct git_object *store_find(const struct git_store *s, const struct git_oid *oid);

// One entry of a tree: "<mode> <name>\0<oid>". Cuts it off *rest. ERR_INTEGRITY.
struct store_entry {
    unsigned mode;
    struct span name;
    struct git_oid oid;
};
int store_next_entry(struct span *rest, struct store_entry *entry, struct err **err) MUST_CHECK;

// What a tag names. False for what is no tag.
bool store_read_tag(struct span content, struct git_oid *named, enum git_type *type) MUST_CHECK;

const char *store_type_name(enum git_type type);

// Starts the hash that names an object: its content follows.
void store_start_name(struct crypto_hash *hash, enum git_type type, uint64_t size);

#endif
