// SPDX-License-Identifier: Apache-2.0
// ConfigMaps and Secrets that releases and Kustomizations read values of, as they will be in the
// cluster.
#ifndef WORK_ARTIFACTS_WALK_HOLDERS_H
#define WORK_ARTIFACTS_WALK_HOLDERS_H

#include "work/artifacts/walk/walk.h"

// Sets out to look for what `object` reads.
void holders_begin(struct walk *w, const struct deep_object *object);
// Whether something that was looked for since was not there and may still come: then what was made
// of the rest does not count.
bool holders_wait(const struct walk *w);

// The two ways of being asked, `data` is the walk. NULL when nothing that is known makes it; noted
// for holders_wait(). A Secret that a controller in the cluster unseals has its keys with empty
// values; one that nothing makes is taken to be made by hand when nothing more can come.
const struct node *holders_find(void *data, const struct identity *id, const struct doc **doc);
const struct node *holders_find_node(void *data, const struct identity *id);

#endif
