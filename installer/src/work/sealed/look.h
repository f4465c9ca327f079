// SPDX-License-Identifier: Apache-2.0
// Between the files of work/sealed: a look at a cluster.
#ifndef WORK_SEALED_LOOK_H
#define WORK_SEALED_LOOK_H

#include "work/sealed/known.h"

struct look_at {
    const struct sealed_options *o;
    struct known known;
    struct sealed *out;
};

// One more that is not proved; what is borrowed is copied.
void look_add_gap(struct look_at *l, const struct sealed_gap *gap);

// Each for one object of a list.
int pods_see(void *data, const struct node *pod, struct err **err) MUST_CHECK;
int sources_see(void *data, const struct node *source, struct err **err) MUST_CHECK;

#endif
