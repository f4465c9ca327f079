// SPDX-License-Identifier: Apache-2.0
// The client against an API server of scripted scenes (tests/servers/kube_api.py).
#include "unit.h"

#include <sys/stat.h>

#include "base/cancel.h"
#include "base/file.h"
#include "base/mem.h"
#include "model/kube.h"
#include "support_server.h"

static struct server *server;

struct fixture {
    struct report report;
    struct buf said; // all events
    struct http *http;
    struct kubeconfig *config;
    struct kube *kube;
    struct kube_answer answer;
    struct err *err;
};

static void note_event(struct report *r, const struct report_event *event)
{
    struct fixture *f = (struct fixture *)r;

    buf_printf(&f->said, "%s\n", event->text);
}

static int set_up(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);
    struct http_options options = {.report = &f->report};

    f->report.emit = note_event;
    f->said = (struct buf)BUF_INIT(BUF_TEXT_MAX);
    f->http = http_new(&options, &f->err);
    assert_non_null(f->http);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    kube_answer_free(&f->answer);
    kube_free(f->kube);
    kubeconfig_free(f->config);
    http_free(f->http);
    buf_free(&f->said);
    err_free(f->err);
    free(f);
    return 0;
}

static char *in_folder(const char *name)
{
    return mem_printf("%s/%s", server_fact(server, "folder"), name);
}

static void put(const char *name, const char *text)
{
    char *path CLEANUP(mem_cleanup) = in_folder(name);
    struct err *err = NULL;

    assert_int_equal(file_write(path, span_str(text), 0755, &err), 0);
}

// A client for one scene, with the fields of a user.
static int open_scene_as(struct fixture *f, const char *scene, const char *user)
{
    char *path CLEANUP(mem_cleanup) = in_folder("config");
    char *text CLEANUP(mem_cleanup) =
        mem_printf("current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n"
                   "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:%s/%s', "
                   "certificate-authority: '%s/ca.crt'}}]\nusers: [{name: u, user: {%s}}]\n",
                   server_fact(server, "port"), scene, server_fact(server, "certs"), user);
    struct kubeconfig_options options = {.path = path};

    put("config", text);
    f->config = kubeconfig_load(&options, &f->err);
    assert_non_null(f->config);
    f->kube = kube_new(f->http, f->config, NULL, &f->err);
    return f->kube ? 0 : -1;
}

static void open_scene(struct fixture *f, const char *scene)
{
    assert_int_equal(open_scene_as(f, scene, ""), 0);
}

static const struct kube_resource *config_maps(struct fixture *f)
{
    const struct kube_resource *r = kube_find(f->kube, SPAN("v1"), SPAN("ConfigMap"), &f->err);

    assert_non_null(r);
    return r;
}

static int perform(struct fixture *f, enum kube_verb verb, const char *name)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *body = node_new_map(d);
    struct kube_request request = {.verb = verb,
                                   .resource = config_maps(f),
                                   .ns = "default",
                                   .name = name,
                                   .body = verb == KUBE_GET ? NULL : body,
                                   .deadline = timer_now() + 5000};

    kube_answer_free(&f->answer);
    err_clear(&f->err);
    return kube_perform(f->kube, &request, &f->answer, &f->err);
}

static void assert_error(struct fixture *f, enum err_kind kind, const char *words)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    assert_non_null(f->err);
    err_format(f->err, &text);
    if (!strstr(buf_str(&text), words))
        fail_msg("'%s' does not say '%s'", buf_str(&text), words);
    assert_int_equal(err_kind(f->err), kind);
}

// --- discovery ---

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
    assert_error(f, ERR_API, "no matches for kind PodMetrics in metrics.k8s.io/v1beta1");
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

static const char *told(struct fixture *f, const char *group, const char *field)
{
    const struct node *n = node_get(f->answer.object, "told");

    return node_get_str(group ? node_get(n, group) : n, field);
}

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

static void test_kube_client__impersonation_and_basic_auth(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(open_scene_as(f, "echo",
                                   "username: a, password: b, as: jane, as-groups: [g], "
                                   "as-user-extra: {'example.com/x': [v]}"),
                     0);
    assert_int_equal(perform(f, KUBE_GET, "x"), 0);
    assert_string_equal(told(f, "headers", "authorization"), "Basic YTpi");
    assert_string_equal(told(f, "headers", "impersonate-user"), "jane");
    assert_string_equal(told(f, "headers", "impersonate-group"), "g");
    assert_string_equal(told(f, "headers", "impersonate-extra-example.com%2fx"), "v");
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
        {"immutable", KUBE_IMMUTABLE, "field is immutable"},
        {"invalid", KUBE_INVALID, "spec.ports: Required value"},
        {"strict", KUBE_INVALID, "unknown field \"spec.foo\""},
        {"schema", KUBE_INVALID, "not declared in schema"},
        {"exists", KUBE_ALREADY_EXISTS, "already exists"},
        {"stale", KUBE_CONFLICT, "has been modified"},
        {"gone", KUBE_GONE, "too old"},
        {"missing", KUBE_NOT_FOUND, "not found"},
        {"html", KUBE_OTHER, "answers 418: <html>I am a proxy</html>"},
        {"garbage", KUBE_OTHER, "apply ConfigMap default/garbage"},
    };

    open_scene(f, "failing");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(perform(f, KUBE_APPLY, cases[i].name), -1);
        assert_error(f, ERR_API, cases[i].words);
        if (f->answer.reason != cases[i].reason)
            fail_msg("%s: reason %d", cases[i].name, (int)f->answer.reason);
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
    assert_non_null(strstr(buf_str(&f->said), "the API server warns: this version is old"));
    buf_truncate(&f->said, 0);
    assert_int_equal(perform(f, KUBE_APPLY, "x"), 0);
    assert_string_equal(buf_str(&f->said), ""); // a warning is said once
}

static void test_kube_client__webhooks_are_waited_for(void **state)
{
    struct fixture *f = *state;

    open_scene(f, "webhook");
    assert_int_equal(perform(f, KUBE_APPLY, "x"), 0);
    assert_int_equal(perform(f, KUBE_APPLY, "never"), -1);
    assert_int_equal(f->answer.reason, KUBE_WEBHOOK);
    assert_error(f, ERR_API, "failed calling webhook \"check.example.com\"");
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
    assert_error(f, ERR_API, "create ConfigMap default/y: the API server of context \"x\"");
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
    f->kube = kube_new(f->http, f->config, NULL, &f->err);
    assert_int_equal(kube_server_version(f->kube, &version, &f->err), -1);
    assert_error(f, ERR_API, "cannot connect to 127.0.0.1:1");
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
    assert_error(f, ERR_API, "is not a Kubernetes API server");
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
    assert_error(f, ERR_API, "kubectl has .data.a; argocd has .data.b");
}

// --- credentials ---

static void test_kube_client__token_files_are_read_again_after_a_401(void **state)
{
    struct fixture *f = *state;
    char *user CLEANUP(mem_cleanup) =
        mem_printf("tokenFile: '%s/token'", server_fact(server, "folder"));

    put("valid-token", "new");
    put("token", "old");
    assert_int_equal(open_scene_as(f, "token", user), 0);
    assert_int_equal(perform(f, KUBE_GET, "x"), -1);
    assert_int_equal(f->answer.reason, KUBE_UNAUTHORIZED);
    assert_non_null(strstr(err_hint_text(f->err), "user \"u\""));
    put("token", "new\n");
    assert_int_equal(perform(f, KUBE_GET, "x"), 0);
}

static int open_with_plugin(struct fixture *f, const char *script, const char *more)
{
    char *user CLEANUP(mem_cleanup) =
        mem_printf("exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, "
                   "interactiveMode: Never, args: [one], env: [{name: OWN, value: x}]%s}",
                   more);

    put("plugin", script);
    return open_scene_as(f, "token", user);
}

#define CREDENTIAL                                                                                 \
    "\"apiVersion\": \"client.authentication.k8s.io/v1\", \"kind\": \"ExecCredential\""

static void test_kube_client__plugins_are_run_and_run_again(void **state)
{
    struct fixture *f = *state;

    put("valid-token", "first");
    assert_int_equal(open_with_plugin(f,
                                      "#!/bin/sh\n"
                                      "[ \"$1$OWN\" = onex ] || exit 9\n"
                                      "case $KUBERNETES_EXEC_INFO in *'\"server\"'*) ;; *) exit 8; "
                                      "esac\n"
                                      "cat <<EOF\n"
                                      "{" CREDENTIAL ", \"status\": {\"token\": "
                                      "\"$(cat $(dirname $0)/valid-token)\"}}\n"
                                      "EOF\n",
                                      ", provideClusterInfo: true"),
                     0);
    assert_int_equal(perform(f, KUBE_GET, "x"), 0);
    put("valid-token", "second");
    assert_int_equal(perform(f, KUBE_GET, "x"), 0);
}

static void test_kube_client__plugins_that_fail(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *script;
        const char *words;
    } cases[] = {
        {"#!/bin/sh\nexit 3\n", "exit code 3"},
        {"#!/bin/sh\nkill -9 $$\n", "ended by signal 9"},
        {"#!/bin/sh\necho nonsense\n", "plugin:1"},
        {"#!/bin/sh\necho '{\"kind\": \"Pod\"}'\n", "not an ExecCredential"},
        {"#!/bin/sh\necho '{" CREDENTIAL "}'\n", "neither token nor certificate"},
        {"#!/bin/sh\necho '{" CREDENTIAL ", \"status\": {\"clientCertificateData\": \"x\"}}'\n",
         "a certificate needs its key"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(open_with_plugin(f, cases[i].script, ""), -1);
        assert_error(f, ERR_API, cases[i].words);
        assert_error(f, ERR_API, "user \"u\" of ");
        kubeconfig_free(f->config);
        err_clear(&f->err);
    }
    f->config = NULL;
}

static void test_kube_client__absent_plugins_say_how_to_get_them(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(open_scene_as(f, "token",
                                   "exec: {apiVersion: client.authentication.k8s.io/v1, "
                                   "command: no-such-plugin-here, interactiveMode: Never, "
                                   "installHint: 'get it at example.com'}"),
                     -1);
    assert_error(f, ERR_CONFIG, "exec plugin no-such-plugin-here: No such file");
    assert_string_equal(err_hint_text(f->err), "get it at example.com");
}

// --- lists and watches ---

static int note_object(void *data, const struct node *object, struct err **err)
{
    (void)err;
    assert_string_equal(node_get_str(object, "kind"), "ConfigMap");
    assert_string_equal(node_get_str(object, "apiVersion"), "v1");
    buf_add_str(data, node_str(node_path(object, "metadata", "name")));
    return 0;
}

static void test_kube_client__lists_go_on_after_an_expired_token(void **state)
{
    struct fixture *f = *state;
    struct buf names CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct kube_selection selection = {0};
    size_t count;

    open_scene(f, "pages");
    selection.resource = config_maps(f);
    assert_int_equal(kube_list(f->kube, &selection, note_object, &names, &count, &f->err), 0);
    assert_string_equal(buf_str(&names), "abcd");
    assert_int_equal(count, 4);
}

struct watched {
    struct buf text;
    struct kube_watch *watch;
    const char *until;
    bool stop_at_end; // from inside the callback
};

static void note_change(void *data, enum kube_change change, const struct node *object)
{
    struct watched *w = data;

    assert_null(node_get(node_item(node_path(object, "metadata", "managedFields"), 0), "fieldsV1"));
    buf_printf(&w->text, "%c%s ", "+~-"[change], node_str(node_path(object, "metadata", "name")));
    if (w->stop_at_end && strstr(buf_str(&w->text), w->until)) {
        kube_watch_stop(w->watch);
        w->watch = NULL;
    }
}

static void note_sync(void *data)
{
    buf_add_str(&((struct watched *)data)->text, "synced ");
}

static void note_refusal(void *data, enum kube_reason reason, const struct err *error)
{
    assert_int_equal(reason, KUBE_FORBIDDEN);
    assert_non_null(error);
    buf_add_str(&((struct watched *)data)->text, "refused ");
}

static bool has_seen(void *data)
{
    const struct watched *w = data;

    return strstr(buf_str(&w->text), w->until) != NULL;
}

static void watch_until(struct fixture *f, struct watched *w, const char *until)
{
    struct kube_watch_handler handler = {note_change, note_sync, note_refusal, w};
    struct kube_selection selection = {.resource = config_maps(f), .ns = "default"};

    w->text = (struct buf)BUF_INIT(BUF_TEXT_MAX);
    w->until = until;
    w->watch = kube_watch_start(f->kube, &selection, &handler);
    assert_int_equal(http_run_until(f->http, has_seen, w, timer_now() + 20000, &f->err), 0);
}

static void test_kube_client__a_watch_survives_its_life(void **state)
{
    struct fixture *f = *state;
    struct watched w = {.stop_at_end = false};
    const struct node *c;

    open_scene(f, "watch");
    watch_until(f, &w, "-b");
    assert_string_equal(buf_str(&w.text), "+a +b synced +c ~a -a -b ");
    assert_true(kube_watch_synced(w.watch));
    assert_int_equal(kube_watch_count(w.watch), 1);
    c = kube_watch_get(w.watch, SPAN("default"), SPAN("c"));
    assert_string_equal(node_get_str(c, "kind"), "ConfigMap");
    buf_truncate(&w.text, 0);
    assert_int_equal(kube_watch_each(w.watch, note_object, &w.text, &f->err), 0);
    assert_string_equal(buf_str(&w.text), "c");
    buf_free(&w.text);
}

static void test_kube_client__a_refused_watch_goes_on_trying(void **state)
{
    struct fixture *f = *state;
    struct watched w = {.stop_at_end = false};

    open_scene(f, "refused");
    watch_until(f, &w, "synced");
    assert_string_equal(buf_str(&w.text), "refused synced ");
    kube_watch_stop(w.watch);
    buf_free(&w.text);
}

static void test_kube_client__a_watch_can_be_stopped_by_its_callback(void **state)
{
    struct fixture *f = *state;
    struct watched w = {.stop_at_end = true};

    open_scene(f, "pages");
    watch_until(f, &w, "+b");
    assert_null(w.watch);
    assert_int_equal(http_sleep(f->http, 50, &f->err), 0);
    buf_free(&w.text);
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
    assert_int_equal(http_run_until(f->http, all_done, &m, timer_now() + 20000, &f->err), 0);
    assert_int_equal(m.failed, 0);
    kube_start(f->kube, &request, note_done, &m); // ended by kube_free()
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_kube_client__discovery),
        CASE(test_kube_client__discovery_of_old_servers),
        CASE(test_kube_client__apply_is_server_side_apply),
        CASE(test_kube_client__delete_has_preconditions),
        CASE(test_kube_client__impersonation_and_basic_auth),
        CASE(test_kube_client__reasons),
        CASE(test_kube_client__absent_objects_are_no_error),
        CASE(test_kube_client__busy_servers_are_asked_again),
        CASE(test_kube_client__webhooks_are_waited_for),
        CASE(test_kube_client__broken_connections),
        CASE(test_kube_client__a_server_that_never_answered_is_not_waited_for),
        CASE(test_kube_client__version_and_clock),
        CASE(test_kube_client__fields_are_taken_over_from_listed_managers_only),
        CASE(test_kube_client__token_files_are_read_again_after_a_401),
        CASE(test_kube_client__plugins_are_run_and_run_again),
        CASE(test_kube_client__plugins_that_fail),
        CASE(test_kube_client__absent_plugins_say_how_to_get_them),
        CASE(test_kube_client__lists_go_on_after_an_expired_token),
        CASE(test_kube_client__a_watch_survives_its_life),
        CASE(test_kube_client__a_refused_watch_goes_on_trying),
        CASE(test_kube_client__a_watch_can_be_stopped_by_its_callback),
        CASE(test_kube_client__many_calls_are_queued),
    };
    int failed;

    server = server_start("kube_api.py");
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    server_stop(server);
    return failed;
}
