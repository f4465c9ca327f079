// SPDX-License-Identifier: Apache-2.0
// The event stream of a watch: lines of JSON.
#include "model/kube/watch.h"

#include <string.h>

#include "model/kube/raw.h"

static bool type_of(struct span name, enum event_type *type)
{
    static const char *const names[] = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (span_is(name, names[i])) {
            *type = (enum event_type)i;
            return true;
        }
    }
    return false;
}

// An event that cannot be read as a whole: its object on its own, or what can be found of it.
static int decode_parts(struct span line, event_fn *fn, void *data, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *failure CLEANUP(err_cleanup) = NULL;
    struct buf why CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span name = SPAN_EMPTY, text = SPAN_EMPTY;
    struct node *object;
    enum event_type type;

    if (!raw_member(line, "type", &name) || !raw_member(line, "object", &text) || name.len < 2)
        return err_set(err, ERR_API, "watch event without a type or object");
    if (!type_of(span_head(span_tail(name, 1), name.len - 2), &type))
        return 0;
    object = doc_read_json(d, text, "its JSON", ERR_API, &failure);
    if (object)
        return fn(data, type, d, object, NULL, err);
    object = raw_stub(d, text);
    if (!object)
        return err_move(err, &failure);
    err_format(failure, &why);
    return fn(data, type, d, object, buf_str(&why), err);
}

static int decode_line(struct span line, event_fn *fn, void *data, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = NULL;
    struct err *whole CLEANUP(err_cleanup) = NULL;
    struct node *event, *object;
    enum event_type type;

    line = span_trim(line);
    if (line.len == 0)
        return 0;
    d = doc_new();
    event = doc_read_json(d, line, "watch event", ERR_API, &whole);
    if (!event)
        return decode_parts(line, fn, data, err);
    object = node_get(event, "object");
    if (!node_is(object, NODE_MAP))
        return err_set(err, ERR_API, "watch event without an object");
    if (!type_of(node_get_text(event, "type"), &type))
        return 0;
    return fn(data, type, d, object, NULL, err);
}

int event_decoder_feed(struct event_decoder *decoder, struct span piece, event_fn *fn, void *data,
                       struct err **err)
{
    while (piece.len) {
        size_t end = span_find(piece, '\n');
        struct span line = span_head(piece, end);
        int done;

        if (end == piece.len || decoder->line.len) {
            buf_add_span(&decoder->line, line);
            if (buf_check(&decoder->line, ERR_API, "watch event", err) < 0)
                return -1;
            if (end == piece.len)
                return 0;
            line = buf_span(&decoder->line);
        }
        done = decode_line(line, fn, data, err);
        buf_truncate(&decoder->line, 0);
        if (done < 0)
            return -1;
        piece = span_tail(piece, end + 1);
    }
    return 0;
}

void event_decoder_free(struct event_decoder *decoder)
{
    buf_free(&decoder->line);
}
