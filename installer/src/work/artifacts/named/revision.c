// SPDX-License-Identifier: Apache-2.0
// A revision of the git repository on this disk, by the git that made it: it knows what "HEAD~1"
// means. What it gives is a pack, read and verified as one from elsewhere.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "work/artifacts.h"
#include "work/artifacts/fetch/sources.h"

enum { ARGUMENTS_MAX = 12 };

// `in` (or -1) is what git reads, `out` what it writes to.
static int spawn(const char *const *argv, int in, int out, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    int failed;

    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    if (in < 0)
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    else
        posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    failed = posix_spawnp(pid, argv[0], &files, &attributes, (char *const *)argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return failed;
}

static int read_all(int fd, struct buf *out)
{
    char piece[1 << 16];
    ssize_t n;

    while ((n = read(fd, piece, sizeof(piece))) != 0) {
        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0)
            buf_add(out, piece, (size_t)n);
    }
    return 0;
}

// Runs "git -C `folder` ..."; *ok tells whether it ended well. ERR_CONFIG without a git.
static int run_git(const char *folder, const char *const *arguments, int in, struct buf *out,
                   bool *ok, struct err **err)
{
    const char *argv[ARGUMENTS_MAX + 4] = {"git", "-C", folder};
    int ends[2], status = -1, failed, read_failed;
    pid_t pid;

    for (size_t i = 0; arguments[i] && i < ARGUMENTS_MAX; i++)
        argv[3 + i] = arguments[i];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return err_set_errno(err, ERR_INTERNAL, errno, "pipe");
    failed = spawn(argv, in, ends[1], &pid);
    close(ends[1]);
    if (failed) {
        close(ends[0]);
        err_set_errno(err, ERR_CONFIG, failed, "git");
        return err_hint(err, "revisions of a tree are read with git, which has to be installed");
    }
    read_failed = read_all(ends[0], out);
    close(ends[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    *ok = !read_failed && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return 0;
}

// The one line that git says; NULL in *line where it fails.
static int ask(const char *folder, const char *const *arguments, char **line, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    bool ok;

    if (run_git(folder, arguments, -1, &out, &ok, err) < 0)
        return -1;
    while (out.len && buf_str(&out)[out.len - 1] == '\n')
        buf_truncate(&out, out.len - 1);
    *line = ok && out.len ? mem_str(buf_str(&out)) : NULL;
    return 0;
}

// A pack of the commit and all that is in its tree, without its history.
static int make_pack(const char *folder, const char *commit, struct buf *pack, struct err **err)
{
    const char *const list[] = {"rev-list",          "--objects", "--no-walk",
                                "--no-object-names", commit,      NULL};
    const char *const make[] = {"pack-objects", "--stdout", "-q", NULL};
    struct buf names CLEANUP(buf_free) = BUF_INIT(GIT_PACK_MAX_BYTES);
    int in, status;
    bool ok = false;

    if (run_git(folder, list, -1, &names, &ok, err) < 0)
        return -1;
    in = ok ? memfd_create("objects", MFD_CLOEXEC) : -1;
    if (in < 0)
        return err_set(err, ERR_CONFIG, "git cannot list what is in %s", commit);
    ok = write(in, buf_str(&names), names.len) == (ssize_t)names.len && lseek(in, 0, SEEK_SET) == 0;
    status = ok ? run_git(folder, make, in, pack, &ok, err) : 0;
    close(in);
    if (status < 0)
        return -1;
    return ok ? buf_check(pack, ERR_CONFIG, "what git packs", err)
              : err_set(err, ERR_CONFIG, "git cannot pack %s", commit);
}

static int add_files(struct artifacts_revision *out, const char *what, struct buf *pack,
                     const char *commit, struct err **err)
{
    struct sources_git git = {.url = what};

    if (!git_oid_parse(span_str(commit), &git.target.commit))
        return err_set(err, ERR_UNSUPPORTED, "%s: only SHA-1 repositories are read", what);
    out->store = git_store_new(buf_span(pack), what, NULL, err);
    if (!out->store)
        return -1;
    git.store = out->store;
    out->files = kustomize_tree_memory();
    return sources_git_add(&git, out->files, out->top, err);
}

int artifacts_open_revision(const char *folder, const char *name, struct artifacts_revision *out,
                            struct err **err)
{
    char *wanted CLEANUP(mem_cleanup) = mem_printf("%s^{commit}", name);
    const char *const top[] = {"rev-parse", "--show-toplevel", NULL};
    const char *const verify[] = {"rev-parse",        "--verify", "--quiet",
                                  "--end-of-options", wanted,     NULL};
    struct buf pack CLEANUP(buf_free) = BUF_INIT(GIT_PACK_MAX_BYTES);
    char *commit CLEANUP(mem_cleanup) = NULL;

    *out = (struct artifacts_revision){0};
    if (ask(folder, top, &out->top, err) < 0 ||
        (out->top && ask(out->top, verify, &commit, err) < 0))
        return -1;
    if (!commit)
        return err_set(err, ERR_CONFIG, "%s: there is no such file or folder, and %s %s", name,
                       out->top ? "no such revision in the git repository" : "no git repository at",
                       out->top ? out->top : folder);
    if (make_pack(out->top, commit, &pack, err) < 0 || add_files(out, name, &pack, commit, err) < 0)
        return -1;
    return 0;
}

void artifacts_close_revision(struct artifacts_revision *revision)
{
    kustomize_tree_close(revision->files);
    git_store_free(revision->store);
    free(revision->top);
    *revision = (struct artifacts_revision){0};
}
