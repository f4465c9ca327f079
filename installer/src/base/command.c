// SPDX-License-Identifier: Apache-2.0
// The way of results to stdout.
#include "base/command.h"

#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

int command_flush(struct command_env *env, struct err **err)
{
    struct span text = buf_span(env->out);
    char *plain CLEANUP(mem_cleanup) = NULL;

    if (!env->json && !env->document) {
        plain = text_plain(text, true);
        text = span_str(plain);
    }
    if (buf_check(env->out, ERR_INTERNAL, "the output", err) < 0 ||
        fd_write_all(STDOUT_FILENO, text.ptr, text.len, "standard output", err) < 0)
        return -1;
    buf_truncate(env->out, 0);
    return 0;
}
