// SPDX-License-Identifier: Apache-2.0
// model/ready: the kinds of Flux, and the reasons of their controllers (docs/internals/ready.md).
#include "support_ready.h"

#define RELEASE                                                                                    \
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: x, generation: "   \
    "1}\n"

static void test_ready__helm_release(void **state)
{
    struct ready r;

    (void)state;
    expect(READY_OK, "",
           RELEASE "status: {observedGeneration: 1, conditions: [{type: Ready, status: 'True', "
                   "observedGeneration: 1}, {type: Released, status: 'True'}]}");
    expect(READY_PROGRESSING, "NotObserved", RELEASE "status: {observedGeneration: -1}");
    // the run goes on: what its condition says is newer than observedGeneration
    expect(READY_PROGRESSING, "Progressing",
           RELEASE "status: {observedGeneration: -1, conditions: [{type: Ready, status: Unknown, "
                   "reason: Progressing, message: running install, observedGeneration: 1}]}");
    expect(READY_FAILING, "InstallFailed",
           RELEASE "status: {observedGeneration: 1, installFailures: 1, conditions: [{type: Ready, "
                   "status: 'False', reason: InstallFailed}]}");
    expect(READY_TERMINAL, "RetriesExceeded",
           RELEASE "status: {observedGeneration: 1, conditions: [{type: Stalled, status: 'True', "
                   "reason: RetriesExceeded}, {type: Ready, status: 'False', "
                   "reason: InstallFailed}]}");
    expect(READY_TERMINAL, "Suspended",
           RELEASE "spec: {suspend: true}\nstatus: {observedGeneration: 1, "
                   "conditions: [{type: Ready, status: 'True'}]}");
    // retried without end: between two attempts the failure still shows
    expect(READY_FAILING, "InstallFailed",
           RELEASE "status: {observedGeneration: 1, installFailures: 3, conditions: [{type: Ready, "
                   "status: Unknown, reason: Progressing}, {type: Released, status: 'False', "
                   "reason: InstallFailed}]}");
    ready_check(object(RELEASE "status: {observedGeneration: 1, conditions: [{type: Ready, "
                               "status: 'False', reason: DependencyNotReady}]}"),
                &r);
    assert_int_equal(r.state, READY_PROGRESSING);
    assert_true(r.blocked);
}

#define GIT                                                                                        \
    "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: x, "           \
    "generation: 1}\n"

static void test_ready__flux_sources(void **state)
{
    (void)state;
    expect(READY_PROGRESSING, "NoArtifact",
           GIT "status: {observedGeneration: 1, conditions: [{type: Ready, status: 'True'}]}");
    expect(READY_OK, "",
           GIT "status: {observedGeneration: 1, artifact: {revision: a}, "
               "conditions: [{type: Ready, status: 'True'}]}");
    expect(READY_FAILING, "GitOperationFailed",
           GIT "status: {observedGeneration: 1, conditions: [{type: Ready, status: 'False', "
               "reason: GitOperationFailed}]}");
    // static: no controller ever writes a status
    expect(READY_OK, "",
           "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\n"
           "metadata: {name: x, generation: 1}\nspec: {type: oci}");
}

#define KUSTOMIZATION                                                                              \
    "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x, "        \
    "generation: 1}\n"

static void test_ready__flux_kustomization(void **state)
{
    (void)state;
    expect(READY_OK, "",
           KUSTOMIZATION "status: {observedGeneration: 1, lastAppliedRevision: a, "
                         "lastAttemptedRevision: a, conditions: [{type: Ready, status: 'True'}]}");
    expect(READY_PROGRESSING, "RevisionNotApplied",
           KUSTOMIZATION "status: {observedGeneration: 1, lastAppliedRevision: a, "
                         "lastAttemptedRevision: b, conditions: [{type: Ready, status: 'True'}]}");
    // a first revision that is being applied is told without an empty name of the one before
    struct ready first;
    ready_check(object(KUSTOMIZATION
                       "status: {observedGeneration: 1, lastAttemptedRevision: b, conditions: "
                       "[{type: Ready, status: 'True'}]}"),
                &first);
    assert_string_equal(first.message, "no revision is applied yet, b is wanted");
    expect(READY_FAILING, "BuildFailed",
           KUSTOMIZATION "status: {observedGeneration: 1, conditions: [{type: Ready, "
                         "status: 'False', reason: BuildFailed}]}");
}

static void test_ready__a_first_failure_counts(void **state)
{
    struct ready r;

    (void)state;
    // observedGeneration moves only when a run ends well; the condition has a generation of its own
    ready_check(object(RELEASE "status: {observedGeneration: -1, failures: 8, conditions: [{type: "
                               "Ready, status: 'False', reason: InstallFailed, message: got "
                               "string, observedGeneration: 1, lastTransitionTime: "
                               "'2026-11-27T08:00:00Z'}, {type: Reconciling, status: 'True', "
                               "observedGeneration: 1}]}"),
                &r);
    assert_int_equal(r.state, READY_FAILING);
    assert_string_equal(r.reason, "InstallFailed");
    assert_string_equal(r.message, "got string");
    assert_string_equal(r.since, "2026-11-27T08:00:00Z");
    assert_int_equal(r.attempts, 8);
    expect(READY_FAILING, "ValuesError",
           RELEASE "status: {observedGeneration: -1, conditions: [{type: Ready, status: 'False', "
                   "reason: ValuesError, observedGeneration: 1}]}");
    expect(READY_FAILING, "OCIArtifactPullFailed",
           GIT "status: {observedGeneration: -1, conditions: [{type: Ready, status: 'False', "
               "reason: OCIArtifactPullFailed, observedGeneration: 1}]}");
    expect(READY_FAILING, "BuildFailed",
           KUSTOMIZATION "status: {observedGeneration: -1, conditions: [{type: Ready, status: "
                         "'False', reason: BuildFailed, observedGeneration: 1}]}");
    // kustomize-controller leaves observedGeneration alone when it gives up
    expect(READY_TERMINAL, "AccessDenied",
           KUSTOMIZATION "status: {observedGeneration: -1, conditions: [{type: Stalled, status: "
                         "'True', reason: AccessDenied, observedGeneration: 1}]}");
    // what is waited for is no failure of this object
    ready_check(object(KUSTOMIZATION "status: {observedGeneration: -1, conditions: [{type: Ready, "
                                     "status: 'False', reason: DependencyNotReady, "
                                     "observedGeneration: 1}]}"),
                &r);
    assert_int_equal(r.state, READY_PROGRESSING);
    assert_true(r.blocked);
}

#define SECOND "metadata: {name: x, generation: 2}\n"
#define KUSTOMIZATION_2 "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n" SECOND

static void test_ready__a_failure_of_an_older_generation_does_not_count(void **state)
{
    (void)state;
    // it may be of either: its words are better than none
    expect(READY_PROGRESSING, "BuildFailed",
           KUSTOMIZATION_2 "status: {observedGeneration: 1, conditions: [{type: Ready, status: "
                           "'False', reason: BuildFailed}]}");
    expect(READY_PROGRESSING, "LatestGenerationNotObserved",
           KUSTOMIZATION_2 "status: {observedGeneration: 1, conditions: [{type: Ready, status: "
                           "'False', reason: BuildFailed, observedGeneration: 1}]}");
    expect(READY_PROGRESSING, "LatestGenerationNotObserved",
           KUSTOMIZATION_2 "status: {observedGeneration: 1, conditions: [{type: Stalled, status: "
                           "'True', reason: AccessDenied, observedGeneration: 1}]}");
    // Ready is written a moment before observedGeneration
    expect(READY_PROGRESSING, "LatestGenerationNotObserved",
           KUSTOMIZATION_2 "status: {observedGeneration: 1, conditions: [{type: Ready, status: "
                           "'True', observedGeneration: 2}]}");
    // what failed was the release of other values: this one is only at work
    expect(READY_PROGRESSING, "Progressing",
           "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n" SECOND
           "status: {observedGeneration: 1, failures: 3, conditions: [{type: Ready, status: "
           "Unknown, reason: Progressing, observedGeneration: 2}, {type: Released, status: "
           "'False', reason: InstallFailed, observedGeneration: 1}]}");
}

static void test_ready__a_remediation_hides_no_failure(void **state)
{
    struct ready r;

    (void)state;
    // Ready sums up the remediation, which went well
    ready_check(object(RELEASE "status: {observedGeneration: -1, failures: 1, conditions: [{type: "
                               "Ready, status: 'False', reason: UninstallSucceeded, message: Helm "
                               "uninstall remediation succeeded, observedGeneration: 1}, {type: "
                               "Released, status: 'False', reason: InstallFailed, message: no "
                               "matches for kind, observedGeneration: 1}, {type: Remediated, "
                               "status: 'True', reason: UninstallSucceeded}]}"),
                &r);
    assert_int_equal(r.state, READY_FAILING);
    assert_string_equal(r.reason, "InstallFailed");
    assert_string_equal(r.message, "no matches for kind");
    expect(READY_FAILING, "TestFailed",
           RELEASE "status: {observedGeneration: 1, failures: 1, conditions: [{type: Ready, "
                   "status: 'False', reason: RollbackSucceeded}, {type: Released, status: 'True', "
                   "reason: UpgradeSucceeded}, {type: TestSuccess, status: 'False', reason: "
                   "TestFailed}]}");
    // what went wrong after the failure is newer than it
    expect(READY_FAILING, "ValuesError",
           RELEASE "status: {observedGeneration: 1, failures: 1, conditions: [{type: Ready, "
                   "status: 'False', reason: ValuesError}, {type: Released, status: 'False', "
                   "reason: InstallFailed}]}");
    // Stalled counts the attempts; what they failed of is in Released
    ready_check(object(RELEASE "status: {observedGeneration: 1, failures: 2, conditions: [{type: "
                               "Stalled, status: 'True', reason: RetriesExceeded, message: Failed "
                               "to install after 2 attempt(s)}, {type: Released, status: 'False', "
                               "reason: InstallFailed, message: context deadline exceeded}]}"),
                &r);
    assert_int_equal(r.state, READY_TERMINAL);
    assert_string_equal(r.reason, "RetriesExceeded");
    assert_string_equal(r.message,
                        "Failed to install after 2 attempt(s): context deadline exceeded");
    assert_int_equal(r.attempts, 2);
}

static void test_ready__suspended_before_it_was_ever_looked_at(void **state)
{
    (void)state;
    // kustomize-controller leaves at once, and writes no status
    expect(READY_TERMINAL, "Suspended",
           KUSTOMIZATION "spec: {suspend: true}\nstatus: {observedGeneration: -1}");
    expect(READY_TERMINAL, "Suspended",
           "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImageRepository\n"
           "metadata: {name: x, generation: 1}\nspec: {suspend: true}");
    // a field of the same name elsewhere
    expect(READY_OK, "",
           "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\nspec: {suspend: true}");
}

static void expect_release(enum ready_state state, bool blocked, const char *reason,
                           const char *message)
{
    struct ready r;
    char yaml[1024];

    snprintf(yaml, sizeof(yaml),
             RELEASE "status: {observedGeneration: -1, conditions: [{type: Ready, status: 'False', "
                     "observedGeneration: 1, reason: %s, message: \"%s\"}]}",
             reason, message);
    ready_check(object(yaml), &r);
    assert_string_equal(r.reason, reason);
    assert_int_equal(r.state, state);
    assert_int_equal(r.blocked, blocked);
}

static void test_ready__a_source_that_is_awaited_or_cannot_be_used(void **state)
{
    (void)state;
    expect_release(READY_PROGRESSING, true, "SourceNotReady", "HelmChart 'a/b' is not ready: x");
    expect_release(READY_PROGRESSING, true, "ArtifactFailed",
                   "Source artifact not found, retrying in 30s");
    expect_release(READY_PROGRESSING, true, "ArtifactFailed",
                   "could not get Source object: OCIRepository.source.toolkit.fluxcd.io 'x' not "
                   "found");
    // the source is there, and this object cannot make anything of it
    expect_release(READY_FAILING, false, "ArtifactFailed",
                   "kustomization path not found: stat /tmp/a: no such file or directory");
    expect_release(READY_FAILING, false, "ArtifactFailed",
                   "Could not load chart: GET http://x: connection refused");
    // a new revision that is being stored
    expect_release(READY_PROGRESSING, false, "NewRevision", "new upstream revision 'x'");
}

static void test_ready__a_kustomization_counts_its_failures(void **state)
{
    struct ready r;

    (void)state;
    ready_check(object(KUSTOMIZATION "status: {observedGeneration: -1, history: [{digest: a, "
                                     "lastReconciledStatus: ReconciliationFailed, "
                                     "totalReconciliations: 3}], conditions: [{type: Ready, "
                                     "status: 'False', reason: ReconciliationFailed, "
                                     "observedGeneration: 1}]}"),
                &r);
    assert_int_equal(r.state, READY_FAILING);
    assert_int_equal(r.attempts, 3);
    // a build that fails comes to no digest, and is in no history
    ready_check(object(KUSTOMIZATION "status: {observedGeneration: -1, history: [{digest: a, "
                                     "lastReconciledStatus: ReconciliationSucceeded, "
                                     "totalReconciliations: 9}], conditions: [{type: Ready, "
                                     "status: 'False', reason: BuildFailed, observedGeneration: "
                                     "1}]}"),
                &r);
    assert_int_equal(r.attempts, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ready__helm_release),
        cmocka_unit_test(test_ready__flux_sources),
        cmocka_unit_test(test_ready__flux_kustomization),
        cmocka_unit_test(test_ready__a_first_failure_counts),
        cmocka_unit_test(test_ready__a_failure_of_an_older_generation_does_not_count),
        cmocka_unit_test(test_ready__a_remediation_hides_no_failure),
        cmocka_unit_test(test_ready__suspended_before_it_was_ever_looked_at),
        cmocka_unit_test(test_ready__a_source_that_is_awaited_or_cannot_be_used),
        cmocka_unit_test(test_ready__a_kustomization_counts_its_failures),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
