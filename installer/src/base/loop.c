// SPDX-License-Identifier: Apache-2.0
// The loop: one epoll descriptor, a list of the descriptors that it found ready, the timers and the
// posted tasks. Children and signals are descriptors, in files of their own.
#include "base/loop.h"

#include <assert.h>
#include <errno.h>
#include <sys/epoll.h>

#include "base/file.h"
#include "base/list.h"
#include "base/mem.h"

enum {
    TURN_MOST_MS = 60000,
    TURN_EVENTS = 64, // more are told in the next turn
};

struct loop {
    int epoll;
    struct cancel *cancel;
    struct timers *timers;
    struct list ready;  // of loop_fd: their callbacks are due
    struct list always; // of loop_fd: epoll does not take them
    struct list posted; // of loop_task
    size_t added;       // descriptors and tasks
};

struct loop_fd {
    struct list ready_link, always_link;
    struct loop *loop;
    int fd;
    unsigned events; // what is asked for
    unsigned armed;  // what epoll watches it for; 0: it does not
    unsigned ready;
    bool running; // its callback
    bool removed; // while running: free it afterwards
    loop_fd_fn *fn;
    void *data;
};

struct loop_task {
    struct list link;
    struct loop *loop;
    bool removed;
    unsigned running; // how often it is on the stack
    loop_task_fn *fn;
    void *data;
};

// --- life ---

// The token is level-triggered and never read: it wakes every wait from then on.
static int watch_cancel(struct loop *l)
{
    struct epoll_event event = {.events = EPOLLIN};

    return l->cancel ? epoll_ctl(l->epoll, EPOLL_CTL_ADD, cancel_fd(l->cancel), &event) : 0;
}

struct loop *loop_new(struct cancel *cancel, struct err **err)
{
    struct loop *l CLEANUP(loop_cleanup) = MEM_NEW(struct loop);

    l->cancel = cancel;
    l->timers = timers_new();
    list_init(&l->ready);
    list_init(&l->always);
    list_init(&l->posted);
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (l->epoll < 0 || watch_cancel(l) < 0) {
        err_set_errno(err, ERR_INTERNAL, errno, "epoll");
        return NULL;
    }
    return STEAL(l);
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    assert(l->added == 0);
    timers_free(l->timers);
    fd_cleanup(&l->epoll);
    free(l);
}

struct cancel *loop_cancel(const struct loop *l)
{
    return l->cancel;
}

// --- descriptors ---

// Level-triggered. An unwatched descriptor is taken out instead of watched for nothing, for epoll
// tells of errors and of the end also when nobody asked.
static void arm(struct loop_fd *w, unsigned events)
{
    struct epoll_event event = {.data.ptr = w};
    int op = !events ? EPOLL_CTL_DEL : w->armed ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

    if (events == w->armed || list_has(&w->always_link))
        return;
    if (events & LOOP_READ)
        event.events |= EPOLLIN;
    if (events & LOOP_WRITE)
        event.events |= EPOLLOUT;
    w->armed = events;
    if (epoll_ctl(w->loop->epoll, op, w->fd, &event) == 0 || op == EPOLL_CTL_DEL)
        return;
    if (errno != EPERM) // neither a file nor a folder: a defect, or the kernel's memory
        mem_die("epoll refuses a descriptor");
    w->armed = 0;
    list_append(&w->loop->always, &w->always_link);
}

struct loop_fd *loop_add_fd(struct loop *l, int fd, unsigned events, loop_fd_fn *fn, void *data)
{
    struct loop_fd *w = MEM_NEW(struct loop_fd);

    *w = (struct loop_fd){.loop = l, .fd = fd, .events = events, .fn = fn, .data = data};
    list_init(&w->ready_link);
    list_init(&w->always_link);
    l->added++;
    arm(w, events);
    return w;
}

void loop_change_fd(struct loop_fd *w, unsigned events)
{
    w->events = events;
    if (!w->running) // else when its callback returns: it may be muted
        arm(w, events);
}

void loop_remove_fd(struct loop_fd *w)
{
    if (!w)
        return;
    arm(w, 0);
    list_remove(&w->ready_link);
    list_remove(&w->always_link);
    w->loop->added--;
    if (w->running)
        w->removed = true;
    else
        free(w);
}

// One whose callback runs is muted until that returns: the nested run could only spin on it.
static void note_ready(struct loop_fd *w, unsigned ready)
{
    if (w->running) {
        arm(w, 0);
        return;
    }
    w->ready |= ready;
    list_remove(&w->ready_link);
    list_append(&w->loop->ready, &w->ready_link);
}

static unsigned events_of(const struct epoll_event *event)
{
    unsigned all = LOOP_READ | LOOP_WRITE, ready = 0;

    if (event->events & EPOLLERR)
        return all;
    if (event->events & (EPOLLIN | EPOLLHUP))
        ready |= LOOP_READ;
    if (event->events & (EPOLLOUT | EPOLLHUP))
        ready |= LOOP_WRITE;
    return ready;
}

// No callback runs from here: what epoll tells of is still there.
static void wait_for_events(struct loop *l, int wait)
{
    struct epoll_event events[TURN_EVENTS];
    int count = epoll_wait(l->epoll, events, TURN_EVENTS, wait); // a signal may cut it short

    for (int i = 0; i < count; i++)
        if (events[i].data.ptr)
            note_ready(events[i].data.ptr, events_of(&events[i]));
    for (struct list *link = l->always.next; link != &l->always; link = link->next) {
        struct loop_fd *w = LIST_ITEM(link, struct loop_fd, always_link);

        if (!w->running)
            note_ready(w, LOOP_READ | LOOP_WRITE);
    }
}

static void call_fd(struct loop_fd *w)
{
    unsigned ready = w->ready & w->events;

    w->ready = 0;
    if (!ready)
        return;
    w->running = true;
    w->fn(w->data, ready);
    w->running = false;
    if (w->removed)
        free(w);
    else
        arm(w, w->events);
}

static bool is_always_ready(const struct loop *l)
{
    for (const struct list *link = l->always.next; link != &l->always; link = link->next) {
        const struct loop_fd *w = LIST_ITEM(link, struct loop_fd, always_link);

        if (w->events && !w->running)
            return true;
    }
    return false;
}

// --- timers ---

uint64_t loop_add_timer(struct loop *l, int64_t at, timer_fn *fn, void *data)
{
    return timers_add(l->timers, at, fn, data);
}

void loop_remove_timer(struct loop *l, uint64_t id)
{
    timers_cancel(l->timers, id);
}

// --- tasks ---

struct loop_task *loop_add_task(struct loop *l, loop_task_fn *fn, void *data)
{
    struct loop_task *t = MEM_NEW(struct loop_task);

    *t = (struct loop_task){.loop = l, .fn = fn, .data = data};
    list_init(&t->link);
    l->added++;
    return t;
}

void loop_post(struct loop_task *t)
{
    if (!list_has(&t->link))
        list_append(&t->loop->posted, &t->link);
}

void loop_remove_task(struct loop_task *t)
{
    if (!t)
        return;
    list_remove(&t->link);
    t->loop->added--;
    if (t->running)
        t->removed = true;
    else
        free(t);
}

// No more than there are now: one that posts itself again and again leaves room for descriptors.
static void run_tasks(struct loop *l)
{
    for (size_t left = list_len(&l->posted); left > 0 && !list_is_empty(&l->posted); left--) {
        struct loop_task *t = LIST_ITEM(list_take_first(&l->posted), struct loop_task, link);

        t->running++;
        t->fn(t->data);
        t->running--;
        if (t->removed && !t->running)
            free(t);
    }
}

// --- one turn ---

static int time_to_wait(const struct loop *l, int64_t deadline)
{
    if (!list_is_empty(&l->ready) || !list_is_empty(&l->posted) || is_always_ready(l))
        return 0;
    return timer_left(timers_next(l->timers), timer_left(deadline, TURN_MOST_MS));
}

// It waits first: what a callback did may be what the caller waits for, who looks after each turn.
static void run_turn(struct loop *l, int64_t deadline)
{
    wait_for_events(l, time_to_wait(l, deadline));
    while (!list_is_empty(&l->ready))
        call_fd(LIST_ITEM(list_take_first(&l->ready), struct loop_fd, ready_link));
    timers_run(l->timers);
    run_tasks(l);
}

int loop_run_until(struct loop *l, loop_until_fn *done, void *data, int64_t deadline,
                   struct err **err)
{
    if (cancel_check(l->cancel, err) < 0)
        return -1;
    while (!done(data)) {
        if (deadline != TIMER_NEVER && timer_now() >= deadline)
            return 1;
        run_turn(l, deadline);
        if (cancel_check(l->cancel, err) < 0)
            return -1;
    }
    return 0;
}

bool loop_run_last(struct loop *l, loop_until_fn *done, void *data, int64_t deadline)
{
    bool is_done = done(data);

    // A token that is set would end every wait at once.
    if (l->cancel)
        epoll_ctl(l->epoll, EPOLL_CTL_DEL, cancel_fd(l->cancel), NULL);
    while (!is_done && timer_now() < deadline) {
        run_turn(l, deadline);
        is_done = done(data);
    }
    if (watch_cancel(l) < 0)
        mem_die("epoll");
    return is_done;
}

static bool is_set(void *data)
{
    return *(const bool *)data;
}

int loop_run_until_set(struct loop *l, const bool *flag, struct err **err)
{
    return loop_run_until(l, is_set, (bool *)flag, TIMER_NEVER, err);
}

static bool never(void *data UNUSED)
{
    return false;
}

int loop_sleep(struct loop *l, int64_t ms, struct err **err)
{
    return loop_run_until(l, never, NULL, timer_add(timer_now(), ms), err) < 0 ? -1 : 0;
}
