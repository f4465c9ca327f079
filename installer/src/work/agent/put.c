// SPDX-License-Identifier: Apache-2.0
// PUT blobs/<sha256>?size=S&offset=N: the rest of a blob, from byte N on, into the store as it
// comes.
#include "base/url.h"
#include "work/agent/call.h"
#include "work/agent/incoming.h"

static int on_piece(void *data, struct span piece, struct err **err)
{
    struct call *c = data;

    c->agent->received_bytes += piece.len;
    if (!c->incoming)
        return err_set(err, ERR_TIMEOUT, "another request brings this blob now");
    if (c->skip) {
        size_t skip = c->skip < piece.len ? (size_t)c->skip : piece.len;

        c->skip -= skip;
        piece = span_tail(piece, skip);
    }
    return incoming_add(c->incoming, piece, err);
}

static void on_received(void *data, const struct err *error)
{
    struct call *c = data;

    if (!error && c->incoming) {
        incoming_end(c->incoming);
        return;
    }
    call_end_blob(c);
    if (error)
        call_fail(c, error);
    else
        call_answer(c, 503, "another request brings this blob now");
}

static void on_stored(void *data, const struct err *error)
{
    struct call *c = data;

    c->incoming = NULL;
    if (error)
        call_fail(c, error);
    else
        call_answer(c, 201, "taken");
}

// The connection may hang: its answer is given when it moves again, or ends.
static void on_taken(void *data)
{
    ((struct call *)data)->incoming = NULL;
}

static void on_ready(void *data, uint64_t have, const struct err *error)
{
    struct call *c = data;
    const struct httpd_sink sink = {.piece = on_piece, .end = on_received, .data = c};

    if (error) {
        c->incoming = NULL;
        call_fail(c, error);
        return;
    }
    if (c->skip > have) {
        call_end_blob(c);
        call_answer(c, 409, "have %llu", (unsigned long long)have);
        return;
    }
    c->skip = have - c->skip;
    httpd_receive(c->http, c->size, &sink);
}

static bool read_number(struct arena *arena, const struct call *c, const char *name,
                        uint64_t *number)
{
    struct span text;

    return url_query(arena, c->http->query, name, &text) && span_u64(text, number);
}

void call_put_blob(struct call *c)
{
    const struct incoming_handler handler = {
        .ready = on_ready, .ended = on_stored, .taken = on_taken, .data = c};
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct seed_blob blob;

    if (!read_number(arena, c, "size", &c->size) || !read_number(arena, c, "offset", &c->skip) ||
        c->skip > c->size || c->size > INT64_MAX) {
        call_answer(c, 400, "a blob is put with its size and an offset: ?size=S&offset=N");
        return;
    }
    if (!c->agent->store) {
        call_answer(c, 503, "the store was removed");
        return;
    }
    blob = (struct seed_blob){.digest = c->digest, .size = c->size};
    if (blobstore_has(c->agent->store, &c->digest, c->size)) {
        call_answer(c, 200, "is here already");
        return;
    }
    // Who sends all of it does not rely on what is there.
    c->incoming =
        incoming_begin(c->agent, &blob, c->skip ? INCOMING_ON : INCOMING_ANEW, &handler, &err);
    if (!c->incoming)
        call_fail(c, err);
}

void call_end_blob(struct call *c)
{
    incoming_abandon(c->incoming);
    c->incoming = NULL;
}
