// SPDX-License-Identifier: Apache-2.0
// Which webhook refuses a write, whose it is, and whether anything answers behind it.
#ifndef WORK_LAYERS_APPLY_WEBHOOK_H
#define WORK_LAYERS_APPLY_WEBHOOK_H

#include "base/buf.h"
#include "base/err.h"
#include "model/kube.h"

// What is behind a webhook; texts are owned and NULL where nothing is known.
struct webhook {
    char *name;          // "webhook check.example.com"
    char *configuration; // "ValidatingWebhookConfiguration x"
    char *service;       // "Service x/y", or a URL
    const char *state;   // "does not exist"
};

// The webhook that a message of the API server says could not be called or denied the request, by
// name; of the conversion of a definition "". For the caller to free.
char *webhook_name(const char *message) MUST_CHECK RETURNS_NONNULL;

// What such a message, or another one of a call, says beside that; borrowed from it.
const char *webhook_trouble(const char *message);

// Looks for it in the cluster, by two lists and two more reads. `resource` is that of the object
// which was to be written. *w is {0}, or what was found before. What cannot be read stays unknown.
// Blocks. ERR_CANCELLED.
int webhook_find(struct kube *k, const char *name, const struct kube_resource *resource,
                 struct webhook *w, struct err **err) MUST_CHECK;

// Appends "webhook check.example.com of … calls Service x/y, which does not exist: ".
void webhook_describe(const struct webhook *w, struct buf *out);

// Adds what can be done about it. Returns -1.
int webhook_hint(const struct webhook *w, struct err **err);

// Adds whose webhook it is to the refusal of a write that one has denied; leaves any other alone.
// Blocks. ERR_CANCELLED.
int webhook_explain(struct kube *k, const struct kube_resource *resource, struct err **refusal,
                    struct err **err) MUST_CHECK;

// Also a CLEANUP for variables of type `struct webhook`.
void webhook_free(struct webhook *w);

#endif
