// SPDX-License-Identifier: Apache-2.0
// Waiting for definitions. They change their state once, within a second: reading each until then
// is cheaper than a watch, which would bring every definition of the cluster.
#include "work/layers/definitions.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "model/ready.h"

enum { DEFINITIONS_POLL_MS = 50 };

// One version of a definition on its way.
struct definition {
    struct loop *loop;
    struct kube *kube;
    const struct node *wanted;
    const char *version;
    bool established;
    struct ready ready; // as last seen
};

static int look_if_established(struct definition *d, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    const struct kube_resource *resource = kube_find_for(d->kube, d->wanted, err);
    int absent;

    if (!resource)
        return -1;
    absent = kube_get(d->kube, resource, NULL,
                      node_get_str(node_get(d->wanted, "metadata"), "name"), &answer, err);
    if (absent < 0)
        return -1;
    d->ready = (struct ready){.state = READY_PROGRESSING, .reason = "NotFound"};
    if (absent == 0)
        ready_check(answer.object, &d->ready);
    d->established = d->ready.state == READY_OK;
    return 0;
}

// Established comes a moment before the handler of the new path does.
static int look_if_listed(struct definition *d, bool *listed, struct err **err)
{
    const struct node *spec = node_get(d->wanted, "spec");
    char *path CLEANUP(mem_cleanup) =
        mem_printf("/apis/%s/%s/%s?limit=1", node_get_str(spec, "group"), d->version,
                   node_get_str(node_get(spec, "names"), "plural"));
    struct err *why CLEANUP(err_cleanup) = NULL;
    struct buf body CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    *listed = kube_get_raw(d->kube, path, &body, &why) == 0;
    if (*listed)
        return 0;
    if (err_kind(why) == ERR_CANCELLED)
        return err_move(err, &why);
    d->ready = (struct ready){.reason = "NotListed"};
    snprintf(d->ready.message, sizeof(d->ready.message), "%s", err_message(why));
    return 0;
}

// Looks until its list URL answers.
static int wait_for(struct definition *d, const struct budget *budget, struct err **err)
{
    char *name CLEANUP(mem_cleanup) = node_label(d->wanted);

    for (;;) {
        bool listed = false;

        if (!d->established && look_if_established(d, err) < 0)
            return -1;
        if (d->established && look_if_listed(d, &listed, err) < 0)
            return -1;
        if (listed)
            return 0;
        if (d->ready.state >= READY_FAILING)
            return err_set(err, ERR_TERMINAL, "%s: %s: %s", name, d->ready.reason,
                           d->ready.message);
        if (budget_is_over(budget))
            return err_set(err, ERR_TIMEOUT, "%s is not served in time: %s: %s", name,
                           d->ready.reason, d->ready.message);
        if (loop_sleep(d->loop, DEFINITIONS_POLL_MS, err) < 0)
            return -1;
    }
}

static bool is_known(struct kube *k, const struct node *spec, const char *version)
{
    size_t count;
    const struct kube_resource *const *all = kube_resources(k, &count);

    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i]->group, node_get_str(spec, "group")) == 0 &&
            strcmp(all[i]->version, version) == 0 &&
            strcmp(all[i]->kind, node_get_str(node_get(spec, "names"), "kind")) == 0)
            return true;
    return false;
}

int definitions_wait(struct loop *l, struct kube *k, const struct order_entry *entries,
                     size_t count, const struct budget *budget, struct err **err)
{
    bool fresh = false;

    for (size_t i = 0; i < count; i++) {
        const struct node *spec = node_get(entries[i].object, "spec");

        // Discovery lists only what is served: a definition that it knows needs no wait.
        NODE_FOREACH_ITEM (version, node_get(spec, "versions")) {
            struct definition d = {.loop = l,
                                   .kube = k,
                                   .wanted = entries[i].object,
                                   .version = node_get_str(version, "name")};

            if (!node_get_bool(version, "served", true) || is_known(k, spec, d.version))
                continue;
            fresh = true;
            if (wait_for(&d, budget, err) < 0)
                return -1;
        }
    }
    return fresh ? kube_discover(k, err) : 0;
}
