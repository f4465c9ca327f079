// SPDX-License-Identifier: Apache-2.0
// work/serve: how long what was replaced is kept.
#include "unit.h"

#include "base/mem.h"
#include "work/serve/serving.h"

#define BUNDLES TESTS_ROOT "/fuzz/corpus/bundle/"

enum { RETIRE_MS = 30, PATIENCE_MS = 30000 };

struct fixture {
    struct loop *loop;
    struct serve *serve;
    struct err *err;
};

static int set_up(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);

    f->loop = loop_new(NULL, &f->err);
    f->serve = serve_new(f->loop, &(struct serve_options){.retire_ms = RETIRE_MS}, &f->err);
    assert_non_null(f->serve);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    serve_free(f->serve);
    loop_free(f->loop);
    err_free(f->err);
    free(f);
    return 0;
}

static void put(struct fixture *f, const char *path)
{
    struct serve_content *content = serve_content_new(NULL);
    struct bundle *b = bundle_open(path, &f->err);

    assert_non_null(b);
    assert_int_equal(serve_add_bundle(content, b, &f->err), 0);
    serve_put(f->serve, content);
}

static bool has_none_retired(void *data)
{
    return ((struct fixture *)data)->serve->generation_count == 1;
}

static void test_generation__goes_when_nobody_asks(void **state)
{
    struct fixture *f = *state;

    put(f, BUNDLES "two-artifacts.bundle");
    assert_true(has_none_retired(f)); // nothing was served before
    put(f, BUNDLES "index.bundle");
    assert_false(has_none_retired(f));
    assert_int_equal(
        loop_run_until(f->loop, has_none_retired, f, timer_now() + PATIENCE_MS, &f->err), 0);
}

static void test_generation__the_same_again_retires_nothing(void **state)
{
    struct fixture *f = *state;

    put(f, BUNDLES "two-artifacts.bundle");
    put(f, BUNDLES "two-artifacts.bundle");
    assert_true(has_none_retired(f));
}

// As for a request that is still being answered.
static void test_generation__what_is_held_outlives_its_place(void **state)
{
    struct fixture *f = *state;
    struct generation *held;

    put(f, BUNDLES "two-artifacts.bundle");
    held = f->serve->generations[0];
    generation_hold(held);
    for (int i = 0; i <= SERVE_RETIRED_MAX; i++)
        put(f, i % 2 ? BUNDLES "two-artifacts.bundle" : BUNDLES "index.bundle");
    assert_int_equal(f->serve->generation_count, 1 + SERVE_RETIRED_MAX);
    for (size_t i = 0; i < f->serve->generation_count; i++)
        assert_ptr_not_equal(f->serve->generations[i], held);
    assert_int_equal(held->content->sources.len, 1);
    generation_let_go(held);
}

UNIT_MAIN(UNIT_FIXTURE(test_generation__goes_when_nobody_asks),
          UNIT_FIXTURE(test_generation__the_same_again_retires_nothing),
          UNIT_FIXTURE(test_generation__what_is_held_outlives_its_place))
