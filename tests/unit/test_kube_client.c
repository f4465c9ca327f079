// SPDX-License-Identifier: Apache-2.0
// model/kube: discovery, what requests look like, what becomes of failures.
#include "test_kube.h"

static void test_kube_client__discovery(void **state)
{
    struct fixture *f = *state;
    const struct kube_resource *r;
    size_t count;

    open_scene(f, "echo");
    r = kube_find(f->kube, SPAN("apps/v1"), SPAN("Deployment"), &f->err);
    assert_non_null(r);
    assert_string_equal(r->plural, "deployments");
    assert_true(r->namespaced && r->preferred && r->verbs & KUBE_CAN_WATCH);
    assert_ptr_equal(kube_find(f->kube, SPAN("apps/v1"), SPAN("Deployment"), &f->err), r);
    assert_int_equal(kube_discover(f->kube, &f->err), 0);
    assert_ptr_equal(kube_find(f->kube, SPAN("apps/v1"), SPAN("Deployment"), &f->err), r);
    assert_string_equal(kube_broken_groups(f->kube, &count)[0], "metrics.k8s.io/v1beta1");
    assert_int_equal(count, 1);
    assert_null(kube_find(f->kube, SPAN("metrics.k8s.io/v1beta1"), SPAN("PodMetrics"), &f->err));
    assert_err(f->err, ERR_API, "no matches for kind PodMetrics in metrics.k8s.io/v1beta1");
    assert_non_null(strstr(err_hint_text(f->err), "does not answer"));
}

static void test_kube_client__discovery_of_old_servers(void **state)
{
    struct fixture *f = *state;
    const struct kube_resource *r;
    size_t count;

    open_scene(f, "old");
    assert_int_equal(kube_find_kind(f->kube, "apps", "Deployment", &r, &f->err), 0);
    assert_string_equal(r->api_version, "apps/v1");
    assert_int_equal(kube_find_kind(f->kube, "", "Namespace", &r, &f->err), 0);
    assert_false(r->namespaced);
    assert_string_equal(r->plural, "namespaces");
    assert_int_equal(kube_find_kind(f->kube, "", "Absent", &r, &f->err), 0);
    assert_null(r);
    assert_string_equal(kube_broken_groups(f->kube, &count)[0], "metrics.k8s.io/v1beta1");
    assert_int_equal(count, 1);
}

// --- what is sent ---

static void test_kube_client__apply_is_server_side_apply(void **state)
{
    struct fixture *f = *state;
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *object = doc_read_json(
        d,
        SPAN("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\","
             "\"namespace\":\"b\"}}"),
        "x", ERR_API, &f->err);

    open_scene(f, "echo");
    assert_int_equal(kube_apply(f->kube, object, true, &f->answer, &f->err), 0);
    assert_int_equal(f->answer.reason, KUBE_OK);
    assert_string_equal(told(f, NULL, "method"), "PATCH");
    assert_string_equal(told(f, NULL, "path"), "/api/v1/namespaces/b/configmaps/a");
    assert_string_equal(told(f, "query", "fieldManager"), "sandstrap");
    assert_string_equal(told(f, "query", "fieldValidation"), "Strict");
    assert_string_equal(told(f, "query", "dryRun"), "All");
    assert_string_equal(told(f, "query", "force"), "");
    assert_string_equal(told(f, "headers", "content-type"), "application/apply-patch+yaml");
    assert_non_null(strstr(told(f, NULL, "body"), "\"kind\":\"ConfigMap\""));
}

static void test_kube_client__delete_has_preconditions(void **state)
{
    struct fixture *f = *state;
    struct kube_request request = {.verb = KUBE_DELETE, .ns = "n", .name = "x", .uid = "u-1"};

    open_scene(f, "echo");
    request.resource = config_maps(f);
    assert_int_equal(kube_perform(f->kube, &request, &f->answer, &f->err), 0);
    assert_string_equal(told(f, NULL, "method"), "DELETE");
    assert_non_null(
        strstr(told(f, NULL, "body"),
               "\"propagationPolicy\":\"Background\",\"preconditions\":{\"uid\":\"u-1\"}"));
}

// --- failures ---

static void test_kube_client__reasons(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *name;
        enum kube_reason reason;
        const char *words;
    } cases[] = {
        {"terminating", KUBE_TERMINATING, "is being terminated"},
        {"forbidden", KUBE_FORBIDDEN, "User \"u\" cannot patch"},
        {"early", KUBE_BUSY, "serviceaccount \"default\" not found"},
        {"unsummed", KUBE_BUSY, "status unknown for quota"},
        {"policy", KUBE_FORBIDDEN, "denied the request: no"},
        {"busy-policy", KUBE_FORBIDDEN, "denied the request: later"},
        {"own-policy", KUBE_FORBIDDEN, "denied request: too few"},
        {"immutable", KUBE_IMMUTABLE, "field is immutable"},
        {"invalid", KUBE_INVALID, "spec.ports: Required value"},
        {"strict", KUBE_INVALID, "unknown field \"spec.foo\""},
        {"schema", KUBE_INVALID, "not declared in schema"},
        {"webhooks", KUBE_INVALID, "expected string"},
        {"exists", KUBE_ALREADY_EXISTS, "already exists"},
        {"stale", KUBE_CONFLICT, "has been modified"},
        {"gone", KUBE_GONE, "too old"},
        {"missing", KUBE_NOT_FOUND, "not found"},
        {"html", KUBE_OTHER, "answers 418: <html>I am a; proxy</html>"},
        {"login", KUBE_OTHER, "answers 200: <!doctype html>; <title>Log in</title>"},
        {"moved", KUBE_OTHER, "answers 307"}, // and is not followed with a token
        {"garbage", KUBE_OTHER, "apply ConfigMap default/garbage"},
    };

    f->kube_options.budget.attempts = 1;
    open_scene(f, "failing");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(perform(f, KUBE_APPLY, cases[i].name), -1);
        assert_err(f->err, ERR_API, cases[i].words);
        if (f->answer.reason != cases[i].reason)
            fail_msg("%s: reason %d", cases[i].name, (int)f->answer.reason);
    }
}

static void test_kube_client__not_every_403_is_a_permission(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *name, *hint;
    } cases[] = {
        {"forbidden", "lacks this permission"},
        {"quota", "ResourceQuota"},
        {"range", "LimitRange"},
        {"grant", "permissions that it has itself"},
        {"policy", "an admission webhook of the"},
        {"plugin", "an admission plugin"},
    };

    open_scene(f, "failing");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(perform(f, KUBE_APPLY, cases[i].name), -1);
        assert_int_equal(f->answer.reason, KUBE_FORBIDDEN);
        if (!strstr(err_hint_text(f->err), cases[i].hint))
            fail_msg("%s: %s", cases[i].name, err_hint_text(f->err));
    }
}

static void test_kube_client__absent_objects_are_no_error(void **state)
{
    struct fixture *f = *state;

    open_scene(f, "failing");
    assert_int_equal(kube_get(f->kube, config_maps(f), "default", "missing", &f->answer, &f->err),
                     1);
    assert_int_equal(kube_delete(f->kube, config_maps(f), "default", "missing", NULL, &f->err), 0);
    // Another object under the name: what was to be deleted is gone.
    assert_int_equal(kube_delete(f->kube, config_maps(f), "default", "stale", "u", &f->err), 0);
    assert_int_equal(kube_delete(f->kube, config_maps(f), "default", "forbidden", NULL, &f->err),
                     -1);
}

static void test_kube_client__busy_servers_are_asked_again(void **state)
{
    struct fixture *f = *state;

    open_scene(f, "busy");
    assert_int_equal(perform(f, KUBE_APPLY, "x"), 0);
    assert_non_null(
        strstr(buf_str(&f->said), "the API server warns: this version of \"x\" is old"));
    buf_truncate(&f->said, 0);
    assert_int_equal(perform(f, KUBE_APPLY, "x"), 0);
    assert_string_equal(buf_str(&f->said), ""); // a warning is said once
}

static void test_kube_client__what_is_called_off_is_not_asked_again(void **state)
{
    struct fixture *f = *state;
    struct cancel *own CLEANUP(cancel_cleanup) = cancel_new(&f->err);
    struct kube_request request = {
        .verb = KUBE_GET, .ns = "default", .name = "x", .budget = {.cancel = own}};

    open_scene(f, "busy");
    request.resource = config_maps(f);
    cancel_request(own);
    assert_int_equal(kube_perform(f->kube, &request, &f->answer, &f->err), -1);
    assert_err(f->err, ERR_CANCELLED, "interrupted");
    assert_int_equal(f->answer.status, 429);
}

static void test_kube_client__webhooks_are_waited_for(void **state)
{
    struct fixture *f = *state;

    open_scene(f, "webhook");
    assert_int_equal(perform(f, KUBE_APPLY, "x"), 0);
    assert_int_equal(perform(f, KUBE_APPLY, "never"), -1);
    assert_int_equal(f->answer.reason, KUBE_WEBHOOK);
    assert_err(f->err, ERR_API, "failed calling webhook \"check.example.com\"");
    assert_non_null(strstr(err_hint_text(f->err), "webhook's service"));
}

static void test_kube_client__broken_connections(void **state)
{
    struct fixture *f = *state;

    open_scene(f, "breaking");
    assert_int_equal(perform(f, KUBE_APPLY, "x"), 0);
    // Creating is not idempotent: the object may be there already.
    assert_int_equal(perform(f, KUBE_CREATE, "y"), -1);
    assert_int_equal(f->answer.reason, KUBE_UNREACHABLE);
    assert_err(f->err, ERR_API, "create ConfigMap default/y: the API server of context \"x\"");
}

// Somebody is there: that is no wrong address.
static void test_kube_client__a_server_that_hangs_up_at_first_is_asked_again(void **state)
{
    struct fixture *f = *state;
    struct kube_version version;

    open_scene(f, "starting");
    assert_int_equal(kube_server_version(f->kube, &version, &f->err), 0);
    assert_string_equal(version.text, "v1.34.4");
}

static void test_kube_client__answers_that_are_cut_off_are_asked_for_again(void **state)
{
    struct fixture *f = *state;

    open_scene(f, "cut");
    assert_int_equal(perform(f, KUBE_APPLY, "x"), 0);
    assert_string_equal(node_str(node_path(f->answer.object, "metadata", "name")), "x");
}

static void test_kube_client__an_internal_error_may_pass(void **state)
{
    struct fixture *f = *state;
    int64_t start = timer_now();

    open_scene(f, "odd");
    assert_int_equal(perform(f, KUBE_APPLY, "x"), 0);
    assert_int_equal(perform(f, KUBE_APPLY, "never"), -1);
    assert_err(f->err, ERR_API, "something odd");
    assert_true(timer_now() - start < KUBE_RETRY_MS); // not as long as there is time
}

static void test_kube_client__good_credentials_may_be_refused_once(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(open_scene_as(f, "moody", "token: good"), 0);
    assert_int_equal(perform(f, KUBE_GET, "x"), 0);
}

static void test_kube_client__a_silent_server_is_told_of(void **state)
{
    struct fixture *f = *state;
    struct kube_version version;

    f->kube_options.silent_ms = 450;
    open_scene(f, "mute");
    assert_int_equal(kube_server_version(f->kube, &version, &f->err), 0);
    assert_int_equal(perform(f, KUBE_GET, "x"), 0);
    assert_non_null(strstr(buf_str(&f->said), "the API server does not answer since "));
    assert_non_null(strstr(buf_str(&f->said), "the API server answers again after "));
}

static void test_kube_client__a_slow_answer_is_no_silence(void **state)
{
    struct fixture *f = *state;

    f->kube_options.silent_ms = 3000; // a busy machine has a second for the plain question
    open_scene(f, "slow");
    assert_int_equal(perform(f, KUBE_GET, "x"), 0);
    assert_string_equal(buf_str(&f->said), "");
}

static void test_kube_client__a_server_that_never_answered_is_not_waited_for(void **state)
{
    struct fixture *f = *state;
    struct kube_version version;
    int64_t start = timer_now();
    struct kubeconfig_options options = {0};
    char *path CLEANUP(mem_cleanup) = in_folder("dead");

    put("dead", "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n"
                "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n"
                "users: [{name: u}]\n");
    options.path = path;
    f->config = kubeconfig_load(&options, &f->err);
    f->kube = kube_new(f->loop, f->http, f->config, NULL, &f->err);
    assert_int_equal(kube_server_version(f->kube, &version, &f->err), -1);
    assert_err(f->err, ERR_API, "cannot connect to 127.0.0.1:1");
    assert_true(timer_now() - start < KUBE_RETRY_MS);
}

static void test_kube_client__version_and_clock(void **state)
{
    struct fixture *f = *state;
    struct kube_version version;

    open_scene(f, "late");
    assert_int_equal(kube_server_version(f->kube, &version, &f->err), 0);
    assert_string_equal(version.text, "v1.34.4-x");
    assert_int_equal(version.major, 1);
    assert_int_equal(version.minor, 34);
    assert_in_range(-version.clock_skew_s, 3500, 3700);
    assert_non_null(strstr(buf_str(&f->said), "s behind this host's"));
    kube_free(f->kube);
    kubeconfig_free(f->config);
    buf_truncate(&f->said, 0);
    open_scene(f, "echo"); // an object, but no version; and in time
    assert_int_equal(kube_server_version(f->kube, &version, &f->err), -1);
    assert_err(f->err, ERR_API, "is not a Kubernetes API server");
    assert_string_equal(buf_str(&f->said), "");
}

static void test_kube_client__fields_are_taken_over_from_listed_managers_only(void **state)
{
    struct fixture *f = *state;
    static const char *const managers[] = {"kubectl", "flux", NULL};
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct kube_request request = {.verb = KUBE_APPLY,
                                   .ns = "n",
                                   .name = "one",
                                   .body = node_new_map(d),
                                   .force_over = managers};

    open_scene(f, "conflict");
    request.resource = config_maps(f);
    assert_int_equal(kube_perform(f->kube, &request, &f->answer, &f->err), 0);
    kube_answer_free(&f->answer);
    request.name = "both";
    assert_int_equal(kube_perform(f->kube, &request, &f->answer, &f->err), -1);
    assert_int_equal(f->answer.reason, KUBE_MANAGER_CONFLICT);
    assert_int_equal(f->answer.conflict_count, 2);
    assert_string_equal(f->answer.conflicts[1].manager, "argocd");
    assert_string_equal(f->answer.conflicts[1].field, ".data.b");
    assert_err(f->err, ERR_API, "kubectl has .data.a; argocd has .data.b");
}

struct many {
    int pending, failed;
};

static void note_done(void *data, struct kube_answer *answer, const struct err *error)
{
    struct many *m = data;

    assert_true((answer->reason == KUBE_OK) == (error == NULL));
    m->pending--;
    m->failed += error ? 1 : 0;
}

static bool all_done(void *data)
{
    return ((struct many *)data)->pending == 0;
}

static int count_object(void *data, const struct node *object UNUSED, struct err **err UNUSED)
{
    (*(int *)data)++;
    return 0;
}

static void test_kube_client__every_wait_ends_with_an_interrupt(void **state)
{
    struct fixture *f = *state;
    struct kube_selection selection = {0};
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    int objects = 0;

    open_scene(f, "frozen");
    selection.resource = config_maps(f);
    interrupt_soon(f);
    assert_int_equal(perform(f, KUBE_GET, "x"), -1);
    assert_err(f->err, ERR_CANCELLED, "interrupted");
    err_clear(&f->err);
    assert_int_equal(kube_list(f->kube, &selection, count_object, &objects, NULL, &f->err), -1);
    assert_err(f->err, ERR_CANCELLED, "interrupted");
    err_clear(&f->err);
    assert_int_equal(kube_get_raw(f->kube, "/readyz", &out, &f->err), -1);
    assert_err(f->err, ERR_CANCELLED, "interrupted");
    assert_int_equal(objects, 0);
}

static void test_kube_client__many_calls_are_queued(void **state)
{
    struct fixture *f = *state;
    struct many m = {0};
    struct kube_request request = {.verb = KUBE_GET, .name = "x"};
    struct kube_call *last = NULL;

    open_scene(f, "echo");
    request.resource = config_maps(f);
    for (m.pending = 0; m.pending < 50; m.pending++)
        last = kube_start(f->kube, &request, note_done, &m);
    kube_abort(last); // while it waits in the queue
    m.pending--;
    assert_int_equal(loop_run_until(f->loop, all_done, &m, timer_now() + 20000, &f->err), 0);
    assert_int_equal(m.failed, 0);
    kube_start(f->kube, &request, note_done, &m); // ended by kube_free()
}

SERVER_MAIN("kube_api.py", UNIT_FIXTURE(test_kube_client__discovery),
            UNIT_FIXTURE(test_kube_client__discovery_of_old_servers),
            UNIT_FIXTURE(test_kube_client__apply_is_server_side_apply),
            UNIT_FIXTURE(test_kube_client__delete_has_preconditions),
            UNIT_FIXTURE(test_kube_client__reasons),
            UNIT_FIXTURE(test_kube_client__not_every_403_is_a_permission),
            UNIT_FIXTURE(test_kube_client__absent_objects_are_no_error),
            UNIT_FIXTURE(test_kube_client__busy_servers_are_asked_again),
            UNIT_FIXTURE(test_kube_client__what_is_called_off_is_not_asked_again),
            UNIT_FIXTURE(test_kube_client__webhooks_are_waited_for),
            UNIT_FIXTURE(test_kube_client__broken_connections),
            UNIT_FIXTURE(test_kube_client__a_server_that_hangs_up_at_first_is_asked_again),
            UNIT_FIXTURE(test_kube_client__answers_that_are_cut_off_are_asked_for_again),
            UNIT_FIXTURE(test_kube_client__an_internal_error_may_pass),
            UNIT_FIXTURE(test_kube_client__good_credentials_may_be_refused_once),
            UNIT_FIXTURE(test_kube_client__a_silent_server_is_told_of),
            UNIT_FIXTURE(test_kube_client__a_slow_answer_is_no_silence),
            UNIT_FIXTURE(test_kube_client__a_server_that_never_answered_is_not_waited_for),
            UNIT_FIXTURE(test_kube_client__version_and_clock),
            UNIT_FIXTURE(test_kube_client__fields_are_taken_over_from_listed_managers_only),
            UNIT_FIXTURE(test_kube_client__every_wait_ends_with_an_interrupt),
            UNIT_FIXTURE(test_kube_client__many_calls_are_queued))
