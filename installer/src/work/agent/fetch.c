// SPDX-License-Identifier: Apache-2.0
// One peer that is asked, request by request.
#include <stdlib.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "work/agent/incoming.h"
#include "work/agent/peers.h"
#include "work/agent/wanted.h"

enum {
    CONNECT_MS = 3000,
    STALL_MS = 15000,
    SLOWEST_BYTES_PER_MS = 64, // who is slower is left for somebody else
};

static struct agent *agent_of(const struct fetch *f)
{
    return f->peers->agent;
}

void fetch_stop(struct fetch *f)
{
    http_abort(STEAL(f->transfer));
    incoming_abandon(STEAL(f->incoming));
    seed_blobs_free(&f->has);
    f->busy = false;
}

static void leave(struct fetch *f)
{
    fetch_stop(f);
    f->peers->fetched(f);
}

// --- the peer's answers ---

static void avoid(struct fetch *f, int64_t ms)
{
    struct peer *peer = peers_find(f->peers, &f->peer);

    if (peer)
        peer->avoid_until = timer_add(timer_now(), ms);
}

static void blame(struct fetch *f, const struct err *wrong)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct peer *peer = peers_find(f->peers, &f->peer);

    err_format(wrong, &text);
    report_warn(agent_of(f)->report, "agent",
                "the peer %s gave something else than it was asked for, and is not asked again for "
                "ten minutes: %s",
                peer ? peer->text : "of before", buf_str(&text));
    avoid(f, PEERS_AVOID_WRONG_MS);
}

// The store takes nothing now: no room, or a disk that fails.
static void pause_for(struct fetch *f, const struct err *error)
{
    agent_set_problem(agent_of(f), AGENT_STORE, error);
    f->peers->pause_until = timer_add(timer_now(), PEERS_PAUSE_MS);
}

enum answer { ANSWER_THERE, ANSWER_MISSING, ANSWER_USELESS };

static enum answer judge(struct fetch *f, const struct http_response *r, const struct err *error)
{
    if (!error && r->status >= 200 && r->status < 300)
        return ANSWER_THERE;
    if (!error && r->status == 404)
        return ANSWER_MISSING;
    if (r->failure == HTTP_REFUSED) { // more than was asked for, or from another place on
        blame(f, error);
        return ANSWER_USELESS;
    }
    avoid(f, r->failure == HTTP_BROKEN || r->failure == HTTP_TIMED_OUT ? PEERS_AVOID_SILENT_MS
                                                                       : PEERS_AVOID_ABSENT_MS);
    return ANSWER_USELESS;
}

// --- a request ---

// Signed, since an agent may stand in a network that the others do not know.
static void sign(const struct agent *a, const char *path, const struct digest *digest,
                 struct buf *header)
{
    struct buf token CLEANUP(crypto_buf_wipe) = BUF_INIT(BUF_TEXT_MAX);
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    char mac[SEED_MAC_BYTES];

    if (agent_token(a, &token, &ignored) < 0)
        return;
    seed_mac(buf_span(&token), SPAN("GET"), span_str(path), SPAN_EMPTY, digest, mac);
    buf_printf(header, SEED_MAC_HEADER ": %s", mac);
}

// Of what has this digest in its path.
static void ask(struct fetch *f, const char *path, const struct digest *digest, uint64_t offset,
                uint64_t max_bytes, const struct http_handler *handler)
{
    const struct agent *a = agent_of(f);
    const struct peer *peer = peers_find(f->peers, &f->peer);
    struct buf url CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf mac CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const char *headers[] = {NULL, NULL};
    int64_t most_ms = 2 * STALL_MS + (int64_t)(max_bytes / SLOWEST_BYTES_PER_MS);
    struct http_request request = {
        .headers = headers,
        .site = &f->site,
        .http1 = true,
        .offset = offset,
        .max_bytes = max_bytes,
        .connect_timeout_ms = CONNECT_MS,
        .stall_timeout_ms = STALL_MS,
        .budget = {.attempts = 1, .deadline = timer_add(timer_now(), most_ms)},
    };

    buf_printf(&url, f->peer.bits == 128 ? "http://[%s]:%d%s" : "http://%s:%d%s",
               peer ? peer->text : "", a->config.port, path);
    sign(a, path, digest, &mac);
    if (mac.len)
        headers[0] = buf_str(&mac);
    request.url = buf_str(&url);
    f->transfer = http_start(a->http, &request, handler);
}

static void ask_of_bundle(struct fetch *f, const char *what, size_t max_bytes,
                          void (*done)(void *, const struct http_response *, const struct err *))
{
    const struct http_handler handler = {.done = done, .data = f};
    char *path CLEANUP(mem_cleanup) =
        mem_printf(SEED_API "/bundles/%s%s", DIGEST_HEX(&f->bundle), what);

    ask(f, path, &f->bundle, 0, max_bytes, &handler);
}

// --- blobs ---

static void next_blob(struct fetch *f);

static int on_piece(void *data, struct span piece, struct err **err)
{
    struct fetch *f = data;

    agent_of(f)->fetched_bytes += piece.len;
    f->got = true;
    return incoming_add(f->incoming, piece, err);
}

static void on_stored(void *data, const struct err *error)
{
    struct fetch *f = data;

    f->incoming = NULL;
    if (!error) {
        next_blob(f);
        return;
    }
    // What was there before may be what is wrong: then the next try is all the peer's.
    if (err_kind(error) != ERR_INTEGRITY)
        pause_for(f, error);
    else if (f->blob.have == 0)
        blame(f, error);
    leave(f);
}

static void on_blob(void *data, const struct http_response *r, const struct err *error)
{
    struct fetch *f = data;

    f->transfer = NULL;
    if (error && err_kind(error) == ERR_CONFIG) {
        pause_for(f, error);
    } else if (judge(f, r, error) == ANSWER_THERE) {
        incoming_end(f->incoming);
        return;
    }
    incoming_discard(STEAL(f->incoming));
    leave(f);
}

static void on_taken(void *data)
{
    struct fetch *f = data;

    f->incoming = NULL;
    http_abort(STEAL(f->transfer));
    next_blob(f);
}

static void on_ready(void *data, uint64_t have, const struct err *error)
{
    struct fetch *f = data;
    const struct http_handler handler = {.body = on_piece, .done = on_blob, .data = f};
    char *path CLEANUP(mem_cleanup) = mem_printf(SEED_API "/blobs/%s", DIGEST_HEX(&f->blob.digest));

    if (error) {
        f->incoming = NULL;
        pause_for(f, error);
        leave(f);
        return;
    }
    f->blob.have = have;
    if (have == f->blob.size)
        incoming_end(f->incoming);
    else
        ask(f, path, &f->blob.digest, have, f->blob.size, &handler);
}

// The next one that is lacking still, and that nobody else brings.
static void next_blob(struct fetch *f)
{
    const struct incoming_handler handler = {
        .ready = on_ready, .ended = on_stored, .taken = on_taken, .data = f};
    struct agent *a = agent_of(f);

    while (f->has.items.len && a->store) {
        struct err *ignored CLEANUP(err_cleanup) = NULL;

        f->blob = f->has.items.items[--f->has.items.len];
        if (incoming_has(a, &f->blob.digest) ||
            blobstore_has(a->store, &f->blob.digest, f->blob.size))
            continue;
        f->incoming = incoming_begin(a, &f->blob, INCOMING_ON, &handler, &ignored);
        if (f->incoming)
            return;
    }
    leave(f);
}

// --- a bundle ---

static void go_on(struct fetch *f);

static void take(struct fetch *f, const struct http_response *r, const struct err *error,
                 int (*into)(struct agent *, struct wanted *, struct span, struct err **))
{
    struct wanted *w = wanted_find(agent_of(f), &f->bundle);
    struct err *err CLEANUP(err_cleanup) = NULL;
    enum answer answer = judge(f, r, error);

    f->transfer = NULL;
    if (answer == ANSWER_THERE && w && into(agent_of(f), w, buf_span(&r->body), &err) < 0) {
        if (err_kind(err) == ERR_INTEGRITY)
            blame(f, err);
        else
            pause_for(f, err);
        answer = ANSWER_USELESS;
    }
    f->got |= answer == ANSWER_THERE;
    if (answer == ANSWER_USELESS)
        leave(f);
    else
        go_on(f);
}

static void on_head(void *data, const struct http_response *r, const struct err *error)
{
    take(data, r, error, wanted_take_head);
}

static void on_list(void *data, const struct http_response *r, const struct err *error)
{
    take(data, r, error, wanted_take_list);
}

// What is lacking here and not there, in an order of this node's own: then no two nodes want the
// same of a third at the same time.
static void choose(struct fetch *f, const struct wanted *w, const struct seed_blobs *theirs)
{
    struct seed_blobs ours CLEANUP(seed_blobs_free) = {0};

    wanted_lacks(agent_of(f), w, &ours);
    VEC_FOREACH (const struct seed_blob *, blob, &ours.items)
        if (!theirs->items.len || !bsearch(blob, theirs->items.items, theirs->items.len,
                                           sizeof(*blob), seed_blob_compare))
            vec_push(&f->has.items, *blob);
    for (size_t i = f->has.items.len; i > 1; i--) {
        struct seed_blob *other = &f->has.items.items[peers_random(f->peers, i)];
        struct seed_blob last = f->has.items.items[i - 1];

        f->has.items.items[i - 1] = *other;
        *other = last;
    }
}

static void on_lacks(void *data, const struct http_response *r, const struct err *error)
{
    struct fetch *f = data;
    const struct wanted *w = wanted_find(agent_of(f), &f->bundle);
    struct seed_blobs theirs CLEANUP(seed_blobs_free) = {0};
    struct err *err CLEANUP(err_cleanup) = NULL;

    f->transfer = NULL;
    if (judge(f, r, error) == ANSWER_THERE && w) {
        if (seed_blobs_read(buf_span(&r->body), &theirs, &err) < 0)
            blame(f, err);
        else
            choose(f, w, &theirs);
    }
    next_blob(f);
}

static void go_on(struct fetch *f)
{
    const struct wanted *w = wanted_find(agent_of(f), &f->bundle);

    if (w && !w->has_head && !f->asked_head) {
        f->asked_head = true;
        ask_of_bundle(f, "", WANTED_HEAD_MAX_BYTES, on_head);
    } else if (w && !w->has_list && !f->asked_list) {
        f->asked_list = true;
        ask_of_bundle(f, "/blobs", WANTED_LIST_MAX_BYTES, on_list);
    } else if (w && w->lacks && !f->asked_lacks) {
        f->asked_lacks = true;
        ask_of_bundle(f, "/lacks", WANTED_LIST_MAX_BYTES, on_lacks);
    } else {
        leave(f);
    }
}

void fetch_start(struct fetch *f, const struct peer *peer, const struct wanted *w)
{
    f->busy = true;
    f->peer = peer->address;
    f->bundle = w->identity;
    f->asked_head = f->asked_list = f->asked_lacks = f->got = false;
    go_on(f);
}
