// SPDX-License-Identifier: Apache-2.0
// The event stream of a watch, cut into pieces of a size that the first byte gives, into a store.
#include "fuzz.h"

#include "model/kube/watch.h"

static int keep(void *data, enum event_type type, struct doc *d, struct node *object,
                const char *unread, struct err **err)
{
    struct node *metadata = node_get(object, "metadata");
    struct store *store = data;
    struct node *stored;

    (void)d;
    (void)err;
    store_trim(object);
    if (type == EVENT_DELETED)
        doc_free(store_take(store, node_get_text(metadata, "namespace"),
                            node_get_text(metadata, "name"), &stored));
    else if (unread)
        store_put_unread(store, object, unread, &stored);
    else if (type == EVENT_ADDED || type == EVENT_MODIFIED)
        store_put(store, object, &stored);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct event_decoder decoder CLEANUP(event_decoder_free) = EVENT_DECODER_INIT;
    struct store store CLEANUP(store_free) = {0};
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct span rest;
    size_t cut;

    if (size == 0)
        return 0;
    cut = (size_t)data[0] + 1;
    rest = span_of(data + 1, size - 1);
    while (rest.len) {
        struct span piece = span_head(rest, cut);

        if (event_decoder_feed(&decoder, piece, keep, &store, &err) < 0)
            return 0;
        rest = span_tail(rest, piece.len);
    }
    return 0;
}
