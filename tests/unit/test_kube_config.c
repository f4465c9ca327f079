// SPDX-License-Identifier: Apache-2.0
// kubeconfig by clientcmd's rules: files, merging, selection, TLS, credentials.
#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "io/crypto.h"
#include "model/kube.h"
#include "model/kube/config/config.h"
#include "support_server.h"

static struct server *server; // only for the certificates that it made

struct fixture {
    char folder[64];
    struct kubeconfig *config;
    struct err *err;
};

static int set_up(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);

    snprintf(f->folder, sizeof(f->folder), "/tmp/kubeconfig-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    unsetenv("KUBECONFIG");
    unsetenv("KUBERNETES_SERVICE_HOST");
    setenv("HOME", f->folder, 1);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    const char *argv[] = {"rm", "-rf", f->folder, NULL};
    pid_t pid = fork();

    if (pid == 0)
        execvp("rm", (char *const *)argv);
    kubeconfig_free(f->config);
    err_free(f->err);
    free(f);
    return 0;
}

static char *path_in(const struct fixture *f, const char *name)
{
    return mem_printf("%s/%s", f->folder, name);
}

static void put(const struct fixture *f, const char *name, const char *text)
{
    char *path CLEANUP(mem_cleanup) = path_in(f, name);
    struct err *err = NULL;

    assert_int_equal(file_write(path, span_str(text), FILE_PRIVATE, &err), 0);
}

// A file that the server made, under its own name.
static void put_cert(const struct fixture *f, const char *name)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    server_file(server, name, &text);
    put(f, name, buf_str(&text));
}

static bool load_file(struct fixture *f, const char *name, const char *context)
{
    char *path CLEANUP(mem_cleanup) = name ? path_in(f, name) : NULL;
    struct kubeconfig_options options = {.path = path, .context = context};

    kubeconfig_free(f->config);
    err_clear(&f->err);
    f->config = kubeconfig_load(&options, &f->err);
    return f->config != NULL;
}

static bool load(struct fixture *f, const char *text)
{
    put(f, "config", text);
    return load_file(f, "config", NULL);
}

static void assert_refused(struct fixture *f, enum err_kind kind, const char *words)
{
    assert_null(f->config);
    assert_err(f->err, kind, words);
}

// A whole configuration with one cluster "c" and one user "u".
static bool load_with(struct fixture *f, const char *cluster, const char *user)
{
    char *text CLEANUP(mem_cleanup) =
        mem_printf("apiVersion: v1\nkind: Config\ncurrent-context: x\n"
                   "contexts: [{name: x, context: {cluster: c, user: u}}]\n"
                   "clusters: [{name: c, cluster: {%s}}]\nusers: [{name: u, user: {%s}}]\n",
                   cluster, user);

    return load(f, text);
}

#define SERVER "server: 'https://host:6443'"

static void test_kube_config__selects_the_current_context(void **state)
{
    struct fixture *f = *state;
    static const char text[] = "current-context: two\n"
                               "contexts:\n"
                               "- {name: one, context: {cluster: c1, user: u1}}\n"
                               "- {name: two, context: {cluster: c2, user: u2, namespace: ns2}}\n"
                               "clusters:\n"
                               "- {name: c1, cluster: {server: 'https://one'}}\n"
                               "- {name: c2, cluster: {server: 'https://two/k8s/clusters/c-1/'}}\n"
                               "users:\n"
                               "- {name: u1, user: {token: t1}}\n"
                               "- {name: u2, user: {token: t2}}\n"
                               "unknown: ignored\n";

    assert_true(load(f, text));
    assert_string_equal(kubeconfig_context(f->config), "two");
    assert_string_equal(kubeconfig_server(f->config), "https://two/k8s/clusters/c-1");
    assert_string_equal(kubeconfig_namespace(f->config), "ns2");
    assert_string_equal(f->config->token, "t2");
    assert_true(load_file(f, "config", "one"));
    assert_string_equal(kubeconfig_user(f->config), "u1");
    assert_string_equal(kubeconfig_namespace(f->config), "default");
    assert_false(load_file(f, "config", "three"));
    assert_refused(f, ERR_CONFIG, "there is no context \"three\"");
    assert_non_null(strstr(err_hint_text(f->err), "one, two"));
}

static void test_kube_config__names_that_lead_nowhere(void **state)
{
    struct fixture *f = *state;

    assert_false(load(f, "contexts: [{name: a, context: {cluster: c}}]"));
    assert_refused(f, ERR_CONFIG, "there is no current-context");
    assert_false(load(f, "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]"));
    assert_refused(f, ERR_CONFIG, "context \"a\": there is no cluster \"c\"");
    assert_false(load(f, "current-context: a\ncontexts: [{name: a, context: {cluster: c, "
                         "user: u}}]\nclusters: [{name: c, cluster: {server: x}}]"));
    assert_refused(f, ERR_CONFIG, "context \"a\": there is no user \"u\"");
    assert_false(load(f, "current-context: a\ncontexts: [{name: a}]"));
    assert_refused(f, ERR_CONFIG, "context \"a\": it names no cluster");
}

static void test_kube_config__bad_files(void **state)
{
    struct fixture *f = *state;

    assert_false(load_file(f, "absent", NULL));
    assert_refused(f, ERR_CONFIG, "absent");
    assert_false(load(f, ""));
    assert_refused(f, ERR_CONFIG, "has no configuration");
    assert_false(load(f, "a: [\n"));
    assert_refused(f, ERR_CONFIG, "config:");
    assert_false(load(f, "- a\n"));
    assert_refused(f, ERR_CONFIG, "not a kubeconfig");
    assert_false(load(f, "apiVersion: v1\nkind: Pod\n"));
    assert_refused(f, ERR_CONFIG, "not a kubeconfig but apiVersion v1, kind Pod");
    assert_false(load(f, "clusters: [{name: a}, {name: a}]"));
    assert_refused(f, ERR_CONFIG, "two entries called \"a\"");
    assert_false(load(f, "users: {a: b}"));
    assert_refused(f, ERR_CONFIG, "users is a map");
    assert_false(load(f, "users: [{user: {}}]"));
    assert_refused(f, ERR_CONFIG, "has no name");
}

static void test_kube_config__json_is_accepted(void **state)
{
    struct fixture *f = *state;

    assert_true(load(f, "{\"current-context\":\"a\",\"contexts\":[{\"name\":\"a\",\"context\":"
                        "{\"cluster\":\"c\",\"user\":\"u\"}}],\"clusters\":[{\"name\":\"c\","
                        "\"cluster\":{\"server\":\"https://h\"}}],\"users\":[{\"name\":\"u\","
                        "\"user\":{\"token\":\"t\"}}]}"));
    assert_string_equal(f->config->token, "t");
}

static void test_kube_config__lists_of_files_are_merged_by_whole_entries(void **state)
{
    struct fixture *f = *state;
    char *list CLEANUP(mem_cleanup) =
        mem_printf(":%s/absent:%s/one:%s/two:%s/one:", f->folder, f->folder, f->folder, f->folder);

    put(f, "one",
        "clusters: [{name: c, cluster: {server: 'https://first'}}]\n"
        "contexts: [{name: x, context: {cluster: c, user: u}}]");
    put(f, "two",
        "current-context: x\n"
        "clusters: [{name: c, cluster: {server: 'https://second', tls-server-name: n}}]\n"
        "users: [{name: u, user: {token: t}}]");
    setenv("KUBECONFIG", list, 1);
    assert_true(load_file(f, NULL, NULL));
    assert_string_equal(kubeconfig_server(f->config), "https://first");
    assert_null(f->config->site.tls_server_name);
    assert_non_null(strstr(kubeconfig_source(f->config), "/one:"));
    setenv("KUBECONFIG", "/nonexistent/a:/nonexistent/b", 1);
    assert_false(load_file(f, NULL, NULL));
    assert_refused(f, ERR_CONFIG, "none of the files of KUBECONFIG");
}

static void test_kube_config__the_usual_place(void **state)
{
    struct fixture *f = *state;
    char *folder CLEANUP(mem_cleanup) = path_in(f, ".kube");

    assert_false(load_file(f, NULL, NULL));
    assert_refused(f, ERR_CONFIG, "there is no kubeconfig");
    assert_non_null(strstr(err_hint_text(f->err), "--kubeconfig"));
    assert_int_equal(mkdir(folder, 0700), 0);
    put(f, ".kube/config",
        "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n"
        "clusters: [{name: c, cluster: {server: 'https://h'}}]\nusers: [{name: u}]");
    assert_true(load_file(f, NULL, NULL));
}

static void test_kube_config__servers(void **state)
{
    struct fixture *f = *state;
    static const char *const cases[][2] = {
        {"server: 'https://[2001:db8::1]:6443'", "https://[2001:db8::1]:6443"},
        {"server: 'host:8080'", "http://host:8080"},
        {"server: 'host:6443', insecure-skip-tls-verify: true", "https://host:6443"},
        {"server: 'https://host/prefix/'", "https://host/prefix"},
        {"server: ' https://host '", "https://host"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_true(load_with(f, cases[i][0], ""));
        assert_string_equal(kubeconfig_server(f->config), cases[i][1]);
    }
    assert_false(load_with(f, "", ""));
    assert_refused(f, ERR_CONFIG, "cluster \"c\": it has no server");
    assert_false(load_with(f, "server: 'ftp://host'", ""));
    assert_refused(f, ERR_CONFIG, "neither http nor https");
    assert_false(load_with(f, "server: 12", ""));
    assert_refused(f, ERR_CONFIG, "server (line 5) is a int");
}

static void test_kube_config__authorities(void **state)
{
    struct fixture *f = *state;

    put_cert(f, "ca.crt");
    assert_true(load_with(f, SERVER ", certificate-authority: ca.crt", ""));
    assert_true(span_starts(f->config->site.ca_pem, "-----BEGIN CERTIFICATE"));
    assert_false(
        load_with(f, SERVER ", certificate-authority: ca.crt, insecure-skip-tls-verify: true", ""));
    assert_refused(f, ERR_CONFIG, "exclude each other");
    assert_false(load_with(f, SERVER ", certificate-authority: nowhere.crt", ""));
    assert_refused(f, ERR_CONFIG, "cluster \"c\": certificate-authority");
    assert_false(load_with(f, SERVER ", certificate-authority-data: '!!'", ""));
    assert_refused(f, ERR_CONFIG, "cluster \"c\": certificate-authority-data is not base64");
    assert_false(load_with(f, SERVER ", certificate-authority-data: Zm9v", ""));
    assert_refused(f, ERR_CONFIG, "cluster \"c\": certificate-authority: not a PEM certificate");
}

static void test_kube_config__data_wins_over_files(void **state)
{
    struct fixture *f = *state;
    struct buf pem CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf data CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    char *cluster CLEANUP(mem_cleanup) = NULL;

    server_file(server, "ca.crt", &pem);
    crypto_base64_encode(buf_span(&pem), &data);
    cluster = mem_printf(SERVER ", certificate-authority: nowhere, certificate-authority-data: %s",
                         buf_str(&data));
    assert_true(load_with(f, cluster, ""));
    assert_true(span_eq(f->config->site.ca_pem, buf_span(&pem)));
}

static void test_kube_config__client_certificates(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"ec.crt",  "ec.key",      "rsa.crt",
                                        "rsa.key", "ed25519.crt", "ed25519.key"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        put_cert(f, names[i]);
    for (size_t i = 0; i < ARRAY_LEN(names); i += 2) {
        char *user CLEANUP(mem_cleanup) =
            mem_printf("client-certificate: %s, client-key: %s", names[i], names[i + 1]);

        assert_true(load_with(f, SERVER, user));
    }
    assert_false(load_with(f, SERVER, "client-certificate: ec.crt"));
    assert_refused(f, ERR_CONFIG, "user \"u\": client-certificate without client-key");
    assert_false(load_with(f, SERVER, "client-key: ec.key"));
    assert_refused(f, ERR_CONFIG, "client-key without client-certificate");
    assert_false(load_with(f, SERVER, "client-certificate: ec.crt, client-key: rsa.key"));
    assert_refused(f, ERR_CONFIG, "does not belong to the certificate");
    assert_false(load_with(f, SERVER, "client-certificate: ec.crt, client-key: ec.crt"));
    assert_refused(f, ERR_CONFIG, "client-key: not a PEM private key");
}

static void test_kube_config__encrypted_keys_are_refused_clearly(void **state)
{
    struct fixture *f = *state;

    put_cert(f, "ec.crt");
    put_cert(f, "encrypted.key");
    assert_false(load_with(f, SERVER, "client-certificate: ec.crt, client-key: encrypted.key"));
    assert_refused(f, ERR_CONFIG, "the private key is encrypted");
    assert_non_null(strstr(err_hint_text(f->err), "decrypt"));
}

static void test_kube_config__tokens(void **state)
{
    struct fixture *f = *state;

    put(f, "tok", "  from-file\n");
    put(f, "empty", "\n");
    assert_true(load_with(f, SERVER, "token: seed, tokenFile: tok"));
    assert_string_equal(f->config->token, "from-file");
    assert_false(load_with(f, SERVER, "tokenFile: empty"));
    assert_refused(f, ERR_CONFIG, "it is empty");
    assert_false(load_with(f, SERVER, "tokenFile: nowhere"));
    assert_refused(f, ERR_CONFIG, "user \"u\": token file");
    assert_false(load_with(f, SERVER, "token: t, username: a, password: b"));
    assert_refused(f, ERR_CONFIG, "exclude each other");
    assert_false(load_with(f, SERVER, "token: {a: b}"));
    assert_refused(f, ERR_CONFIG, "is a map, not a string");
}

static void test_kube_config__impersonation(void **state)
{
    struct fixture *f = *state;

    assert_true(load_with(f, SERVER,
                          "as: jane, as-uid: '1', as-groups: [a, b], "
                          "as-user-extra: {scopes: [x, y]}"));
    assert_string_equal(f->config->as, "jane");
    assert_int_equal(f->config->as_groups.len, 2);
    assert_int_equal(f->config->as_extra.len, 2);
    assert_string_equal(f->config->as_extra.items[1].name, "scopes");
    assert_string_equal(f->config->as_extra.items[1].value, "y");
    assert_false(load_with(f, SERVER, "as-groups: [a]"));
    assert_refused(f, ERR_CONFIG, "impersonation needs a user");
}

static void test_kube_config__network_fields(void **state)
{
    struct fixture *f = *state;

    assert_true(load_with(f, SERVER ", tls-server-name: api, proxy-url: 'socks5://p:1'", ""));
    assert_string_equal(f->config->site.tls_server_name, "api");
    assert_string_equal(f->config->site.proxy_url, "socks5://p:1");
    assert_non_null(strstr(f->config->site.proxy_source, "proxy-url of cluster \"c\" in /"));
}

#define EXEC_V1 "exec: {apiVersion: client.authentication.k8s.io/v1, "

static void test_kube_config__plugins(void **state)
{
    struct fixture *f = *state;
    char *here CLEANUP(mem_cleanup) = path_in(f, "bin/get");

    assert_true(load_with(f, SERVER, EXEC_V1 "command: ./bin/get, interactiveMode: Never}"));
    assert_string_equal(f->config->exec->command, here);
    assert_true(load_with(f, SERVER, EXEC_V1 "command: get, interactiveMode: Never}"));
    assert_string_equal(f->config->exec->command, "get");
    assert_true(load_with(f, SERVER, "token: t, " EXEC_V1 "command: get, interactiveMode: Never}"));
    assert_null(f->config->exec); // the token is enough
    assert_false(load_with(f, SERVER, EXEC_V1 "command: get}"));
    assert_refused(f, ERR_CONFIG, "exec has no interactiveMode");
    assert_false(load_with(f, SERVER, EXEC_V1 "interactiveMode: Never}"));
    assert_refused(f, ERR_CONFIG, "exec has no command");
    assert_false(load_with(f, SERVER,
                           "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, "
                           "command: get}"));
    assert_refused(f, ERR_UNSUPPORTED, "user \"u\": exec apiVersion");
    assert_non_null(strstr(err_hint_text(f->err), "with v1beta1 or v1"));
    assert_false(load_with(f, SERVER, "exec: {apiVersion: other/v1, command: get}"));
    assert_refused(f, ERR_UNSUPPORTED, "exec apiVersion other/v1 is not supported");
    assert_null(err_hint_text(f->err));
    assert_true(load_with(f, SERVER,
                          "exec: {apiVersion: client.authentication.k8s.io/v1beta1, "
                          "command: get}"));
    assert_string_equal(f->config->exec->interactive_mode, "IfAvailable");
}

static void test_kube_config__providers(void **state)
{
    struct fixture *f = *state;

    assert_false(load_with(f, SERVER, "auth-provider: {name: gcp}"));
    assert_refused(f, ERR_UNSUPPORTED, "user \"u\": auth-provider gcp is not supported");
    assert_non_null(strstr(err_hint_text(f->err), "Kubernetes dropped it"));
    assert_false(load_with(f, SERVER, "auth-provider: {name: oidc, config: {id-token: t}}"));
    assert_refused(f, ERR_UNSUPPORTED, "user \"u\": auth-provider oidc is not supported");
    assert_null(strstr(err_hint_text(f->err), "dropped"));
    assert_non_null(strstr(err_hint_text(f->err), "OpenID Connect"));
}

SERVER_MAIN("certificates.py", UNIT_FIXTURE(test_kube_config__selects_the_current_context),
            UNIT_FIXTURE(test_kube_config__names_that_lead_nowhere),
            UNIT_FIXTURE(test_kube_config__bad_files),
            UNIT_FIXTURE(test_kube_config__json_is_accepted),
            UNIT_FIXTURE(test_kube_config__lists_of_files_are_merged_by_whole_entries),
            UNIT_FIXTURE(test_kube_config__the_usual_place),
            UNIT_FIXTURE(test_kube_config__servers), UNIT_FIXTURE(test_kube_config__authorities),
            UNIT_FIXTURE(test_kube_config__data_wins_over_files),
            UNIT_FIXTURE(test_kube_config__client_certificates),
            UNIT_FIXTURE(test_kube_config__encrypted_keys_are_refused_clearly),
            UNIT_FIXTURE(test_kube_config__tokens), UNIT_FIXTURE(test_kube_config__impersonation),
            UNIT_FIXTURE(test_kube_config__network_fields), UNIT_FIXTURE(test_kube_config__plugins),
            UNIT_FIXTURE(test_kube_config__providers))
