// SPDX-License-Identifier: Apache-2.0
// JSON by its quotes and brackets alone: finding the parts of a text that cannot be read as a
// whole, so that one object that is too deep or broken does not hide those beside it. Never
// recurses.
#ifndef MODEL_KUBE_RAW_H
#define MODEL_KUBE_RAW_H

#include <stdbool.h>

#include "base/span.h"
#include "io/doc.h"

// The value of a key at the top of an object; false when it has none, or is no object.
bool raw_member(struct span object, const char *key, struct span *value);

// Whether it is one value from its start to its end: one that was cut off is not.
bool raw_is_whole(struct span text);

// The items of an array, one by one: `rest` is the array at first. False at its end, and where it
// breaks off.
bool raw_next_item(struct span *rest, struct span *item);

// What can be found of an object: its metadata with name, namespace and resourceVersion. NULL
// without a name.
struct node *raw_stub(struct doc *d, struct span object);

#endif
