// SPDX-License-Identifier: Apache-2.0
// Where the lexer of a template stands.
#ifndef IO_TEMPLATE_LEX_STATE_H
#define IO_TEMPLATE_LEX_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct lexer {
    struct arena *arena; // for messages
    const char *text;    // from here
    const char *end;     // to here
    const char *at;      // the next byte
    const char *start;   // of the token that is being read
    const char *delim;   // the left delimiter that was found last, which `at` may have passed
    uint32_t paren_depth;
    bool inside_action;
    bool failed; // then nothing follows
};

#endif
