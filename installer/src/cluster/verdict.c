// SPDX-License-Identifier: Apache-2.0
// The memory of failures.
#include "cluster/verdict.h"

#include <string.h>

#include "base/mem.h"
#include "base/span.h"
#include "base/timer.h"
#include "base/vec.h"

enum {
    VERDICT_ATTEMPTS = 2, // at least so many, ...
    VERDICT_RESTARTS = 3, // or so many restarts of a container, ...
    VERDICT_SIGHTINGS = 3 // or, where nobody counts, so many messages or returns of the same one
};

struct failure {
    char *key;
    char *message; // the last one, to count changes
    int64_t first;
    int64_t last;
    int64_t sightings;
    uint64_t look; // the last one that saw it
};

struct verdict {
    int64_t fail_after_ms;
    uint64_t look; // the number of this one
    VEC(struct failure) list;
};

struct verdict *verdict_new(int64_t fail_after_ms)
{
    struct verdict *v = MEM_NEW(struct verdict);

    v->fail_after_ms = fail_after_ms;
    return v;
}

static void forget(struct verdict *v, size_t i)
{
    free(v->list.items[i].key);
    free(v->list.items[i].message);
    vec_remove(&v->list, i);
}

void verdict_free(struct verdict *v)
{
    if (!v)
        return;
    while (v->list.len)
        forget(v, v->list.len - 1);
    vec_free(&v->list);
    free(v);
}

// The kubelet changes between two words while it is in one and the same trouble.
static const char *steady_reason(const char *reason)
{
    static const char *const pull[] = {"ErrImagePull", "ImagePullBackOff"};
    static const char *const crash[] = {"CrashLoopBackOff",   "Error",
                                        "OOMKilled",          "StartError",
                                        "ContainerCannotRun", "RunContainerError"};

    for (size_t i = 0; i < ARRAY_LEN(pull); i++)
        if (strcmp(reason, pull[i]) == 0)
            return "ImagePull";
    for (size_t i = 0; i < ARRAY_LEN(crash); i++)
        if (strcmp(reason, crash[i]) == 0)
            return "Crash";
    return reason;
}

// The pod's name is left out: each attempt of a release has pods of its own.
static char *key_of(const struct finding *finding)
{
    return mem_printf("%s|%s|%s", finding->object, finding->container ? finding->container : "",
                      steady_reason(finding->reason));
}

static struct failure *remember(struct verdict *v, const struct finding *finding, int64_t now)
{
    char *key CLEANUP(mem_cleanup) = key_of(finding);

    VEC_FOREACH (struct failure *, it, &v->list)
        if (strcmp(it->key, key) == 0)
            return it;
    vec_push(&v->list, (struct failure){STEAL(key), mem_str(""), now, now, 0, 0});
    return &v->list.items[v->list.len - 1];
}

// Another message is another attempt. So is the same one after a look without it: in between the
// controller was at work again. A Flux source fails like that, and counts nothing.
static void count_sighting(const struct verdict *v, struct failure *failure, const char *message)
{
    bool is_back = failure->look + 1 < v->look;

    failure->look = v->look;
    if (strcmp(failure->message, message) != 0) {
        free(failure->message);
        failure->message = mem_str(message);
        failure->sightings++;
    } else if (is_back) {
        failure->sightings++;
    }
}

static bool is_final(const struct verdict *v, const struct failure *failure,
                     const struct finding *finding, int64_t now)
{
    if (now - failure->first < v->fail_after_ms)
        return false;
    if (finding->stale)
        return true;
    if (finding->container)
        return finding->attempts >= VERDICT_RESTARTS || failure->sightings >= VERDICT_ATTEMPTS;
    return finding->attempts >= VERDICT_ATTEMPTS || failure->sightings >= VERDICT_SIGHTINGS;
}

static void forget_old(struct verdict *v, int64_t now)
{
    for (size_t i = v->list.len; i-- > 0;)
        if (now - v->list.items[i].last > VERDICT_FORGET_MS)
            forget(v, i);
}

const struct finding *verdict_see(struct verdict *v, const struct finding *findings, size_t count,
                                  int64_t now)
{
    const struct finding *final = NULL;

    v->look++;
    forget_old(v, now);
    for (size_t i = 0; i < count; i++) {
        const struct finding *finding = &findings[i];
        struct failure *failure;

        if (finding->state == READY_TERMINAL && !finding->stale)
            return finding;
        if (finding->state < READY_FAILING)
            continue;
        failure = remember(v, finding, now);
        failure->last = now;
        count_sighting(v, failure, finding->message);
        if (!final && is_final(v, failure, finding, now))
            final = finding;
    }
    return final;
}

int64_t verdict_next(const struct verdict *v)
{
    int64_t now = timer_now();
    int64_t next = TIMER_NEVER;

    VEC_FOREACH (const struct failure *, it, &v->list) {
        int64_t at = timer_add(it->first, v->fail_after_ms);

        if (at > now && at < next)
            next = at;
    }
    return next;
}
