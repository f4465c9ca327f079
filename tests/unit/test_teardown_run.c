// SPDX-License-Identifier: Apache-2.0
// work/teardown: carrying a plan out.
#include "test_teardown.h"

#include "work/teardown.h"

#define FLUX(kind, group, version)                                                                 \
    "apiVersion: " group ".toolkit.fluxcd.io/" version ", kind: " kind
#define RELEASE(name, meta, rest)                                                                  \
    "---\n{" FLUX("HelmRelease", "helm", "v2") ", metadata: {namespace: n, name: " name            \
                                               ", finalizers: [finalizers.fluxcd.io], " meta       \
                                               "}, " rest "}\n"
#define RECORD(name)                                                                               \
    "---\n{apiVersion: v1, kind: Secret, metadata: {namespace: n, name: sh.helm.release.v1." name  \
    ".v1, labels: {owner: helm}}}\n"
#define GOES(after, takes) "annotations: {test/holds: '" after "', test/takes: '" takes "'}"
#define THING(name, meta)                                                                          \
    "---\n{apiVersion: example.com/v1, kind: Thing, metadata: {namespace: n, name: " name          \
    ", " meta "}}\n"
#define NAMESPACE(name) "---\n{apiVersion: v1, kind: Namespace, metadata: {name: " name "}}\n"
#define DEFINITION                                                                                 \
    "---\n{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: " \
    "things.example.com}}\n"

#define CONTROLLER                                                                                 \
    "---\n{apiVersion: apps/v1, kind: Deployment, metadata: {namespace: flux-system, name: "       \
    "helm-controller, labels: {app.kubernetes.io/part-of: flux, app.kubernetes.io/component: "     \
    "helm-controller}}, status: {readyReplicas: 1}}\n"

#define RELEASE_STEP(name_, wave_)                                                                 \
    {                                                                                              \
        .phase = TEARDOWN_RELEASES, .wave = wave_, .verb = TEARDOWN_VERB_DELETE,                   \
        .id = {SPAN("helm.toolkit.fluxcd.io"), SPAN("HelmRelease"), SPAN("n"), SPAN(name_)},       \
        .uid = "u-" name_                                                                          \
    }
#define STEP(phase_, group_, kind_, ns_, name_)                                                    \
    {                                                                                              \
        .phase = phase_, .verb = TEARDOWN_VERB_DELETE,                                             \
        .id = {SPAN(group_), SPAN(kind_), SPAN(ns_), SPAN(name_)}, .uid = "u-" name_               \
    }
#define THING_STEP(name_) STEP(TEARDOWN_OBJECTS, "example.com", "Thing", "n", name_)

struct outcome {
    struct teardown_options options;
    struct teardown_result result;
};

static void outcome_free(struct outcome *o)
{
    arena_free(o->result.arena);
}

static struct outcome outcome_new(int64_t fail_after_ms)
{
    return (struct outcome){
        .options = {.budget = {.deadline = timer_now() + 20000}, .fail_after_ms = fail_after_ms},
        .result = {.arena = arena_new()}};
}

static int run(struct fixture *f, struct outcome *o, struct teardown_step *steps, size_t count)
{
    struct teardown_plan plan = {.steps = {steps, count, count}};
    struct record_options options = {.loop = f->loop,
                                     .kube = f->kube,
                                     .command = "down",
                                     .budget = o->options.budget,
                                     .report = &f->report};
    struct record *record CLEANUP(record_cleanup) = record_open(&options, &f->err);

    assert_non_null(record);
    return teardown_run(f->loop, f->kube, record, &plan, &o->options, &f->report, &o->result,
                        &f->err);
}

// What was written beside the record.
static void assert_written(const char *scene, const char *lines)
{
    char *log CLEANUP(mem_cleanup) = written(scene);
    struct buf ours CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span rest = span_str(log), line;

    while (span_next(&rest, '\n', &line))
        if (span_search(line, SPAN("sandstrap-system")) == line.len &&
            !span_ends(line, "/api/v1/namespaces"))
            buf_printf(&ours, "%.*s\n", SPAN_ARG(line));
    assert_string_equal(buf_str(&ours), lines);
}

#define RELEASES "/apis/helm.toolkit.fluxcd.io/v2/namespaces/n/helmreleases/"

static void test_teardown_run__a_suspended_release_is_resumed_and_deleted(void **state)
{
    struct fixture *f = *state;
    struct outcome o CLEANUP(outcome_free) = outcome_new(20000);
    struct teardown_step steps[] = {RELEASE_STEP("a", 0), RELEASE_STEP("b", 1)};

    open_cluster(f, "suspended",
                 CONTROLLER RELEASE("a", GOES("0.3", "secrets/n/sh.helm.release.v1.a.v1"),
                                    "spec: {suspend: true}") RECORD("a")
                     RELEASE("b", GOES("0.1", ""), "spec: {}"));
    assert_int_equal(run(f, &o, steps, 2), 0);
    assert_written("suspended",
                   "PATCH " RELEASES "a\nDELETE " RELEASES "a\nDELETE " RELEASES "b\n");
    assert_int_equal(o.result.times[TEARDOWN_RELEASES].removed, 2);
    assert_said(f, "let go of all that it has made: resumed");
    assert_said(f, "2 removed");
}

static void test_teardown_run__what_somebody_has_made_anew_stays(void **state)
{
    struct fixture *f = *state;
    struct outcome o CLEANUP(outcome_free) = outcome_new(20000);
    struct teardown_step steps[] = {THING_STEP("x"),
                                    STEP(TEARDOWN_NAMESPACES, "", "Namespace", "", "n")};

    open_cluster(f, "anew", THING("x", "uid: another") NAMESPACE("n"));
    assert_int_equal(run(f, &o, steps, 2), 0);
    assert_said(f, "somebody else has made another one of its name");
    assert_true(is_there(f, "example.com/v1", "Thing", "n", "x"));
    assert_true(is_there(f, "v1", "Namespace", NULL, "n"));
    assert_int_equal(o.result.kept.len, 1);
}

static void test_teardown_run__what_stands_still_is_given_up_and_all_else_goes_on(void **state)
{
    struct fixture *f = *state;
    struct outcome o CLEANUP(outcome_free) = outcome_new(500);
    struct teardown_step steps[] = {
        THING_STEP("x"),
        THING_STEP("y"),
        STEP(TEARDOWN_DEFINITIONS, "apiextensions.k8s.io", "CustomResourceDefinition", "",
             "things.example.com"),
        STEP(TEARDOWN_NAMESPACES, "", "Namespace", "", "n"),
        STEP(TEARDOWN_NAMESPACES, "", "Namespace", "", "m"),
    };

    open_cluster(f, "stuck",
                 THING("x", "finalizers: [example.com/never]") THING("y", "x: y") NAMESPACE("n")
                     NAMESPACE("m") DEFINITION);
    assert_int_equal(run(f, &o, steps, ARRAY_LEN(steps)), -1);
    assert_err(f->err, ERR_LEFTOVERS, "1 object could not be taken down");
    assert_true(is_there(f, "v1", "Namespace", NULL, "n"));
    assert_false(is_there(f, "v1", "Namespace", NULL, "m"));
    assert_false(is_there(f, "example.com/v1", "Thing", "n", "y"));
    assert_int_equal(o.result.finding_count, 1);
    assert_string_equal(o.result.findings[0].object, "Thing n/x");
    assert_non_null(strstr(o.result.findings[0].message, "example.com/never"));
    assert_int_equal(o.result.leftovers.len, 3); // it, its definition, its namespace
    assert_said(f, "stays: Thing n/x needs it");
}

static void test_teardown_run__words_that_come_again_are_no_progress(void **state)
{
    struct fixture *f = *state;
    struct outcome o CLEANUP(outcome_free) = outcome_new(1500);
    struct teardown_step steps[] = {STEP(TEARDOWN_DEFINITIONS, "apiextensions.k8s.io",
                                         "CustomResourceDefinition", "", "things.example.com")};

    open_cluster(f, "turns",
                 "---\n{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, "
                 "metadata: {name: things.example.com, uid: u-things.example.com, finalizers: "
                 "[customresourcecleanup.apiextensions.k8s.io], annotations: {test/turns: "
                 "'deletion is in progress|could not confirm zero instances'}}}\n");
    assert_int_equal(run(f, &o, steps, 1), -1);
    assert_err(f->err, ERR_LEFTOVERS, "1 object could not be taken down");
}

static void test_teardown_run__finalizers_are_taken_off_when_told_to(void **state)
{
    struct fixture *f = *state;
    struct outcome o CLEANUP(outcome_free) = outcome_new(500);
    struct teardown_step steps[] = {THING_STEP("x"),
                                    STEP(TEARDOWN_NAMESPACES, "", "Namespace", "", "n")};

    o.options.force_finalizers = true;
    open_cluster(f, "forced", THING("x", "finalizers: [example.com/never]") NAMESPACE("n"));
    assert_int_equal(run(f, &o, steps, 2), 0);
    assert_false(is_there(f, "v1", "Namespace", NULL, "n"));
    assert_said(f, "what may stay behind");
}

static void test_teardown_run__the_time_limit_names_what_it_waits_for(void **state)
{
    struct fixture *f = *state;
    struct outcome o CLEANUP(outcome_free) = outcome_new(20000);
    struct teardown_step steps[] = {THING_STEP("x")};

    open_cluster(f, "late", THING("x", "finalizers: [example.com/never]"));
    o.options.budget.deadline = timer_now() + 3000;
    assert_int_equal(run(f, &o, steps, 1), -1);
    assert_err(f->err, ERR_TIMEOUT,
               "still waiting for Thing n/x: FinalizersRemain: being deleted, held by finalizer "
               "example.com/never");
    assert_int_equal(o.result.finding_count, 1);
}

static void test_teardown_run__an_interruption_ends_it(void **state)
{
    struct fixture *f = *state;
    struct outcome o CLEANUP(outcome_free) = outcome_new(20000);
    struct teardown_step steps[] = {THING_STEP("x")};

    open_cluster(f, "interrupted",
                 THING("x", "finalizers: [example.com/slow], annotations: {test/holds: '30'}"));
    loop_add_timer(f->loop, timer_now() + 1500, interrupt, f->cancel);
    assert_int_equal(run(f, &o, steps, 1), -1);
    assert_int_equal(err_kind(f->err), ERR_CANCELLED);
}

static void test_teardown_run__a_release_whose_records_stay_was_not_uninstalled(void **state)
{
    struct fixture *f = *state;
    struct outcome o CLEANUP(outcome_free) = outcome_new(20000);
    struct teardown_step steps[] = {RELEASE_STEP("a", 0)};

    open_cluster(f, "records",
                 CONTROLLER RELEASE("a", GOES("0.1", ""), "spec: {}") RECORD("a") RECORD("ab"));
    assert_int_equal(run(f, &o, steps, 1), 0);
    assert_said(f, "it is gone, and Secret n/sh.helm.release.v1.a.v1 is still there");
    assert_said(f, "gone, without an uninstallation");
}

static void test_teardown_run__what_a_stuck_release_needs_stays(void **state)
{
    struct fixture *f = *state;
    struct outcome o CLEANUP(outcome_free) = outcome_new(500);
    struct teardown_step steps[] = {
        RELEASE_STEP("a", 0),
        RELEASE_STEP("b", 1),
        RELEASE_STEP("c", 1),
        STEP(TEARDOWN_SOURCES, "source.toolkit.fluxcd.io", "GitRepository", "n", "charts"),
        STEP(TEARDOWN_CONTROLLERS, "apps", "Deployment", "flux-system", "helm-controller"),
    };

    open_cluster(
        f, "needs",
        RELEASE("a", "uid: u-a",
                "spec: {dependsOn: [{name: b}], chart: {spec: {sourceRef: {kind: "
                "GitRepository, name: charts}}}}") RELEASE("b", GOES("0.1", ""), "spec: {}")
            RELEASE("c", GOES("0.1", ""), "spec: {}") "---\n{" FLUX(
                "GitRepository", "source", "v1") ", metadata: {namespace: n, name: "
                                                 "charts}}\n---\n{apiVersion: apps/v1, kind: "
                                                 "Deployment, metadata: {namespace: "
                                                 "flux-system, name: helm-controller}}\n");
    assert_int_equal(run(f, &o, steps, ARRAY_LEN(steps)), -1);
    assert_err(f->err, ERR_LEFTOVERS, "1 object could not be taken down");
    assert_written("needs", "DELETE " RELEASES "a\nDELETE " RELEASES "c\n");
}

#define FAILED_HOOK                                                                                \
    "---\n{apiVersion: batch/v1, kind: Job, metadata: {namespace: n, name: a-clean, uid: u-j, "    \
    "annotations: {helm.sh/hook: 'pre-delete'}}, status: {conditions: [{type: Failed, status: "    \
    "'True', reason: BackoffLimitExceeded, message: it has reached the limit}]}}\n"
#define FAILED_UNINSTALLATION                                                                      \
    "status: {failures: 2, conditions: [{type: Released, status: 'False', reason: "                \
    "UninstallFailed, message: it has failed}]}"

static void test_teardown_run__a_hook_that_fails_is_the_cause(void **state)
{
    struct fixture *f = *state;
    struct outcome o CLEANUP(outcome_free) = outcome_new(1500);
    struct teardown_step steps[] = {RELEASE_STEP("a", 0)};

    open_cluster(f, "hook", CONTROLLER RELEASE("a", "uid: u-a", FAILED_UNINSTALLATION) FAILED_HOOK);
    assert_int_equal(run(f, &o, steps, 1), -1);
    assert_int_equal(o.result.finding_count, 1);
    assert_string_equal(o.result.findings[0].object, "Job n/a-clean");
    assert_string_equal(o.result.findings[0].release, "HelmRelease n/a");
    assert_non_null(strstr(o.result.findings[0].message, "(UninstallFailed: it has failed)"));
    // Deleted by hand, helm-controller would wait for it until the timeout of the release.
    assert_null(strstr(o.result.findings[0].next, "delete job"));
    assert_non_null(strstr(o.result.findings[0].next, "logs job/a-clean"));
    assert_non_null(strstr(o.result.findings[0].next, "kubectl -n n patch helmrelease a "));
}

// A user did what it said: the Job is still there until helm-controller has tried again.
static void test_teardown_run__a_hook_that_is_left_out_is_no_cause(void **state)
{
    struct fixture *f = *state;
    struct outcome o CLEANUP(outcome_free) = outcome_new(1500);
    struct teardown_step steps[] = {RELEASE_STEP("a", 0)};

    open_cluster(
        f, "no-hook",
        CONTROLLER RELEASE("a", "uid: u-a",
                           "spec: {uninstall: {disableHooks: true}}, " FAILED_UNINSTALLATION)
            FAILED_HOOK);
    assert_int_equal(run(f, &o, steps, 1), -1);
    assert_string_equal(o.result.findings[0].object, "HelmRelease n/a");
}

static void test_teardown_run__without_its_controller_it_is_given_up_at_once(void **state)
{
    struct fixture *f = *state;
    struct outcome o CLEANUP(outcome_free) = outcome_new(20000);
    struct teardown_step steps[] = {RELEASE_STEP("a", 0)};

    open_cluster(f, "deserted", RELEASE("a", "uid: u-a", "spec: {}"));
    assert_int_equal(run(f, &o, steps, 1), -1);
    assert_err(f->err, ERR_LEFTOVERS, "1 object could not be taken down");
    assert_string_equal(o.result.findings[0].reason, "ControllerDown");
    assert_non_null(o.result.findings[0].next);
}

static void test_teardown_run__a_controller_that_takes_its_time_is_removed(void **state)
{
    struct fixture *f = *state;
    struct outcome o CLEANUP(outcome_free) = outcome_new(20000);
    struct teardown_step steps[] = {
        STEP(TEARDOWN_CONTROLLERS, "apps", "Deployment", "flux-system", "helm-controller")};

    open_cluster(f, "slow-controller",
                 "{apiVersion: apps/v1, kind: Deployment, metadata: {namespace: flux-system, name: "
                 "helm-controller, labels: {app.kubernetes.io/part-of: flux}}, spec: {selector: "
                 "{matchLabels: {app: helm-controller}}}}\n---\n"
                 "{apiVersion: v1, kind: Pod, metadata: {namespace: flux-system, name: helm-x, "
                 "labels: {app: helm-controller}, annotations: {test/grace: '600'}}}\n");
    assert_int_equal(run(f, &o, steps, 1), 0);
    assert_written("slow-controller",
                   "DELETE /apis/apps/v1/namespaces/flux-system/deployments/helm-controller\n"
                   "DELETE /api/v1/namespaces/flux-system/pods/helm-x\n");
    assert_said(
        f, "pod flux-system/helm-x takes its time for what is gone: removed, its node ends it");
}

static void test_teardown_run__what_was_put_back_goes_too(void **state)
{
    struct fixture *f = *state;
    struct outcome o CLEANUP(outcome_free) = outcome_new(20000);
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct teardown_step steps[] = {RELEASE_STEP("a", 0)};
    struct node_list list = {0};
    struct layer layer;
    struct layers layers = {&layer, 1};

    assert_int_equal(
        doc_read_yaml(d,
                      SPAN("{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, "
                           "metadata: {name: buckets.source.toolkit.fluxcd.io, labels: "
                           "{app.kubernetes.io/part-of: flux}}}\n"),
                      "tree", &list, &f->err),
        0);
    layer = (struct layer){"flux", (const struct node **)list.items, list.len};
    o.options.layers = &layers;
    open_cluster(f, "back",
                 "{apiVersion: apps/v1, kind: Deployment, metadata: {namespace: flux-system, name: "
                 "helm-controller, labels: {app.kubernetes.io/part-of: flux, "
                 "app.kubernetes.io/component: helm-controller}}, spec: {replicas: 0}}\n" RELEASE(
                     "a", GOES("0.3", ""), "spec: {}"));
    assert_int_equal(run(f, &o, steps, 1), 0);
    assert_said(f, "it is applied again");
    assert_said(f, "scaled to 1");
    assert_false(is_there(f, "apiextensions.k8s.io/v1", "CustomResourceDefinition", NULL,
                          "buckets.source.toolkit.fluxcd.io"));
}

#define NODE_STEP(name_) STEP(TEARDOWN_NODES, "example.com", "Thing", "n", name_)

struct nodes {
    struct fixture *fixture;
    unsigned asked;
    bool left;
};

// The agents are there when the nodes are asked, and all else is gone.
static int on_nodes(void *data, bool *left, struct err **err)
{
    struct nodes *nodes = data;

    (void)err;
    nodes->asked++;
    *left = nodes->left;
    assert_true(is_there(nodes->fixture, "example.com/v1", "Thing", "n", "agent"));
    assert_false(is_there(nodes->fixture, "example.com/v1", "Thing", "n", "x"));
    return 0;
}

static void test_teardown_run__nodes_are_left_before_their_agents_go(void **state)
{
    struct fixture *f = *state;
    struct nodes nodes = {.fixture = f};
    struct outcome o CLEANUP(outcome_free) = outcome_new(20000);
    struct teardown_step steps[] = {THING_STEP("x"), NODE_STEP("agent")};

    o.options.leave_nodes = on_nodes;
    o.options.data_of_nodes = &nodes;
    open_cluster(f, "nodes", THING("x", "a: b") THING("agent", "a: b"));
    assert_int_equal(run(f, &o, steps, 2), 0);
    assert_int_equal(nodes.asked, 1);
    assert_false(is_there(f, "example.com/v1", "Thing", "n", "agent"));
}

static void test_teardown_run__agents_stay_where_something_is_left(void **state)
{
    struct fixture *f = *state;
    struct nodes nodes = {.fixture = f, .left = true};
    struct outcome o CLEANUP(outcome_free) = outcome_new(20000);
    struct teardown_step steps[] = {THING_STEP("x"), NODE_STEP("agent")};

    o.options.leave_nodes = on_nodes;
    o.options.data_of_nodes = &nodes;
    open_cluster(f, "nodes-left", THING("x", "a: b") THING("agent", "a: b"));
    assert_int_equal(run(f, &o, steps, 2), 0);
    assert_true(is_there(f, "example.com/v1", "Thing", "n", "agent"));
    assert_int_equal(o.result.leftovers.len, 1);
    assert_said(f, "what is left on nodes needs it");
}

static void test_teardown_run__agents_stay_for_what_does_not_go(void **state)
{
    struct fixture *f = *state;
    struct nodes nodes = {.fixture = f};
    struct outcome o CLEANUP(outcome_free) = outcome_new(500);
    struct teardown_step steps[] = {THING_STEP("x"), NODE_STEP("agent")};

    o.options.leave_nodes = on_nodes;
    o.options.data_of_nodes = &nodes;
    open_cluster(f, "nodes-stuck",
                 THING("x", "finalizers: [example.com/never]") THING("agent", "a: b"));
    assert_int_equal(run(f, &o, steps, 2), -1);
    assert_err(f->err, ERR_LEFTOVERS, "1 object could not be taken down");
    assert_int_equal(nodes.asked, 0);
    assert_true(is_there(f, "example.com/v1", "Thing", "n", "agent"));
}

SERVER_MAIN("kube_objects.py",
            UNIT_FIXTURE(test_teardown_run__a_suspended_release_is_resumed_and_deleted),
            UNIT_FIXTURE(test_teardown_run__what_somebody_has_made_anew_stays),
            UNIT_FIXTURE(test_teardown_run__what_stands_still_is_given_up_and_all_else_goes_on),
            UNIT_FIXTURE(test_teardown_run__words_that_come_again_are_no_progress),
            UNIT_FIXTURE(test_teardown_run__finalizers_are_taken_off_when_told_to),
            UNIT_FIXTURE(test_teardown_run__the_time_limit_names_what_it_waits_for),
            UNIT_FIXTURE(test_teardown_run__an_interruption_ends_it),
            UNIT_FIXTURE(test_teardown_run__a_release_whose_records_stay_was_not_uninstalled),
            UNIT_FIXTURE(test_teardown_run__what_a_stuck_release_needs_stays),
            UNIT_FIXTURE(test_teardown_run__a_hook_that_fails_is_the_cause),
            UNIT_FIXTURE(test_teardown_run__a_hook_that_is_left_out_is_no_cause),
            UNIT_FIXTURE(test_teardown_run__a_controller_that_takes_its_time_is_removed),
            UNIT_FIXTURE(test_teardown_run__what_was_put_back_goes_too),
            UNIT_FIXTURE(test_teardown_run__without_its_controller_it_is_given_up_at_once),
            UNIT_FIXTURE(test_teardown_run__nodes_are_left_before_their_agents_go),
            UNIT_FIXTURE(test_teardown_run__agents_stay_where_something_is_left),
            UNIT_FIXTURE(test_teardown_run__agents_stay_for_what_does_not_go))
