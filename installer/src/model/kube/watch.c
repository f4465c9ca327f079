// SPDX-License-Identifier: Apache-2.0
// The life of a watch: list in pages, watch from the list's version, reopen when it ends, list
// again when the version has expired, pause when the server is away or refuses.
#include "model/kube/watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/kube/selection.h"

#define WATCH_SHORT_MS 1000 // one that ended earlier without an event is not reopened at once

struct kube_watch {
    struct kube *kube;
    struct kube_watch *next, *previous;
    struct watch_copy copy;
    struct event_decoder decoder;
    struct call *list;
    struct http_transfer *transfer;
    uint64_t timer;
    uint64_t silence; // until it has been silent for too long
    int64_t opened;
    int failures; // in a row
    bool got_event;
    bool bad_event; // what it sent last is no event: list again
    bool expired;   // the version is too old: list again
    bool synced;
    bool owes_sync; // the end of the next list is to be told
    bool renewing;  // a list that was asked for is not complete
    int busy;       // its code is running: freeing waits
};

static void list_next(struct kube_watch *w);
static void open_watch(struct kube_watch *w);

static void watch_free(struct kube_watch *w)
{
    watch_copy_free(&w->copy);
    event_decoder_free(&w->decoder);
    free(w);
}

static void enter(struct kube_watch *w)
{
    w->busy++;
}

static void leave(struct kube_watch *w)
{
    if (--w->busy == 0 && w->copy.stopped)
        watch_free(w);
}

// Ends what it waits for.
static void end_requests(struct kube_watch *w)
{
    call_abort(STEAL(w->list));
    http_abort(STEAL(w->transfer));
    loop_remove_timer(w->kube->loop, w->timer);
    loop_remove_timer(w->kube->loop, w->silence);
    w->timer = w->silence = 0;
}

// --- pauses ---

static void list_anew(struct kube_watch *w)
{
    w->expired = false;
    watch_copy_begin_list(&w->copy);
    list_next(w);
}

// No bookmark for so long: something on the way has swallowed what it is to bring.
static void end_silence(void *data)
{
    struct kube_watch *w = data;

    w->silence = 0;
    report_trace(w->kube->report, "kube", "watch %s: silent, listed again",
                 w->copy.selection.resource->kind);
    end_requests(w);
    list_anew(w);
}

static void expect_more(struct kube_watch *w)
{
    struct loop *loop = w->kube->loop;

    loop_remove_timer(loop, w->silence);
    w->silence =
        loop_add_timer(loop, timer_add(timer_now(), w->kube->watch_silent_ms), end_silence, w);
}

static void end_pause(void *data)
{
    struct kube_watch *w = data;

    w->timer = 0;
    if (w->copy.version && !w->expired)
        open_watch(w);
    else
        list_anew(w);
}

static void pause_until(struct kube_watch *w, int64_t at)
{
    if (!w->copy.stopped)
        w->timer = loop_add_timer(w->kube->loop, at, end_pause, w);
}

static void pause_after_failure(struct kube_watch *w, int64_t retry_after_ms)
{
    static const struct budget endless = {.pause_most_ms = KUBE_PAUSE_MOST_MS};

    w->failures++;
    pause_until(w, budget_repeat_at(&endless, w->failures, retry_after_ms));
}

static void refuse(struct kube_watch *w, enum kube_reason reason, const struct err *error)
{
    w->expired = true;
    w->owes_sync = true;
    w->renewing = false;
    if (w->copy.handler.refused)
        w->copy.handler.refused(w->copy.handler.data, reason, error);
    pause_until(w, timer_now() + KUBE_WATCH_REFUSED_MS);
}

// What a refused list or watch means for the next step.
static void on_refusal(struct kube_watch *w, const struct refusal *refusal,
                       const struct http_response *r)
{
    struct err *error CLEANUP(err_cleanup) = NULL;

    switch (refusal->reason) {
    case KUBE_GONE:
        w->expired = true;
        pause_until(w, timer_now());
        break;
    case KUBE_UNAUTHORIZED:
        if (w->failures++ > 0)
            refuse(w, refusal->reason, refusal->error);
        else if (credentials_refresh(w->kube->credentials, &error) >= 0)
            pause_until(w, timer_now());
        else
            pause_until(w, timer_add(timer_now(), KUBE_UNAUTHORIZED_MS));
        break;
    case KUBE_BUSY:
    case KUBE_WEBHOOK:
    case KUBE_OTHER: pause_after_failure(w, http_retry_after_ms(r)); break;
    default: refuse(w, refusal->reason, refusal->error);
    }
}

// --- listing ---

static void end_of_list(struct kube_watch *w)
{
    w->synced = true;
    w->renewing = false;
    if (w->owes_sync) {
        w->owes_sync = false;
        if (w->copy.handler.synced)
            w->copy.handler.synced(w->copy.handler.data);
    }
    if (!w->copy.stopped)
        open_watch(w);
}

static void read_page(struct kube_watch *w, const struct http_response *r)
{
    struct err *error CLEANUP(err_cleanup) = NULL;
    int more = watch_copy_page(&w->copy, r, &error);

    if (more < 0) {
        refuse(w, KUBE_OTHER, error);
        return;
    }
    w->failures = 0;
    if (w->copy.stopped)
        return;
    if (more)
        list_next(w);
    else
        end_of_list(w);
}

static void on_page(void *data, struct call_result *result)
{
    struct kube_watch *w = data;

    w->list = NULL;
    enter(w);
    if (result->reason == KUBE_OK)
        read_page(w, result->response);
    else if (result->refusal) // a page that came too late starts the list again
        on_refusal(w, result->refusal, result->response);
    else
        pause_after_failure(w, 0);
    leave(w);
}

static void list_next(struct kube_watch *w)
{
    w->list = selection_list(w->kube, &w->copy.selection, w->copy.token, on_page, NULL, w);
}

// --- watching ---

static void on_error_event(struct kube_watch *w, const struct node *status)
{
    if (node_get_int(status, "code", 0) == 410)
        w->expired = true;
    else
        report_trace(w->kube->report, "kube", "watch %s: %s", w->copy.selection.resource->kind,
                     node_get_str(status, "message"));
}

static int on_event(void *data, enum event_type type, struct doc *d, struct node *object,
                    const char *unread, struct err **err UNUSED)
{
    struct kube_watch *w = data;

    if (w->copy.stopped)
        return 0;
    if (type == EVENT_ERROR) {
        on_error_event(w, object);
        return 0;
    }
    w->got_event = true;
    w->failures = 0;
    watch_copy_event(&w->copy, type, d, object, unread);
    return 0;
}

static int on_headers(void *data, const struct http_response *r, struct err **err UNUSED)
{
    struct kube_watch *w = data;

    health_reached(w->kube, r);
    if (r->status == 200)
        w->opened = timer_now();
    return 0;
}

static int on_body(void *data, struct span piece, struct err **err)
{
    struct kube_watch *w = data;
    int done;

    health_heard(w->kube);
    expect_more(w);
    if (!w->opened) { // a refusal's text
        buf_add_span(&w->decoder.line, piece);
        return 0;
    }
    enter(w);
    done = event_decoder_feed(&w->decoder, piece, on_event, w, err);
    w->bad_event = done < 0;
    leave(w);
    return done;
}

static void on_watch_refused(struct kube_watch *w, const struct http_response *r)
{
    char *what CLEANUP(mem_cleanup) =
        kube_call_name("watch", w->copy.selection.resource, NULL, NULL);
    struct http_response whole = *r;
    struct refusal refusal = {0};

    whole.body = w->decoder.line;
    refusal_read(&refusal, w->kube, what, &whole);
    buf_truncate(&w->decoder.line, 0);
    on_refusal(w, &refusal, r);
    refusal_free(&refusal);
}

static void on_done(void *data, const struct http_response *r, const struct err *error)
{
    struct kube_watch *w = data;
    bool was_open = w->opened && (w->got_event || timer_now() - w->opened > WATCH_SHORT_MS);

    w->transfer = NULL;
    loop_remove_timer(w->kube->loop, w->silence);
    w->silence = 0;
    enter(w);
    if (error && w->bad_event) { // the server is there: what it sent is at fault
        report_trace(w->kube->report, "kube", "watch %s: %s", w->copy.selection.resource->kind,
                     err_message(error));
        w->expired = true;
        pause_after_failure(w, 0);
    } else if (error) {
        if (r->failure != HTTP_BROKEN)
            health_unreached(w->kube, error);
        pause_after_failure(w, 0);
    } else if (r->status != 200) {
        on_watch_refused(w, r);
    } else if (w->expired) {
        list_anew(w);
    } else if (was_open) {
        open_watch(w);
    } else {
        pause_after_failure(w, 0);
    }
    leave(w);
}

static void open_watch(struct kube_watch *w)
{
    struct http_handler handler = {on_headers, on_body, on_done, w};

    buf_truncate(&w->decoder.line, 0);
    w->opened = 0;
    w->got_event = false;
    w->bad_event = false;
    health_expect(w->kube);
    expect_more(w);
    w->transfer = selection_watch(w->kube, &w->copy.selection, w->copy.version, &handler);
}

// --- interface ---

struct kube_watch *kube_watch_start(struct kube *k, const struct kube_selection *selection,
                                    const struct kube_watch_handler *handler)
{
    struct kube_watch *w = MEM_NEW(struct kube_watch);

    w->kube = k;
    watch_copy_init(&w->copy, k, selection, handler);
    w->decoder = (struct event_decoder)EVENT_DECODER_INIT;
    w->owes_sync = true;
    w->next = k->watches;
    if (w->next)
        w->next->previous = w;
    k->watches = w;
    list_anew(w);
    return w;
}

void kube_watch_stop(struct kube_watch *w)
{
    if (!w || w->copy.stopped)
        return;
    w->copy.stopped = true;
    if (w->previous)
        w->previous->next = w->next;
    else
        w->kube->watches = w->next;
    if (w->next)
        w->next->previous = w->previous;
    end_requests(w);
    enter(w);
    leave(w);
}

void kube_watch_renew(struct kube_watch *w)
{
    end_requests(w);
    w->renewing = true;
    list_anew(w);
}

bool kube_watch_renewed(const struct kube_watch *w)
{
    return !w->renewing;
}

const struct kube_resource *kube_watch_resource(const struct kube_watch *w)
{
    return w->copy.selection.resource;
}

bool kube_watch_synced(const struct kube_watch *w)
{
    return w->synced;
}

uint64_t kube_watch_version(const struct kube_watch *w)
{
    uint64_t version;

    return w->copy.version && span_u64(span_str(w->copy.version), &version) ? version : 0;
}

size_t kube_watch_count(const struct kube_watch *w)
{
    return w->copy.store.count;
}

const struct node *kube_watch_get(const struct kube_watch *w, struct span ns, struct span name)
{
    return store_get(&w->copy.store, ns, name);
}

const char *kube_watch_unread(const struct kube_watch *w, struct span ns, struct span name)
{
    return store_unread(&w->copy.store, ns, name);
}

int kube_watch_each(const struct kube_watch *w, kube_object_fn *each, void *data, struct err **err)
{
    MAP_FOREACH (entry, &w->copy.store.by_key) {
        const struct stored *e = entry->value;

        if (e->doc && !e->unread && each(data, e->object, err) < 0)
            return -1;
    }
    return 0;
}
