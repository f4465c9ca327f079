// SPDX-License-Identifier: Apache-2.0
// The lock in memory: adding, finding, writing. Reading is in parse.c.
#include "model/lock/lock_int.h"

#include <stdlib.h>
#include <string.h>

#include "io/doc.h"

static const char *const kind_names[] = {"chart", "file", "git", "image"};

const char *lock_kind_name(enum lock_kind kind)
{
    return kind_names[kind];
}

bool lock_kind_of(struct span text, enum lock_kind *kind)
{
    for (size_t i = 0; i < ARRAY_LEN(kind_names); i++) {
        if (span_is(text, kind_names[i])) {
            *kind = (enum lock_kind)i;
            return true;
        }
    }
    return false;
}

struct lock *lock_new(struct span entrypoint, struct span origin)
{
    struct lock *l = MEM_NEW(struct lock);

    l->arena = arena_new();
    l->entrypoint = arena_span(l->arena, entrypoint);
    l->origin = arena_span(l->arena, origin);
    return l;
}

void lock_free(struct lock *l)
{
    if (!l)
        return;
    arena_free(l->arena);
    free(l);
}

struct span lock_entrypoint(const struct lock *l)
{
    return l->entrypoint;
}

struct span lock_origin(const struct lock *l)
{
    return l->origin;
}

const struct lock_entry *lock_entries(const struct lock *l, size_t *count)
{
    *count = l->entries.len;
    return l->entries.items;
}

static struct lock_entry *find(const struct lock *l, enum lock_kind kind, struct span name,
                               struct span ref)
{
    VEC_FOREACH (struct lock_entry *, e, &l->entries)
        if (e->kind == kind && span_eq(e->name, name) && span_eq(e->ref, ref))
            return e;
    return NULL;
}

const struct lock_entry *lock_find(const struct lock *l, enum lock_kind kind, struct span name,
                                   struct span ref)
{
    return find(l, kind, name, ref);
}

static bool has_user(const struct lock_entry *e, const char *user)
{
    for (size_t i = 0; i < e->used_by_count; i++)
        if (strcmp(e->used_by[i], user) == 0)
            return true;
    return false;
}

static void add_users(struct lock *l, struct lock_entry *e, const struct lock_entry *from)
{
    const char **users =
        arena_array(l->arena, e->used_by_count + from->used_by_count + 1, sizeof(*users));
    size_t count = e->used_by_count;

    if (count)
        memcpy(users, e->used_by, count * sizeof(*users));
    for (size_t i = 0; i < from->used_by_count; i++)
        if (!has_user(e, from->used_by[i]))
            users[count++] = arena_str(l->arena, from->used_by[i]);
    e->used_by = users;
    e->used_by_count = count;
}

void lock_add(struct lock *l, const struct lock_entry *entry)
{
    struct lock_entry *e = find(l, entry->kind, entry->name, entry->ref);

    if (!e) {
        struct lock_entry fresh = {
            .kind = entry->kind,
            .name = arena_span(l->arena, entry->name),
            .ref = arena_span(l->arena, entry->ref),
            .digest = arena_span(l->arena, entry->digest),
            .size = entry->size,
        };

        vec_push_arena(l->arena, &l->entries, fresh);
        e = &l->entries.items[l->entries.len - 1];
    }
    add_users(l, e, entry);
}

static int compare_entries(const void *a, const void *b)
{
    const struct lock_entry *x = *(const struct lock_entry *const *)a;
    const struct lock_entry *y = *(const struct lock_entry *const *)b;
    int order = span_cmp(x->name, y->name);

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return order ? order : span_cmp(x->ref, y->ref);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct node *users_node(struct doc *d, const struct lock_entry *e)
{
    const char **sorted = arena_array(doc_arena(d), e->used_by_count + 1, sizeof(*sorted));
    struct node *n = node_new_seq(d);

    if (e->used_by_count) {
        memcpy(sorted, e->used_by, e->used_by_count * sizeof(*sorted));
        qsort(sorted, e->used_by_count, sizeof(*sorted), compare_texts);
    }
    for (size_t i = 0; i < e->used_by_count; i++)
        node_push(d, n, node_new_str(d, span_str(sorted[i])));
    return n;
}

static struct node *entry_node(struct doc *d, const struct lock_entry *e)
{
    struct node *n = node_new_map(d);

    node_set_str(d, n, "kind", span_str(lock_kind_name(e->kind)));
    node_set_str(d, n, "name", e->name);
    if (e->ref.len)
        node_set_str(d, n, "ref", e->ref);
    node_set_str(d, n, e->kind == LOCK_GIT ? "commit" : "digest", e->digest);
    if (e->size)
        node_set(d, n, SPAN("size"), node_new_int(d, (int64_t)e->size));
    node_set(d, n, SPAN("usedBy"), users_node(d, e));
    return n;
}

void lock_format(const struct lock *l, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d), *artifacts = node_new_seq(d);
    const struct lock_entry **sorted =
        arena_array(doc_arena(d), l->entries.len + 1, sizeof(*sorted));

    for (size_t i = 0; i < l->entries.len; i++)
        sorted[i] = &l->entries.items[i];
    qsort(sorted, l->entries.len, sizeof(*sorted), compare_entries);
    for (size_t i = 0; i < l->entries.len; i++)
        node_push(d, artifacts, entry_node(d, sorted[i]));
    node_set_str(d, root, "apiVersion", SPAN(LOCK_API_VERSION));
    node_set_str(d, root, "kind", SPAN(LOCK_KIND));
    node_set_str(d, root, "entrypoint", l->entrypoint);
    node_set_str(d, root, "origin", l->origin);
    node_set_str(d, root, "platform", SPAN(LOCK_PLATFORM));
    node_set(d, root, SPAN("artifacts"), artifacts);
    buf_add_str(out, "# Written by 'sandstrap bundle lock'. Pins what the entrypoint reaches; the "
                     "tree itself says what that is.\n");
    doc_write_yaml(root, out);
}
