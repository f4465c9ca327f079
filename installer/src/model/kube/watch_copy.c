// SPDX-License-Identifier: Apache-2.0
// The copy that a watch keeps: what pages and events make of it, and who is told.
#include "model/kube/watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/kube/page.h"

static const char *copy_text(struct arena *a, const char *text)
{
    return text ? arena_str(a, text) : NULL;
}

void watch_copy_init(struct watch_copy *c, struct kube *k, const struct kube_selection *selection,
                     const struct kube_watch_handler *handler)
{
    *c = (struct watch_copy){.kube = k, .arena = arena_new(), .selection = *selection};
    c->selection.ns = copy_text(c->arena, selection->ns);
    c->selection.labels = copy_text(c->arena, selection->labels);
    c->selection.fields = copy_text(c->arena, selection->fields);
    c->handler = *handler;
}

void watch_copy_free(struct watch_copy *c)
{
    store_free(&c->store);
    free(c->version);
    free(c->token);
    arena_free(c->arena);
}

static void set_text(char **text, const char *value)
{
    if (*text && strcmp(*text, value) == 0)
        return;
    free(*text);
    *text = *value ? mem_str(value) : NULL;
}

// --- changes ---

static void tell(struct watch_copy *c, enum kube_change change, const struct node *object)
{
    if (!c->stopped && c->handler.changed)
        c->handler.changed(c->handler.data, change, object);
}

static void trim(const struct watch_copy *c, struct node *object)
{
    if (c->selection.names_only)
        store_trim_to_name(object);
    else
        store_trim(object);
}

static void put(struct watch_copy *c, struct node *object)
{
    struct node *stored;

    trim(c, object);
    switch (store_put(&c->store, object, &stored)) {
    case STORE_ADDED: tell(c, KUBE_ADDED, stored); break;
    case STORE_MODIFIED: tell(c, KUBE_MODIFIED, stored); break;
    case STORE_SAME: break;
    }
}

// One that is there and cannot be read.
static void put_unread(struct watch_copy *c, const struct node *stub, const char *why)
{
    struct node *stored;

    switch (store_put_unread(&c->store, stub, why, &stored)) {
    case STORE_ADDED:
        page_warn_unread(c->kube, &c->selection, stub, why);
        tell(c, KUBE_ADDED, stored);
        break;
    case STORE_MODIFIED: tell(c, KUBE_MODIFIED, stored); break;
    case STORE_SAME: break;
    }
}

static void drop_unseen(struct watch_copy *c)
{
    struct node *object;

    for (;;) {
        struct doc *gone CLEANUP(doc_cleanup) = store_take_unseen(&c->store, &object);

        if (!gone || c->stopped)
            return;
        tell(c, KUBE_DELETED, object);
    }
}

// --- pages ---

void watch_copy_begin_list(struct watch_copy *c)
{
    set_text(&c->token, "");
    store_begin_round(&c->store);
}

static void put_page(struct watch_copy *c, const struct page *page)
{
    NODE_FOREACH_ITEM (object, page->items) {
        if (!c->stopped)
            put(c, object);
    }
    for (size_t i = 0; i < page->unread_count && !c->stopped; i++) {
        if (page->unread[i].stub)
            put_unread(c, page->unread[i].stub, page->unread[i].why);
        else
            page_warn_unread(c->kube, &c->selection, NULL, page->unread[i].why);
    }
}

int watch_copy_page(struct watch_copy *c, const struct http_response *r, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct page page;

    if (page_read(&page, d, &c->selection, r, err) < 0)
        return -1;
    put_page(c, &page);
    set_text(&c->token, page.token);
    if (c->token || c->stopped)
        return 1;
    set_text(&c->version, page.resource_version);
    drop_unseen(c);
    return 0;
}

// --- events ---

static void note_version(struct watch_copy *c, const struct node *object)
{
    const char *version = node_str(node_path(object, "metadata", "resourceVersion"));

    if (*version)
        set_text(&c->version, version);
}

static void drop(struct watch_copy *c, struct node *object)
{
    const struct node *metadata = node_get(object, "metadata");
    struct node *stored;
    struct doc *gone CLEANUP(doc_cleanup) = store_take(
        &c->store, node_get_text(metadata, "namespace"), node_get_text(metadata, "name"), &stored);

    trim(c, object);
    if (gone)
        tell(c, KUBE_DELETED, object);
}

void watch_copy_event(struct watch_copy *c, enum event_type type, struct doc *d,
                      struct node *object, const char *unread)
{
    note_version(c, object);
    if (type == EVENT_BOOKMARK)
        return;
    selection_complete(d, &c->selection, object);
    if (type == EVENT_DELETED)
        drop(c, object);
    else if (unread)
        put_unread(c, object, unread);
    else
        put(c, object);
}
