// SPDX-License-Identifier: Apache-2.0
// pkt-line framing.
#include "model/git/pktline.h"

#include <stdarg.h>

#include "base/mem.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool pktline_length(struct span head, size_t *length)
{
    *length = 0;
    for (size_t i = 0; i < PKTLINE_HEAD_BYTES; i++) {
        int digit = hex_value(head.ptr[i]);

        if (digit < 0)
            return false;
        *length = *length * 16 + (size_t)digit;
    }
    return true;
}

int pktline_next(struct span *rest, bool text, enum pktline_kind *kind, struct span *payload,
                 struct err **err)
{
    size_t length;

    *payload = SPAN_EMPTY;
    if (rest->len < PKTLINE_HEAD_BYTES || !pktline_length(*rest, &length))
        return err_set(err, ERR_SOURCE, "the answer is not git's protocol");
    if (length < PKTLINE_HEAD_BYTES) {
        static const enum pktline_kind special[] = {PKTLINE_FLUSH, PKTLINE_DELIM, PKTLINE_END,
                                                    PKTLINE_END};

        *kind = special[length];
        *rest = span_tail(*rest, PKTLINE_HEAD_BYTES);
        return 0;
    }
    if (length > rest->len)
        return err_set(err, ERR_SOURCE, "the answer ends in the middle of a line");
    *kind = PKTLINE_DATA;
    *payload = span_tail(span_head(*rest, length), PKTLINE_HEAD_BYTES);
    *rest = span_tail(*rest, length);
    if (text && span_ends(*payload, "\n"))
        payload->len--;
    return 0;
}

void pktline_add(struct buf *out, const char *fmt, ...)
{
    char *line CLEANUP(mem_cleanup) = NULL;
    va_list args;

    va_start(args, fmt);
    line = mem_vprintf(fmt, args);
    va_end(args);
    pktline_add_span(out, span_str(line));
}

void pktline_add_span(struct buf *out, struct span line)
{
    buf_printf(out, "%04zx", line.len + PKTLINE_HEAD_BYTES);
    buf_add_span(out, line);
}

void pktline_add_shallow(struct buf *out, const struct git_oid *commit)
{
    char hex[GIT_OID_HEX + 1];

    git_oid_format(commit, hex);
    pktline_add(out, "shallow %s\n", hex);
}

void pktline_add_flush(struct buf *out)
{
    buf_add_str(out, "0000");
}

void pktline_add_delim(struct buf *out)
{
    buf_add_str(out, "0001");
}
