// SPDX-License-Identifier: Apache-2.0
// The policy for paths.
#include "io/archive/tar_path.h"

#include "base/span.h"
#include "io/archive.h"

bool tar_path_is_safe(const char *path)
{
    struct span rest = span_str(path), part;

    if (!path[0] || path[0] == '/' || rest.len > TAR_PATH_MAX_BYTES)
        return false;
    for (size_t i = 0; i < rest.len; i++)
        if ((unsigned char)path[i] < ' ' || path[i] == 0x7f)
            return false;
    while (span_next(&rest, '/', &part))
        if (span_is(part, ".."))
            return false;
    return true;
}
