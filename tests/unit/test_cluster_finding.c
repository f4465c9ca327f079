// SPDX-License-Identifier: Apache-2.0
// cluster/finding: how a finding reads.
#include "unit.h"

#include "cluster/finding.h"

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

static void expect_json(const struct finding *f, const char *want)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf json CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    doc_write_json(finding_node(f, d), false, &json);
    assert_string_equal(buf_str(&json), want);
}

static void test_cluster_finding__for_programs(void **state)
{
    struct finding bare = {.object = "Job n/j", .reason = "R", .message = "", .blocked = true};

    (void)state;
    expect_json(&crash, "{\"layer\":\"bigbang\",\"state\":\"failing\","
                        "\"object\":\"StatefulSet loki/loki\","
                        "\"release\":\"HelmRelease bigbang/loki\",\"pod\":\"loki/loki-0\","
                        "\"container\":\"loki\",\"reason\":\"CrashLoopBackOff\","
                        "\"message\":\"back-off 5m0s\",\"blocked\":false}");
    // what there is nothing of is left out
    expect_json(&bare, "{\"state\":\"ok\",\"object\":\"Job n/j\",\"reason\":\"R\","
                       "\"message\":\"\",\"blocked\":true}");
}

UNIT_MAIN(UNIT(test_cluster_finding__one_line), UNIT(test_cluster_finding__for_programs))
