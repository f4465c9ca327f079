// SPDX-License-Identifier: Apache-2.0
// Parallel downloads: bytes are hashed and written as they come, nothing is kept in memory.
#include "work/artifacts/bundle/download.h"

#include <stdlib.h>

#include "base/mem.h"

enum { PIECE_BYTES = 1 << 18 };

struct job;

struct batch {
    struct loop *loop;
    struct http *http;
    struct bundle_writer *writer;
    struct report *report;
    struct job *jobs; // those in flight
    size_t open;
    struct err *error; // the first one
};

struct job {
    struct job *next;
    struct batch *batch;
    const struct download *download;
    struct bundle_blob_writer *blob;
    struct http_transfer *transfer;
};

static void forget(struct job *job)
{
    struct job **at = &job->batch->jobs;

    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    job->batch->open--;
    free(job);
}

// The body of a refusal is not the blob's.
static int on_headers(void *data UNUSED, const struct http_response *r, struct err **err)
{
    return http_check_status(r, err);
}

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

static void on_done(void *data, const struct http_response *r UNUSED, const struct err *error)
{
    struct job *job = data;
    struct err *failure = NULL;

    if (error) {
        failure = err_clone(error);
        bundle_blob_abandon(job->blob);
    } else if (bundle_blob_end(job->blob, &failure) == 0) {
        report_trace(job->batch->report, "fetch", "blob %s: %llu bytes",
                     DIGEST_TEXT(&job->download->digest), (unsigned long long)job->download->size);
    }
    if (failure)
        keep(job->batch, job->download, failure);
    forget(job);
}

static bool has_room(void *data)
{
    const struct batch *batch = data;

    return batch->open < DOWNLOAD_IN_FLIGHT || batch->error;
}

static bool is_idle(void *data)
{
    const struct batch *batch = data;

    return batch->open == 0 || batch->error;
}

static int start(struct batch *batch, struct oci *oci, struct arena *arena,
                 const struct download *d, struct err **err)
{
    struct http_request request;
    struct http_handler handler = {.headers = on_headers, .body = on_body, .done = on_done};
    struct job *job;

    if (oci_blob_request(oci, arena, &d->ref, &d->digest, &request, err) < 0)
        return -1;
    job = MEM_NEW(struct job);
    *job = (struct job){.next = batch->jobs,
                        .batch = batch,
                        .download = d,
                        .blob = bundle_blob_begin(batch->writer, d->blob)};
    batch->jobs = job;
    batch->open++;
    handler.data = job;
    job->transfer = http_start(batch->http, &request, &handler);
    return 0;
}

// After a failure nobody waits for what the others still have to bring.
static void abort_all(struct batch *batch)
{
    struct job *next;

    for (struct job *job = batch->jobs; job; job = next) {
        next = job->next;
        http_abort(job->transfer);
        bundle_blob_abandon(job->blob);
        free(job);
    }
    batch->jobs = NULL;
    batch->open = 0;
}

static void tell(struct batch *batch, const struct download *d, const struct download *before)
{
    struct buf name CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (before && span_eq(before->ref.repository, d->ref.repository) &&
        digest_eq(&before->ref.digest, &d->ref.digest))
        return;
    oci_ref_format(&d->ref, &name);
    report_info(batch->report, "fetch", "getting %s", buf_str(&name));
}

static int run(struct batch *batch, struct oci *oci, struct arena *arena, const downloads *list,
               struct err **err)
{
    const struct download *before = NULL;

    for (size_t i = 0; i < list->len && !batch->error; i++) {
        const struct download *d = &list->items[i];

        if (bundle_writer_has(batch->writer, d->blob))
            continue;
        tell(batch, d, before);
        before = d;
        if (start(batch, oci, arena, d, err) < 0 ||
            loop_run_until(batch->loop, has_room, batch, TIMER_NEVER, err) < 0)
            return -1;
    }
    return loop_run_until(batch->loop, is_idle, batch, TIMER_NEVER, err);
}

int download_all(struct loop *loop, struct http *h, struct oci *oci, struct bundle_writer *w,
                 const downloads *list, struct report *report, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct batch batch = {.loop = loop, .http = h, .writer = w, .report = report};
    int result = run(&batch, oci, arena, list, err);

    abort_all(&batch);
    if (result < 0) {
        err_free(batch.error);
        return -1;
    }
    return batch.error ? err_move(err, &batch.error) : 0;
}

static int copy_blob(struct bundle_writer *w, size_t blob, struct stream *s, struct err **err)
{
    struct bundle_blob_writer *to = bundle_blob_begin(w, blob);
    void *piece CLEANUP(mem_cleanup) = mem_alloc(PIECE_BYTES);
    ssize_t n;

    while ((n = stream_read(s, piece, PIECE_BYTES)) > 0) {
        if (bundle_blob_add(to, span_of(piece, (size_t)n), err) < 0) {
            bundle_blob_abandon(to);
            return -1;
        }
    }
    if (n < 0) {
        bundle_blob_abandon(to);
        return stream_error(s, err);
    }
    return bundle_blob_end(to, err);
}

void download_reuse(struct bundle_writer *w, const downloads *list, const struct bundle *old)
{
    for (size_t i = 0; i < list->len; i++) {
        const struct download *d = &list->items[i];
        const struct bundle_blob *there = bundle_find_blob(old, &d->digest);
        struct err *ignored CLEANUP(err_cleanup) = NULL;
        struct stream *s CLEANUP(stream_cleanup) = NULL;

        if (!there || there->size != d->size || bundle_writer_has(w, d->blob))
            continue;
        s = bundle_stream(old, there);
        if (copy_blob(w, d->blob, s, &ignored) < 0)
            continue; // it is downloaded like one that is not there
    }
}
