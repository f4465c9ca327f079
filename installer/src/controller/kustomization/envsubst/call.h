// SPDX-License-Identifier: Apache-2.0
// What the operators of a variable do to its value.
#ifndef CONTROLLER_KUSTOMIZATION_ENVSUBST_CALL_H
#define CONTROLLER_KUSTOMIZATION_ENVSUBST_CALL_H

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"

// "${name OP args}"
struct call {
    struct buf name;
    char op[4]; // "", ":=", "^^", "//", ...
    struct buf args[2];
    size_t count;
};

#define CALL_INIT                                                                                  \
    {                                                                                              \
        .name = BUF_INIT(BUF_DOC_MAX), .args = { BUF_INIT(BUF_DOC_MAX), BUF_INIT(BUF_DOC_MAX) }    \
    }

// Also a CLEANUP.
void call_free(struct call *c);

// Whether the operator stands for a variable without a value, too.
bool call_has_default(const struct call *c);

// Appends what becomes of the value. ERR_CONFIG where the controller panics.
int call_apply(const struct call *c, struct span value, struct buf *out, struct err **err)
    MUST_CHECK;

#endif
