// SPDX-License-Identifier: Apache-2.0
// What the commands that change a cluster are told on the command line; each has the rows that it
// takes.
#ifndef CMD_SANDBOX_OPTIONS_H
#define CMD_SANDBOX_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/command.h"

struct sandbox_options {
    struct command_common common;
    const char *entrypoint;
    const char *bundle;
    const char *lock;
    const char *kubeconfig;
    const char *context;
    const char *record;
    const char *ca_file;
    const char *from;
    const char *to;
    int64_t timeout_ms;
    int64_t fail_after_ms;
    bool no_prune;
    bool data;
    bool force_finalizers;
    bool keep_store;
    bool dry_run;
    bool lab;
    bool airgap;
    bool routes_by_hand;
    const char *seed_image;
    uint64_t store_budget;
    const char *routes_to;
    const char *routes_ca;
};

// The rows about one field each.
#define SANDBOX_OPTION(type_, name_, value_, field_, help_)                                        \
    {                                                                                              \
        .type = (type_), .name = (name_), .value = (value_),                                       \
        .offset = offsetof(struct sandbox_options, field_), .help = (help_)                        \
    }
#define SANDBOX_LOCK_OPTION                                                                        \
    SANDBOX_OPTION(OPT_TEXT, "lock", "FILE", lock,                                                 \
                   "the lock that the bundle has to be of (bundles/sandbox.lock)")
#define SANDBOX_TIME_OPTIONS                                                                       \
    SANDBOX_OPTION(OPT_DURATION, "timeout", "TIME", timeout_ms, "give up after this long (1h)"),   \
        SANDBOX_OPTION(OPT_DURATION, "fail-after", "TIME", fail_after_ms,                          \
                       "a failure that stands this long without progress is final (3m)")
#define SANDBOX_DOWN_OPTIONS(data_help_)                                                           \
    SANDBOX_OPTION(OPT_FLAG, "data", NULL, data, data_help_),                                      \
        SANDBOX_OPTION(OPT_FLAG, "force-finalizers", NULL, force_finalizers,                       \
                       "strip finalizers that nobody handles; says what may be orphaned")
#define SANDBOX_AIRGAP_OPTIONS                                                                     \
    SANDBOX_OPTION(OPT_FLAG, "airgap", NULL, airgap,                                               \
                   "bring the bundle to the nodes first, and lead them and Flux there"),           \
        SANDBOX_OPTION(OPT_TEXT, "seed-image", "NAME", seed_image,                                 \
                       "with --airgap: an image that every node has, to start its agent from"),    \
        SANDBOX_OPTION(OPT_SIZE, "store-budget", "SIZE", store_budget,                             \
                       "with --airgap: what the bundle may take on each node"),                    \
        SANDBOX_OPTION(OPT_FLAG, "routes-by-hand", NULL, routes_by_hand,                           \
                       "with --airgap: an administrator has led the nodes there"),                 \
        SANDBOX_OPTION(OPT_TEXT, "routes-to", "ADDRESS", routes_to,                                \
                       "lead Flux to a 'sandstrap serve' there (ADDRESS:PORT unless 443)"),        \
        SANDBOX_OPTION(OPT_TEXT, "routes-ca", "FILE", routes_ca,                                   \
                       "with --routes-to: ca.crt of its authority")

// Fills in what --timeout and --fail-after are when they are not given.
void sandbox_defaults(void *options);

#endif
