// SPDX-License-Identifier: Apache-2.0
#include "work/routes/owner.h"

void owner_set(struct doc *d, struct node *object, const char *kind, const char *name,
               struct span uid)
{
    struct node *owners = node_new_seq(d), *owner = node_new_map(d);

    node_set_str(d, owner, "apiVersion", SPAN("v1"));
    node_set_str(d, owner, "kind", span_str(kind));
    node_set_str(d, owner, "name", span_str(name));
    node_set_str(d, owner, "uid", uid);
    node_push(d, owners, owner);
    node_set(d, node_get(object, "metadata"), SPAN("ownerReferences"), owners);
}
