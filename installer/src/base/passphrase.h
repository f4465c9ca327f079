// SPDX-License-Identifier: Apache-2.0
// A passphrase, from where nobody else sees it: a file, the environment, or the terminal without
// echo. Never the command line, which every user of the machine can read.
#ifndef BASE_PASSPHRASE_H
#define BASE_PASSPHRASE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/loop.h"

#define PASSPHRASE_VARIABLE "SANDSTRAP_PASSPHRASE"
#define PASSPHRASE_MAX ((size_t)1024)

// Appends it to `out`, the first that there is: the first line of `file` (NULL: none), the
// variable, which is taken out of the environment so that no child gets it, what is typed. `twice`:
// typed two times, since nobody can see a slip. `what` is what it is for. Runs the loop while it
// waits for the terminal. ERR_CONFIG: the file; ERR_USAGE: it is empty, two that differ, or nobody
// can be asked; ERR_CANCELLED.
int passphrase_get(struct loop *l, const char *file, const char *what, bool twice, struct buf *out,
                   struct err **err) MUST_CHECK;

#endif
