// SPDX-License-Identifier: Apache-2.0
// Credential plugins of a kubeconfig (client.authentication.k8s.io): the only programs that
// sandstrap ever runs.
#include "model/kube/client.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/crypto.h"
#include "model/kube/config.h"

#define PLUGIN_TIMEOUT_MS 60000
#define PLUGIN_INTERACTIVE_TIMEOUT_MS 300000
#define PLUGIN_LOOK_MS 10  // between looks whether it has ended
#define PLUGIN_TERM_MS 200 // from SIGTERM to SIGKILL
#define PLUGIN_OUTPUT_MAX_BYTES ((size_t)1 << 20)

struct plugin {
    const struct config_exec *exec;
    bool interactive;
    pid_t pid;   // and its process group, unless it is interactive: that one reads the terminal
    int out;     // its stdout
    bool silent; // the other end of that is closed
    struct buf text;
};

// --- what it is told ---

static void add_text(struct doc *d, struct node *map, const char *key, const char *text)
{
    if (text && *text)
        node_set_str(d, map, key, span_str(text));
}

static struct node *cluster_info(struct doc *d, const struct kubeconfig *config)
{
    struct node *cluster = node_new_map(d);
    struct buf ca CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    crypto_base64_encode(config->site.ca_pem, &ca);
    add_text(d, cluster, "server", config->server);
    add_text(d, cluster, "tls-server-name", config->site.tls_server_name);
    add_text(d, cluster, "certificate-authority-data", buf_str(&ca));
    add_text(d, cluster, "proxy-url", config->site.proxy_url);
    if (config->site.insecure)
        node_set(d, cluster, SPAN("insecure-skip-tls-verify"), node_new_bool(d, true));
    if (config->exec_cluster_data)
        node_set(d, cluster, SPAN("config"), node_copy(d, config->exec_cluster_data));
    return cluster;
}

// KUBERNETES_EXEC_INFO=<ExecCredential>
static char *exec_info(const struct plugin *p, const struct kubeconfig *config)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d), *spec = node_new_map(d);
    struct buf out = BUF_INIT(BUF_TEXT_MAX);

    add_text(d, root, "kind", "ExecCredential");
    add_text(d, root, "apiVersion", p->exec->api_version);
    node_set(d, spec, SPAN("interactive"), node_new_bool(d, p->interactive));
    if (p->exec->provide_cluster_info)
        node_set(d, spec, SPAN("cluster"), cluster_info(d, config));
    node_set(d, root, SPAN("spec"), spec);
    buf_add_str(&out, "KUBERNETES_EXEC_INFO=");
    doc_write_json(root, false, &out);
    return buf_take(&out);
}

// --- running it ---

static const char **argv_of(struct arena *a, const struct config_exec *x)
{
    const char **argv = arena_array(a, node_len(x->args) + 2, sizeof(*argv));
    size_t count = 0;

    argv[count++] = x->command;
    NODE_FOREACH_ITEM (arg, x->args)
        argv[count++] = node_str(arg);
    return argv;
}

// Our own environment, then the plugin's variables; the last of a name wins in most programs, so
// ours are left out when the plugin sets them.
static bool is_replaced(const char *variable, const struct config_exec *x)
{
    struct span name = span_head(span_str(variable), span_find(span_str(variable), '='));

    NODE_FOREACH_ITEM (entry, x->env) {
        if (span_eq(node_get_text(entry, "name"), name))
            return true;
    }
    return span_is(name, "KUBERNETES_EXEC_INFO");
}

static const char **envp_of(struct arena *a, const struct config_exec *x, const char *info)
{
    VEC(const char *) list = {0};

    for (char **variable = environ; *variable; variable++)
        if (!is_replaced(*variable, x))
            vec_push_arena(a, &list, *variable);
    NODE_FOREACH_ITEM (entry, x->env)
        vec_push_arena(
            a, &list,
            arena_printf(a, "%s=%s", node_get_str(entry, "name"), node_get_str(entry, "value")));
    vec_push_arena(a, &list, info);
    vec_push_arena(a, &list, NULL);
    return list.items;
}

// libcurl opens some of its sockets without close-on-exec, and our own parent may have left us
// files.
static void keep_descriptors_back(void)
{
    DIR *list = opendir("/proc/self/fd");
    struct dirent *entry;
    uint64_t fd;

    while (list && (entry = readdir(list)))
        if (span_u64(span_str(entry->d_name), &fd) && fd > STDERR_FILENO)
            fcntl((int)fd, F_SETFD, FD_CLOEXEC);
    if (list)
        closedir(list);
}

// What our cancel token blocked, and what we or our own parent ignore, is the plugin's own again.
static int spawn_with(struct plugin *p, int out, const char **argv, const char **envp)
{
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int failed;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    if (!p->interactive)
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes,
                             p->interactive ? flags : (short)(flags | POSIX_SPAWN_SETPGROUP));
    keep_descriptors_back();
    failed = posix_spawnp(&p->pid, argv[0], &files, &attributes, (char *const *)argv,
                          (char *const *)envp);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return failed;
}

static int start(struct plugin *p, const struct kubeconfig *config, struct err **err)
{
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    char *info CLEANUP(mem_cleanup) = exec_info(p, config);
    const char **argv = argv_of(a, p->exec), **envp = envp_of(a, p->exec, info);
    int ends[2], failed;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_set_errno(err, ERR_INTERNAL, errno, "pipe");
    p->out = ends[0];
    failed = spawn_with(p, ends[1], argv, envp);
    close(ends[1]);
    if (!failed)
        return 0;
    err_set_errno(err, ERR_CONFIG, failed, "exec plugin %s", p->exec->command);
    if (failed == ENOENT && p->exec->install_hint)
        err_hint(err, "%s", p->exec->install_hint);
    return -1;
}

static void on_output(void *data, unsigned ready UNUSED)
{
    struct plugin *p = data;
    char piece[4096];
    ssize_t n = read(p->out, piece, sizeof(piece));

    if (n > 0)
        buf_add(&p->text, piece, (size_t)n);
    else if (n == 0 || errno != EINTR)
        p->silent = true;
}

static bool is_silent(void *data)
{
    return ((struct plugin *)data)->silent;
}

// Leaves the status for wait_status(): until then the number is not another process's.
static bool has_exited(const struct plugin *p)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == p->pid;
}

static int wait_status(const struct plugin *p)
{
    int status = 0;

    while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

// With all that it has started, as far as that stayed in its group. Short: an interrupt waits.
static void end_plugin(const struct plugin *p)
{
    static const struct timespec look = {.tv_nsec = PLUGIN_LOOK_MS * 1000000L};
    pid_t target = p->interactive ? p->pid : -p->pid;

    kill(target, SIGTERM);
    for (int ms = 0; ms < PLUGIN_TERM_MS && !has_exited(p); ms += PLUGIN_LOOK_MS)
        nanosleep(&look, NULL);
    kill(target, SIGKILL);
    (void)wait_status(p);
}

// Until it has closed its output and ended. Result as loop_run_until().
static int run_to_end(struct plugin *p, struct loop *l, int64_t deadline, struct err **err)
{
    struct loop_fd *watch;
    int passed;

    watch = loop_add_fd(l, p->out, LOOP_READ, on_output, p);
    passed = loop_run_until(l, is_silent, p, deadline, err);
    loop_remove_fd(watch);
    while (passed == 0 && !has_exited(p))
        passed = timer_now() >= deadline ? 1 : loop_sleep(l, PLUGIN_LOOK_MS, err);
    return passed;
}

static int wait_for(struct plugin *p, struct loop *l, const struct budget *budget, struct err **err)
{
    int64_t start = timer_now();
    int64_t own =
        timer_add(start, p->interactive ? PLUGIN_INTERACTIVE_TIMEOUT_MS : PLUGIN_TIMEOUT_MS);
    int64_t deadline = budget_deadline(budget);
    bool ours = own < deadline;
    int passed = run_to_end(p, l, ours ? own : deadline, err), status;
    char took[32];

    if (passed != 0)
        end_plugin(p);
    if (passed < 0)
        return -1;
    if (passed == 1)
        return err_set(err, ours ? ERR_API : ERR_TIMEOUT, "exec plugin %s: %s within %s",
                       p->exec->command, p->silent ? "it did not end" : "no answer",
                       timer_format(timer_now() - start, took));
    status = wait_status(p);
    if (WIFSIGNALED(status))
        return err_set(err, ERR_API, "exec plugin %s: ended by signal %d", p->exec->command,
                       WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        return err_set(err, ERR_API, "exec plugin %s: exit code %d", p->exec->command,
                       WEXITSTATUS(status));
    return 0;
}

// --- what it answers ---

static char *text_or_null(const struct node *map, const char *key)
{
    const char *text = node_get_str(map, key);

    return *text ? mem_str(text) : NULL;
}

static int64_t seconds_of(const char *timestamp)
{
    struct tm tm = {0};
    const char *end = strptime(timestamp, "%Y-%m-%dT%H:%M:%S", &tm);

    return end ? (int64_t)timegm(&tm) : 0;
}

static int read_answer(const struct plugin *p, struct exec_credential *out, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root, *status;

    if (buf_check(&p->text, ERR_API, "output of the exec plugin", err) < 0)
        return -1;
    root = doc_read_json(d, buf_span(&p->text), p->exec->command, ERR_API, err);
    if (!root)
        return err_wrap(err, "exec plugin");
    if (!span_is(node_get_text(root, "kind"), "ExecCredential") ||
        !span_is(node_get_text(root, "apiVersion"), p->exec->api_version))
        return err_set(err, ERR_API,
                       "exec plugin %s: it gave a %s of %s, not an ExecCredential "
                       "of %s",
                       p->exec->command, node_get_str(root, "kind"),
                       node_get_str(root, "apiVersion"), p->exec->api_version);
    status = node_get(root, "status");
    out->token = text_or_null(status, "token");
    out->cert_pem = text_or_null(status, "clientCertificateData");
    out->key_pem = text_or_null(status, "clientKeyData");
    out->expires = seconds_of(node_get_str(status, "expirationTimestamp"));
    if (!out->cert_pem != !out->key_pem)
        return err_set(err, ERR_API, "exec plugin %s: a certificate needs its key",
                       p->exec->command);
    if (!out->token && !out->cert_pem)
        return err_set(err, ERR_API, "exec plugin %s: it gave neither token nor certificate",
                       p->exec->command);
    return 0;
}

int exec_plugin_run(struct loop *loop, const struct kubeconfig *config, const struct budget *budget,
                    struct exec_credential *out, struct err **err)
{
    struct plugin p = {.exec = config->exec, .out = -1, .text = BUF_INIT(PLUGIN_OUTPUT_MAX_BYTES)};
    bool wants = strcmp(p.exec->interactive_mode, "Never") != 0;
    int done;

    p.interactive = wants && isatty(STDIN_FILENO);
    if (!p.interactive && strcmp(p.exec->interactive_mode, "Always") == 0)
        return err_set(err, ERR_CONFIG, "exec plugin %s: it needs a terminal", p.exec->command);
    done = start(&p, config, err);
    if (done == 0)
        done = wait_for(&p, loop, budget, err);
    if (done == 0)
        done = read_answer(&p, out, err);
    if (p.out >= 0)
        close(p.out);
    buf_free(&p.text);
    return done;
}

void exec_credential_free(struct exec_credential *c)
{
    free(c->token);
    free(c->cert_pem);
    free(c->key_pem);
    *c = (struct exec_credential){0};
}
