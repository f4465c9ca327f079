// SPDX-License-Identifier: Apache-2.0
// The text of an error chain. Apart from err.c, because buffers report errors themselves.
#include "base/buf.h"
#include "base/err.h"

void err_format(const struct err *err, struct buf *out)
{
    for (; err; err = err_cause(err)) {
        buf_add_str(out, err_message(err));
        if (err_cause(err))
            buf_add_str(out, ": ");
    }
}
