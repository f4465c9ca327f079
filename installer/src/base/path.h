// SPDX-License-Identifier: Apache-2.0
// Lexical path arithmetic on '/'-separated paths. Never touches the file system.
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"

// `dir`/`name` cleaned; an absolute `name` stands alone. The caller frees the result.
char *path_join(const char *dir, const char *name) MUST_CHECK RETURNS_NONNULL;

// Without "." parts, doubled slashes and resolvable ".."; "" becomes ".". The caller frees it.
char *path_clean(const char *path) MUST_CHECK RETURNS_NONNULL;

// Everything before the last part ("." or "/" when there is nothing); the caller frees it.
char *path_dir(const char *path) MUST_CHECK RETURNS_NONNULL;

// The last part; borrowed from `path`.
const char *path_base(const char *path);

// Whether cleaned `path` is `root` or lies below it. Both absolute or both relative.
bool path_within(const char *root, const char *path);

// Whether `path`, seen from the absolute and clean `dir`, leads above "/" on its way.
bool path_climbs(const char *dir, const char *path);

// `path` as seen from `base` (both cleaned, both absolute or both relative); the caller frees it.
char *path_relative(const char *base, const char *path) MUST_CHECK RETURNS_NONNULL;

#endif
