// SPDX-License-Identifier: Apache-2.0
// What a subcommand is: its options, and the function that runs it. Every file of cmd/ exports one
// or more; main.c lists them, parses the command line and prints what went wrong.
#ifndef BASE_COMMAND_H
#define BASE_COMMAND_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/opt.h"
#include "base/report.h"

// The options that all commands share: the first member of each command's options struct.
struct command_common {
    const char *output; // "text" or "json"
    const char *trace;  // names of components, separated by commas, or "all"; NULL for none
    bool quiet;         // warnings and errors only
};

// The rows of the shared options, for the end of each table.
#define COMMAND_COMMON_OPTIONS                                                                     \
    {.type = OPT_CHOICE,                                                                           \
     .name = "output",                                                                             \
     .value = "text|json",                                                                         \
     .offset = offsetof(struct command_common, output),                                            \
     .help = "how results and progress are written",                                               \
     .choices = "text|json"},                                                                      \
        {.type = OPT_TEXT,                                                                         \
         .name = "trace",                                                                          \
         .value = "NAMES",                                                                         \
         .offset = offsetof(struct command_common, trace),                                         \
         .help = "trace these components (http,kube,layers,... or all) on stderr"},                \
    {                                                                                              \
        .type = OPT_FLAG, .name = "quiet", .letter = 'q',                                          \
        .offset = offsetof(struct command_common, quiet), .help = "print no progress"              \
    }

// Rows that several commands have, each for the field of its name in the options struct `type`.
#define COMMAND_ENTRYPOINT_OPTION(type_)                                                           \
    {                                                                                              \
        .type = OPT_OPERAND, .value = "[ENTRYPOINT]", .offset = offsetof(type_, entrypoint),       \
        .help = "folder of the entrypoint kustomization (clusters/sandbox)"                        \
    }
#define COMMAND_BUNDLE_OPTION(type_)                                                               \
    {                                                                                              \
        .type = OPT_TEXT, .name = "bundle", .value = "FILE", .offset = offsetof(type_, bundle),    \
        .help = "the bundle that everything remote comes from"                                     \
    }
#define COMMAND_CA_FILE_OPTION(type_)                                                              \
    {                                                                                              \
        .type = OPT_TEXT, .name = "ca-file", .value = "FILE", .offset = offsetof(type_, ca_file),  \
        .help = "certificate authorities of upstream servers"                                      \
    }
#define COMMAND_LAB_OPTION(type_)                                                                  \
    {                                                                                              \
        .type = OPT_FLAG, .name = "lab", .offset = offsetof(type_, lab),                           \
        .help = "accept what was made in the lab, from look-alikes"                                \
    }
// Which cluster: two rows.
#define COMMAND_CLUSTER_OPTIONS(type_)                                                             \
    {.type = OPT_TEXT,                                                                             \
     .name = "kubeconfig",                                                                         \
     .value = "FILE",                                                                              \
     .offset = offsetof(type_, kubeconfig),                                                        \
     .help = "instead of $KUBECONFIG or ~/.kube/config"},                                          \
    {                                                                                              \
        .type = OPT_TEXT, .name = "context", .value = "NAME", .offset = offsetof(type_, context),  \
        .help = "instead of the kubeconfig's current context"                                      \
    }

// Where the record of the sandbox is (cluster/record/record.h).
#define COMMAND_RECORD_OPTION(type_)                                                               \
    {                                                                                              \
        .type = OPT_TEXT, .name = "record", .value = "NAMESPACE",                                  \
        .offset = offsetof(type_, record),                                                         \
        .help = "where the record is kept, one for each tree of a cluster (sandstrap-system)"      \
    }

struct command_env {
    struct report *report; // progress and warnings, to stderr
    struct loop *loop;     // what a command waits in
    struct cancel *cancel; // SIGINT and SIGTERM; the loop's
    struct buf *out;       // results, to stdout when the command ends; see command_flush
    bool document;         // these are a document (YAML): written byte by byte
    bool json;             // --output json
};

// Writes what is in env->out to stdout now and empties it: lines of text as text_plain() makes
// them, JSON and documents as they are. ERR_INTERNAL when that fails.
int command_flush(struct command_env *env, struct err **err) MUST_CHECK;

struct command {
    struct opt_command spec;
    size_t options_size;             // of the options struct, which starts with command_common
    void (*defaults)(void *options); // or NULL: all zero
    int (*run)(struct command_env *env, const void *options, struct err **err);
    bool takes_hangup; // SIGHUP does not end it: it means something else to it
};

#endif
