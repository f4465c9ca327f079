// SPDX-License-Identifier: Apache-2.0
// One object on its way into the cluster: read, a dry run if need be, written; each step as soon as
// the one before is answered, but for the write when there is a record: it waits to be let. Then
// the same for its patch, if it has one.
#ifndef WORK_LAYERS_APPLY_PUT_H
#define WORK_LAYERS_APPLY_PUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/identity.h"
#include "work/layers/apply/applying.h"

enum put_outcome {
    PUT_DONE,     // the cluster has it
    PUT_WANTS,    // it would write: put_write()
    PUT_REFUSED,  // see `error`
    PUT_WEBHOOK,  // as above, by a webhook that could not be called: it may pass
    PUT_BUSY,     // as above, by an API server that is too busy
    PUT_DELETION, // `in_the_way` is being deleted, or gone
};

// Managers whose fields are taken over without asking: people's kubectl, and Flux's own installer;
// ended by NULL.
extern const char *const put_taken_over[];

// A request about an object of the tree: to read it, or to make it as wanted. Whose it is, whether
// it is dry, and its budget are the caller's to add. Borrows all of them.
struct kube_request put_request(const struct kube_resource *resource, const struct node *object,
                                enum kube_verb verb, const struct node *wanted);

// The patch of an object of the tree, or NULL; of no patches, too.
const struct layers_patch *put_patch_of(const struct layers_patches *patches,
                                        const struct node *object);

struct put;
// Told once for each start, from the loop.
typedef void put_back_fn(void *data, struct put *p);

// The first fields are the caller's, who frees it.
struct put {
    struct apply *apply; // what is written is noted there
    const struct node *object;
    const struct layers_patch *patch; // of the object; NULL: none
    const struct kube_resource *resource;
    bool is_new; // nothing can be there: it is written without a look
    put_back_fn *back;
    void *data;

    // What came of it; borrowed until the next start.
    enum put_outcome outcome;
    bool created; // it was not there before
    struct err *error;
    int64_t retry_after_ms;
    struct identity in_the_way; // the object itself, or its namespace

    struct kube_call *call;
    const struct node *wanted; // the object without what is left to others; then the patch
    struct doc *wanted_doc;
    struct doc *live_doc;
    const struct node *live;
    bool is_written; // in this run
    bool is_patching;
};

// Starts it, also anew after it came back.
void put_start(struct put *p);
// Writes it, after it came back with PUT_WANTS, or at once where nothing can be there.
void put_write(struct put *p);
// What is there under its name, of one that came back with PUT_WANTS; NULL: nothing.
const struct node *put_live(const struct put *p);
// Calls it off, if it is on its way. NULL-safe.
void put_free(struct put *p);

#endif
