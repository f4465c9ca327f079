// SPDX-License-Identifier: Apache-2.0
// Makes relocated constants read-only at start. The dynamic loader does this for shared programs;
// musl leaves it out in a static-pie. cmake/musl.cmake links this object into every program.

#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>

// Set by the linker: the first byte of the program in memory, at address 0 of the file.
extern const char __ehdr_start[] __attribute__((visibility("hidden")));

__attribute__((constructor)) static void relro_protect(void)
{
    const ElfW(Phdr) *headers = (const ElfW(Phdr) *)getauxval(AT_PHDR);
    const size_t count = getauxval(AT_PHNUM);
    const uintptr_t page_mask = ~(uintptr_t)(getauxval(AT_PAGESZ) - 1);
    for (size_t i = 0; headers && i < count; i++) {
        if (headers[i].p_type != PT_GNU_RELRO) {
            continue;
        }
        const uintptr_t first = (uintptr_t)__ehdr_start + headers[i].p_vaddr;
        const uintptr_t start = first & page_mask;
        const uintptr_t end = (first + headers[i].p_memsz) & page_mask;
        if (end > start && mprotect((void *)start, end - start, PROT_READ) != 0) {
            abort();
        }
    }
}
