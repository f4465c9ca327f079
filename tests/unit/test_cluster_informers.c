// SPDX-License-Identifier: Apache-2.0
// cluster/informers: what is known is made sure of by another list.
#include "test_kube.h"

#include "cluster/watch/informers.h"

static enum informers_answer ask(struct informers *inf, const char *name)
{
    struct identity id = {SPAN(""), SPAN("ConfigMap"), SPAN("default"), span_str(name)};
    const struct node *object;

    return informers_get(inf, &id, &object);
}

static bool is_listed(void *data)
{
    return informers_settled(data);
}

static struct informers *watch_scene(struct fixture *f, const char *scene)
{
    struct informers *inf;

    open_scene(f, scene);
    inf = informers_new(f->loop, f->kube, &f->report);
    assert_int_equal(ask(inf, "before"), INFORMERS_UNKNOWN);
    assert_int_equal(informers_refresh(inf, &f->err), 0);
    assert_int_equal(loop_run_until(f->loop, is_listed, inf, timer_now() + 20000, &f->err), 0);
    return inf;
}

static void test_cluster_informers__a_silent_watch_is_made_sure_of(void **state)
{
    struct fixture *f = *state;
    struct informers *inf CLEANUP(informers_cleanup) = watch_scene(f, "silent");
    bool confirmed;

    assert_int_equal(ask(inf, "before"), INFORMERS_FOUND);
    assert_int_equal(ask(inf, "after"), INFORMERS_ABSENT);
    informers_changed(inf);
    assert_int_equal(informers_confirm(inf, timer_now() + 20000, &confirmed, &f->err), 0);
    assert_true(confirmed);
    assert_true(informers_changed(inf));
    assert_int_equal(ask(inf, "before"), INFORMERS_ABSENT);
    assert_int_equal(ask(inf, "after"), INFORMERS_FOUND);
    // a server that does not answer: what was known stays, and is not confirmed
    assert_int_equal(informers_confirm(inf, timer_now() + 200, &confirmed, &f->err), 0);
    assert_false(confirmed);
    assert_int_equal(ask(inf, "after"), INFORMERS_FOUND);
}

// What was seen before does not stand for what is: nobody waits for it without end.
static void test_cluster_informers__credentials_that_expire_end_it(void **state)
{
    struct fixture *f = *state;
    struct informers *inf CLEANUP(informers_cleanup) = watch_scene(f, "expiring");
    int64_t until = timer_now() + 60000;

    while (informers_refresh(inf, &f->err) == 0 && timer_now() < until)
        assert_int_equal(loop_sleep(f->loop, 100, &f->err), 0);
    assert_err(f->err, ERR_API, "watch ConfigMap: Unauthorized");
}

SERVER_MAIN("kube_api.py", UNIT_FIXTURE(test_cluster_informers__a_silent_watch_is_made_sure_of),
            UNIT_FIXTURE(test_cluster_informers__credentials_that_expire_end_it))
