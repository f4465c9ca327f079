// SPDX-License-Identifier: Apache-2.0
// The parts of a watch: the decoder of its event stream, the store of its objects, both pure, and
// the copy that is kept of a selection with them.
#ifndef MODEL_KUBE_WATCH_H
#define MODEL_KUBE_WATCH_H

#include "base/map.h"
#include "model/kube/client.h"

// --- events.c ---

// The stream of a watch: one JSON object per line, cut anywhere by the network.
struct event_decoder {
    struct buf line; // begun, but not ended
};

#define EVENT_DECODER_INIT                                                                         \
    {                                                                                              \
        BUF_INIT(KUBE_EVENT_MAX_BYTES)                                                             \
    }

enum event_type { EVENT_ADDED, EVENT_MODIFIED, EVENT_DELETED, EVENT_BOOKMARK, EVENT_ERROR };

// `object` lives in `d` during the call. With `unread`, why the object cannot be read, it is only
// what raw_stub() finds of it. -1 ends the decoding.
typedef int event_fn(void *data, enum event_type type, struct doc *d, struct node *object,
                     const char *unread, struct err **err);

// Decodes what is complete. ERR_API for what is no event, and for one that cannot be read and has
// no name; events of unknown types are left out.
int event_decoder_feed(struct event_decoder *decoder, struct span piece, event_fn *fn, void *data,
                       struct err **err) MUST_CHECK;
void event_decoder_free(struct event_decoder *decoder);

// --- store.c ---

struct stored {
    char *key;       // "namespace/name"
    struct doc *doc; // of this object alone; NULL once it is gone
    struct node *object;
    unsigned round; // of listing, in which it was last seen
    char *unread;   // why it cannot be read: `object` is a stub then; NULL: it is read
};

struct store {
    struct map by_key; // also holds those that are gone, until they are many
    size_t count;      // of those that are there
    unsigned round;
};

// Removes what nobody waits for and everybody pays for: the field sets of managedFields (who wrote
// when stays) and last-applied.
void store_trim(struct node *object);
// Leaves what tells one object from another, see struct kube_selection.
void store_trim_to_name(struct node *object);

enum store_change { STORE_SAME, STORE_ADDED, STORE_MODIFIED };

// Stores a copy of a trimmed object, replacing the one of its name; *stored is the copy.
enum store_change store_put(struct store *s, const struct node *object, struct node **stored);
// As store_put() for the stub of an object that is there and cannot be read, and why.
enum store_change store_put_unread(struct store *s, const struct node *stub, const char *why,
                                   struct node **stored);
// Why, or NULL.
const char *store_unread(const struct store *s, struct span ns, struct span name);
// Takes an object out; NULL when it is not there, else its doc (the caller's) and node.
struct doc *store_take(struct store *s, struct span ns, struct span name, struct node **object);
// NULL for what cannot be read, too.
const struct node *store_get(const struct store *s, struct span ns, struct span name);

// A round of listing: what it has not seen at its end is gone. store_take_unseen: one by one.
void store_begin_round(struct store *s);
struct doc *store_take_unseen(struct store *s, struct node **object);

void store_free(struct store *s);

// --- watch_copy.c ---

// A copy of a selection. It sends nothing: pages of a list and events come in, changes go out.
struct watch_copy {
    struct kube *kube;   // for warnings
    struct arena *arena; // owns the texts of `selection`
    struct kube_selection selection;
    struct kube_watch_handler handler;
    struct store store;
    char *version; // up to which changes are known; NULL before the first list
    char *token;   // of the next page of the list; NULL: there is none
    bool stopped;  // nobody is told any more
};

void watch_copy_init(struct watch_copy *c, struct kube *k, const struct kube_selection *selection,
                     const struct kube_watch_handler *handler);
// A list begins: what it does not bring is gone at its end.
void watch_copy_begin_list(struct watch_copy *c);
// Takes a page of it: 0 when it was the last, 1 when the one of `token` is to come, or nobody waits
// for it any more. -1 with ERR_API: it is no page.
int watch_copy_page(struct watch_copy *c, const struct http_response *r, struct err **err)
    MUST_CHECK;
// Takes an event other than EVENT_ERROR, as event_fn gets it.
void watch_copy_event(struct watch_copy *c, enum event_type type, struct doc *d,
                      struct node *object, const char *unread);
void watch_copy_free(struct watch_copy *c);

#endif
