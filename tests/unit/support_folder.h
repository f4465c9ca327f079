// SPDX-License-Identifier: Apache-2.0
// A test's own folder: what is in it, and away with it. Without a shell: on a machine that is short
// of processes or memory one of those would leave something out, and say nothing.
#ifndef SUPPORT_FOLDER_H
#define SUPPORT_FOLDER_H

// A new one, in memory where there is such a file system: a disk that others write to lets each
// fsync wait. The caller frees the path.
char *folder_make(void);

// With all that is in it; links are not followed. 0 or -1.
int folder_remove(const char *path);

// All names in it and in its folders, in a fixed order, with what files hold and where links lead.
// The caller frees it.
char *folder_snapshot(const char *path);

#endif
