// SPDX-License-Identifier: Apache-2.0
// Waiting for definitions. They change their state once, within a second: reading each until then
// is cheaper than a watch, which would bring every definition of the cluster.
#include "work/layers/apply/definitions.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/timer.h"
#include "cluster/told/advice.h"
#include "cluster/told/talk.h"
#include "model/ready.h"

enum {
    DEFINITIONS_POLL_MS = 50,
    DEFINITIONS_QUIET_MS = 1000,      // what takes longer is worth a line,
    DEFINITIONS_HEARTBEAT_MS = 30000, // and one at least so often
    // Another definition has the names: were it on its way out, it would be gone by then.
    DEFINITIONS_TAKEN_MS = 10000,
};

// One version of a definition on its way.
struct definition {
    const struct apply *apply;
    const struct node *wanted;
    const char *name; // "CustomResourceDefinition things.x.io"
    const char *version;
    bool established;
    struct ready ready;  // as last seen
    int64_t stood, told; // since when it is that, and when that was told last
};

// What is new starts its time anew: it comes nearer.
static void see(struct definition *d, const struct ready *ready)
{
    if (!d->stood || strcmp(d->ready.reason, ready->reason) != 0 ||
        strcmp(d->ready.message, ready->message) != 0)
        d->stood = timer_now();
    d->ready = *ready;
}

static int look_if_established(struct definition *d, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    const struct kube_resource *resource = kube_find_for(d->apply->kube, d->wanted, err);
    struct ready ready = {.state = READY_PROGRESSING, .reason = "NotFound"};
    int absent;

    if (!resource)
        return -1;
    absent = kube_get(d->apply->kube, resource, NULL,
                      node_get_str(node_get(d->wanted, "metadata"), "name"), &answer, err);
    if (absent < 0)
        return -1;
    if (absent == 0)
        ready_check(answer.object, &ready);
    see(d, &ready);
    d->established = ready.state == READY_OK;
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
    struct ready ready = {.state = READY_PROGRESSING, .reason = "NotListed"};

    *listed = kube_get_raw(d->apply->kube, path, &body, &why) == 0;
    if (*listed)
        return 0;
    if (err_kind(why) == ERR_CANCELLED)
        return err_move(err, &why);
    snprintf(ready.message, sizeof(ready.message), "%s", err_message(why));
    see(d, &ready);
    return 0;
}

static struct finding finding_of(const struct definition *d)
{
    return (struct finding){
        .layer = d->apply->layer,
        .state = d->ready.state,
        .object = d->name,
        .reason = d->ready.reason,
        .message = d->ready.message,
        .since = d->ready.since[0] ? d->ready.since : NULL,
    };
}

static void tell(struct definition *d)
{
    struct finding f = finding_of(d);
    int64_t now = timer_now();

    if (now - d->stood < DEFINITIONS_QUIET_MS ||
        (d->told > d->stood && now - d->told < DEFINITIONS_HEARTBEAT_MS))
        return;
    d->told = now;
    talk_tell(d->apply->report, "layers", &f, 0);
}

static int fail(const struct definition *d, enum err_kind kind, const char *before,
                struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct finding f = finding_of(d);
    const char *next = advice_next(&f, arena);

    finding_describe(&f, &line);
    err_set(err, kind, "%s%s", before, buf_str(&line));
    return next ? err_hint(err, "%s", next) : -1;
}

static bool is_final(const struct definition *d)
{
    int64_t most = d->apply->fail_after_ms;

    if (d->ready.state >= READY_FAILING && most > DEFINITIONS_TAKEN_MS)
        most = DEFINITIONS_TAKEN_MS;
    return timer_now() - d->stood >= most;
}

// Looks until its list URL answers.
static int wait_for(struct definition *d, struct err **err)
{
    for (;;) {
        bool listed = false;

        if (!d->established && look_if_established(d, err) < 0)
            return -1;
        if (d->established && look_if_listed(d, &listed, err) < 0)
            return -1;
        if (listed)
            return 0;
        tell(d);
        if (is_final(d))
            return fail(d, ERR_TERMINAL, "", err);
        if (budget_is_over(d->apply->budget))
            return fail(d, ERR_TIMEOUT, "not served in time: ", err);
        if (loop_sleep(d->apply->loop, DEFINITIONS_POLL_MS, err) < 0)
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
            strcmp(all[i]->plural, node_get_str(node_get(spec, "names"), "plural")) == 0)
            return true;
    return false;
}

int definitions_wait(const struct apply *a, const struct order_entry *entries, size_t count,
                     struct err **err)
{
    bool fresh = false;

    for (size_t i = 0; i < count; i++) {
        const struct node *spec = node_get(entries[i].object, "spec");
        char *name CLEANUP(mem_cleanup) = node_label(entries[i].object);

        // Discovery lists only what is served: a definition that it knows needs no wait.
        NODE_FOREACH_ITEM (version, node_get(spec, "versions")) {
            struct definition d = {.apply = a,
                                   .wanted = entries[i].object,
                                   .name = name,
                                   .version = node_get_str(version, "name")};

            if (!node_get_bool(version, "served", true) || is_known(a->kube, spec, d.version))
                continue;
            fresh = true;
            if (wait_for(&d, err) < 0)
                return -1;
        }
    }
    return fresh ? kube_discover(a->kube, err) : 0;
}
