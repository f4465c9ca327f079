// SPDX-License-Identifier: Apache-2.0
#include "work/agent/asked.h"

#include "base/mem.h"
#include "model/oci.h"

struct asked_name {
    uint64_t count;
    size_t len;
    char text[];
};

static void free_names(struct map *m)
{
    MAP_FOREACH (e, m)
        free(e->value);
    map_free(m);
}

void asked_free(struct asked *a)
{
    free_names(&a->served);
    free_names(&a->missing);
}

static struct asked_name *add_name(struct map *m, struct span name)
{
    struct asked_name *n = mem_zalloc(1, sizeof(*n) + name.len);

    n->len = name.len;
    memcpy(n->text, name.ptr, name.len);
    map_put(m, span_of(n->text, n->len), n);
    return n;
}

// The half that came last stays.
static void forget_oldest(struct map *m)
{
    struct map kept = MAP_INIT;
    size_t left = map_len(m);

    MAP_FOREACH (e, m) {
        if (left-- > ASKED_MISSING_MAX / 2)
            free(e->value);
        else
            map_put(&kept, e->key, e->value);
    }
    map_free(m);
    *m = kept;
}

void asked_count(struct asked *a, struct span name, bool missing)
{
    struct map *m = missing ? &a->missing : &a->served;
    struct asked_name *known = map_get(m, name);

    if (!known) {
        if (!missing && map_len(m) >= ASKED_SERVED_MAX)
            return;
        if (missing && map_len(m) >= ASKED_MISSING_MAX)
            forget_oldest(m);
        known = add_name(m, name);
    }
    known->count++;
}

static uint64_t count_of(const struct map *m, struct span name)
{
    const struct asked_name *known = map_get(m, name);

    return known ? known->count : 0;
}

static void tell(const struct asked *a, struct span name, struct buf *out)
{
    buf_printf(out, "%llu %llu", (unsigned long long)count_of(&a->served, name),
               (unsigned long long)count_of(&a->missing, name));
}

int asked_tell(const struct asked *a, struct span image, struct buf *out, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct buf name CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct oci_ref ref;

    if (oci_ref_parse(arena, image, &ref, err) < 0)
        return err_wrap_as(err, ERR_USAGE, "name=");
    if (digest_is_set(&ref.digest))
        ref.tag = SPAN_EMPTY; // as a runtime that has both asks
    oci_ref_format(&ref, &name);
    tell(a, buf_span(&name), out);
    buf_add_char(out, '\n');
    return 0;
}

static void list_one(const struct asked *a, struct span name, struct buf *out)
{
    tell(a, name, out);
    buf_printf(out, " %.*s\n", SPAN_ARG(name));
}

void asked_list(const struct asked *a, struct buf *out)
{
    MAP_FOREACH (e, &a->served)
        list_one(a, e->key, out);
    MAP_FOREACH (e, &a->missing)
        if (!map_get(&a->served, e->key))
            list_one(a, e->key, out);
}
