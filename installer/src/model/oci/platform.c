// SPDX-License-Identifier: Apache-2.0
// Platforms, normalised and compared by the rules of containerd (github.com/containerd/platforms,
// database.go and compare.go).
#include <string.h>

#include "model/oci.h"
#include "model/oci/platform.h"

enum { PLATFORM_VECTOR_MAX = 8, ARM_OLDEST = 5, ARM_64_BIT = 8 };

static struct span lower(struct arena *arena, struct span text)
{
    char *copy = arena_alloc(arena, text.len + 1);

    for (size_t i = 0; i < text.len; i++)
        copy[i] = (char)(text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? text.ptr[i] - 'A' + 'a'
                                                                  : text.ptr[i]);
    copy[text.len] = '\0';
    return span_of(copy, text.len);
}

static bool is_one_of(struct span text, const char *const *names)
{
    for (; *names; names++)
        if (span_is(text, *names))
            return true;
    return false;
}

static void normalize_arm(struct arena *arena, struct oci_platform *p)
{
    if (span_is(p->architecture, "armel"))
        p->variant = SPAN("v6");
    else if (span_is(p->architecture, "armhf") || !p->variant.len)
        p->variant = SPAN("v7");
    else if (p->variant.len == 1 && p->variant.ptr[0] >= '5' && p->variant.ptr[0] <= '8')
        p->variant = span_str(arena_printf(arena, "v%c", p->variant.ptr[0]));
    p->architecture = SPAN("arm");
}

struct oci_platform platform_normalize(struct arena *arena, struct span os,
                                       struct span architecture, struct span variant)
{
    static const char *const i386[] = {"i386", "386", NULL};
    static const char *const amd64[] = {"amd64", "x86_64", "x86-64", NULL};
    static const char *const arm64[] = {"arm64", "aarch64", NULL};
    static const char *const arm64_v8[] = {"8", "v8", "v8.0", NULL};
    static const char *const arm[] = {"arm", "armhf", "armel", NULL};
    struct oci_platform p = {lower(arena, os), lower(arena, architecture), lower(arena, variant)};

    if (span_is(p.os, "macos"))
        p.os = SPAN("darwin");
    if (is_one_of(p.architecture, i386)) {
        p.architecture = SPAN("386");
        p.variant = SPAN_EMPTY;
    } else if (is_one_of(p.architecture, amd64)) {
        p.architecture = SPAN("amd64");
        if (span_is(p.variant, "v1"))
            p.variant = SPAN_EMPTY;
    } else if (is_one_of(p.architecture, arm64)) {
        p.architecture = SPAN("arm64");
        if (is_one_of(p.variant, arm64_v8))
            p.variant = SPAN_EMPTY;
    } else if (is_one_of(p.architecture, arm)) {
        normalize_arm(arena, &p);
    }
    return p;
}

bool oci_platform_parse(struct arena *arena, struct span text, struct oci_platform *platform)
{
    struct span os, architecture, variant = SPAN_EMPTY;

    if (!span_cut(text, '/', &os, &architecture))
        return false;
    if (span_cut(architecture, '/', &architecture, &variant) &&
        (!variant.len || span_find(variant, '/') < variant.len))
        return false;
    if (!os.len || !architecture.len)
        return false;
    *platform = platform_normalize(arena, os, architecture, variant);
    return true;
}

void oci_platform_format(const struct oci_platform *p, struct buf *out)
{
    buf_printf(out, "%.*s/%.*s", SPAN_ARG(p->os), SPAN_ARG(p->architecture));
    if (p->variant.len)
        buf_printf(out, "/%.*s", SPAN_ARG(p->variant));
}

struct machine {
    const char *architecture;
    char variant[8];
};

static size_t add_arm(struct machine *list, size_t count, unsigned newest)
{
    for (unsigned v = newest; v >= ARM_OLDEST; v--) {
        list[count] = (struct machine){"arm", {'v', (char)('0' + v), '\0'}};
        count++;
    }
    return count;
}

// "v3": 3; else 0.
static unsigned version_of(struct span variant)
{
    return variant.len == 2 && variant.ptr[0] == 'v' && variant.ptr[1] >= '1' &&
                   variant.ptr[1] <= '9'
               ? (unsigned)(variant.ptr[1] - '0')
               : 0;
}

// What else than its own platform a machine runs, best first.
static size_t also_runs(const struct oci_platform *wanted, struct machine list[PLATFORM_VECTOR_MAX])
{
    unsigned version = version_of(wanted->variant);
    size_t count = 0;

    if (span_is(wanted->architecture, "amd64")) {
        for (unsigned v = version; v > 2 && count + 2 < PLATFORM_VECTOR_MAX; v--)
            list[count++] = (struct machine){"amd64", {'v', (char)('0' + v - 1), '\0'}};
        if (version > 1)
            list[count++] = (struct machine){"amd64", ""};
        list[count++] = (struct machine){"386", ""};
    } else if (span_is(wanted->architecture, "arm64")) {
        count = add_arm(list, count, ARM_64_BIT);
    } else if (span_is(wanted->architecture, "arm") && version > ARM_OLDEST &&
               version <= ARM_64_BIT) {
        count = add_arm(list, count, version - 1);
    }
    return count;
}

int oci_platform_rank(const struct oci_platform *wanted, const struct oci_platform *have)
{
    struct machine list[PLATFORM_VECTOR_MAX];
    size_t count = also_runs(wanted, list);

    if (!span_eq(wanted->os, have->os))
        return -1;
    if (span_eq(wanted->architecture, have->architecture) &&
        span_eq(wanted->variant, have->variant))
        return 0;
    for (size_t i = 0; i < count; i++)
        if (span_is(have->architecture, list[i].architecture) &&
            span_is(have->variant, list[i].variant))
            return (int)i + 1;
    return -1;
}
