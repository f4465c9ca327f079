// SPDX-License-Identifier: Apache-2.0
// The bundles and the store that are named on the command line: opened, verified, and what is
// served of them.
#ifndef CMD_SERVE_VERIFIED_H
#define CMD_SERVE_VERIFIED_H

#include "base/cancel.h"
#include "base/opt.h"
#include "base/report.h"
#include "base/vec.h"
#include "work/serve.h"

// What is to be served; borrowed from the command line.
struct verified_wanted {
    const struct opt_list *bundles;
    const char *store; // or NULL
    bool lab;
};

// What was opened, on its way from the thread that opens it to the loop.
struct verified {
    struct report notes; // keeps what is to be said
    VEC(char *) lines;   // of information, then:
    VEC(char *) warnings;
    struct serve_content *content;
};

// Opens all, verifies every byte of it and makes of it what is served; in any thread. Kinds as
// artifacts_verify() and blobstore_verify() have them. The caller frees *v, also on failure.
int verified_open(struct verified *v, const struct verified_wanted *wanted, struct cancel *cancel,
                  struct err **err) MUST_CHECK;
// Says what there is to be said, and gives what is served; the caller's.
struct serve_content *verified_take(struct verified *v, struct report *report) MUST_CHECK;
// Also a CLEANUP for variables of type `struct verified`.
void verified_free(struct verified *v);

#endif
