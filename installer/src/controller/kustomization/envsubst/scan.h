// SPDX-License-Identifier: Apache-2.0
// The scanner of github.com/fluxcd/pkg/envsubst: pieces of a text, of which the parser says what
// they may hold. It is as odd as that one, since what is odd in it decides what a text means: a NUL
// ends the text, and stepping back goes by the rune that was looked at last.
#ifndef CONTROLLER_KUSTOMIZATION_ENVSUBST_SCAN_H
#define CONTROLLER_KUSTOMIZATION_ENVSUBST_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

enum scan_token {
    SCAN_ILLEGAL,
    SCAN_END,
    SCAN_TEXT,  // scanner.token
    SCAN_OPEN,  // "${"
    SCAN_CLOSE, // "}"
};

// What may come next.
#define SCAN_MAY_TEXT 1u
#define SCAN_MAY_OPEN 2u
#define SCAN_MAY_CLOSE 4u
#define SCAN_MAY_ESCAPE 8u

// Whether a rune belongs to the text that is scanned; `end` is where it ends, from the text's
// start.
typedef bool (*scan_belongs)(uint32_t rune, size_t end);

struct scanner {
    struct span text;
    size_t pos, start;
    size_t width;         // of the rune that was read last
    bool escapes_slashes; // "\/" and "\\", as well as "$$"
    struct buf token;
};

uint32_t scan_peek(struct scanner *s);
uint32_t scan_read(struct scanner *s);
void scan_unread(struct scanner *s);

enum scan_token scan_next(struct scanner *s, scan_belongs belongs, unsigned may);

#endif
