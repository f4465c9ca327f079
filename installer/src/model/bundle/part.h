// SPDX-License-Identifier: Apache-2.0
// Between the files of model/bundle: the file that a bundle is written to.
#ifndef MODEL_BUNDLE_PART_H
#define MODEL_BUNDLE_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"

struct part {
    int fd;
    const char *path; // borrowed: where it goes in the end
    char *name;       // "<path>.part"
    uint64_t size;    // of the whole file
    bool disk_full;
};

// Opens "<path>.part" for this process alone and takes its room on the disk. When it does not begin
// with `head` yet, all that was there goes. ERR_USAGE while another process writes it; ERR_CONFIG.
// part_close() is due on failure, too.
int part_open(struct part *p, const char *path, uint64_t size, struct span head, struct err **err)
    MUST_CHECK;

int part_write(struct part *p, struct span data, uint64_t offset, struct err **err) MUST_CHECK;

// Makes it durable and gives it its name.
int part_commit(struct part *p, struct err **err) MUST_CHECK;

// What was written stays for the next time, unless the disk is full.
void part_close(struct part *p);

#endif
