// SPDX-License-Identifier: Apache-2.0
// Asking in the background.
#include "cluster/facts/evidence_fetch.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/timer.h"
#include "base/vec.h"

enum { FETCH_KEEP_LOOKS = 50 };

struct question {
    struct evidence_fetch *fetch;
    enum evidence_kind kind;
    char *ns;
    char *name;
    char *path;
    char *version;
    uint64_t look; // the last one that asked
    int64_t made_at;
    int64_t due_at;
    int64_t sent_at;
    int64_t pause_ms; // after the next answer
    struct kube_raw *call;
    uint64_t timer; // ends the call
    bool answered;  // in whatever way
    bool outdated;  // what is asked has changed since it was sent
    bool once;
    bool is_final; // an answer that needs no repetition
    struct buf text;
    struct doc *doc;
    const struct node *object;
};

// Where the server refused to answer.
struct refused {
    enum evidence_kind kind;
    char *ns;
};

struct evidence_fetch {
    struct loop *loop;
    struct kube *kube;
    struct informers *informers;
    int64_t grace_ms;
    uint64_t look;
    int in_flight;
    uint64_t timer; // for the next one that is due
    VEC(struct question *) questions;
    VEC(struct refused) refused;
};

struct evidence_fetch *evidence_fetch_new(struct loop *loop, struct kube *k, struct informers *inf,
                                          int64_t grace_ms)
{
    struct evidence_fetch *f = MEM_NEW(struct evidence_fetch);

    f->loop = loop;
    f->kube = k;
    f->informers = inf;
    f->grace_ms = grace_ms;
    return f;
}

static void end_call(struct question *q)
{
    loop_remove_timer(q->fetch->loop, q->timer);
    q->timer = 0;
    q->call = NULL;
    q->fetch->in_flight--;
}

static void question_free(struct question *q)
{
    if (q->call) {
        kube_abort_raw(q->call);
        end_call(q);
    }
    doc_free(q->doc);
    buf_free(&q->text);
    free(q->ns);
    free(q->name);
    free(q->path);
    free(q->version);
    free(q);
}

void evidence_fetch_free(struct evidence_fetch *f)
{
    if (!f)
        return;
    loop_remove_timer(f->loop, f->timer);
    VEC_FOREACH (struct question **, it, &f->questions)
        question_free(*it);
    VEC_FOREACH (struct refused *, it, &f->refused)
        free(it->ns);
    vec_free(&f->questions);
    vec_free(&f->refused);
    free(f);
}

static bool is_refused(const struct evidence_fetch *f, const struct question *q)
{
    VEC_FOREACH (const struct refused *, it, &f->refused)
        if (it->kind == q->kind && strcmp(it->ns, q->ns) == 0)
            return true;
    return false;
}

static bool is_asked(const struct question *q)
{
    return q->look == q->fetch->look && !is_refused(q->fetch, q);
}

// --- answers ---

// What cannot be read tells nothing, nor does an empty log; what was known before is kept. Else the
// former answer is freed: nobody looks while the loop runs.
static void take_answer(struct question *q, struct span body)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL;

    if (!body.len || body.len > EVIDENCE_ANSWER_BYTES || span_eq(body, buf_span(&q->text)))
        return;
    doc_free(q->doc);
    q->doc = NULL;
    q->object = NULL;
    buf_truncate(&q->text, 0);
    buf_add_span(&q->text, body);
    if (q->kind == EVIDENCE_EVENTS) {
        q->doc = doc_new();
        q->object = doc_read_json(q->doc, body, q->path, ERR_API, &ignored);
    }
    informers_note_change(q->fetch->informers);
}

static void finish(struct question *q)
{
    end_call(q);
    if (!q->answered)
        informers_note_change(q->fetch->informers);
    q->answered = true;
    q->due_at = q->is_final ? TIMER_NEVER : timer_add(timer_now(), q->pause_ms);
    if (q->outdated)
        q->due_at = timer_add(q->sent_at, EVIDENCE_PAUSE_FIRST_MS);
    q->pause_ms =
        q->pause_ms * 2 < EVIDENCE_PAUSE_MOST_MS ? q->pause_ms * 2 : EVIDENCE_PAUSE_MOST_MS;
}

static void on_answer(void *data, enum kube_reason reason, struct span body)
{
    struct question *q = data;
    struct evidence_fetch *f = q->fetch;

    if (reason == KUBE_OK)
        take_answer(q, body);
    q->is_final = q->once && reason == KUBE_OK;
    if (reason == KUBE_FORBIDDEN && !is_refused(f, q))
        vec_push(&f->refused, ((struct refused){q->kind, mem_str(q->ns)}));
    finish(q);
    evidence_fetch_send(f);
}

static void on_late(void *data)
{
    struct question *q = data;

    kube_abort_raw(q->call);
    finish(q);
    evidence_fetch_send(q->fetch);
}

// --- sending ---

static void send_one(struct question *q)
{
    struct evidence_fetch *f = q->fetch;
    struct budget budget = {.attempts = 1};

    f->in_flight++;
    q->outdated = false;
    q->sent_at = timer_now();
    q->timer = loop_add_timer(f->loop, timer_add(q->sent_at, EVIDENCE_ANSWER_MS), on_late, q);
    q->call = kube_start_raw(f->kube, q->path, &budget, on_answer, q);
}

static void on_due(void *data)
{
    struct evidence_fetch *f = data;

    f->timer = 0;
    evidence_fetch_send(f);
}

void evidence_fetch_send(struct evidence_fetch *f)
{
    int64_t now = timer_now(), next = TIMER_NEVER;

    VEC_FOREACH (struct question **, it, &f->questions) {
        struct question *q = *it;

        if (q->call || !is_asked(q))
            continue;
        if (q->due_at > now)
            next = q->due_at < next ? q->due_at : next;
        else if (f->in_flight < EVIDENCE_IN_FLIGHT_MAX)
            send_one(q);
    }
    loop_remove_timer(f->loop, f->timer);
    f->timer = next == TIMER_NEVER ? 0 : loop_add_timer(f->loop, next, on_due, f);
}

// --- questions ---

// What was not asked for a while goes: between two attempts of a release its pods are gone.
void evidence_fetch_begin(struct evidence_fetch *f)
{
    for (size_t i = f->questions.len; i-- > 0;) {
        struct question *q = f->questions.items[i];

        if (q->look + FETCH_KEEP_LOOKS > f->look)
            continue;
        question_free(q);
        vec_remove(&f->questions, i);
    }
    f->look++;
}

static struct question *find(struct evidence_fetch *f, const struct evidence_question *asked)
{
    int64_t grace = asked->urgent ? 0 : f->grace_ms;
    const char *name = asked->name ? asked->name : asked->path;
    struct question *q;

    VEC_FOREACH (struct question **, it, &f->questions)
        if (strcmp((*it)->name, name) == 0)
            return *it;
    if (f->questions.len >= EVIDENCE_QUESTIONS_MAX)
        return NULL;
    q = MEM_NEW(struct question);
    q->fetch = f;
    q->kind = asked->kind;
    q->ns = mem_strn(asked->ns.ptr, asked->ns.len);
    q->name = mem_str(name);
    q->path = mem_str(asked->path);
    q->version = mem_str(asked->version);
    q->text = (struct buf)BUF_INIT(EVIDENCE_ANSWER_BYTES);
    q->once = asked->once;
    q->pause_ms = EVIDENCE_PAUSE_FIRST_MS;
    q->made_at = timer_now();
    q->due_at = timer_add(q->made_at, grace);
    vec_push(&f->questions, q);
    return q;
}

static void renew(struct question *q, const struct evidence_question *asked)
{
    int64_t soon = timer_add(q->sent_at, EVIDENCE_PAUSE_FIRST_MS);

    free(q->path);
    free(q->version);
    q->path = mem_str(asked->path);
    q->version = mem_str(asked->version);
    q->pause_ms = EVIDENCE_PAUSE_FIRST_MS;
    q->is_final = false;
    q->outdated = q->call;
    if (q->sent_at && soon < q->due_at)
        q->due_at = soon;
}

struct evidence_answer evidence_fetch_ask(struct evidence_fetch *f,
                                          const struct evidence_question *asked)
{
    struct question *q = find(f, asked);

    if (!q)
        return (struct evidence_answer){0};
    q->look = f->look;
    if (strcmp(q->version, asked->version) != 0)
        renew(q, asked);
    return (struct evidence_answer){q->object, buf_span(&q->text)};
}

bool evidence_fetch_settled(const struct evidence_fetch *f)
{
    int64_t late = timer_now() - EVIDENCE_ANSWER_MS;

    VEC_FOREACH (struct question *const *, it, &f->questions)
        if (is_asked(*it) && !(*it)->answered && (*it)->made_at > late)
            return false;
    return true;
}
