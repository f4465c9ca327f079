// SPDX-License-Identifier: Apache-2.0
// Waiting for definitions. They change their state once, within a second: reading each until then
// is cheaper than a watch, which would bring every definition of the cluster.
#include "work/layers/definitions.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/timer.h"
#include "model/ready.h"

enum { DEFINITIONS_POLL_MS = 50 };

static int time_is_up(int64_t deadline, const char *name, const struct ready *ready,
                      struct err **err)
{
    if (timer_now() < deadline)
        return 0;
    return err_set(err, ERR_TIMEOUT, "%s is not served in time: %s: %s", name, ready->reason,
                   ready->message);
}

// 1 when it is established, 0 when not yet.
static int is_established(struct kube *k, const struct node *wanted, struct ready *ready,
                          struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    const struct kube_resource *resource = kube_find_for(k, wanted, err);
    int absent;

    if (!resource)
        return -1;
    absent = kube_get(k, resource, NULL, node_get_str(node_get(wanted, "metadata"), "name"),
                      &answer, err);
    if (absent < 0)
        return -1;
    *ready = (struct ready){.state = READY_PROGRESSING, .reason = "NotFound"};
    if (absent == 0)
        ready_check(answer.object, ready);
    return ready->state == READY_OK;
}

static int wait_established(struct kube *k, const struct node *wanted, int64_t deadline,
                            struct err **err)
{
    char *name CLEANUP(mem_cleanup) = kube_object_name(wanted);
    struct ready ready;

    for (;;) {
        int done = is_established(k, wanted, &ready, err);

        if (done != 0)
            return done < 0 ? -1 : 0;
        if (ready.state >= READY_FAILING)
            return err_set(err, ERR_TERMINAL, "%s: %s: %s", name, ready.reason, ready.message);
        if (time_is_up(deadline, name, &ready, err) < 0 ||
            http_sleep(kube_http(k), DEFINITIONS_POLL_MS, err) < 0)
            return -1;
    }
}

// Established comes a moment before the handler of the new path does.
static int wait_listed(struct kube *k, const struct node *wanted, const char *version,
                       int64_t deadline, struct err **err)
{
    const struct node *spec = node_get(wanted, "spec");
    char *path CLEANUP(mem_cleanup) =
        mem_printf("/apis/%s/%s/%s?limit=1", node_get_str(spec, "group"), version,
                   node_get_str(node_get(spec, "names"), "plural"));
    char *name CLEANUP(mem_cleanup) = kube_object_name(wanted);

    for (;;) {
        struct err *why CLEANUP(err_cleanup) = NULL;
        struct buf body CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
        struct ready ready = {.reason = "NotListed"};

        if (kube_get_raw(k, path, &body, &why) == 0)
            return 0;
        if (err_kind(why) == ERR_CANCELLED)
            return err_move(err, &why);
        snprintf(ready.message, sizeof(ready.message), "%s", err_message(why));
        if (time_is_up(deadline, name, &ready, err) < 0 ||
            http_sleep(kube_http(k), DEFINITIONS_POLL_MS, err) < 0)
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

int definitions_wait(struct kube *k, const struct order_entry *entries, size_t count,
                     int64_t deadline, struct err **err)
{
    bool fresh = false;

    for (size_t i = 0; i < count; i++) {
        const struct node *spec = node_get(entries[i].object, "spec");

        // Discovery lists only what is served: a definition that it knows needs no wait.
        NODE_FOREACH_ITEM (version, node_get(spec, "versions")) {
            const char *name = node_get_str(version, "name");

            if (!node_get_bool(version, "served", true) || is_known(k, spec, name))
                continue;
            fresh = true;
            if (wait_established(k, entries[i].object, deadline, err) < 0 ||
                wait_listed(k, entries[i].object, name, deadline, err) < 0)
                return -1;
        }
    }
    return fresh ? kube_discover(k, err) : 0;
}
