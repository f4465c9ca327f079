// SPDX-License-Identifier: Apache-2.0
// Values judged on another core.
#include "base/mem.h"
#include "base/pool.h"
#include "model/chart/schema/schema.h"

// Less is judged in the time that a thread takes to start.
#define WORTH_A_THREAD_BYTES ((size_t)8 << 10)

struct schema_checking {
    const struct chart_instance *instance;
    const struct doc *d;
    enum chart_user user;
    struct pool *pool;  // or NULL: it was done at once
    struct err *failed; // then
};

static size_t schema_bytes(const struct chart_instance *instance)
{
    size_t bytes = instance->chart->schema.len;

    VEC_FOREACH (struct chart_instance *const *, sub, &instance->subcharts)
        bytes += schema_bytes(*sub);
    return bytes;
}

static int check(void *data, size_t index UNUSED, struct err **err)
{
    const struct schema_checking *c = data;

    return schema_check(c->instance, c->d, c->user, err);
}

struct schema_checking *schema_check_begin(const struct chart_instance *instance,
                                           const struct doc *d, enum chart_user user)
{
    struct schema_checking *c = MEM_NEW(struct schema_checking);

    *c = (struct schema_checking){.instance = instance, .d = d, .user = user};
    if (pool_helpers() && schema_bytes(instance) >= WORTH_A_THREAD_BYTES)
        c->pool = pool_begin(1, check, c);
    else
        (void)check(c, 0, &c->failed);
    return c;
}

int schema_check_end(struct schema_checking *c, struct err **err)
{
    int status = c->pool ? pool_end(c->pool, err) : c->failed ? err_move(err, &c->failed) : 0;

    free(c);
    return status;
}
