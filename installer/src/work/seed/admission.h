// SPDX-License-Identifier: Apache-2.0
// Whether the API server takes the seed's pods as they are: webhooks, policies and plugins may
// refuse or change them, which shows before anything is written, by a dry run.
#ifndef WORK_SEED_ADMISSION_H
#define WORK_SEED_ADMISSION_H

#include "work/seed/objects.h"

// ERR_PREFLIGHT says who refuses what, or which field comes back changed; ERR_API, ERR_CANCELLED.
int admission_try(const struct objects_wanted *w, const struct images_class *c, struct err **err)
    MUST_CHECK;

// The first place, below `path`, where what came back is not what was wanted; what was added is
// none, but for containers. False when there is no such place.
bool admission_differs(const struct node *wanted, const struct node *got, struct buf *path);

#endif
