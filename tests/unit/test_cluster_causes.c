// SPDX-License-Identifier: Apache-2.0
// cluster/causes: which findings a graph has, and what is remembered of those before.
#include "unit.h"

#include "cluster/judge/causes.h"
#include "support_object.h"

// An item as a test needs it.
struct as {
    const char *object; // YAML, or NULL when it is not there
    const char *label;
    int parent;
    enum ready_state state;
    const char *reason;
    const char *message;
    const char *pod;
    const char *container;
    size_t layer;
    const char *const *evidence;
};

#define RELEASE "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"
#define OF_VERSION(n) RELEASE "metadata: {name: r, namespace: n, generation: " n "}\n"
#define DEPLOYMENT "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: n}\n"

#define FAILED_RELEASE                                                                             \
    {                                                                                              \
        .object = OF_VERSION("1"), .label = "HelmRelease n/r", .parent = GRAPH_NO_PARENT,          \
        .state = READY_FAILING, .reason = "InstallFailed", .message = "timed out"                  \
    }
#define PULL                                                                                       \
    {                                                                                              \
        .object = DEPLOYMENT, .label = "Deployment n/d", .parent = 0, .state = READY_FAILING,      \
        .reason = "ErrImagePull", .message = "no such image", .pod = "n/d-1", .container = "c"     \
    }
#define MISSING_SERVICE                                                                            \
    {                                                                                              \
        .label = "Service n/s", .parent = 0, .state = READY_PROGRESSING, .reason = "NotFound",     \
        .message = "not there (yet)"                                                               \
    }
#define PULL_LINE "HelmRelease n/r: Deployment n/d: pod n/d-1: container c: ErrImagePull: "

static struct memory *memory;

static int set_up(void **state)
{
    (void)state;
    memory = memory_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    memory_free(memory);
    return 0;
}

static void add(struct graph *g, const struct as *as)
{
    struct graph_item item = {.label = as->label, .parent = as->parent, .layer = as->layer};
    struct span name = span_str(as->label);

    item.object = as->object ? object(as->object) : NULL;
    span_cut(name, ' ', &item.id.kind, &name);
    item.ready.state = as->state;
    item.pod = as->pod;
    item.container = as->container;
    item.evidence = as->evidence;
    snprintf(item.ready.reason, sizeof(item.ready.reason), "%s", as->reason ? as->reason : "");
    snprintf(item.ready.message, sizeof(item.ready.message), "%s", as->message ? as->message : "");
    vec_push_arena(g->arena, &g->items, item);
    for (int at = as->parent; at != GRAPH_NO_PARENT; at = g->items.items[at].parent)
        g->items.items[at].has_unready_child |= as->state != READY_OK;
}

// The findings of one look, a line each.
static void expect(const struct as *items, size_t count, const char *want)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct graph g CLEANUP(graph_free) = {.arena = arena_new()};
    struct layer layer[] = {{.name = "one"}, {.name = "two"}};
    struct layers layers = {layer, ARRAY_LEN(layer)};
    const struct finding *findings;
    size_t found;

    for (size_t i = 0; i < count; i++)
        add(&g, &items[i]);
    findings = causes_find(&g, &layers, memory, &found);
    for (size_t i = 0; i < found; i++) {
        buf_printf(&text, "%s ", ready_state_name(findings[i].state));
        finding_describe(&findings[i], &text);
        buf_add_char(&text, '\n');
    }
    assert_string_equal(buf_str(&text), want);
}

#define EXPECT(want, ...)                                                                          \
    expect((const struct as[]){__VA_ARGS__},                                                       \
           sizeof((const struct as[]){__VA_ARGS__}) / sizeof(struct as), want)

static void test_cluster_causes__what_vanished_with_an_attempt_is_no_cause(void **state)
{
    (void)state;
    EXPECT("failing HelmRelease n/r: InstallFailed: timed out\n", FAILED_RELEASE, MISSING_SERVICE);
}

static void test_cluster_causes__what_a_working_release_lost_is_one(void **state)
{
    struct as release = FAILED_RELEASE;

    (void)state;
    release.state = READY_PROGRESSING;
    EXPECT("progressing HelmRelease n/r: Service n/s: NotFound: not there (yet)\n", release,
           MISSING_SERVICE);
}

static void test_cluster_causes__the_deepest_known_cause_wins(void **state)
{
    (void)state;
    EXPECT("failing " PULL_LINE "no such image\n", FAILED_RELEASE, PULL, MISSING_SERVICE);
}

static void test_cluster_causes__between_two_attempts_the_last_cause_is_told(void **state)
{
    struct as waits = PULL;

    (void)state;
    EXPECT("failing " PULL_LINE "no such image\n", FAILED_RELEASE, PULL);
    EXPECT("failing " PULL_LINE "no such image\n", FAILED_RELEASE);
    EXPECT("failing " PULL_LINE "no such image\n", FAILED_RELEASE, MISSING_SERVICE);
    // the next attempt has yet to come to it
    waits.state = READY_PROGRESSING;
    waits.reason = "ContainerCreating";
    waits.message = "";
    EXPECT("failing " PULL_LINE "no such image\n"
           "progressing HelmRelease n/r: Deployment n/d: pod n/d-1: container c: "
           "ContainerCreating: (before: ErrImagePull: no such image)\n",
           FAILED_RELEASE, waits);
}

static void test_cluster_causes__a_pod_that_starts_again_says_how_it_ended(void **state)
{
    struct as crash = PULL, starts;

    (void)state;
    crash.parent = GRAPH_NO_PARENT;
    crash.reason = "CrashLoopBackOff";
    crash.message = "exit code 3";
    EXPECT("failing Deployment n/d: pod n/d-1: container c: CrashLoopBackOff: exit code 3\n",
           crash);
    starts = crash;
    starts.state = READY_PROGRESSING;
    starts.reason = "ContainerNotReady";
    starts.message = "running";
    EXPECT("progressing Deployment n/d: pod n/d-1: container c: ContainerNotReady: running "
           "(before: CrashLoopBackOff: exit code 3)\n",
           starts);
    starts.state = READY_OK;
    EXPECT("", starts);
    starts.state = READY_PROGRESSING;
    EXPECT("progressing Deployment n/d: pod n/d-1: container c: ContainerNotReady: running\n",
           starts);
}

// For the verdict: the attempt that waits for its pods has failed before.
static void test_cluster_causes__what_is_above_and_goes_on_failing_is_known(void **state)
{
    struct graph g CLEANUP(graph_free) = {.arena = arena_new()};
    struct layer layer = {.name = "one"};
    struct layers layers = {&layer, 1};
    struct as ready = FAILED_RELEASE, trying = FAILED_RELEASE, waits = PULL;
    const struct finding *findings;
    size_t count;

    (void)state;
    ready.state = READY_PROGRESSING;
    trying.parent = 0;
    trying.label = "HelmRelease n/s";
    trying.state = READY_PROGRESSING;
    trying.object = OF_VERSION("1") "status: {conditions: [{type: Ready, status: Unknown}]}\n";
    waits.parent = 1;
    waits.state = READY_PROGRESSING;
    add(&g, &ready);
    add(&g, &trying);
    add(&g, &waits);
    findings = causes_find(&g, &layers, memory, &count);
    assert_int_equal(count, 1);
    assert_string_equal(findings[0].above[0], "HelmRelease n/s");
    assert_null(findings[0].above[1]);
}

static void test_cluster_causes__what_has_healed_is_told_no_more(void **state)
{
    struct as healed = PULL, other = FAILED_RELEASE;

    (void)state;
    EXPECT("failing " PULL_LINE "no such image\n", FAILED_RELEASE, PULL);
    // another version of the release
    other.object = OF_VERSION("2");
    EXPECT("failing HelmRelease n/r: InstallFailed: timed out\n", other);
    healed.state = READY_OK;
    EXPECT("failing HelmRelease n/r: InstallFailed: timed out\n", FAILED_RELEASE, healed);
    EXPECT("failing HelmRelease n/r: InstallFailed: timed out\n", FAILED_RELEASE);
}

static void test_cluster_causes__who_gave_up_says_what_of(void **state)
{
    struct as stalled = FAILED_RELEASE;

    (void)state;
    stalled.state = READY_TERMINAL;
    stalled.reason = "RetriesExceeded";
    stalled.message = "failed after 2 attempts";
    EXPECT("terminal HelmRelease n/r: RetriesExceeded: failed after 2 attempts\n", stalled);
    EXPECT("terminal " PULL_LINE "no such image (RetriesExceeded: failed after 2 attempts)\n",
           stalled, PULL, MISSING_SERVICE);
    EXPECT("terminal " PULL_LINE "no such image (RetriesExceeded: failed after 2 attempts)\n",
           stalled);
}

static void test_cluster_causes__an_attempt_in_vain_says_what_it_waited_for(void **state)
{
    struct as waits = PULL;

    (void)state;
    waits.state = READY_PROGRESSING;
    waits.reason = "ContainerNotReady";
    waits.message = "running";
    EXPECT("failing HelmRelease n/r: InstallFailed: timed out (Deployment n/d: pod n/d-1: "
           "container c: ContainerNotReady: running)\n",
           FAILED_RELEASE, waits);
    // that nothing can run it is known, and may change
    waits.reason = "Unschedulable";
    EXPECT("progressing HelmRelease n/r: Deployment n/d: pod n/d-1: container c: "
           "Unschedulable: running\n",
           FAILED_RELEASE, waits);
}

// A volume that came late is not what an attempt failed of; afterwards its pods are gone.
static void test_cluster_causes__what_a_container_got_over_is_no_cause(void **state)
{
    struct as mounts = PULL, runs = PULL;

    (void)state;
    mounts.reason = "FailedMount";
    mounts.message = "timed out";
    runs.state = READY_PROGRESSING;
    runs.reason = "ContainerNotReady";
    runs.message = "503";
    EXPECT("failing HelmRelease n/r: Deployment n/d: pod n/d-1: container c: FailedMount: timed "
           "out\n",
           FAILED_RELEASE, mounts);
#define WAITED                                                                                     \
    "failing HelmRelease n/r: InstallFailed: timed out (Deployment n/d: pod n/d-1: container c: "  \
    "ContainerNotReady: 503)\n"
    EXPECT(WAITED, FAILED_RELEASE, runs);
    EXPECT(WAITED, FAILED_RELEASE, MISSING_SERVICE);
}

// Whether somebody asked for more lines (status --events, --logs) chooses no other cause.
static void test_cluster_causes__evidence_is_no_cause_by_itself(void **state)
{
    static const char *const lines[] = {"log c: listening", NULL};
    struct as waits = PULL;

    (void)state;
    waits.state = READY_PROGRESSING;
    waits.reason = "ContainerNotReady";
    waits.message = "running";
    waits.evidence = lines;
    EXPECT("failing HelmRelease n/r: InstallFailed: timed out (Deployment n/d: pod n/d-1: "
           "container c: ContainerNotReady: running)\n",
           FAILED_RELEASE, waits);
}

// What has nothing to do with the objects of the release is told beside them.
static void test_cluster_causes__missing_values_are_not_explained_by_a_pod(void **state)
{
    struct as release = FAILED_RELEASE;

    (void)state;
    release.reason = "ValuesError";
    release.message = "no such ConfigMap";
    EXPECT("failing HelmRelease n/r: ValuesError: no such ConfigMap\n"
           "failing " PULL_LINE "no such image\n",
           release, PULL);
    EXPECT("failing HelmRelease n/r: ValuesError: no such ConfigMap\n", release);
}

static void test_cluster_causes__suspended_is_a_cause_whatever_is_below(void **state)
{
    struct as release = FAILED_RELEASE;

    (void)state;
    release.state = READY_TERMINAL;
    release.reason = "Suspended";
    release.message = "suspended";
    EXPECT("terminal HelmRelease n/r: Suspended: suspended\n"
           "progressing HelmRelease n/r: Service n/s: NotFound: not there (yet)\n",
           release, MISSING_SERVICE);
}

static void test_cluster_causes__an_earlier_layer_comes_first(void **state)
{
    struct as job = MISSING_SERVICE, release = FAILED_RELEASE;

    (void)state;
    job.parent = GRAPH_NO_PARENT;
    release.layer = 1;
    EXPECT("progressing Service n/s: NotFound: not there (yet)\n"
           "failing HelmRelease n/r: InstallFailed: timed out\n",
           release, job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_FIXTURE(test_cluster_causes__what_vanished_with_an_attempt_is_no_cause),
        UNIT_FIXTURE(test_cluster_causes__what_a_working_release_lost_is_one),
        UNIT_FIXTURE(test_cluster_causes__the_deepest_known_cause_wins),
        UNIT_FIXTURE(test_cluster_causes__between_two_attempts_the_last_cause_is_told),
        UNIT_FIXTURE(test_cluster_causes__a_pod_that_starts_again_says_how_it_ended),
        UNIT_FIXTURE(test_cluster_causes__what_is_above_and_goes_on_failing_is_known),
        UNIT_FIXTURE(test_cluster_causes__what_has_healed_is_told_no_more),
        UNIT_FIXTURE(test_cluster_causes__who_gave_up_says_what_of),
        UNIT_FIXTURE(test_cluster_causes__an_attempt_in_vain_says_what_it_waited_for),
        UNIT_FIXTURE(test_cluster_causes__what_a_container_got_over_is_no_cause),
        UNIT_FIXTURE(test_cluster_causes__evidence_is_no_cause_by_itself),
        UNIT_FIXTURE(test_cluster_causes__missing_values_are_not_explained_by_a_pod),
        UNIT_FIXTURE(test_cluster_causes__suspended_is_a_cause_whatever_is_below),
        UNIT_FIXTURE(test_cluster_causes__an_earlier_layer_comes_first),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
