// SPDX-License-Identifier: Apache-2.0
// How a layer ends that does not become ready.
#include "work/layers/wait/end.h"

#include "base/buf.h"
#include "base/when.h"

int end_failed(const struct finding *cause, struct err **err)
{
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    finding_describe(cause, &line);
    finding_notes(cause, when_now(), &line);
    err_set(err, ERR_TERMINAL, "layer %s: %s", cause->layer, buf_str(&line));
    return err_hint(err, "%s; then run 'sandstrap up' again",
                    cause->next ? cause->next : "put it right in the tree or the cluster");
}

int end_timed_out(const struct finding *findings, size_t count, struct err **err)
{
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const char *next = findings[0].next;

    finding_describe(&findings[0], &line);
    finding_notes(&findings[0], when_now(), &line);
    if (count > 1)
        buf_printf(&line, " (and %zu more)", count - 1);
    err_set(err, ERR_TIMEOUT, "layer %s is not ready in time: still waiting for %s",
            findings[0].layer, buf_str(&line));
    return err_hint(err,
                    "%s%s--timeout gives more time, and 'sandstrap up' goes on where it stopped",
                    next ? next : "", next ? "; " : "");
}
