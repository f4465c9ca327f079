// SPDX-License-Identifier: Apache-2.0
#include "work/agent/incoming.h"

#include "base/mem.h"
#include "base/worker.h"
#include "work/agent/wanted.h"

enum stage { BEGINNING, WRITING, ENDING };

struct incoming {
    struct agent *agent;
    enum stage stage;
    struct digest digest;
    uint64_t size, have;
    enum incoming_from from;
    struct incoming_handler handler;
    bool abandoned; // while a thread had it
    bool again;     // room was made for it
    struct worker *worker;
    struct blobstore_blob *blob; // the thread's while there is one; so are `have` and `error`
    struct err *error;
};

static struct incoming *find(const struct agent *a, const struct digest *digest)
{
    VEC_FOREACH (struct incoming *const *, in, &a->incoming)
        if (digest_eq(&(*in)->digest, digest))
            return *in;
    return NULL;
}

bool incoming_has(const struct agent *a, const struct digest *digest)
{
    return find(a, digest) != NULL;
}

// A blob that ends before it is whole leaves nothing.
static void discard_part(struct blobstore_blob *part)
{
    struct err *expected CLEANUP(err_cleanup) = NULL;

    if (part && blobstore_blob_end(part, &expected) < 0)
        return;
}

static void drop(struct incoming *in)
{
    struct agent *a = in->agent;

    for (size_t i = 0; i < a->incoming.len; i++)
        if (a->incoming.items[i] == in) {
            vec_remove(&a->incoming, i);
            break;
        }
    worker_free(in->worker);
    blobstore_blob_abandon(in->blob);
    err_free(in->error);
    free(in);
}

void incoming_abandon(struct incoming *in)
{
    if (!in)
        return;
    in->abandoned = true;
    if (!in->worker)
        drop(in);
}

void incoming_discard(struct incoming *in)
{
    if (in && !in->worker)
        discard_part(STEAL(in->blob));
    incoming_abandon(in);
}

static void stop(struct incoming *in)
{
    struct incoming_handler handler = in->handler;
    enum stage stage = in->stage;
    bool tell = !in->abandoned;
    struct err *ended CLEANUP(err_cleanup) = NULL;

    drop(in);
    if (!tell)
        return;
    (void)err_set(&ended, ERR_TIMEOUT, "the store is being closed");
    if (stage == BEGINNING)
        handler.ready(handler.data, 0, ended);
    else if (stage == WRITING)
        handler.taken(handler.data);
    else
        handler.ended(handler.data, ended);
}

void incoming_stop(struct agent *a)
{
    while (a->incoming.len)
        stop(a->incoming.items[a->incoming.len - 1]);
}

// --- the beginning ---

static void begin(void *data)
{
    struct incoming *in = data;

    in->blob = blobstore_blob_begin(in->agent->store, &in->digest, in->size, &in->have, &in->error);
    if (!in->blob || in->from == INCOMING_ON || !in->have)
        return;
    discard_part(STEAL(in->blob));
    in->blob = blobstore_blob_begin(in->agent->store, &in->digest, in->size, &in->have, &in->error);
}

static void on_begun(void *data);

// What no bundle needs any more makes room.
static bool try_again(struct incoming *in)
{
    if (in->abandoned || in->again || !in->error || err_kind(in->error) != ERR_CONFIG)
        return false;
    in->again = true;
    err_clear(&in->error);
    wanted_collect(in->agent);
    in->worker = worker_start(in->agent->loop, begin, on_begun, in, &in->error);
    return in->worker != NULL;
}

static void on_begun(void *data)
{
    struct incoming *in = data;
    struct incoming_handler handler = in->handler;
    struct err *error CLEANUP(err_cleanup) = NULL;

    worker_free(STEAL(in->worker));
    if (try_again(in))
        return;
    error = STEAL(in->error);
    if (in->abandoned || error) {
        bool tell = !in->abandoned;

        drop(in);
        if (tell)
            handler.ready(handler.data, 0, error);
        return;
    }
    in->stage = WRITING;
    handler.ready(handler.data, in->have, NULL);
}

static int take_over(struct agent *a, const struct digest *digest, struct err **err)
{
    struct incoming *in = find(a, digest);
    struct incoming_handler handler;

    if (!in)
        return 0;
    if (in->worker)
        return err_set(err, ERR_TIMEOUT, "blob %s is just being looked at: ask again",
                       DIGEST_TEXT(digest));
    handler = in->handler;
    drop(in);
    handler.taken(handler.data);
    return 0;
}

struct incoming *incoming_begin(struct agent *a, const struct seed_blob *blob,
                                enum incoming_from from, const struct incoming_handler *handler,
                                struct err **err)
{
    struct incoming *in;

    if (take_over(a, &blob->digest, err) < 0)
        return NULL;
    in = MEM_NEW(struct incoming);
    *in = (struct incoming){
        .agent = a, .digest = blob->digest, .size = blob->size, .from = from, .handler = *handler};
    vec_push(&a->incoming, in);
    in->worker = worker_start(a->loop, begin, on_begun, in, err);
    if (in->worker)
        return in;
    drop(in);
    return NULL;
}

// --- the rest ---

int incoming_add(struct incoming *in, struct span piece, struct err **err)
{
    return blobstore_blob_add(in->blob, piece, err);
}

static void end(void *data)
{
    struct incoming *in = data;

    if (blobstore_blob_end(STEAL(in->blob), &in->error) < 0)
        return; // in->error says it
}

static void on_ended(void *data)
{
    struct incoming *in = data;
    struct agent *a = in->agent;
    struct incoming_handler handler = in->handler;
    struct digest digest = in->digest;
    bool tell = !in->abandoned;
    struct err *error CLEANUP(err_cleanup) = STEAL(in->error);

    drop(in);
    if (!error)
        wanted_has_blob(a, &digest);
    if (tell)
        handler.ended(handler.data, error);
}

void incoming_end(struct incoming *in)
{
    in->stage = ENDING;
    in->worker = worker_start(in->agent->loop, end, on_ended, in, &in->error);
    if (!in->worker)
        on_ended(in);
}
