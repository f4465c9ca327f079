// SPDX-License-Identifier: Apache-2.0
// Putting keys where they belong, and having the controller take them up.
#ifndef WORK_KEYS_PLACE_H
#define WORK_KEYS_PLACE_H

#include "work/keys.h"

// Puts those of `keys` that are missing into the cluster; tells of each what became of it. `there`
// are the cluster's. Namespaces that are missing are made, and written down in the record. Blocks.
int keys_place(const struct keys_cluster *c, const struct seal_keys *keys,
               const struct seal_keys *there, struct keys_done *done, struct err **err) MUST_CHECK;

// Where a key of the file belongs.
const char *keys_namespace(const struct keys_cluster *c, const struct seal_key *key);

// Has the controller in the namespaces of `keys` read its keys again: its pods are deleted, and,
// with `wait`, new ones are waited for. Without any it reads them when it starts. Blocks.
// ERR_TIMEOUT: it is not ready again in time; ERR_API, ERR_CANCELLED.
int keys_take_up(const struct keys_cluster *c, const struct seal_keys *keys, bool wait,
                 struct err **err) MUST_CHECK;

#endif
