// SPDX-License-Identifier: Apache-2.0
// cluster/talk: which lines are written.
#include "unit.h"

#include "base/buf.h"
#include "base/timer.h"
#include "cluster/told/talk.h"

struct heard {
    struct report report;
    struct buf lines;   // "object: text" each
    struct buf finding; // of the last line
};

static void hear(struct report *r, const struct report_event *e)
{
    struct heard *h = (struct heard *)r;

    buf_printf(&h->lines, "%s%s%s\n", e->object ? e->object : "", e->object ? ": " : "", e->text);
    buf_truncate(&h->finding, 0);
    buf_add_str(&h->finding, e->finding ? e->finding : "");
}

static void heard_free(struct heard *h)
{
    buf_free(&h->lines);
    buf_free(&h->finding);
}

#define HEARD_INIT                                                                                 \
    {                                                                                              \
        {.emit = hear}, BUF_INIT(BUF_TEXT_MAX), BUF_INIT(BUF_TEXT_MAX)                             \
    }

static const struct finding pull = {
    .layer = "app",
    .state = READY_FAILING,
    .object = "Deployment s/web",
    .pod = "s/web-1",
    .container = "app",
    .reason = "ErrImagePull",
    .message = "not found",
    .next = "put it right",
};

static struct finding back_off(void)
{
    struct finding f = pull;

    f.reason = "ImagePullBackOff";
    return f;
}

static void age(struct talk *t)
{
    VEC_FOREACH (struct talk_said *, it, &t->said)
        it->at -= 31000;
}

#define LINE "Deployment s/web: pod s/web-1: container app: ErrImagePull: not found"

static void test_cluster_talk__a_cause_is_said_once(void **state)
{
    struct talk talk CLEANUP(talk_free) = {.component = "layers"};
    struct heard h CLEANUP(heard_free) = HEARD_INIT;
    struct finding f[] = {pull, back_off()};

    (void)state;
    talk_say(&talk, &h.report, &f[0], 1);
    talk_say(&talk, &h.report, &f[1], 1);
    // turns of one and the same trouble, and other counts, are nothing new
    f[0].attempts = 7;
    talk_say(&talk, &h.report, &f[0], 2);
    talk_say(&talk, &h.report, &f[1], 1);
    assert_string_equal(buf_str(&h.lines),
                        LINE "\nDeployment s/web: pod s/web-1: container app: ImagePullBackOff: "
                             "not found\n");
}

static void test_cluster_talk__what_stands_is_said_again_with_the_next_step(void **state)
{
    struct talk talk CLEANUP(talk_free) = {.component = "layers"};
    struct heard h CLEANUP(heard_free) = HEARD_INIT;
    struct finding f = pull;

    (void)state;
    talk_say(&talk, &h.report, &f, 1);
    for (int i = 0; i < 2; i++) {
        age(&talk);
        f.attempts += 2;
        talk_say(&talk, &h.report, &f, 1);
    }
    assert_string_equal(buf_str(&h.lines), LINE "\n" LINE " (2 restarts)\nnext: put it right\n" LINE
                                                " (4 restarts)\n");
}

static void test_cluster_talk__how_many_more_and_what_waits(void **state)
{
    struct talk talk CLEANUP(talk_free) = {.component = "layers"};
    struct heard h CLEANUP(heard_free) = HEARD_INIT;
    struct finding f[] = {pull, back_off(), pull};

    (void)state;
    f[2].blocked = true;
    talk_say(&talk, &h.report, f, 3);
    assert_string_equal(buf_str(&h.lines), LINE " (1 waits behind) (and 1 more)\n");
}

static void test_cluster_talk__programs_get_the_finding(void **state)
{
    struct talk talk CLEANUP(talk_free) = {.component = "layers"};
    struct heard h CLEANUP(heard_free) = HEARD_INIT;

    (void)state;
    talk_say(&talk, &h.report, &pull, 1);
    assert_non_null(strstr(buf_str(&h.finding), "\"reason\":\"ErrImagePull\""));
    assert_non_null(strstr(buf_str(&h.finding), "\"next\":\"put it right\""));
}

UNIT_MAIN(UNIT(test_cluster_talk__a_cause_is_said_once),
          UNIT(test_cluster_talk__what_stands_is_said_again_with_the_next_step),
          UNIT(test_cluster_talk__how_many_more_and_what_waits),
          UNIT(test_cluster_talk__programs_get_the_finding))
