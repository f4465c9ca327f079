// SPDX-License-Identifier: Apache-2.0
// A template with all functions of charts but the slow ones: it ends within its limits, and a
// failure says where.
#include "fuzz.h"

#include "base/arena.h"
#include "io/doc.h"
#include "io/template.h"
#include "model/chart/convert/convert.h"
#include "model/chart/functions/functions.h"

// Keys and hashes that are expensive by design.
static bool is_slow(const char *name)
{
    static const char *const slow[] = {"gen", "buildCustomCert", "derivePassword", "htpasswd",
                                       "bcrypt"};

    for (size_t i = 0; i < ARRAY_LEN(slow); i++)
        if (span_starts(span_str(name), slow[i]))
            return true;
    return false;
}

static const struct template_function *functions(size_t *count)
{
    static struct template_function fast[512];
    static size_t fast_count;
    size_t all_count;
    const struct template_function *all = functions_all(&all_count);

    FUZZ_CHECK(all_count <= ARRAY_LEN(fast));
    for (size_t i = 0; !fast_count && i < all_count; i++)
        if (!is_slow(all[i].name))
            fast[fast_count++] = all[i];
    *count = fast_count;
    return fast;
}

static struct value values(struct doc *d, struct arena *a)
{
    static const char json[] =
        "{\"f\":2.5,\"a\":1,\"s\":\"x\",\"l\":[1,2,3],\"m\":{\"k\":\"v\",\"e\":{}},\"n\":null,"
        "\"e\":[],\"big\":12345678901234567890,\"neg\":-3,\"t\":true,\"sl\":[\"b\",\"a\"]}";
    struct err *err CLEANUP(err_cleanup) = NULL;
    const struct node *tree =
        doc_read_json(d, span_of(json, sizeof(json) - 1), "values", ERR_CONFIG, &err);
    struct value dot = value_new_map(a, VALUE_MAP);

    FUZZ_CHECK(tree);
    value_set(a, dot.map, SPAN("Values"), convert_to_value(a, tree));
    return dot;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct template_limits limits = {2000, 50, (size_t)1 << 20, (size_t)16 << 20};
    size_t count;
    const struct template_function *table = functions(&count);
    struct functions_env env = {0};
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct template_set *set CLEANUP(template_set_cleanup) = template_set_new(table, count, &env);
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct template_run *run CLEANUP(template_run_cleanup) = template_run_new(set, arena, &limits);
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct value dot = values(d, arena);

    if (template_parse(set, SPAN("input"), span_of(data, size), &err) < 0)
        return 0;
    if (template_execute(run, SPAN("input"), &dot, &out, &err) == 0)
        return 0;
    fuzz_check_error(err);
    FUZZ_CHECK(template_trace(run).len > 0);
    return 0;
}
