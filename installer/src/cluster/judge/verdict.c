// SPDX-License-Identifier: Apache-2.0
// The memory of failures.
#include "cluster/judge/verdict.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/span.h"
#include "base/timer.h"
#include "base/vec.h"
#include "cluster/graph/progress.h"

// Of one failure so many outcomes are new: who has ever another one gets no further.
enum { VERDICT_OUTCOMES = 8 };

struct failure {
    char *object;
    char *asked;
    int64_t since;    // the last sign of progress, or the first sight; its healthy times left out
    int64_t last;     // when it was last seen
    int64_t unready;  // when its object was last not ready
    uint64_t look;    // the last one in which it was not
    int64_t steps;    // the most so far, at this version
    int64_t failures; // attempts that had failed before the time was over
    uint64_t outcomes[VERDICT_OUTCOMES];
    size_t outcome_count;
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
    free(v->list.items[i].object);
    free(v->list.items[i].asked);
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

    for (size_t i = 0; i < ARRAY_LEN(pull); i++)
        if (strcmp(reason, pull[i]) == 0)
            return "ImagePull";
    return progress_is_crash(reason) ? "Crash" : reason;
}

// What an attempt came to: its reason. Its words differ from one attempt to the next when nothing
// else does: names of pods, errors of the network, the order of a list.
static uint64_t outcome_of(const struct finding *finding)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    buf_printf(&text, "%s|%s", finding->container ? finding->container : "",
               steady_reason(finding->reason));
    return hash_span(buf_span(&text));
}

static bool is_new_outcome(struct failure *failure, const struct finding *finding)
{
    uint64_t outcome = outcome_of(finding);

    for (size_t i = 0; i < failure->outcome_count; i++)
        if (failure->outcomes[i] == outcome)
            return false;
    if (failure->outcome_count == VERDICT_OUTCOMES)
        return false;
    failure->outcomes[failure->outcome_count++] = outcome;
    return true;
}

// The pod's name is left out: each attempt of a release has pods of its own.
static struct failure *find(struct verdict *v, const char *object)
{
    VEC_FOREACH (struct failure *, it, &v->list)
        if (strcmp(it->object, object) == 0)
            return it;
    return NULL;
}

static bool is_asked_anew(struct failure *failure, const struct finding *finding)
{
    const char *asked = finding->asked ? finding->asked : "";
    bool is_another = progress_is_another(failure->asked, asked);

    if (is_another || strlen(asked) > strlen(failure->asked)) {
        free(failure->asked);
        failure->asked = mem_str(asked);
    }
    if (!is_another)
        return false;
    failure->outcome_count = 0;
    failure->steps = finding->steps; // its pods are counted from the beginning
    return true;
}

// Every sign is looked at, so that none counts a second time at the next look.
static bool has_progressed(struct failure *failure, const struct finding *finding)
{
    bool progressed = is_asked_anew(failure, finding);

    progressed = is_new_outcome(failure, finding) || progressed;
    if (finding->steps > failure->steps) {
        failure->steps = finding->steps;
        progressed = true;
    }
    return progressed;
}

// The object is not ready: whether or not it fails just now, it has not healed.
static void see_unready(const struct verdict *v, struct failure *failure, int64_t now)
{
    if (failure->look + 1 < v->look)
        failure->since += now - failure->unready;
    failure->look = v->look;
    failure->unready = now;
}

static struct failure *remember(struct verdict *v, const struct finding *finding, int64_t now)
{
    struct failure *failure = find(v, finding->object);
    struct failure fresh;

    if (!failure) {
        fresh = (struct failure){.object = mem_str(finding->object),
                                 .asked = mem_str(""),
                                 .steps = finding->steps,
                                 .look = v->look};
        vec_push(&v->list, fresh);
        failure = &v->list.items[v->list.len - 1];
    }
    see_unready(v, failure, now);
    if (has_progressed(failure, finding))
        failure->since = now;
    failure->last = now;
    return failure;
}

// On its way. A failure is forgotten after a while then, unless that way is just one more attempt.
static void see_on_its_way(struct verdict *v, const struct finding *finding, int64_t now)
{
    struct failure *failure = find(v, finding->object);

    if (!failure)
        return;
    see_unready(v, failure, now);
    if (finding->retrying)
        failure->last = now;
}

// What is told of may change with every attempt, down to a pod and up again: who is above goes on
// failing meanwhile.
static void see_above(struct verdict *v, const struct finding *finding, int64_t now)
{
    for (const char *const *label = finding->above; label && *label; label++) {
        struct failure *failure = find(v, *label);

        if (!failure)
            continue;
        see_unready(v, failure, now);
        failure->last = now;
    }
}

// The attempt that is running when the time is over may yet go well. When it has failed, too, the
// next one is not awaited: attempts may follow each other without a look in between.
static bool is_final(const struct verdict *v, struct failure *failure,
                     const struct finding *finding, int64_t now)
{
    if (now - failure->since >= v->fail_after_ms)
        return !finding->retrying || finding->failures > failure->failures;
    failure->failures = finding->failures;
    return false;
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
        bool is_end = finding->state == READY_TERMINAL && !finding->stale;

        see_above(v, finding, now);
        if (finding->state < READY_FAILING)
            see_on_its_way(v, finding, now);
        else if (is_final(v, remember(v, finding, now), finding, now) || is_end)
            final = final ? final : finding;
    }
    return final;
}

int64_t verdict_next(const struct verdict *v)
{
    int64_t now = timer_now();
    int64_t next = TIMER_NEVER;

    VEC_FOREACH (const struct failure *, it, &v->list) {
        int64_t at = timer_add(it->since, v->fail_after_ms);

        if (at > now && at < next)
            next = at;
    }
    return next;
}
