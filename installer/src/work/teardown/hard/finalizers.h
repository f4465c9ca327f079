// SPDX-License-Identifier: Apache-2.0
// Finalizers that nobody handles any more, taken off only when the user says so
// (--force-finalizers): what should have been cleaned up may stay behind.
#ifndef WORK_TEARDOWN_HARD_FINALIZERS_H
#define WORK_TEARDOWN_HARD_FINALIZERS_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/identity.h"
#include "base/report.h"
#include "base/span.h"
#include "io/doc.h"
#include "model/kube.h"

// Who should have handled a finalizer of such an object: "helm-controller"; of an unknown one the
// part of its name that tells ("example.com"). And what may stay behind without it: "the Helm
// release and all that it installed". Borrowed texts; `of` is read during the call only.
struct finalizer_meaning {
    struct span who;
    const char *orphans;
};
struct finalizer_meaning finalizer_meaning(struct span finalizer, const struct identity *of);

// "finalizers.fluxcd.io (helm-controller), example.com/x (example.com)" of a live object. Appended.
void finalizers_describe(const struct node *object, struct buf *out);

// Takes all finalizers off the object with this UID that is being deleted, and says each with what
// it may orphan. Objects that are not being deleted, are gone, or have another UID by now are left
// alone, and namespaces' spec.finalizers always. Repeated when somebody writes in between; when the
// API server cannot convert the object, in another version that is served. *stripped counts the
// finalizers. Blocks. ERR_API, ERR_CANCELLED.
int finalizers_strip(struct kube *k, const struct identity *id, const char *uid,
                     struct report *report, size_t *stripped, struct err **err) MUST_CHECK;

#endif
