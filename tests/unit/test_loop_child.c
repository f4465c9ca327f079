// SPDX-License-Identifier: Apache-2.0
// base/loop: children and signals. The tests of children run twice: as the kernel is, and as one
// that has no descriptors of processes.
#include "unit.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/mem.h"

enum { PATIENCE_MS = 30000 }; // nothing here takes as long

struct fixture {
    struct loop *loop;
    struct cancel *cancel;
    struct err *err;
};

static int set_up(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);

    f->cancel = cancel_new(&f->err);
    f->loop = loop_new(f->cancel, &f->err);
    assert_non_null(f->loop);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    loop_free(f->loop);
    cancel_free(f->cancel);
    err_free(f->err);
    free(f);
    return 0;
}

static bool is_set(void *data)
{
    return *(bool *)data;
}

static void run_until_set(struct fixture *f, bool *flag)
{
    assert_int_equal(loop_run_until(f->loop, is_set, flag, timer_now() + PATIENCE_MS, &f->err), 0);
}

// --- children ---

// A child that lives until the descriptor is closed, and exits with `code`.
static pid_t start_child(int code, int *until)
{
    int ends[2];
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        char byte;

        close(ends[1]);
        _exit(read(ends[0], &byte, 1) == 0 ? code : 99);
    }
    close(ends[0]);
    *until = ends[1];
    return pid;
}

struct child {
    struct fixture *f;
    struct loop_child *watch;
    int status;
    int calls;
    bool ended;
};

static void note_end(void *data, int status)
{
    struct child *c = data;

    c->status = status;
    c->calls++;
    c->ended = true;
}

static void test_loop_child__tells_how_it_ended(void **state)
{
    struct fixture *f = *state;
    struct child a = {0}, b = {0};
    int a_until, b_until;
    pid_t b_pid = start_child(0, &b_until), a_pid = start_child(7, &a_until);

    loop_remove_child(loop_add_child(f->loop, a_pid, note_end, &a));
    a.watch = loop_add_child(f->loop, a_pid, note_end, &a);
    b.watch = loop_add_child(f->loop, b_pid, note_end, &b);
    assert_int_equal(loop_sleep(f->loop, 50, &f->err), 0);
    assert_false(a.ended || b.ended);
    close(a_until);
    run_until_set(f, &a.ended);
    assert_true(WIFEXITED(a.status));
    assert_int_equal(WEXITSTATUS(a.status), 7);
    assert_false(b.ended);
    kill(b_pid, SIGKILL);
    run_until_set(f, &b.ended);
    assert_true(WIFSIGNALED(b.status));
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); // both are reaped
    assert_int_equal(errno, ECHILD);
    assert_int_equal(a.calls + b.calls, 2);
    close(b_until);
}

static void test_loop_child__one_that_is_gone_already_is_told(void **state)
{
    struct fixture *f = *state;
    struct child c = {0};
    int until;
    pid_t pid = start_child(3, &until);

    close(until);
    assert_int_equal(waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT), 0);
    c.watch = loop_add_child(f->loop, pid, note_end, &c);
    assert_false(c.ended); // only the loop calls
    run_until_set(f, &c.ended);
    assert_int_equal(WEXITSTATUS(c.status), 3);
    c.ended = false;
    c.watch = loop_add_child(f->loop, pid, note_end, &c); // it is no child any more
    run_until_set(f, &c.ended);
    assert_int_equal(c.status, -1);
}

static void start_another(void *data, int status)
{
    struct child *c = data;
    int until;
    pid_t pid = start_child(1, &until);

    note_end(data, status);
    c->ended = false;
    close(until);
    c->watch = loop_add_child(c->f->loop, pid, note_end, c);
    run_until_set(c->f, &c->ended);
}

static void test_loop_child__its_callback_may_wait_for_another(void **state)
{
    struct fixture *f = *state;
    struct child c = {.f = f};
    int until;
    pid_t pid = start_child(0, &until);

    c.watch = loop_add_child(f->loop, pid, start_another, &c);
    close(until);
    run_until_set(f, &c.ended);
    assert_int_equal(c.calls, 2);
    assert_int_equal(WEXITSTATUS(c.status), 1);
}

static void cancel(void *data)
{
    cancel_request(data);
}

static void test_loop_child__cancel_ends_the_wait(void **state)
{
    struct fixture *f = *state;
    struct child c = {0};
    int until;
    pid_t pid = start_child(0, &until);

    c.watch = loop_add_child(f->loop, pid, note_end, &c);
    loop_add_timer(f->loop, timer_now() + 20, cancel, f->cancel);
    assert_int_equal(loop_run_until_set(f->loop, &c.ended, &f->err), -1);
    assert_err(f->err, ERR_CANCELLED, "interrupted");
    loop_remove_child(c.watch);
    close(until);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

// From here on this process is on a kernel without pidfd_open().
static int forbid_pidfd(void **state)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {ARRAY_LEN(code), code};

    (void)state;
    assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
    assert_int_equal(syscall(SYS_pidfd_open, getpid(), 0), -1);
    return 0;
}

// --- signals ---

struct signals {
    struct fixture *f;
    struct loop_signal *watch;
    int count;
    bool came;
};

static void note_signal(void *data)
{
    struct signals *s = data;

    s->count++;
    s->came = true;
}

static void test_loop_signal__comes_through_the_loop(void **state)
{
    struct fixture *f = *state;
    struct signals one = {0}, two = {0};

    one.watch = loop_add_signal(f->loop, SIGUSR1, note_signal, &one, &f->err);
    two.watch = loop_add_signal(f->loop, SIGUSR2, note_signal, &two, &f->err);
    assert_non_null(one.watch);
    assert_non_null(two.watch);
    raise(SIGUSR1); // would end the program
    raise(SIGUSR1);
    assert_int_equal(one.count, 0);
    run_until_set(f, &one.came);
    assert_int_equal(loop_sleep(f->loop, 1, &f->err), 0);
    assert_int_equal(one.count, 1);
    assert_int_equal(two.count, 0);
    raise(SIGUSR2);
    run_until_set(f, &two.came);
    loop_remove_signal(one.watch);
    loop_remove_signal(two.watch);
}

static void test_loop_signal__removed_is_as_before(void **state)
{
    struct fixture *f = *state;
    struct signals s = {0};
    sigset_t blocked;

    s.watch = loop_add_signal(f->loop, SIGUSR1, note_signal, &s, &f->err);
    raise(SIGUSR1); // never told
    loop_remove_signal(s.watch);
    assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &blocked), 0);
    assert_int_equal(sigismember(&blocked, SIGUSR1), 0);
    assert_int_equal(s.count, 0);
}

static void hear_another(void *data)
{
    struct signals *s = data;

    note_signal(data);
    if (s->count > 1)
        return;
    raise(SIGUSR1);
    assert_int_equal(loop_sleep(s->f->loop, 20, &s->f->err), 0);
    assert_int_equal(s->count, 1);
    s->came = false;
}

static void test_loop_signal__is_not_told_inside_of_its_callback(void **state)
{
    struct fixture *f = *state;
    struct signals s = {.f = f};

    s.watch = loop_add_signal(f->loop, SIGUSR1, hear_another, &s, &f->err);
    raise(SIGUSR1);
    run_until_set(f, &s.came);
    assert_int_equal(s.count, 2);
    loop_remove_signal(s.watch);
}

#define CHILD_TESTS                                                                                \
    UNIT_FIXTURE(test_loop_child__tells_how_it_ended),                                             \
        UNIT_FIXTURE(test_loop_child__one_that_is_gone_already_is_told),                           \
        UNIT_FIXTURE(test_loop_child__its_callback_may_wait_for_another),                          \
        UNIT_FIXTURE(test_loop_child__cancel_ends_the_wait)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHILD_TESTS, UNIT_FIXTURE(test_loop_signal__comes_through_the_loop),
        UNIT_FIXTURE(test_loop_signal__removed_is_as_before),
        UNIT_FIXTURE(test_loop_signal__is_not_told_inside_of_its_callback)};
    const struct CMUnitTest old_kernel[] = {CHILD_TESTS};

    return cmocka_run_group_tests_name("loop", tests, NULL, NULL) ||
           cmocka_run_group_tests_name("loop on an old kernel", old_kernel, forbid_pidfd, NULL);
}
