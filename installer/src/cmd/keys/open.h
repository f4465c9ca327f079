// SPDX-License-Identifier: Apache-2.0
// What the commands about keys have in common: options, and the cluster.
#ifndef CMD_KEYS_OPEN_H
#define CMD_KEYS_OPEN_H

#include "base/command.h"
#include "cluster/record/record.h"
#include "model/kube.h"
#include "work/keys.h"

struct keys_options {
    struct command_common common;
    const char *file;
    const char *kubeconfig;
    const char *context;
    const char *record;
    const char *ns;
    const char *passphrase_file;
    const char *cert;
    bool plain;
    bool overwrite;
};

#define KEYS_AT(field) offsetof(struct keys_options, field)

#define KEYS_FILE_OPTION(value_, help_)                                                            \
    {                                                                                              \
        .type = OPT_OPERAND, .value = (value_), .offset = KEYS_AT(file), .help = (help_)           \
    }
#define KEYS_NAMESPACE_OPTION(help_)                                                               \
    {                                                                                              \
        .type = OPT_TEXT, .name = "namespace", .letter = 'n', .value = "NAME",                     \
        .offset = KEYS_AT(ns), .help = (help_)                                                     \
    }
#define KEYS_PASSPHRASE_OPTION                                                                     \
    {                                                                                              \
        .type = OPT_TEXT, .name = "passphrase-file", .value = "FILE",                              \
        .offset = KEYS_AT(passphrase_file),                                                        \
        .help = "its first line, instead of $SANDSTRAP_PASSPHRASE or the terminal"                 \
    }
// Of a file that is written: two rows.
#define KEYS_WRITE_OPTIONS                                                                         \
    {.type = OPT_FLAG,                                                                             \
     .name = "plain",                                                                              \
     .offset = KEYS_AT(plain),                                                                     \
     .help = "do not encrypt the file: whoever reads it opens every SealedSecret"},                \
    {                                                                                              \
        .type = OPT_FLAG, .name = "overwrite", .offset = KEYS_AT(overwrite),                       \
        .help = "replace a file that is there"                                                     \
    }

struct keys_session {
    struct kube_connection to;
    struct record *record;
    struct keys_cluster cluster;
};

// Connects to the cluster. `command`: who may write. Start with {0}. ERR_CONFIG, ERR_API,
// ERR_INTEGRITY (the record), ERR_CANCELLED.
int keys_open(struct keys_session *s, struct command_env *env, const struct keys_options *o,
              const char *command, struct err **err) MUST_CHECK;
// Also a CLEANUP for variables of type `struct keys_session`.
void keys_close(struct keys_session *s);

struct keys_file keys_file_of(const struct keys_options *o) MUST_CHECK;

#endif
