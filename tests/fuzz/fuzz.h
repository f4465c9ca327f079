// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets share: the entry point, a check that ends the run, an input as a file.
#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

#define FUZZ_TEXT_MAX ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// A broken promise of the parser: ends the run, so that the input is kept.
#define FUZZ_CHECK(promise)                                                                        \
    do {                                                                                           \
        if (!(promise)) {                                                                          \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #promise);                  \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

// The input as a file for parsers that take a path; *fd closes it.
static inline void fuzz_file(const uint8_t *data, size_t size, char path[64], int *fd)
{
    *fd = memfd_create("input", MFD_CLOEXEC);
    FUZZ_CHECK(*fd >= 0);
    FUZZ_CHECK(write(*fd, data, size) == (ssize_t)size);
    snprintf(path, 64, "/proc/self/fd/%d", *fd);
}

// Every failure must say something, in one line.
static inline void fuzz_check_error(const struct err *err)
{
    FUZZ_CHECK(err);
    for (const char *at = err_message(err); *at; at++)
        FUZZ_CHECK(*at != '\n');
}

#endif
