// SPDX-License-Identifier: Apache-2.0
// What is said while something is waited for.
#include "cluster/told/talk.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/timer.h"
#include "base/when.h"
#include "io/doc.h"

enum {
    TALK_HEARTBEAT_MS = 30000, // a line at least so often, and none more often
    TALK_REMEMBERED = 64,      // lines
};

static void forget_first(struct talk *t)
{
    free(t->said.items[0].text);
    vec_remove(&t->said, 0);
}

void talk_free(struct talk *t)
{
    while (t->said.len)
        forget_first(t);
    vec_free(&t->said);
}

static size_t count_blocked(const struct finding *findings, size_t count)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        n += findings[i].blocked;
    return n;
}

static struct talk_said *find_said(struct talk *t, const char *text)
{
    VEC_FOREACH (struct talk_said *, it, &t->said)
        if (strcmp(it->text, text) == 0)
            return it;
    return NULL;
}

static void remember(struct talk *t, const char *text, int64_t now)
{
    if (t->said.len == TALK_REMEMBERED)
        forget_first(t);
    vec_push(&t->said, (struct talk_said){mem_str(text), now});
}

void talk_tell(struct report *report, const char *component, const struct finding *f, size_t more)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf subject CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf json CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    finding_subject(f, &subject);
    finding_cause(f, &line);
    finding_notes(f, when_now(), &line);
    if (more)
        buf_printf(&line, " (and %zu more)", more);
    doc_write_json(finding_node(f, d), false, &json);
    report_event(report, &(struct report_event){
                             .level = REPORT_INFO,
                             .component = component,
                             .layer = f->layer,
                             .object = buf_str(&subject),
                             .text = buf_str(&line),
                             .finding = buf_str(&json),
                         });
}

// The next step of a failure that stands, once.
static void say_next(struct talk *t, struct report *report, const struct finding *f, int64_t now)
{
    if (f->state < READY_FAILING || !f->next || find_said(t, f->next))
        return;
    remember(t, f->next, now);
    report_object(report, t->component, f->layer, NULL, "next: %s", f->next);
}

bool talk_say(struct talk *t, struct report *report, const struct finding *findings, size_t count)
{
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct finding first = findings[0];
    size_t blocked = count_blocked(findings, count);
    int64_t now = timer_now();
    struct talk_said *said;
    bool is_again;

    if (!first.behind && !first.blocked)
        first.behind = blocked;
    finding_describe(&first, &line);
    // Two words for one trouble may take turns: neither is said more often.
    said = find_said(t, buf_str(&line));
    is_again = said != NULL;
    if (said && now - said->at < TALK_HEARTBEAT_MS)
        return false;
    if (said)
        said->at = now;
    else
        remember(t, buf_str(&line), now);
    talk_tell(report, t->component, &first, count - (first.blocked ? 0 : blocked) - 1);
    if (is_again)
        say_next(t, report, &first, now);
    return true;
}
