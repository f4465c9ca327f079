// SPDX-License-Identifier: Apache-2.0
// Folders, and folders at revisions.
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "work/artifacts.h"

static bool is_folder(const char *path)
{
    struct stat st;

    return path && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

// The folder of "REVISION:PATH".
static char *folder_of(const struct artifacts_end *end, const char *path, const char *other)
{
    if (!path)
        return mem_str(is_folder(other) ? other : ARTIFACTS_ENTRYPOINT);
    return *path == '.' ? mem_str(path) : path_join(end->revision.top, path);
}

static int open_revision(const char *name, const char *other, struct artifacts_end *end,
                         struct err **err)
{
    const char *colon = strchr(name, ':');
    char *revision CLEANUP(mem_cleanup) =
        mem_strn(name, colon ? (size_t)(colon - name) : strlen(name));

    if (artifacts_open_revision(!colon && is_folder(other) ? other : ".", revision, &end->revision,
                                err) < 0) {
        if (err_kind(*err) == ERR_CONFIG && !err_hint_text(*err))
            err_hint(err, "a folder, or a revision of git (v1.2, HEAD~1, main:clusters/sandbox)");
        return -1;
    }
    end->folder = folder_of(end, colon ? colon + 1 : NULL, other);
    return 0;
}

int artifacts_open_end(const char *name, const char *other, struct artifacts_end *end,
                       struct err **err)
{
    *end = (struct artifacts_end){.name = name};
    if (access(name, F_OK) < 0 && strcmp(name, ARTIFACTS_ENTRYPOINT) != 0)
        return open_revision(name, other, end, err);
    end->folder = mem_str(name);
    return 0;
}

void artifacts_close_end(struct artifacts_end *end)
{
    artifacts_close_revision(&end->revision);
    free(end->folder);
    end->folder = NULL;
}
