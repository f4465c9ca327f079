// SPDX-License-Identifier: Apache-2.0
// base/identity: which object, and how it is told.
#include "unit.h"

#include "base/identity.h"
#include "base/map.h"
#include "base/mem.h"

static const struct identity release = {
    {"helm.toolkit.fluxcd.io", 22}, {"HelmRelease", 11}, {"bigbang", 7}, {"loki", 4}};

static void test_identity__equal_in_all_four(void **state)
{
    struct identity other = release;

    (void)state;
    assert_true(identity_eq(&release, &other));
    other.group = SPAN("x");
    assert_false(identity_eq(&release, &other));
    other = release;
    other.kind = SPAN("x");
    assert_false(identity_eq(&release, &other));
    other = release;
    other.ns = SPAN_EMPTY;
    assert_false(identity_eq(&release, &other));
    other = release;
    other.name = SPAN("loki2");
    assert_false(identity_eq(&release, &other));
}

static void test_identity__group_and_version(void **state)
{
    const struct {
        struct span api_version;
        const char *group, *version;
    } cases[] = {{SPAN("apps/v1"), "apps", "v1"}, {SPAN("v1"), "", "v1"}, {SPAN_EMPTY, "", ""}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct span group, version;

        identity_split(cases[i].api_version, &group, &version);
        assert_true(span_is(group, cases[i].group));
        assert_true(span_is(version, cases[i].version));
        assert_true(span_is(identity_group(cases[i].api_version), cases[i].group));
    }
}

static void expect_label(struct span kind, struct span ns, struct span name, const char *label)
{
    struct identity id = {SPAN("g"), kind, ns, name};
    char *found CLEANUP(mem_cleanup) = identity_label(&id);

    assert_string_equal(found, label);
}

static void test_identity__labels(void **state)
{
    (void)state;
    expect_label(SPAN("HelmRelease"), SPAN("bigbang"), SPAN("loki"), "HelmRelease bigbang/loki");
    expect_label(SPAN("Namespace"), SPAN_EMPTY, SPAN("x"), "Namespace x");
    expect_label(SPAN("Pod"), SPAN("x"), SPAN_EMPTY, "Pod x/");
    expect_label(SPAN("Pod"), SPAN_EMPTY, SPAN_EMPTY, "Pod");
}

static void test_identity__keys_of_a_map(void **state)
{
    struct buf one CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf two CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct map m CLEANUP(map_free) = MAP_INIT;
    struct identity same = release, core = {.kind = SPAN("a"), .ns = SPAN("b"), .name = SPAN("c")};
    struct identity shifted = {.group = SPAN("a"), .kind = SPAN("b"), .name = SPAN("c")};

    (void)state;
    buf_add_str(&one, "what was there before");
    map_put(&m, identity_key(&release, &one), &same);
    assert_ptr_equal(map_get(&m, identity_key(&same, &two)), &same);
    same.name = SPAN("lok");
    assert_null(map_get(&m, identity_key(&same, &two)));
    identity_key(&core, &one);
    assert_false(span_eq(buf_span(&one), identity_key(&shifted, &two)));
}

static void test_identity__a_copy_lives_by_itself(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    char kind[] = "Pod", name[] = "x";
    struct identity id = {.kind = span_str(kind), .name = span_str(name)};
    struct identity copy = identity_copy(arena, &id);

    (void)state;
    kind[0] = name[0] = '?';
    assert_true(span_is(copy.kind, "Pod") && span_is(copy.name, "x") && copy.ns.len == 0);
}

UNIT_MAIN(UNIT(test_identity__equal_in_all_four), UNIT(test_identity__group_and_version),
          UNIT(test_identity__labels), UNIT(test_identity__keys_of_a_map),
          UNIT(test_identity__a_copy_lives_by_itself))
