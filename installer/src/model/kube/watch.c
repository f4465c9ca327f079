// SPDX-License-Identifier: Apache-2.0
// The life of a watch: list in pages, watch from the list's version, reopen when it ends, list
// again when the version has expired, pause when the server is away or refuses.
#include "model/kube/watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/kube/list.h"

#define WATCH_TIMEOUT_S "540" // the server ends it then, and it is opened again
#define WATCH_SHORT_MS 1000   // one that ended earlier without an event is not reopened at once

struct kube_watch {
    struct kube *kube;
    struct kube_watch *next, *previous;
    struct arena *arena; // owns the texts of `selection`
    struct kube_selection selection;
    struct kube_watch_handler handler;
    struct store store;
    struct event_decoder decoder;
    char *version; // to watch from
    char *token;   // of the next page while listing
    struct call *list;
    struct http_transfer *transfer;
    uint64_t timer;
    int64_t opened;
    int failures; // in a row
    bool got_event;
    bool bad_event; // what it sent last is no event: list again
    bool expired;   // the version is too old: list again
    bool synced;
    bool owes_sync; // the end of the next list is to be told
    int busy;       // its code is running: freeing waits
    bool stopped;
};

static void list_next(struct kube_watch *w);
static void open_watch(struct kube_watch *w);

static void watch_free(struct kube_watch *w)
{
    store_free(&w->store);
    event_decoder_free(&w->decoder);
    free(w->version);
    free(w->token);
    arena_free(w->arena);
    free(w);
}

static void enter(struct kube_watch *w)
{
    w->busy++;
}

static void leave(struct kube_watch *w)
{
    if (--w->busy == 0 && w->stopped)
        watch_free(w);
}

static void set_text(char **text, const char *value)
{
    if (*text && strcmp(*text, value) == 0)
        return;
    free(*text);
    *text = *value ? mem_str(value) : NULL;
}

// --- pauses ---

static void list_anew(struct kube_watch *w)
{
    w->expired = false;
    set_text(&w->token, "");
    store_begin_round(&w->store);
    list_next(w);
}

static void end_pause(void *data)
{
    struct kube_watch *w = data;

    w->timer = 0;
    if (w->version && !w->expired)
        open_watch(w);
    else
        list_anew(w);
}

static void pause_until(struct kube_watch *w, int64_t at)
{
    if (!w->stopped)
        w->timer = timers_add(http_timers(w->kube->http), at, end_pause, w);
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
    if (w->handler.refused)
        w->handler.refused(w->handler.data, reason, error);
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
        if (w->failures == 0 && credentials_refresh(w->kube->credentials, &error) >= 0)
            pause_after_failure(w, 0);
        else
            refuse(w, refusal->reason, refusal->error);
        break;
    case KUBE_BUSY:
    case KUBE_WEBHOOK:
    case KUBE_OTHER: pause_after_failure(w, http_retry_after_ms(r)); break;
    default: refuse(w, refusal->reason, refusal->error);
    }
}

// --- changes ---

static void tell(struct kube_watch *w, enum kube_change change, const struct node *object)
{
    if (!w->stopped && w->handler.changed)
        w->handler.changed(w->handler.data, change, object);
}

static void put(struct kube_watch *w, struct node *object)
{
    struct node *stored;

    store_trim(object);
    switch (store_put(&w->store, object, &stored)) {
    case STORE_ADDED: tell(w, KUBE_ADDED, stored); break;
    case STORE_MODIFIED: tell(w, KUBE_MODIFIED, stored); break;
    case STORE_SAME: break;
    }
}

// One that is there and cannot be read.
static void put_unread(struct kube_watch *w, const struct node *stub, const char *why)
{
    struct node *stored;

    switch (store_put_unread(&w->store, stub, why, &stored)) {
    case STORE_ADDED:
        list_warn_unread(w->kube, &w->selection, stub, why);
        tell(w, KUBE_ADDED, stored);
        break;
    case STORE_MODIFIED: tell(w, KUBE_MODIFIED, stored); break;
    case STORE_SAME: break;
    }
}

static void drop_unseen(struct kube_watch *w)
{
    struct node *object;

    for (;;) {
        struct doc *gone CLEANUP(doc_cleanup) = store_take_unseen(&w->store, &object);

        if (!gone || w->stopped)
            return;
        tell(w, KUBE_DELETED, object);
    }
}

// --- listing ---

static void end_of_list(struct kube_watch *w, const char *version)
{
    set_text(&w->version, version);
    drop_unseen(w);
    if (w->stopped)
        return;
    w->synced = true;
    if (w->owes_sync) {
        w->owes_sync = false;
        if (w->handler.synced)
            w->handler.synced(w->handler.data);
    }
    if (!w->stopped)
        open_watch(w);
}

static void read_page(struct kube_watch *w, const struct http_response *r)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *error CLEANUP(err_cleanup) = NULL;
    struct list_page page;

    if (list_read_page(&page, d, &w->selection, r, &error) < 0) {
        refuse(w, KUBE_OTHER, error);
        return;
    }
    w->failures = 0;
    NODE_FOREACH_ITEM (object, page.items) {
        if (!w->stopped)
            put(w, object);
    }
    for (size_t i = 0; i < page.unread_count && !w->stopped; i++) {
        if (page.unread[i].stub)
            put_unread(w, page.unread[i].stub, page.unread[i].why);
        else
            list_warn_unread(w->kube, &w->selection, NULL, page.unread[i].why);
    }
    set_text(&w->token, page.token);
    if (w->stopped)
        return;
    if (w->token)
        list_next(w);
    else
        end_of_list(w, page.resource_version);
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
    w->list = list_start_page(w->kube, &w->selection, w->token, on_page, NULL, w);
}

// --- watching ---

static void note_version(struct kube_watch *w, const struct node *object)
{
    const char *version = node_str(node_path(object, "metadata", "resourceVersion"));

    if (*version)
        set_text(&w->version, version);
}

static void on_deleted(struct kube_watch *w, struct node *object)
{
    const struct node *metadata = node_get(object, "metadata");
    struct node *stored;
    struct doc *gone CLEANUP(doc_cleanup) = store_take(
        &w->store, node_get_text(metadata, "namespace"), node_get_text(metadata, "name"), &stored);

    store_trim(object);
    if (gone)
        tell(w, KUBE_DELETED, object);
}

static void on_error_event(struct kube_watch *w, const struct node *status)
{
    if (node_get_int(status, "code", 0) == 410)
        w->expired = true;
    else
        report_trace(w->kube->report, "kube", "watch %s: %s", w->selection.resource->kind,
                     node_get_str(status, "message"));
}

static int on_event(void *data, enum event_type type, struct doc *d, struct node *object,
                    const char *unread, struct err **err UNUSED)
{
    struct kube_watch *w = data;

    if (w->stopped)
        return 0;
    if (type == EVENT_ERROR) {
        on_error_event(w, object);
        return 0;
    }
    w->got_event = true;
    w->failures = 0;
    note_version(w, object);
    if (type == EVENT_BOOKMARK)
        return 0;
    list_complete_object(d, &w->selection, object);
    if (type == EVENT_DELETED)
        on_deleted(w, object);
    else if (unread)
        put_unread(w, object, unread);
    else
        put(w, object);
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
    char *what CLEANUP(mem_cleanup) = kube_call_name("watch", w->selection.resource, NULL, NULL);
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
    enter(w);
    if (error && w->bad_event) { // the server is there: what it sent is at fault
        report_trace(w->kube->report, "kube", "watch %s: %s", w->selection.resource->kind,
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
    struct buf path CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    char *url CLEANUP(mem_cleanup) = NULL;
    char *accept CLEANUP(mem_cleanup) = mem_printf("Accept: %s", list_accept(&w->selection, false));
    struct http_request request = {.stall_timeout_ms = -1};
    struct http_handler handler = {on_headers, on_body, on_done, w};
    VEC(const char *) lines = {0};
    const char *const *more;

    list_add_path(&w->selection, &path);
    kube_query(&path, "watch", "true");
    kube_query(&path, "allowWatchBookmarks", "true");
    kube_query(&path, "timeoutSeconds", WATCH_TIMEOUT_S);
    kube_query(&path, "resourceVersion", w->version);
    url = mem_printf("%s%s", kubeconfig_server(w->kube->config), buf_str(&path));
    request.url = url;
    vec_push(&lines, accept);
    for (more = credentials_apply(w->kube->credentials, &request); more && *more; more++)
        vec_push(&lines, *more);
    vec_push(&lines, NULL);
    request.headers = lines.items;
    buf_truncate(&w->decoder.line, 0);
    w->opened = 0;
    w->got_event = false;
    w->bad_event = false;
    w->transfer = http_start(w->kube->http, &request, &handler);
    vec_free(&lines);
}

// --- interface ---

static const char *copy_text(struct arena *a, const char *text)
{
    return text ? arena_str(a, text) : NULL;
}

struct kube_watch *kube_watch_start(struct kube *k, const struct kube_selection *selection,
                                    const struct kube_watch_handler *handler)
{
    struct kube_watch *w = MEM_NEW(struct kube_watch);

    w->kube = k;
    w->arena = arena_new();
    w->selection = *selection;
    w->selection.ns = copy_text(w->arena, selection->ns);
    w->selection.labels = copy_text(w->arena, selection->labels);
    w->selection.fields = copy_text(w->arena, selection->fields);
    w->handler = *handler;
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
    if (!w || w->stopped)
        return;
    w->stopped = true;
    if (w->previous)
        w->previous->next = w->next;
    else
        w->kube->watches = w->next;
    if (w->next)
        w->next->previous = w->previous;
    call_abort(w->list);
    http_abort(w->transfer);
    if (w->timer)
        timers_cancel(http_timers(w->kube->http), w->timer);
    enter(w);
    leave(w);
}

const struct kube_resource *kube_watch_resource(const struct kube_watch *w)
{
    return w->selection.resource;
}

bool kube_watch_synced(const struct kube_watch *w)
{
    return w->synced;
}

uint64_t kube_watch_version(const struct kube_watch *w)
{
    uint64_t version;

    return w->version && span_u64(span_str(w->version), &version) ? version : 0;
}

size_t kube_watch_count(const struct kube_watch *w)
{
    return w->store.count;
}

const struct node *kube_watch_get(const struct kube_watch *w, struct span ns, struct span name)
{
    return store_get(&w->store, ns, name);
}

const char *kube_watch_unread(const struct kube_watch *w, struct span ns, struct span name)
{
    return store_unread(&w->store, ns, name);
}

int kube_watch_each(const struct kube_watch *w, kube_object_fn *each, void *data, struct err **err)
{
    MAP_FOREACH (entry, &w->store.by_key) {
        const struct stored *e = entry->value;

        if (e->doc && !e->unread && each(data, e->object, err) < 0)
            return -1;
    }
    return 0;
}
