// SPDX-License-Identifier: Apache-2.0
// Refs of a server.
#ifndef MODEL_GIT_REFS_H
#define MODEL_GIT_REFS_H

#include "model/git.h"

// What "tag/<name>", "branch/<name>", "refs/<…>" or "" (HEAD) names. Blocks. ERR_SOURCE,
// ERR_CONFIG.
int refs_resolve(const struct git_remote *remote, const char *ref, struct git_target *target,
                 struct err **err) MUST_CHECK;

// Appends all tags; in the arena. Blocks. ERR_SOURCE.
int refs_list_tags(const struct git_remote *remote, struct arena *arena, git_tags *out,
                   struct err **err) MUST_CHECK;

#endif
