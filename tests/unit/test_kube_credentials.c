// SPDX-License-Identifier: Apache-2.0
// model/kube: who the client is; tokens from files and from plugins, renewed while it runs.
#include "test_kube.h"

static void test_kube_credentials__impersonation_and_basic_auth(void **state)
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

static void test_kube_credentials__token_files_are_read_again_after_a_401(void **state)
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

static char *certificate(const char *name)
{
    return mem_printf("client-certificate: '%s/%s.crt', client-key: '%s/%s.key'",
                      server_fact(server, "certs"), name, server_fact(server, "certs"), name);
}

static void test_kube_credentials__certificates_have_their_time(void **state)
{
    struct fixture *f = *state;
    char *old CLEANUP(mem_cleanup) = certificate("expired");
    char *early CLEANUP(mem_cleanup) = certificate("early");

    assert_int_equal(open_scene_as(f, "echo", old), -1);
    assert_err(f->err, ERR_API, "the client certificate of user \"u\" of ");
    assert_err(f->err, ERR_API, "/config expired on 2021-01-01 00:00:00 UTC");
    assert_non_null(strstr(err_hint_text(f->err), "this host's clock says 20"));
    err_clear(&f->err);
    kubeconfig_free(f->config);
    assert_int_equal(open_scene_as(f, "echo", early), -1);
    assert_err(f->err, ERR_API, "/config is not valid before 2090-01-01 00:00:00 UTC");
}

// {"exp":1600000000}
#define OLD_TOKEN "e30.eyJleHAiOjE2MDAwMDAwMDB9.c2ln"

static void test_kube_credentials__a_refused_token_may_say_that_it_is_old(void **state)
{
    struct fixture *f = *state;

    put("valid-token", "new");
    assert_int_equal(open_scene_as(f, "token", "token: " OLD_TOKEN), 0);
    assert_int_equal(perform(f, KUBE_GET, "x"), -1);
    assert_non_null(strstr(err_hint_text(f->err), "the token of user \"u\" of "));
    assert_non_null(strstr(err_hint_text(f->err), "expired on 2020-09-13 12:26:40 UTC"));
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

// Whether there is such a process that is no zombie.
static bool is_running(uint64_t pid)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("/proc/%llu/stat", (unsigned long long)pid);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    return file_read(AT_FDCWD, path, &text, &err) == 0 && !strstr(buf_str(&text), ") Z ");
}

#define CREDENTIAL                                                                                 \
    "\"apiVersion\": \"client.authentication.k8s.io/v1\", \"kind\": \"ExecCredential\""

static void test_kube_credentials__plugins_are_run_and_run_again(void **state)
{
    struct fixture *f = *state;

    put("valid-token", "first");
    assert_int_equal(
        open_with_plugin(f,
                         "#!/bin/sh\n"
                         "[ \"$1$OWN\" = onex ] || exit 9\n"
                         "for fd in 3 4 5 6 7 8 9; do [ ! -e /proc/self/fd/$fd ] || exit 7; done\n"
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

static void test_kube_credentials__plugins_that_fail(void **state)
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
        assert_err(f->err, ERR_API, cases[i].words);
        assert_err(f->err, ERR_API, "user \"u\" of ");
        kubeconfig_free(f->config);
        err_clear(&f->err);
    }
    f->config = NULL;
}

// Both close their output and live on, the second behind a shell that does not listen.
static void test_kube_credentials__plugins_that_do_not_end(void **state)
{
    struct fixture *f = *state;
    static const char *const scripts[] = {
        "#!/bin/sh\necho $$ >$(dirname $0)/pid\nexec sleep 600 >&- 2>&-\n",
        "#!/bin/sh\ntrap '' TERM\nexec >&- 2>&-\nsleep 600 &\necho $! >$(dirname $0)/pid\nwait\n",
    };
    struct buf pid CLEANUP(buf_free) = BUF_INIT(100);
    char *pid_file CLEANUP(mem_cleanup) = in_folder("pid");

    for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
        uint64_t number;

        f->kube_options.budget.deadline = timer_now() + 1500;
        assert_int_equal(open_with_plugin(f, scripts[i], ""), -1);
        assert_err(f->err, ERR_TIMEOUT, "it did not end within ");
        buf_truncate(&pid, 0);
        err_clear(&f->err);
        assert_int_equal(file_read(AT_FDCWD, pid_file, &pid, &f->err), 0);
        assert_true(span_u64(span_trim(buf_span(&pid)), &number));
        // Gone, or about to be reaped by somebody else.
        for (int n = 0; n < 200 && is_running(number); n++)
            usleep(10000);
        assert_false(is_running(number));
        kubeconfig_free(f->config);
    }
    f->config = NULL;
}

static void test_kube_credentials__an_interrupt_ends_a_plugin(void **state)
{
    struct fixture *f = *state;

    interrupt_soon(f);
    assert_int_equal(open_with_plugin(f, "#!/bin/sh\nexec sleep 600\n", ""), -1);
    assert_err(f->err, ERR_CANCELLED, "interrupted");
}

static void test_kube_credentials__absent_plugins_say_how_to_get_them(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(open_scene_as(f, "token",
                                   "exec: {apiVersion: client.authentication.k8s.io/v1, "
                                   "command: no-such-plugin-here, interactiveMode: Never, "
                                   "installHint: 'get it at example.com'}"),
                     -1);
    assert_err(f->err, ERR_CONFIG, "exec plugin no-such-plugin-here: No such file");
    assert_string_equal(err_hint_text(f->err), "get it at example.com");
}

SERVER_MAIN("kube_api.py", UNIT_FIXTURE(test_kube_credentials__impersonation_and_basic_auth),
            UNIT_FIXTURE(test_kube_credentials__token_files_are_read_again_after_a_401),
            UNIT_FIXTURE(test_kube_credentials__certificates_have_their_time),
            UNIT_FIXTURE(test_kube_credentials__a_refused_token_may_say_that_it_is_old),
            UNIT_FIXTURE(test_kube_credentials__plugins_are_run_and_run_again),
            UNIT_FIXTURE(test_kube_credentials__plugins_that_fail),
            UNIT_FIXTURE(test_kube_credentials__plugins_that_do_not_end),
            UNIT_FIXTURE(test_kube_credentials__an_interrupt_ends_a_plugin),
            UNIT_FIXTURE(test_kube_credentials__absent_plugins_say_how_to_get_them))
