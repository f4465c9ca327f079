// SPDX-License-Identifier: Apache-2.0
// What the files of the client share: the client's state, raw calls on API paths with queue,
// repeats and credentials, and the decoding of Status objects.
#ifndef MODEL_KUBE_CLIENT_H
#define MODEL_KUBE_CLIENT_H

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "io/http.h"
#include "model/kube.h"

#define KUBE_ACCEPT_JSON "application/json"
#define KUBE_ACCEPT_ANY "*/*"

#define KUBE_FIRST_ATTEMPTS 5       // of calls, while the server has never answered
#define KUBE_ODD_ATTEMPTS 4         // after a 500 that says nothing of what may pass
#define KUBE_ATTEMPT_LEAST_MS 10000 // even when the budget ends before
#define KUBE_UNAUTHORIZED_MS 1000   // until credentials that were refused are shown once more

struct call;
struct credentials;
struct discovery;

// What is known of the server's being there.
struct health {
    int64_t heard;                          // when something last came from it
    int64_t gone_since;                     // 0: it is there
    bool reached;                           // it answered at least once
    uint64_t timer;                         // of the next look, while something is waited for
    bool is_fresh;                          // it answers on a new connection
    struct http_transfer *question, *fresh; // whether it is there: on any connection, on a new one
};

struct kube {
    struct loop *loop;
    struct http *http;
    const struct kubeconfig *config;
    struct report *report;
    char *manager;
    struct budget budget;
    struct credentials *credentials;
    struct discovery *discovery;

    struct call *calls; // all, the newest first
    int in_flight;      // of those that count against KUBE_IN_FLIGHT_MAX
    int proxied;        // those to pods, which do not
    struct kube_watch *watches;

    int silent_ms, watch_silent_ms;
    struct health health;
    int64_t clock_skew_s;
    struct map warnings; // texts of Warning headers that were shown; keys are owned
};

// --- path.c ---

// "/apis/apps/v1/namespaces/x/deployments/y/status"; ns, name and subresource may be NULL or "".
// The caller frees it.
char *kube_path(const struct kube_resource *r, const char *ns, const char *name,
                const char *subresource) MUST_CHECK RETURNS_NONNULL;
// Appends "?name=value" or "&name=value", escaped.
void kube_query(struct buf *path, const char *name, const char *value);
// "get ConfigMap x/y", "list Pod"; the caller frees it.
char *kube_call_name(const char *verb, const struct kube_resource *r, const char *ns,
                     const char *name) MUST_CHECK RETURNS_NONNULL;

// --- credentials.c ---

struct credentials *credentials_new(struct kube *k, struct err **err) MUST_CHECK;
void credentials_free(struct credentials *c);
// Counts up with each refresh: tells a 401 of old credentials from one of the present ones.
unsigned credentials_generation(const struct credentials *c);
// After a 401: reads the token file, or runs the plugin, again. 0: there are new ones; 1: another
// refresh is on its way; -1: nothing can be fetched anew, or it failed. May block, running the
// loop.
int credentials_refresh(struct credentials *c, struct err **err) MUST_CHECK;
// Fills in the site and the credentials of a request. Returns the impersonation header lines (owned
// by the credentials), ended by NULL.
const char *const *credentials_apply(struct credentials *c, struct http_request *request);

// What a person calls them, with what is known to be wrong with them, for a hint after a 401. The
// caller frees it.
char *credentials_fault(const struct credentials *c) MUST_CHECK RETURNS_NONNULL;

// --- expiry.c ---

// ERR_API, with both times, when the first certificate has expired or is not valid yet.
int expiry_check_certificate(const struct kubeconfig *config, struct span pem, struct err **err)
    MUST_CHECK;
// When a token that says so of itself has expired; NULL when it has not, or does not say. The
// caller frees it.
char *expiry_of_token(const char *token) MUST_CHECK;

// --- refusal.c ---

// The answer of a call that the server refused, decoded.
struct refusal {
    enum kube_reason reason;
    struct doc *doc;     // owns the Status
    struct node *status; // or NULL when the answer was something else
    struct err *error;
};

// Decodes the Status object or text of an HTTP answer above 299.
void refusal_read(struct refusal *refusal, const struct kube *k, const char *what,
                  const struct http_response *r);
// Decodes an ERROR event's Status.
void refusal_read_status(struct refusal *refusal, const char *what, const struct node *status);
void refusal_free(struct refusal *refusal);
// Conflicts with other field managers, in the arena of its doc.
size_t refusal_conflicts(const struct refusal *refusal, struct kube_conflict **conflicts);

// Gives the error its hint; `what` as above (refusal_hint.c).
void refusal_hint(struct refusal *refusal, const char *what);

// --- health.c ---

// A request was answered, or could not be sent: says so once each time it changes.
void health_reached(struct kube *k, const struct http_response *r);
void health_unreached(struct kube *k, const struct err *error);
// A request goes out: from now on something is waited for. When nothing at all comes for two thirds
// of silent_ms, a request of its own asks whether the server is there; when that brings nothing
// either it is said, and a new connection is tried.
void health_expect(struct kube *k);
// More of an answer came.
void health_heard(struct kube *k);
void health_end(struct kube *k);

// --- call.c ---

struct call_spec {
    const char *method; // NULL: GET
    const char *path;   // with its query
    const char *accept; // NULL: JSON
    const char *content_type;
    const char *const *headers; // more of them, ended by NULL
    struct span body;
    const struct http_file *file; // the body instead: sent once, however long it takes
    const char *what;             // "apply ConfigMap a/b", for messages
    bool not_idempotent;          // a broken connection ends it
    bool once;                    // so does what the server refuses and may pass
    bool proxied; // to a pod, beside KUBE_IN_FLIGHT_MAX: only a Status object is the API server's,
                  // any other answer the pod's, and KUBE_OK
    uint64_t max_bytes;   // of the answer; 0: KUBE_ANSWER_MAX_BYTES
    struct budget budget; // what it leaves open is the client's
};

struct call_result {
    enum kube_reason reason;
    const struct http_response *response; // borrowed
    struct refusal *refusal;              // NULL when reason is KUBE_OK
    const struct err *error;
};

typedef void call_done_fn(void *data, struct call_result *result);
typedef void call_drop_fn(void *data);

// Queues a call; everything is copied. `drop` (may be NULL) frees `data` when it ends without done.
struct call *call_start(struct kube *k, const struct call_spec *spec, call_done_fn *done,
                        call_drop_fn *drop, void *data) RETURNS_NONNULL;
void call_abort(struct call *c);
// As http_sent(), of the present or the last attempt.
uint64_t call_sent(const struct call *c);
// Ends all.
void call_abort_all(struct kube *k);

// Blocking: a GET with the body in `out`; *reason may be NULL.
int call_get(struct kube *k, const struct call_spec *spec, struct buf *out,
             enum kube_reason *reason, struct err **err) MUST_CHECK;
// As call_get, and parses JSON into `d`.
struct node *call_get_json(struct kube *k, const struct call_spec *spec, struct doc *d,
                           enum kube_reason *reason, struct err **err) MUST_CHECK;

// --- discovery.c ---

void discovery_free(struct discovery *d);

#endif
