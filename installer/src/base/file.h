// SPDX-License-Identifier: Apache-2.0
// Files: whole reads with a limit, and the only way that sandstrap writes one: into a temporary
// file beside the target, fsync, rename, fsync of the folder. Everything is opened O_CLOEXEC.
// Files are written by the main thread only.
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <fcntl.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

// Closes the descriptor of an `int fd CLEANUP(fd_cleanup) = -1`.
void fd_cleanup(int *fd);

// Takes the descriptor out of the variable.
#define FD_STEAL(fd)                                                                               \
    __extension__({                                                                                \
        int fd_ = (fd);                                                                            \
        (fd) = -1;                                                                                 \
        fd_;                                                                                       \
    })

// Opens `path` relative to `dir_fd` (AT_FDCWD for the working directory). ERR_CONFIG.
int file_open(int dir_fd, const char *path, int flags, struct err **err) MUST_CHECK;

// Appends the whole of a regular file to `out`, up to the buffer's maximum. ERR_CONFIG.
int file_read(int dir_fd, const char *path, struct buf *out, struct err **err) MUST_CHECK;

// The whole of a regular file of at most `max` bytes, in the arena. ERR_CONFIG.
int file_read_arena(int dir_fd, const char *path, struct arena *a, size_t max, struct span *out,
                    struct err **err) MUST_CHECK;

// The size of such a file, which can be opened for reading. Kinds as above.
int file_readable_size(int dir_fd, const char *path, size_t max, size_t *size, struct err **err)
    MUST_CHECK;

// Appends what comes out of a descriptor to its end, up to the buffer's maximum: of what is no
// regular file (standard input, a FIFO). `path` names it in messages. Blocks. ERR_CONFIG.
int fd_read_all(int fd, const char *path, struct buf *out, struct err **err) MUST_CHECK;

// Reads or writes exactly `len` bytes, at the offset for the p-forms. ERR_INTERNAL; a short file is
// an ERR_INTEGRITY of `what`.
int fd_read_at(int fd, void *data, size_t len, uint64_t offset, const char *what, struct err **err)
    MUST_CHECK;
int fd_write_all(int fd, const void *data, size_t len, const char *what, struct err **err)
    MUST_CHECK;
int fd_write_at(int fd, const void *data, size_t len, uint64_t offset, const char *what,
                struct err **err) MUST_CHECK;

// fsync(), of a folder too. ERR_INTERNAL, with the errno: a disk may turn out to be full here.
int fd_sync(int fd, const char *path, struct err **err) MUST_CHECK;

// Who may read what is written: the mode of a new file, before the umask. A file that is there
// keeps its mode, and its owner as far as we may give it away; of a private one only the owner's
// part stays.
enum file_access {
    FILE_PUBLIC = 0666,
    FILE_PRIVATE = 0600,
};

// Writes the file whole or not at all: readers see the old content or the new. A symbolic link is
// followed and its target replaced. What is no regular file (a device, a FIFO, /dev/stdout) is
// written through; that may block. ERR_CONFIG; ERR_INTERNAL when writing fails (a full disk).
int file_write(const char *path, struct span data, enum file_access access, struct err **err)
    MUST_CHECK;

// Whether file_write() could begin: before long work whose result goes there. Writes nothing. Kinds
// as above.
int file_can_write(const char *path, struct err **err) MUST_CHECK;

// Puts a file that was written in another way, as `from` and still open, where file_write() would
// have put it: durably, and by the same rule for mode and owner. A symbolic link is replaced
// itself. ERR_CONFIG; ERR_INTERNAL when it cannot be synced, with the errno.
int file_put_in_place(int fd, const char *from, const char *path, enum file_access access,
                      struct err **err) MUST_CHECK;

// Removes the temporary file of a write that goes on in another thread, which must not get any
// further: for the end of the process only.
void file_remove_temporary(void);

// Makes the folder and its missing parents, as the umask allows. ERR_CONFIG.
int file_make_dirs(const char *path, struct err **err) MUST_CHECK;

// How often a file or folder was synced, for tests of durability.
unsigned file_sync_count(void);

#endif
