// SPDX-License-Identifier: Apache-2.0
// A cluster without a CNI: its nodes serve the bundle, since that takes no network of pods.
#include "work/routes/network.h"

bool network_is_missing(const struct routes_probe *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (!p->nodes[i].no_network)
            return false;
    return p->count > 0;
}

// As all of them are installed: they put their configuration, and mostly their program, on the
// nodes.
static bool is_cni(const struct node *object)
{
    const struct node *spec = node_path(object, "spec", "template", "spec");

    if (!span_is(node_get_text(object, "kind"), "DaemonSet") ||
        !node_get_bool(spec, "hostNetwork", false))
        return false;
    NODE_FOREACH_ITEM (volume, node_get(spec, "volumes")) {
        struct span path = node_get_text(node_get(volume, "hostPath"), "path");

        if (span_starts(path, "/etc/cni") || span_starts(path, "/opt/cni"))
            return true;
    }
    return false;
}

static const struct node *find_cni(const struct layers *layers)
{
    for (size_t i = 0; layers->count && i < layers->items[0].count; i++)
        if (is_cni(layers->items[0].objects[i]))
            return layers->items[0].objects[i];
    return NULL;
}

int network_check(const struct routes_options *o, const struct routes_probe *p, struct err **err)
{
    const struct node *cni;
    char *name CLEANUP(mem_cleanup) = NULL;

    if (!network_is_missing(p))
        return 0;
    cni = find_cni(o->layers);
    if (!cni) {
        err_set(
            err, ERR_PREFLIGHT,
            "no node has a network for pods (CNI), and the first layer of the tree brings none");
        return err_hint(err, "the nodes have the bundle already: install a network, or make it the "
                             "first layer (a DaemonSet with hostNetwork and a volume of /etc/cni), "
                             "and run this again");
    }
    name = node_label(cni);
    report_info(o->report, "routes",
                "pods have no network before %s is there: sources are proved by Flux itself", name);
    return 0;
}
