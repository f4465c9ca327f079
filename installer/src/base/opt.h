// SPDX-License-Identifier: Apache-2.0
// One table per command gives parsing, usage and --help: long options with values, positional
// operands, nothing else. Parsing writes into the caller's struct through offsets.
#ifndef BASE_OPT_H
#define BASE_OPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"

enum opt_type {
    OPT_FLAG,     // bool: --name
    OPT_TEXT,     // const char *: --name VALUE or --name=VALUE
    OPT_DURATION, // int64_t, milliseconds: 90s, 3m, 1h30m, 500ms, 0
    OPT_SIZE,     // uint64_t, bytes: 500000000, 500M, 20Gi (as quantities of Kubernetes)
    OPT_CHOICE,   // const char *: one of `choices`, separated by '|'
    OPT_OPERAND,  // const char *: the next operand; required when `value` is not in brackets
    OPT_OPERANDS, // struct opt_list: all remaining operands
    OPT_LIST,     // struct opt_list: may be given several times
};

struct opt_list {
    const char **items; // the strings are borrowed from argv
    size_t len, cap;
};

struct opt {
    enum opt_type type;
    const char *name;    // "timeout" for --timeout; NULL for operands
    char letter;         // one-letter form or 0
    const char *value;   // how the value is called in the help: "FILE", "[ENTRYPOINT]"
    size_t offset;       // offsetof() in the struct that is filled in
    const char *help;    // one line
    const char *choices; // OPT_CHOICE: "text|json"
};

struct opt_command {
    const char *name;    // "bundle lock"
    const char *summary; // one line for the list of commands
    const char *details; // paragraphs for --help, or NULL
    const struct opt *options;
    size_t option_count;
};

// Fills `into` (zeroed or holding defaults) from argv, which starts after the command's name.
// "--" ends the options. *help is set by --help or -h, and nothing else is checked then.
// ERR_USAGE, with a did-you-mean hint for misspelt options. opt_free_lists frees lists.
int opt_parse(const struct opt_command *command, int argc, char **argv, void *into, bool *help,
              struct err **err) MUST_CHECK;
void opt_free_lists(const struct opt_command *command, void *into);

// The text of --help.
void opt_help(const struct opt_command *command, struct buf *out);

// "1h30m" and the like in milliseconds; false when it is not a duration.
bool opt_duration(const char *text, int64_t *ms) MUST_CHECK;

// A whole number, with k, M, G, T (1000) or Ki, Mi, Gi, Ti (1024) behind it or not, in bytes; false
// when it is none.
bool opt_size(const char *text, uint64_t *bytes) MUST_CHECK;

// The nearest of `count` names to `text` by edit distance, or NULL when none is close.
const char *opt_nearest(const char *text, const char *const *names, size_t count);

#endif
