// SPDX-License-Identifier: Apache-2.0
// Which paths of archives are taken.
#ifndef IO_ARCHIVE_TAR_PATH_H
#define IO_ARCHIVE_TAR_PATH_H

#include <stdbool.h>

// Relative, not too long, without ".." and control characters.
bool tar_path_is_safe(const char *path);

#endif
