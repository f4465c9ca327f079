// SPDX-License-Identifier: Apache-2.0
// Entries of status.inventory (ObjMetadata.String() of fluxcd/cli-utils).
#include "base/buf.h"
#include "controller/kustomization.h"

// Names of roles and bindings may hold colons, which an entry does not have.
static bool has_colons(const struct identity *id)
{
    return span_is(id->group, "rbac.authorization.k8s.io") &&
           (span_is(id->kind, "Role") || span_is(id->kind, "ClusterRole") ||
            span_is(id->kind, "RoleBinding") || span_is(id->kind, "ClusterRoleBinding"));
}

void kustomization_inventory_id(const struct identity *id, struct buf *out)
{
    bool colons = has_colons(id);

    buf_add_span(out, id->ns);
    buf_add_char(out, '_');
    for (size_t i = 0; i < id->name.len; i++) {
        if (colons && id->name.ptr[i] == ':')
            buf_add_str(out, "__");
        else
            buf_add_char(out, id->name.ptr[i]);
    }
    buf_add_char(out, '_');
    buf_add_span(out, id->group);
    buf_add_char(out, '_');
    buf_add_span(out, id->kind);
}
