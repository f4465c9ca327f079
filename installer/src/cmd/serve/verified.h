// SPDX-License-Identifier: Apache-2.0
// The bundles and the store that are named on the command line: opened, verified, and what is
// served of them.
#ifndef CMD_SERVE_VERIFIED_H
#define CMD_SERVE_VERIFIED_H

#include "base/opt.h"
#include "base/report.h"
#include "base/vec.h"
#include "model/blobstore.h"
#include "model/bundle.h"
#include "work/serve.h"

// What is to be served; borrowed from the command line.
struct verified_wanted {
    const struct opt_list *bundles;
    const char *store; // or NULL
    bool lab;
};

struct verified {
    VEC(struct bundle *) bundles;
    struct blobstore *store;  // or NULL
    struct blobstore_sum sum; // of it
};

// Opens all and verifies every byte of it, in any thread. Kinds as artifacts_verify() and
// blobstore_verify() have them. The caller frees *v, also on failure.
int verified_open(struct verified *v, const struct verified_wanted *wanted, struct cancel *cancel,
                  struct err **err) MUST_CHECK;
// Makes of them what is served; they are taken out of *v.
struct serve_content *verified_content(struct verified *v, struct report *report, struct err **err)
    MUST_CHECK;
// Also a CLEANUP for variables of type `struct verified`.
void verified_free(struct verified *v);

#endif
