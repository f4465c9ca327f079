// SPDX-License-Identifier: Apache-2.0
// The Kubernetes client: kubeconfig, discovery, requests on objects, lists in pages, and watches
// that keep a copy of what they watch. Facts and protocol only; what to apply, when and what
// "ready" means is decided above. Objects are io/doc nodes. All of it runs in
// the loop that it is given.
#ifndef MODEL_KUBE_H
#define MODEL_KUBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/budget.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/loop.h"
#include "base/span.h"
#include "io/doc.h"

#define KUBE_IN_FLIGHT_MAX 8       // requests at a time, watches aside
#define KUBE_SILENT_MS 15000       // without a byte from a server that is waited for: it is told
#define KUBE_WATCH_SILENT_MS 65000 // bookmarks come every minute: without any it lists again
#define KUBE_CLOCK_SKEW_S 60       // a larger difference of clocks is warned of
#define KUBE_PAGE_OBJECTS 500      // of a list
#define KUBE_DISCOVERY_FRESH_MS 2000
#define KUBE_RETRY_MS 30000     // how long a request is repeated when no budget has a deadline
#define KUBE_PAUSE_MOST_MS 2000 // between two attempts: an API server that restarts is near
#define KUBE_ANSWER_MAX_BYTES ((uint64_t)64 << 20)
#define KUBE_EVENT_MAX_BYTES ((size_t)16 << 20) // one event of a watch

// --- kubeconfig (docs/internals/kube.md; clientcmd's rules) ---

struct kubeconfig_options {
    const char *path;    // --kubeconfig; NULL: KUBECONFIG, ~/.kube/config, then in-cluster
    const char *context; // --context; NULL: current-context
    const char *ns;      // --namespace; NULL: the context's, else "default"
};

// The selected context, ready for use; immutable.
struct kubeconfig;

// ERR_CONFIG: a file, context, cluster, user or certificate is missing or bad, by name;
// ERR_UNSUPPORTED: auth-provider, an exec plugin of an unknown version.
struct kubeconfig *kubeconfig_load(const struct kubeconfig_options *options, struct err **err)
    MUST_CHECK;
void kubeconfig_free(struct kubeconfig *c); // NULL-safe
CLEANUP_DEFINE(kubeconfig_cleanup, struct kubeconfig, kubeconfig_free);

// Borrowed; "" when there is none (in-cluster has no context).
const char *kubeconfig_server(const struct kubeconfig *c);
const char *kubeconfig_context(const struct kubeconfig *c);
const char *kubeconfig_user(const struct kubeconfig *c);
const char *kubeconfig_namespace(const struct kubeconfig *c);
// The files it was read from, joined by ':'; "in-cluster".
const char *kubeconfig_source(const struct kubeconfig *c);

// --- client ---

struct http;      // io/http.h
struct http_file; // likewise
struct report;    // base/report.h
struct kube;

struct kube_options {
    const char *manager;  // field manager of writes; NULL: "sandstrap"
    struct budget budget; // of requests that leave theirs open; an unreachable API server is
                          // waited for up to its deadline; 0: KUBE_RETRY_MS from each request.
                          // What it leaves open: the loop's cancel token, KUBE_PAUSE_MOST_MS
    int silent_ms;        // 0: KUBE_SILENT_MS
    int watch_silent_ms;  // 0: KUBE_WATCH_SILENT_MS
};

// Opens no connection yet. `loop`, which `h` is of, too, `h` and `config` are borrowed and outlive
// the client. ERR_CONFIG: a token file or exec plugin that gives nothing. ERR_API: the client
// certificate has expired, or is not valid yet.
struct kube *kube_new(struct loop *loop, struct http *h, const struct kubeconfig *config,
                      const struct kube_options *options, struct err **err) MUST_CHECK;
// Ends all calls and watches. NULL-safe.
void kube_free(struct kube *k);
CLEANUP_DEFINE(kube_cleanup, struct kube, kube_free);

// A client and what it stands on, for who needs no other: opened and closed together.
struct kube_connection {
    struct http *http;
    struct kubeconfig *config;
    struct kube *kube;
};

// As http_new, kubeconfig_load and kube_new one after the other; start with {0}. After a failure
// there is something to close, too.
int kube_connect(struct kube_connection *c, struct loop *loop,
                 const struct kubeconfig_options *where, const struct kube_options *options,
                 struct report *report, struct err **err) MUST_CHECK;
// Also a CLEANUP for variables of type `struct kube_connection`.
void kube_disconnect(struct kube_connection *c);

// The namespace of namespaced objects that name none: the context's. Borrowed.
const char *kube_namespace(const struct kube *k);

// "v1.36.1" and its parts. Not repeated when the server was never reached: the quick first
// question. Warns when the clocks differ by more than KUBE_CLOCK_SKEW_S.
struct kube_version {
    char text[64];
    int major, minor;
    int64_t clock_skew_s; // the server's clock minus ours, by the Date header
};
int kube_server_version(struct kube *k, struct kube_version *version, struct err **err) MUST_CHECK;

// --- discovery ---

enum kube_verb_flag {
    KUBE_CAN_LIST = 1,
    KUBE_CAN_WATCH = 2,
    KUBE_CAN_PATCH = 4,
    KUBE_CAN_DELETE = 8
};

// A resource type. Interned: one per group, version and kind, valid as long as the client.
struct kube_resource {
    const char *group; // "" for core
    const char *version;
    const char *kind;
    const char *plural;
    const char *api_version; // "apps/v1"
    bool namespaced;
    bool preferred; // the group's preferred version
    unsigned verbs;
};

// The type of an apiVersion and kind, by (cached) discovery, which is read again once when the type
// is unknown. Blocking. ERR_API "no matches for kind …" (a hint tells when its API service is
// down).
const struct kube_resource *kube_find(struct kube *k, struct span api_version, struct span kind,
                                      struct err **err) MUST_CHECK;
// As kube_find for an object's own apiVersion and kind.
const struct kube_resource *kube_find_for(struct kube *k, const struct node *object,
                                          struct err **err) MUST_CHECK;
// By group and kind in the preferred version (group "" is core). NULL without an error: not there,
// as of no more than KUBE_DISCOVERY_FRESH_MS ago.
int kube_find_kind(struct kube *k, const char *group, const char *kind,
                   const struct kube_resource **resource, struct err **err) MUST_CHECK;

// Reads discovery again now (after CRDs were established). Blocking. ERR_API, ERR_CANCELLED.
int kube_discover(struct kube *k, struct err **err) MUST_CHECK;
// All known types, and the group versions whose API service did not answer.
const struct kube_resource *const *kube_resources(const struct kube *k, size_t *count);
const char *const *kube_broken_groups(const struct kube *k, size_t *count);

// --- calls on one object ---

enum kube_verb {
    KUBE_GET,
    KUBE_APPLY, // server-side apply
    KUBE_MERGE_PATCH,
    KUBE_CREATE, // also of reviews (SelfSubjectAccessReview)
    KUBE_REPLACE,
    KUBE_DELETE,
};

// Copied by kube_start(), the body too.
struct kube_request {
    enum kube_verb verb;
    const struct kube_resource *resource;
    const char *ns;          // NULL: that of the body; "": the context's, for namespaced types
    const char *name;        // NULL: that of the body
    const char *subresource; // or NULL
    const struct node *body; // object or patch; NULL for get and delete
    const char *manager;     // field manager; NULL: the client's
    bool dry_run;
    bool force;                    // apply: take fields over from any manager
    const char *const *force_over; // apply: only from these managers (ended by NULL), by a second
                                   // request after a conflict with none but them
    bool loose;                    // writes: unknown fields are warnings, not errors
    const char *uid;               // delete: preconditions; NULL: none
    const char *resource_version;
    const char *propagation; // delete: NULL: "Background"
    bool forced;             // delete: of a pod, without any grace period: its node is not awaited
    bool repeatable; // create: also after a broken connection; KUBE_ALREADY_EXISTS may be our own
    bool once;       // the caller repeats what is refused and may pass (429, 5xx, webhooks)
    struct budget budget; // what it leaves open is the client's
};

// Why a call failed, from the Status object and the HTTP status.
enum kube_reason {
    KUBE_OK = 0,
    KUBE_NOT_FOUND,
    KUBE_ALREADY_EXISTS,
    KUBE_CONFLICT,         // resourceVersion or precondition
    KUBE_MANAGER_CONFLICT, // fields of other managers: see conflicts
    KUBE_INVALID,          // refused as an object: validation, strict decoding
    KUBE_IMMUTABLE,        // a cause says that a field cannot be changed
    KUBE_FORBIDDEN,
    KUBE_UNAUTHORIZED,
    KUBE_TERMINATING, // the namespace is being deleted
    KUBE_WEBHOOK,     // an admission or conversion webhook could not be called
    KUBE_GONE,        // 410
    KUBE_BUSY,        // 429, 5xx after all repeats
    KUBE_UNREACHABLE, // no answer within the budget
    KUBE_OTHER,
};

struct kube_conflict {
    const char *manager;
    const char *field; // ".spec.replicas"
};

struct kube_answer {
    enum kube_reason reason;
    int status;          // HTTP, 0 without an answer
    struct doc *doc;     // owns object and conflicts; NULL without an object
    struct node *object; // the object, or the Status of a failure; may be NULL
    struct kube_conflict *conflicts;
    size_t conflict_count;
    int64_t retry_after_ms; // what a refusal that may pass asks for, or 0
};

// Also a CLEANUP for variables of type `struct kube_answer`.
void kube_answer_free(struct kube_answer *a);

// `error` (borrowed) is set unless reason is KUBE_OK: ERR_API with object, reason, causes and hint,
// ERR_CANCELLED. The answer is borrowed too; its doc may be taken (set answer->doc to NULL).
typedef void kube_done_fn(void *data, struct kube_answer *answer, const struct err *error);

struct kube_call;

// Queues a call; at most KUBE_IN_FLIGHT_MAX run at once, in the order given. 429, 5xx, failing
// webhooks and an unreachable server are repeated within the budget; 401 once with fresh
// credentials. Never fails on the spot. `done` is called from the loop, once.
struct kube_call *kube_start(struct kube *k, const struct kube_request *request, kube_done_fn *done,
                             void *data) RETURNS_NONNULL;
// Ends it without its callback. Not after its done. NULL-safe.
void kube_abort(struct kube_call *c);

// Blocking. *answer (zeroed before, the caller frees it) is filled in on failure as well, so that
// its reason can be looked at. Errors as of kube_done_fn.
int kube_perform(struct kube *k, const struct kube_request *request, struct kube_answer *answer,
                 struct err **err) MUST_CHECK;

// The common ones, likewise. kube_get: 1 when there is no such object.
int kube_get(struct kube *k, const struct kube_resource *resource, const char *ns, const char *name,
             struct kube_answer *answer, struct err **err) MUST_CHECK;
int kube_apply(struct kube *k, const struct node *object, bool dry_run, struct kube_answer *answer,
               struct err **err) MUST_CHECK;
// Deletes if it is there (and has `uid`, unless NULL).
int kube_delete(struct kube *k, const struct kube_resource *resource, const char *ns,
                const char *name, const char *uid, struct err **err) MUST_CHECK;

// A plain GET of an API path ("/readyz"), with the body as it is. ERR_API unless 200.
int kube_get_raw(struct kube *k, const char *path, struct buf *out, struct err **err) MUST_CHECK;

// The same in the background, of a path with its query: `body` (borrowed) is empty unless reason is
// KUBE_OK. `budget`: what it leaves open is the client's. `done` is called from the loop, once.
typedef void kube_raw_fn(void *data, enum kube_reason reason, struct span body);
struct kube_raw;
struct kube_raw *kube_start_raw(struct kube *k, const char *path, const struct budget *budget,
                                kube_raw_fn *done, void *data) RETURNS_NONNULL;
// Ends it without its callback. Not after its done. NULL-safe.
void kube_abort_raw(struct kube_raw *r);

// --- the API server's proxy to a pod's port ---

// A request that the API server passes on to a pod as it is, body and answer too. HTTP/1.1, since
// the proxy is slow over HTTP/2 where there is latency; each on a connection of its own while it
// runs, and beside KUBE_IN_FLIGHT_MAX. PUT and POST need "update" and "create" on pods/proxy.
struct kube_proxy_request {
    const char *method; // NULL: GET
    const char *ns, *pod;
    int port;
    bool tls;                     // the pod's port speaks TLS; its certificate is not verified
    const char *path;             // "/sandstrap/v1/status", with its query; encoded
    const char *const *headers;   // ended by NULL; may be NULL
    struct span body;             // copied
    const struct http_file *file; // the body instead; not repeated by itself
    uint64_t max_bytes;           // of the answer; 0: KUBE_ANSWER_MAX_BYTES
    struct budget budget;         // what it leaves open is the client's; a file has any time
};

struct kube_proxy_answer {
    enum kube_reason reason; // KUBE_OK for any answer of the pod itself, whatever its status
    int status;              // of the pod's answer
    struct span body;        // borrowed
};

// `error` is set unless reason is KUBE_OK: ERR_API when the API server refuses or cannot reach the
// pod, ERR_CANCELLED. Called from the loop, once.
typedef void kube_proxy_fn(void *data, const struct kube_proxy_answer *answer,
                           const struct err *error);
struct kube_proxy;
struct kube_proxy *kube_proxy_start(struct kube *k, const struct kube_proxy_request *request,
                                    kube_proxy_fn *done, void *data) RETURNS_NONNULL;
// Ends it without its callback. NULL-safe.
void kube_proxy_abort(struct kube_proxy *p);
// How many bytes of its body were handed to the system; also in its `done`.
uint64_t kube_proxy_sent(const struct kube_proxy *p);
// Blocking: *status and the body, appended, of which there may be as much as the buffer has room
// for unless the request says else. Runs the loop.
int kube_proxy_perform(struct kube *k, const struct kube_proxy_request *request, int *status,
                       struct buf *body, struct err **err) MUST_CHECK;

// --- lists ---

struct kube_selection {
    const struct kube_resource *resource;
    const char *ns;     // NULL or "": all
    const char *labels; // selectors or NULL
    const char *fields;
    bool names_only; // PartialObjectMetadata; of which a watch keeps what tells one from another:
                     // apiVersion, kind, name, namespace, uid, resourceVersion, deletionTimestamp
    struct budget budget; // of each page of a list; what it leaves open is the client's
};

// One object of a page; the node is borrowed during the call and has apiVersion and kind. -1 ends
// the list.
typedef int kube_object_fn(void *data, const struct node *object, struct err **err);

// Blocking; pages of KUBE_PAGE_OBJECTS, each freed before the next. When the continue token expired
// in between, the rest comes from a newer state. *count may be NULL.
int kube_list(struct kube *k, const struct kube_selection *selection, kube_object_fn *each,
              void *data, size_t *count, struct err **err) MUST_CHECK;

// Several lists, of which KUBE_IN_FLIGHT_MAX requests are on their way at a time; their objects
// come mixed.
struct kube_lists {
    const struct kube_selection *selections;
    size_t count;
    kube_object_fn *each;
    // One that the server does not give (403, 404 of its type, 5xx after all repeats): the others
    // go on. Without an answer, or credentials, all of them end. NULL: any refusal ends all.
    void (*refused)(void *data, const struct kube_selection *selection, const struct err *error);
    void *data;
};

// Blocking, as kube_list().
int kube_list_many(struct kube *k, const struct kube_lists *lists, struct err **err) MUST_CHECK;

// --- watches ---

enum kube_change { KUBE_ADDED, KUBE_MODIFIED, KUBE_DELETED };

// An object that cannot be read (nested too deep) hides no other: it is warned of once, told as a
// change with no more than its name, and kube_watch_unread() says why. The node is the stored copy,
// without the field sets of managedFields (who wrote when stays), borrowed; valid until the
// object's next change. For KUBE_DELETED it is the last known state, valid during the call.
struct kube_watch_handler {
    void (*changed)(void *data, enum kube_change change, const struct node *object);
    // The first list is complete, or the first one after a refusal; may be NULL.
    void (*synced)(void *data);
    // The server refuses the list or watch for good (403, 404 of the type), or after the type
    // vanished, or its list is none; the watch goes on trying every KUBE_WATCH_REFUSED_MS. May be
    // NULL.
    void (*refused)(void *data, enum kube_reason reason, const struct err *error);
    void *data;
};

#define KUBE_WATCH_REFUSED_MS 5000

// Keeps a copy of a selection up to date: list, watch with bookmarks from its resourceVersion,
// reopened when it ends, listed again (as changes) after 410 and when it has been silent for so
// long that bookmarks are missing; an unreachable server is reported once and waited for without
// end.
struct kube_watch;

struct kube_watch *kube_watch_start(struct kube *k, const struct kube_selection *selection,
                                    const struct kube_watch_handler *handler) RETURNS_NONNULL;
void kube_watch_stop(struct kube_watch *w); // NULL-safe; also from its own callbacks
CLEANUP_DEFINE(kube_watch_cleanup, struct kube_watch, kube_watch_stop);

const struct kube_resource *kube_watch_resource(const struct kube_watch *w);
bool kube_watch_synced(const struct kube_watch *w);
// Lists the selection again at once: what a silent connection kept back becomes changes. Not from
// the watch's own callbacks. It is renewed when that list is complete, or refused.
void kube_watch_renew(struct kube_watch *w);
bool kube_watch_renewed(const struct kube_watch *w);
// The resourceVersion up to which changes are known; 0 before the first list.
uint64_t kube_watch_version(const struct kube_watch *w);
size_t kube_watch_count(const struct kube_watch *w);
// The stored object or NULL, also when it cannot be read; `ns` is "" for cluster-scoped ones.
// Borrowed.
const struct node *kube_watch_get(const struct kube_watch *w, struct span ns, struct span name);
// Why an object that is there cannot be read, or NULL; borrowed.
const char *kube_watch_unread(const struct kube_watch *w, struct span ns, struct span name);
// Calls each(object) for all that are read; a -1 ends it. No watch may be changed meanwhile (do not
// run the loop).
int kube_watch_each(const struct kube_watch *w, kube_object_fn *each, void *data, struct err **err)
    MUST_CHECK;

#endif
