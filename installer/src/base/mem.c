// SPDX-License-Identifier: Apache-2.0
// Allocation wrappers that abort instead of failing.
#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE // Linux 5.14; before, it is refused, and only slower
#define MADV_POPULATE_WRITE 23
#endif

void mem_die(const char *why)
{
    fprintf(stderr, "sandstrap: %s\n", why);
    abort();
}

static NORETURN void out_of_memory(void)
{
    mem_die("out of memory");
}

void *mem_alloc(size_t size)
{
    void *ptr = malloc(size ? size : 1);

    if (!ptr)
        out_of_memory();
    return ptr;
}

void *mem_zalloc(size_t count, size_t size)
{
    void *ptr = calloc(count ? count : 1, size ? size : 1);

    if (!ptr)
        out_of_memory();
    return ptr;
}

void *mem_resize(void *ptr, size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total))
        out_of_memory();
    ptr = realloc(ptr, total ? total : 1);
    if (!ptr)
        out_of_memory();
    return ptr;
}

void mem_populate(void *room, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t before = -(uintptr_t)room & (page - 1);

    if (size >= before + page)
        (void)madvise((char *)room + before, (size - before) & ~(page - 1), MADV_POPULATE_WRITE);
}

char *mem_str(const char *str)
{
    return str ? mem_strn(str, strlen(str)) : NULL;
}

char *mem_strn(const char *str, size_t len)
{
    char *copy = mem_alloc(len + 1);

    if (len)
        memcpy(copy, str, len);
    copy[len] = '\0';
    return copy;
}

char *mem_vprintf(const char *fmt, va_list args)
{
    char *text;

    if (vasprintf(&text, fmt, args) < 0)
        out_of_memory();
    return text;
}

char *mem_printf(const char *fmt, ...)
{
    va_list args;
    char *text;

    va_start(args, fmt);
    text = mem_vprintf(fmt, args);
    va_end(args);
    return text;
}
