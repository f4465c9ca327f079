// SPDX-License-Identifier: Apache-2.0
// The memory of failures.
#include "cluster/verdict.h"

#include <string.h>

#include "base/mem.h"
#include "base/span.h"
#include "base/timer.h"
#include "base/vec.h"

enum {
    FAILURE_ATTEMPTS = 2, // at least so many, ...
    FAILURE_RESTARTS = 3, // or so many restarts of a container, ...
    FAILURE_SIGHTINGS = 3 // or, where nobody counts, so many messages or returns of the same one
};

struct failure {
    char *key;
    char *message; // the last one, to count changes
    int64_t first;
    int64_t last;
    int64_t sightings;
    uint64_t look; // the last one that saw it
};

struct failures {
    int64_t fail_after_ms;
    uint64_t look; // the number of this one
    VEC(struct failure) list;
};

struct failures *failures_new(int64_t fail_after_ms)
{
    struct failures *f = MEM_NEW(struct failures);

    f->fail_after_ms = fail_after_ms;
    return f;
}

static void forget(struct failures *f, size_t i)
{
    free(f->list.items[i].key);
    free(f->list.items[i].message);
    vec_remove(&f->list, i);
}

void failures_free(struct failures *f)
{
    if (!f)
        return;
    while (f->list.len)
        forget(f, f->list.len - 1);
    vec_free(&f->list);
    free(f);
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
static char *key_of(const struct layers_finding *finding)
{
    return mem_printf("%s|%s|%s", finding->object, finding->container ? finding->container : "",
                      steady_reason(finding->reason));
}

static struct failure *remember(struct failures *f, const struct layers_finding *finding,
                                int64_t now)
{
    char *key CLEANUP(mem_cleanup) = key_of(finding);

    VEC_FOREACH (struct failure *, it, &f->list)
        if (strcmp(it->key, key) == 0)
            return it;
    vec_push(&f->list, (struct failure){STEAL(key), mem_str(""), now, now, 0, 0});
    return &f->list.items[f->list.len - 1];
}

// Another message is another attempt. So is the same one after a look without it: in between the
// controller was at work again. A Flux source fails like that, and counts nothing.
static void count_sighting(const struct failures *f, struct failure *failure, const char *message)
{
    bool is_back = failure->look + 1 < f->look;

    failure->look = f->look;
    if (strcmp(failure->message, message) != 0) {
        free(failure->message);
        failure->message = mem_str(message);
        failure->sightings++;
    } else if (is_back) {
        failure->sightings++;
    }
}

static bool is_final(const struct failures *f, const struct failure *failure,
                     const struct layers_finding *finding, int64_t now)
{
    if (now - failure->first < f->fail_after_ms)
        return false;
    if (finding->stale)
        return true;
    if (finding->container)
        return finding->attempts >= FAILURE_RESTARTS || failure->sightings >= FAILURE_ATTEMPTS;
    return finding->attempts >= FAILURE_ATTEMPTS || failure->sightings >= FAILURE_SIGHTINGS;
}

static void forget_old(struct failures *f, int64_t now)
{
    for (size_t i = f->list.len; i-- > 0;)
        if (now - f->list.items[i].last > FAILURE_FORGET_MS)
            forget(f, i);
}

const struct layers_finding *failures_see(struct failures *f, const struct layers_finding *findings,
                                          size_t count, int64_t now)
{
    const struct layers_finding *final = NULL;

    f->look++;
    forget_old(f, now);
    for (size_t i = 0; i < count; i++) {
        const struct layers_finding *finding = &findings[i];
        struct failure *failure;

        if (finding->state == READY_TERMINAL && !finding->stale)
            return finding;
        if (finding->state < READY_FAILING)
            continue;
        failure = remember(f, finding, now);
        failure->last = now;
        count_sighting(f, failure, finding->message);
        if (!final && is_final(f, failure, finding, now))
            final = finding;
    }
    return final;
}

int64_t failures_next(const struct failures *f)
{
    int64_t now = timer_now();
    int64_t next = TIMER_NEVER;

    VEC_FOREACH (const struct failure *, it, &f->list) {
        int64_t at = timer_add(it->first, f->fail_after_ms);

        if (at > now && at < next)
            next = at;
    }
    return next;
}
