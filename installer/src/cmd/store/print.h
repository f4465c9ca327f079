// SPDX-License-Identifier: Apache-2.0
// What the store commands have in common: which store, and how they print JSON.
#ifndef CMD_STORE_PRINT_H
#define CMD_STORE_PRINT_H

#include "base/command.h"
#include "io/doc.h"
#include "work/store.h"

struct store_options {
    struct command_common common;
    const char *store;
    const char *bundle; // a file, or an identity
    uint64_t budget;
    bool lab, dry_run;
};

#define STORE_AT(field) offsetof(struct store_options, field)
#define STORE_OPTION                                                                               \
    {                                                                                              \
        .type = OPT_TEXT, .name = "store", .value = "DIR", .offset = STORE_AT(store),              \
        .help = "where it is (" STORE_PATH ")"                                                     \
    }

void store_defaults(void *options);

// {"store": path}, to be added to.
struct node *print_store(struct doc *d, const struct blobstore *s);
// {"blobs": …, "bytes": …}
struct node *print_sum(struct doc *d, const struct blobstore_sum *sum);
// Writes it as one line.
void print_line(struct command_env *env, const struct node *root);

#endif
