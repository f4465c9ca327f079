// SPDX-License-Identifier: Apache-2.0
// cluster/finding: how a finding reads.
#include "unit.h"

#include <time.h>

#include "cluster/told/finding.h"

static const struct finding crash = {
    .layer = "bigbang",
    .state = READY_FAILING,
    .object = "StatefulSet loki/loki",
    .release = "HelmRelease bigbang/loki",
    .pod = "loki/loki-0",
    .container = "loki",
    .reason = "CrashLoopBackOff",
    .message = "back-off 5m0s",
};

static void expect_line(const struct finding *f, const char *want)
{
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    finding_describe(f, &line);
    assert_string_equal(buf_str(&line), want);
}

static void test_cluster_finding__one_line(void **state)
{
    struct finding bare = {.object = "Job n/j", .reason = "NotFound", .message = ""};

    (void)state;
    expect_line(&crash, "HelmRelease bigbang/loki: StatefulSet loki/loki: pod loki/loki-0: "
                        "container loki: CrashLoopBackOff: back-off 5m0s");
    expect_line(&bare, "Job n/j: NotFound");
    bare.stale = true;
    expect_line(&bare, "Job n/j: NotFound (before the last change: waiting for its controller to "
                       "look again)");
}

enum { NOW = 1767323045 }; // 2026-01-02T03:04:05Z

static void expect_notes(const struct finding *f, const char *want)
{
    struct buf notes CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    finding_notes(f, NOW, &notes);
    assert_string_equal(buf_str(&notes), want);
}

static void test_cluster_finding__since_when_how_often_and_what_waits(void **state)
{
    struct finding f = {.state = READY_FAILING, .object = "Job n/j", .reason = "R", .message = ""};

    (void)state;
    setenv("TZ", "XXX-1", 1);
    tzset();
    expect_notes(&f, "");
    f.since = "2026-01-02T03:04:01Z";
    expect_notes(&f, " (since 04:04:01)");
    f.attempts = 4;
    f.behind = 3;
    expect_notes(&f, " (since 04:04:01, 4 times, 3 wait behind)");
    f.container = "app";
    f.behind = 1;
    expect_notes(&f, " (since 04:04:01, 4 restarts, 1 waits behind)");
    f.since = NULL;
    f.attempts = 1;
    expect_notes(&f, " (1 waits behind)");
}

static void test_cluster_finding__what_has_just_begun_needs_no_time(void **state)
{
    struct finding f = {.state = READY_PROGRESSING, .since = "2026-01-02T03:03:56Z"};

    (void)state;
    expect_notes(&f, "");
    f.since = "2026-01-02T03:03:55Z";
    expect_notes(&f, " (since 04:03:55)");
    f.since = "not a time";
    expect_notes(&f, "");
}

static void test_cluster_finding__a_list_tells_each_step_once(void **state)
{
    static const char *const log[] = {"log of app: boom", NULL};
    struct finding list[] = {crash, crash, crash};
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(list); i++)
        list[i].release = list[i].pod = list[i].container = NULL;
    list[0].next = "do this";
    list[0].evidence = log;
    list[1].next = "do this";
    finding_list(list, 3, 2, &out);
    assert_string_equal(buf_str(&out), "bigbang: StatefulSet loki/loki: CrashLoopBackOff: back-off "
                                       "5m0s\n"
                                       "    log of app: boom\n"
                                       "    next: do this\n"
                                       "bigbang: StatefulSet loki/loki: CrashLoopBackOff: back-off "
                                       "5m0s\n"
                                       "and 1 more: sandstrap status\n");
}

static void test_cluster_finding__a_copy_stands_alone(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    char text[] = "text";
    const char *const log[] = {text, NULL};
    struct finding f = {.object = text, .reason = text, .message = text, .next = text};
    struct finding copy;

    (void)state;
    f.evidence = log;
    copy = finding_copy(arena, &f);
    text[0] = 'n';
    assert_string_equal(copy.object, "text");
    assert_string_equal(copy.next, "text");
    assert_string_equal(copy.evidence[0], "text");
    assert_null(copy.evidence[1]);
    assert_null(copy.pod);
}

static void expect_json(const struct finding *f, const char *want)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf json CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    doc_write_json(finding_node(f, d), false, &json);
    assert_string_equal(buf_str(&json), want);
}

static void test_cluster_finding__for_programs(void **state)
{
    static const char *const log[] = {"a", "b", NULL};
    struct finding bare = {.object = "Job n/j", .reason = "R", .message = "", .blocked = true};

    (void)state;
    expect_json(&crash, "{\"layer\":\"bigbang\",\"state\":\"failing\","
                        "\"object\":\"StatefulSet loki/loki\","
                        "\"release\":\"HelmRelease bigbang/loki\",\"pod\":\"loki/loki-0\","
                        "\"container\":\"loki\",\"reason\":\"CrashLoopBackOff\","
                        "\"message\":\"back-off 5m0s\",\"blocked\":false}");
    bare.since = "2026-01-02T03:04:05Z";
    bare.attempts = 2;
    bare.behind = 3;
    bare.next = "do this";
    bare.evidence = log;
    expect_json(&bare, "{\"state\":\"ok\",\"object\":\"Job n/j\",\"reason\":\"R\","
                       "\"message\":\"\",\"blocked\":true,\"since\":\"2026-01-02T03:04:05Z\","
                       "\"count\":2,\"behind\":3,\"next\":\"do this\",\"evidence\":[\"a\",\"b\"]}");
    bare = (struct finding){.object = "Job n/j", .reason = "R", .message = "", .blocked = true};
    // what there is nothing of is left out
    expect_json(&bare, "{\"state\":\"ok\",\"object\":\"Job n/j\",\"reason\":\"R\","
                       "\"message\":\"\",\"blocked\":true}");
}

UNIT_MAIN(UNIT(test_cluster_finding__one_line),
          UNIT(test_cluster_finding__since_when_how_often_and_what_waits),
          UNIT(test_cluster_finding__what_has_just_begun_needs_no_time),
          UNIT(test_cluster_finding__a_list_tells_each_step_once),
          UNIT(test_cluster_finding__a_copy_stands_alone), UNIT(test_cluster_finding__for_programs))
