// SPDX-License-Identifier: Apache-2.0
// The few fields that every object of the Kubernetes API has.
#include "io/doc.h"

struct identity node_identity(const struct node *object)
{
    const struct node *metadata = node_get(object, "metadata");

    return (struct identity){
        .group = identity_group(node_get_text(object, "apiVersion")),
        .kind = node_get_text(object, "kind"),
        .ns = node_get_text(metadata, "namespace"),
        .name = node_get_text(metadata, "name"),
    };
}

char *node_label(const struct node *object)
{
    struct identity id = node_identity(object);

    return identity_label(&id);
}
