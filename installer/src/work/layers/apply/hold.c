// SPDX-License-Identifier: Apache-2.0
// Holds: their life, and what is said of them.
#include "work/layers/apply/hold.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/timer.h"
#include "base/when.h"
#include "cluster/told/finding.h"
#include "cluster/told/talk.h"
#include "work/layers/apply/deletion.h"
#include "work/layers/apply/webhook.h"

enum {
    HOLD_HEARTBEAT_MS = 30000, // a line at least so often
    HOLD_LOOK_MS = 500,        // whether what is being deleted is gone
    HOLD_BUSY_ATTEMPTS = 3,    // what still fails then is worth a line
};

struct hold {
    struct apply *apply;
    enum put_outcome kind;
    char *key; // a webhook, or the object that is being deleted
    VEC(struct put *) waiting;
    struct put *probe;          // another one, which is tried at the moment; or NULL
    struct identity in_the_way; // PUT_DELETION: an object that waits itself, or a namespace
    int64_t began, moved, told; // when it came, last came nearer and was told; `began` 0: over
    int64_t next;               // when it is looked at, or one is tried
    int64_t attempts;           // of all that wait, refused
    bool told_cause;            // the last line had a message
    char since[READY_TIME_BYTES];
    struct buf message;     // what the API server says
    struct webhook webhook; // PUT_WEBHOOK: what is behind it
};

static bool is_over(const struct hold *hold)
{
    return hold->began == 0;
}

static void hold_free(struct hold *hold)
{
    VEC_FOREACH (struct put **, it, &hold->waiting)
        put_free(*it);
    vec_free(&hold->waiting);
    buf_free(&hold->message);
    webhook_free(&hold->webhook);
    free(hold->key);
    free(hold);
}

static struct hold *find(struct holds *h, enum put_outcome kind, const char *key)
{
    struct hold *fresh;

    VEC_FOREACH (struct hold **, it, &h->list)
        if ((*it)->kind == kind && strcmp((*it)->key, key) == 0)
            return *it;
    fresh = MEM_NEW(struct hold);
    fresh->apply = h->apply;
    fresh->kind = kind;
    fresh->key = mem_str(key);
    fresh->message = (struct buf)BUF_INIT(BUF_TEXT_MAX);
    vec_push(&h->list, fresh);
    return fresh;
}

static void begin(struct hold *hold, const struct put *p)
{
    time_t now = time(NULL);
    struct tm utc;

    if (!is_over(hold))
        return;
    hold->began = hold->moved = timer_now();
    hold->next = 0;
    hold->attempts = 0;
    hold->in_the_way = p->in_the_way;
    gmtime_r(&now, &utc);
    strftime(hold->since, sizeof(hold->since), "%Y-%m-%dT%H:%M:%SZ", &utc);
}

// --- coming and going ---

static void release(struct holds *h, struct hold *hold)
{
    hold->began = 0;
    hold->probe = NULL;
    VEC_FOREACH (struct put **, it, &hold->waiting)
        vec_push(&h->ready, *it);
    hold->waiting.len = 0;
}

void holds_passed(struct holds *h, const struct put *p)
{
    VEC_FOREACH (struct hold **, it, &h->list)
        if ((*it)->probe == p)
            release(h, *it);
}

static char *key_of(const struct put *p)
{
    if (p->outcome == PUT_DELETION)
        return identity_label(&p->in_the_way);
    return p->outcome == PUT_WEBHOOK ? webhook_name(err_message(p->error)) : mem_str("");
}

void holds_take(struct holds *h, struct put *p)
{
    char *key CLEANUP(mem_cleanup) = key_of(p);
    struct hold *hold = find(h, p->outcome, key);

    if (hold->probe == p)
        hold->probe = NULL;
    else
        holds_passed(h, p); // it has come as far as to another one
    begin(hold, p);
    hold->attempts++;
    vec_push(&hold->waiting, p);
    if (hold->kind == PUT_DELETION)
        return;
    buf_truncate(&hold->message, 0);
    buf_add_str(&hold->message, webhook_trouble(err_message(p->error)));
    if (!hold->probe)
        hold->next = budget_repeat_at(h->apply->budget, (int)hold->attempts, p->retry_after_ms);
}

// --- what is said ---

// The texts of *f are of the hold, and of `name` and `message`.
static void describe(const struct hold *hold, struct finding *f, char *name, struct buf *message)
{
    static const char *const reasons[] = {
        [PUT_WEBHOOK] = "WebhookFailed", [PUT_BUSY] = "ServerBusy", [PUT_DELETION] = "Terminating"};
    size_t waiting = hold->waiting.len + (hold->probe != NULL);

    webhook_describe(&hold->webhook, message);
    buf_add_span(message, buf_span(&hold->message));
    *f = (struct finding){
        .layer = hold->apply->layer,
        .state = READY_FAILING,
        .object = name,
        .reason = reasons[hold->kind],
        .message = buf_str(message),
        .since = hold->since,
        .attempts = hold->kind == PUT_DELETION ? 0 : hold->attempts,
        .behind = waiting - (hold->kind != PUT_DELETION),
    };
}

// There is one as long as the hold lasts: what does not wait is tried.
static RETURNS_NONNULL const struct put *first_of(const struct hold *hold)
{
    return hold->waiting.len ? hold->waiting.items[0] : hold->probe;
}

// Whose fault it is: the object in the way, else the first one that waits.
static char *name_of(const struct hold *hold)
{
    return hold->kind == PUT_DELETION ? mem_str(hold->key) : node_label(first_of(hold)->object);
}

static const struct kube_resource *resource_of(const struct hold *hold)
{
    return first_of(hold)->resource;
}

static void tell(struct hold *hold)
{
    struct buf message CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    char *name CLEANUP(mem_cleanup) = name_of(hold);
    struct finding f;

    describe(hold, &f, name, &message);
    talk_tell(hold->apply->report, "layers", &f, 0);
    hold->told = timer_now();
    hold->told_cause = hold->message.len > 0;
}

static int hint(const struct hold *hold, struct err **err)
{
    switch (hold->kind) {
    case PUT_WEBHOOK: return webhook_hint(&hold->webhook, err);
    case PUT_DELETION:
        return err_hint(err,
                        "%s goes when its finalizers are taken off: by the controllers that set "
                        "them, if they run, or by hand",
                        hold->key);
    default:
        return err_hint(err, "the API server, or what it stands on, is overloaded or failing: look "
                             "at its log, then run 'sandstrap up' again");
    }
}

static int fail(const struct hold *hold, enum err_kind kind, const char *before, struct err **err)
{
    struct buf message CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    char *name CLEANUP(mem_cleanup) = name_of(hold);
    struct finding f;

    describe(hold, &f, name, &message);
    finding_describe(&f, &line);
    finding_notes(&f, when_now(), &line);
    err_set(err, kind, "%s%s", before, buf_str(&line));
    return hint(hold, err);
}

// --- what is due ---

static int look_if_gone(struct holds *h, struct hold *hold, struct err **err)
{
    struct buf now CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    bool gone;

    const struct put *first = hold->waiting.items[0];
    struct identity id = node_identity(first->object);
    bool is_itself = identity_eq(&id, &hold->in_the_way);
    const struct kube_resource *resource =
        is_itself ? first->resource : kube_find(h->apply->kube, SPAN("v1"), SPAN("Namespace"), err);

    if (!resource || deletion_look(h->apply->kube, resource, &hold->in_the_way, hold->since, &now,
                                   &gone, err) < 0)
        return -1;
    hold->next = timer_now() + HOLD_LOOK_MS;
    if (!span_eq(buf_span(&now), buf_span(&hold->message))) {
        hold->moved = timer_now();
        buf_truncate(&hold->message, 0);
        buf_add_span(&hold->message, buf_span(&now));
    }
    if (!gone)
        return 0;
    release(h, hold);
    if (!is_itself && h->restore(h->apply, hold->in_the_way.name, err) < 0) {
        char *name CLEANUP(mem_cleanup) = node_label(first->object);

        return err_wrap(err, "apply %s", name);
    }
    return 0;
}

// The one that has waited longest is tried for all.
static void try_one(struct holds *h, struct hold *hold)
{
    hold->probe = hold->waiting.items[0];
    vec_remove(&hold->waiting, 0);
    vec_push(&h->ready, hold->probe);
}

// At once, again when the cause is known, and then as a sign of life.
static bool wants_telling(const struct hold *hold)
{
    if (hold->kind == PUT_BUSY && hold->attempts < HOLD_BUSY_ATTEMPTS)
        return false;
    return !hold->told || (hold->message.len && !hold->told_cause) ||
           timer_now() - hold->told >= HOLD_HEARTBEAT_MS;
}

static bool is_final(const struct hold *hold)
{
    return timer_now() - hold->moved >= hold->apply->fail_after_ms;
}

// Says what is new, and ends what has taken too long.
static int tell_or_end(struct hold *hold, struct err **err)
{
    const struct apply *a = hold->apply;
    bool over = is_final(hold);

    if (hold->kind == PUT_WEBHOOK && (over || wants_telling(hold)) &&
        webhook_find(a->kube, hold->key, resource_of(hold), &hold->webhook, err) < 0)
        return -1;
    if (wants_telling(hold))
        tell(hold);
    if (over)
        return fail(hold, hold->kind == PUT_DELETION ? ERR_TERMINAL : ERR_API, "", err);
    return budget_is_over(a->budget) ? fail(hold, ERR_TIMEOUT, "not applied in time: ", err) : 0;
}

static int attend(struct holds *h, struct hold *hold, struct err **err)
{
    bool due = !hold->probe && timer_now() >= hold->next;

    if (due && hold->kind == PUT_DELETION && look_if_gone(h, hold, err) < 0)
        return -1;
    if (is_over(hold))
        return 0;
    if (tell_or_end(hold, err) < 0)
        return -1;
    if (due && hold->kind != PUT_DELETION)
        try_one(h, hold);
    return 0;
}

int holds_attend(struct holds *h, struct err **err)
{
    for (size_t i = 0; i < h->list.len; i++)
        if (!is_over(h->list.items[i]) && attend(h, h->list.items[i], err) < 0)
            return -1;
    return 0;
}

int64_t holds_next(const struct holds *h)
{
    int64_t next = TIMER_NEVER;

    VEC_FOREACH (struct hold *const *, it, &h->list) {
        const struct hold *hold = *it;

        if (is_over(hold))
            continue;
        if (!hold->probe && hold->next < next)
            next = hold->next;
        if (hold->told && hold->told + HOLD_HEARTBEAT_MS < next)
            next = hold->told + HOLD_HEARTBEAT_MS;
        if (timer_add(hold->moved, h->apply->fail_after_ms) < next)
            next = timer_add(hold->moved, h->apply->fail_after_ms);
        if (budget_deadline(h->apply->budget) < next)
            next = budget_deadline(h->apply->budget);
    }
    return next;
}

size_t holds_waiting(const struct holds *h)
{
    size_t count = 0;

    VEC_FOREACH (struct hold *const *, it, &h->list)
        count += (*it)->waiting.len;
    return count;
}

void holds_free(struct holds *h)
{
    VEC_FOREACH (struct hold **, it, &h->list)
        hold_free(*it);
    vec_free(&h->list);
    VEC_FOREACH (struct put **, it, &h->ready)
        put_free(*it);
    vec_free(&h->ready);
}
