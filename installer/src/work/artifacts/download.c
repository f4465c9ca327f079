// SPDX-License-Identifier: Apache-2.0
// Parallel downloads: bytes are hashed and written as they come, nothing is kept in memory.
#include "work/artifacts/download.h"

#include <stdlib.h>

#include "base/mem.h"

struct batch {
    struct http *http;
    struct bundle_writer *writer;
    struct report *report;
    size_t open;
    struct err *error; // the first one
};

struct job {
    struct batch *batch;
    const struct download *download;
    struct bundle_blob_writer *blob;
};

static int on_body(void *data, struct span piece, struct err **err)
{
    struct job *job = data;

    return bundle_blob_add(job->blob, piece, err);
}

static void keep(struct batch *batch, const struct download *d, struct err *error)
{
    if (batch->error) {
        err_free(error);
        return;
    }
    batch->error = error;
    err_wrap(&batch->error, "%.*s/%.*s", SPAN_ARG(d->ref.registry), SPAN_ARG(d->ref.repository));
}

static void on_done(void *data, const struct http_response *r, const struct err *error)
{
    struct job *job = data;
    struct err *failure = NULL;

    if (error)
        failure = err_clone(error);
    else if (http_check_status(r, &failure) == 0 && bundle_blob_end(job->blob, &failure) == 0)
        report_trace(job->batch->report, "fetch", "blob %.*s: %llu bytes",
                     SPAN_ARG(job->download->digest), (unsigned long long)job->download->size);
    if (error || (r->status < 200 || r->status > 299))
        bundle_blob_abandon(job->blob);
    if (failure)
        keep(job->batch, job->download, failure);
    job->batch->open--;
    free(job);
}

static bool has_room(void *data)
{
    return ((struct batch *)data)->open < DOWNLOAD_IN_FLIGHT;
}

static bool is_idle(void *data)
{
    return ((struct batch *)data)->open == 0;
}

static int start(struct batch *batch, struct oci *oci, struct arena *arena,
                 const struct download *d, struct err **err)
{
    struct http_request request;
    struct http_handler handler = {.body = on_body, .done = on_done};
    struct job *job;

    if (oci_blob_request(oci, arena, &d->ref, d->digest, &request, err) < 0)
        return -1;
    job = MEM_NEW(struct job);
    *job = (struct job){batch, d, bundle_blob_begin(batch->writer, d->blob)};
    handler.data = job;
    batch->open++;
    http_start(batch->http, &request, &handler);
    return 0;
}

// The jobs point at the batch: it is left only when none is open, whatever happened.
static void finish(struct batch *batch)
{
    while (batch->open) {
        struct err *stop CLEANUP(err_cleanup) = NULL;

        if (http_run_until(batch->http, is_idle, batch, TIMER_NEVER, &stop) < 0 && !batch->error)
            batch->error = STEAL(stop);
    }
}

int download_all(struct http *h, struct oci *oci, struct bundle_writer *w,
                 const struct downloads *list, struct report *report, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct batch batch = {.http = h, .writer = w, .report = report};

    for (size_t i = 0; i < list->len && !batch.error; i++) {
        if (bundle_writer_has(w, list->items[i].blob))
            continue;
        if (start(&batch, oci, arena, &list->items[i], &batch.error) < 0)
            break;
        if (http_run_until(h, has_room, &batch, TIMER_NEVER, &batch.error) < 0)
            break;
    }
    finish(&batch);
    if (batch.error)
        return err_move(err, &batch.error);
    return 0;
}
