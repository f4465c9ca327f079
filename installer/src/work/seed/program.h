// SPDX-License-Identifier: Apache-2.0
// The program that becomes the agent on the nodes: this one, unless another is named.
#ifndef WORK_SEED_PROGRAM_H
#define WORK_SEED_PROGRAM_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/digest.h"
#include "base/err.h"

struct program {
    int fd;
    uint64_t size;
    struct digest digest;
};
// Opens and hashes it; `path` NULL: this program. ERR_CONFIG, also for one that is not static.
int program_open(const char *path, struct program *p, struct err **err) MUST_CHECK;
void program_close(struct program *p); // also a CLEANUP; start with {.fd = -1}

// What it runs on: "linux/amd64".
const char *program_platform(void);

#endif
