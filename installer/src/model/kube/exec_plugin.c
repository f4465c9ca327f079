// SPDX-License-Identifier: Apache-2.0
// Credential plugins of a kubeconfig (client.authentication.k8s.io): the only programs that
// sandstrap ever runs.
#include "model/kube/exec.h"

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

#define PLUGIN_TIMEOUT_MS 60000
#define PLUGIN_INTERACTIVE_TIMEOUT_MS 300000
#define PLUGIN_TERM_MS 200 // from SIGTERM to SIGKILL
#define PLUGIN_LOOK_MS 10  // between looks meanwhile
#define PLUGIN_OUTPUT_MAX_BYTES ((size_t)1 << 20)

struct plugin {
    const struct config_exec *exec;
    struct loop *loop;
    bool interactive;
    pid_t pid; // and its process group, unless it is interactive: that one reads the terminal
    int out;   // its stdout
    struct buf text;
    bool silent;              // the other end of its stdout is closed
    struct loop_fd *output;   // until then
    struct loop_child *child; // from then on, until it has ended
    bool ended;
    int status;
};

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
    char *info CLEANUP(mem_cleanup) = exec_credential_ask(config, p->interactive);
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

// --- waiting for it ---

static void on_end(void *data, int status)
{
    struct plugin *p = data;

    p->child = NULL;
    p->ended = true;
    p->status = status;
}

// It is reaped only after its output has ended: until then, the number that everything it started
// is ended by is not another's.
static void on_output(void *data, unsigned ready UNUSED)
{
    struct plugin *p = data;
    char piece[4096];
    ssize_t n = read(p->out, piece, sizeof(piece));

    if (n > 0) {
        buf_add(&p->text, piece, (size_t)n);
    } else if (n == 0 || errno != EINTR) {
        p->silent = true;
        loop_remove_fd(STEAL(p->output));
        p->child = loop_add_child(p->loop, p->pid, on_end, p);
    }
}

static bool has_ended(void *data)
{
    return ((struct plugin *)data)->ended;
}

// Result as loop_run_until().
static int run_to_end(struct plugin *p, int64_t deadline, struct err **err)
{
    int passed;

    p->output = loop_add_fd(p->loop, p->out, LOOP_READ, on_output, p);
    passed = loop_run_until(p->loop, has_ended, p, deadline, err);
    loop_remove_fd(p->output);
    loop_remove_child(p->child);
    return passed;
}

// Leaves it to be reaped.
static bool has_exited(const struct plugin *p)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == p->pid;
}

// With all that it has started, as far as that stayed in its group. Not in the loop, which does not
// wait any more after an interrupt.
static void end_plugin(const struct plugin *p)
{
    static const struct timespec look = {.tv_nsec = PLUGIN_LOOK_MS * 1000000L};
    pid_t target = p->interactive ? p->pid : -p->pid;

    kill(target, SIGTERM);
    for (int ms = 0; ms < PLUGIN_TERM_MS && !has_exited(p); ms += PLUGIN_LOOK_MS)
        nanosleep(&look, NULL);
    kill(target, SIGKILL);
    while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

// It ended well, and all that it said is here.
static int check_end(const struct plugin *p, struct err **err)
{
    if (WIFSIGNALED(p->status))
        return err_set(err, ERR_API, "exec plugin %s: ended by signal %d", p->exec->command,
                       WTERMSIG(p->status));
    if (WEXITSTATUS(p->status) != 0)
        return err_set(err, ERR_API, "exec plugin %s: exit code %d", p->exec->command,
                       WEXITSTATUS(p->status));
    return buf_check(&p->text, ERR_API, "output of the exec plugin", err);
}

static int wait_for(struct plugin *p, const struct budget *budget, struct err **err)
{
    int64_t start = timer_now(), deadline = budget_deadline(budget);
    int64_t own =
        timer_add(start, p->interactive ? PLUGIN_INTERACTIVE_TIMEOUT_MS : PLUGIN_TIMEOUT_MS);
    bool ours = own < deadline;
    int passed = run_to_end(p, ours ? own : deadline, err);
    char took[32];

    if (passed == 0)
        return check_end(p, err);
    end_plugin(p);
    if (passed < 0)
        return -1;
    return err_set(err, ours ? ERR_API : ERR_TIMEOUT, "exec plugin %s: %s within %s",
                   p->exec->command, p->silent ? "it did not end" : "no answer",
                   timer_format(timer_now() - start, took));
}

int exec_plugin_run(struct loop *loop, const struct kubeconfig *config, const struct budget *budget,
                    struct exec_credential *out, struct err **err)
{
    struct plugin p = {
        .exec = config->exec, .loop = loop, .out = -1, .text = BUF_INIT(PLUGIN_OUTPUT_MAX_BYTES)};
    bool wants = strcmp(p.exec->interactive_mode, "Never") != 0;
    int done;

    p.interactive = wants && isatty(STDIN_FILENO);
    if (!p.interactive && strcmp(p.exec->interactive_mode, "Always") == 0)
        return err_set(err, ERR_CONFIG, "exec plugin %s: it needs a terminal", p.exec->command);
    done = start(&p, config, err);
    if (done == 0)
        done = wait_for(&p, budget, err);
    if (done == 0)
        done = exec_credential_read(out, p.exec, buf_span(&p.text), err);
    if (p.out >= 0)
        close(p.out);
    buf_free(&p.text);
    return done;
}
