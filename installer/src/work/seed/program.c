// SPDX-License-Identifier: Apache-2.0
#include "work/seed/program.h"

#include <elf.h>
#include <string.h>

#include "base/file.h"
#include "io/crypto.h"

#define SELF "/proc/self/exe"
#define PROGRAM_MAX_BYTES ((size_t)256 << 20)

void program_close(struct program *p)
{
    fd_cleanup(&p->fd);
}

// Whether it asks for a program interpreter, "ld.so": a header of type PT_INTERP (elf(5)).
static bool is_dynamic(struct span bytes, const Elf64_Ehdr *head)
{
    Elf64_Phdr part;

    for (size_t i = 0; i < head->e_phnum; i++) {
        uint64_t at = head->e_phoff + i * sizeof(part);

        if (at > bytes.len || bytes.len - at < sizeof(part))
            return false;
        memcpy(&part, bytes.ptr + at, sizeof(part));
        if (part.p_type == PT_INTERP)
            return true;
    }
    return false;
}

// It runs in whatever image a node has, which may hold nothing else at all.
static int check_static(struct span bytes, const char *path, struct err **err)
{
    Elf64_Ehdr head;

    if (bytes.len < sizeof(head) || memcmp(bytes.ptr, ELFMAG, SELFMAG) != 0 ||
        bytes.ptr[EI_CLASS] != ELFCLASS64)
        return err_set(err, ERR_CONFIG, "%s is no program that a node could run", path);
    memcpy(&head, bytes.ptr, sizeof(head));
    if (!is_dynamic(bytes, &head))
        return 0;
    err_set(err, ERR_CONFIG, "%s is linked dynamically: in an image of a node it would not start",
            path);
    return err_hint(err, "use the static one: cmake --preset release");
}

int program_open(const char *path, struct program *p, struct err **err)
{
    const char *name = path ? path : "this sandstrap";
    struct buf bytes CLEANUP(buf_free) = BUF_INIT(PROGRAM_MAX_BYTES);

    p->fd = file_open(AT_FDCWD, path ? path : SELF, O_RDONLY, err);
    if (p->fd < 0 || file_read(AT_FDCWD, path ? path : SELF, &bytes, err) < 0 ||
        buf_check(&bytes, ERR_CONFIG, name, err) < 0 ||
        check_static(buf_span(&bytes), name, err) < 0)
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
