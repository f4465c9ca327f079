// SPDX-License-Identifier: Apache-2.0
#include "work/seed/program.h"

#include "base/file.h"
#include "io/crypto.h"

#define SELF "/proc/self/exe"
#define PROGRAM_MAX_BYTES ((size_t)256 << 20)

void program_close(struct program *p)
{
    fd_cleanup(&p->fd);
}

int program_open(const char *path, struct program *p, struct err **err)
{
    struct buf bytes CLEANUP(buf_free) = BUF_INIT(PROGRAM_MAX_BYTES);

    p->fd = file_open(AT_FDCWD, path ? path : SELF, O_RDONLY, err);
    if (p->fd < 0 || file_read(AT_FDCWD, path ? path : SELF, &bytes, err) < 0 ||
        buf_check(&bytes, ERR_CONFIG, path ? path : SELF, err) < 0)
        return -1;
    p->size = bytes.len;
    p->digest = crypto_sha256(buf_span(&bytes));
    return 0;
}

const char *program_platform(void)
{
#if defined(__aarch64__)
    return "linux/arm64";
#else
    return "linux/amd64";
#endif
}
