// SPDX-License-Identifier: Apache-2.0
// The lock in memory: adding, finding, writing. Reading is in parse.c.
#include "model/lock/lock_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/url.h"
#include "io/doc.h"

static const char *const kind_names[] = {"chart", "file", "git", "image"};

const char *lock_kind_name(enum lock_kind kind)
{
    return kind_names[kind];
}

bool lock_is_oci(const struct lock_entry *e)
{
    struct url url;

    return e->kind == LOCK_IMAGE || (e->kind == LOCK_CHART && !url_parse(e->name, &url));
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

void lock_add_platform(struct lock *l, struct span platform)
{
    size_t at = 0;

    while (at < l->platforms.len && span_cmp(l->platforms.items[at], platform) < 0)
        at++;
    if (at < l->platforms.len && span_eq(l->platforms.items[at], platform))
        return;
    vec_push_arena(l->arena, &l->platforms, SPAN_EMPTY);
    memmove(&l->platforms.items[at + 1], &l->platforms.items[at],
            (l->platforms.len - 1 - at) * sizeof(struct span));
    l->platforms.items[at] = arena_span(l->arena, platform);
}

struct lock *lock_new(struct span entrypoint, struct span origin, struct span platforms)
{
    struct lock *l = MEM_NEW(struct lock);
    struct span platform;

    l->arena = arena_new();
    l->entrypoint = arena_span(l->arena, entrypoint);
    l->origin = arena_span(l->arena, origin);
    l->kube_version = SPAN(LOCK_KUBE_VERSION);
    while (span_next(&platforms, ',', &platform))
        lock_add_platform(l, platform);
    return l;
}

void lock_free(struct lock *l)
{
    if (!l)
        return;
    map_free(&l->places);
    map_free(&l->decided);
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

const struct span *lock_platforms(const struct lock *l, size_t *count)
{
    *count = l->platforms.len;
    return l->platforms.items;
}

const struct lock_entry *lock_entries(const struct lock *l, size_t *count)
{
    *count = l->entries.len;
    return l->entries.items;
}

// The length keeps name and ref apart, whatever is in them.
static void add_key(enum lock_kind kind, struct span name, struct span ref, struct buf *out)
{
    buf_printf(out, "%d %zu ", (int)kind, name.len);
    buf_add_span(out, name);
    buf_add_span(out, ref);
}

static struct lock_entry *find(const struct lock *l, enum lock_kind kind, struct span name,
                               struct span ref)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(LOCK_MAX_BYTES);
    uintptr_t place;

    add_key(kind, name, ref, &key);
    place = (uintptr_t)map_get(&l->places, buf_span(&key));
    return place ? &l->entries.items[place - 1] : NULL;
}

const struct lock_entry *lock_find(const struct lock *l, enum lock_kind kind, struct span name,
                                   struct span ref)
{
    return find(l, kind, name, ref);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// Sorted, each once.
static void add_users(struct lock *l, struct lock_entry *e, const struct lock_entry *from)
{
    size_t all = e->used_by_count + from->used_by_count, count = 0;
    const char **users = arena_array(l->arena, all + 1, sizeof(*users));

    if (e->used_by_count)
        memcpy(users, e->used_by, e->used_by_count * sizeof(*users));
    for (size_t i = 0; i < from->used_by_count; i++)
        users[e->used_by_count + i] = arena_str(l->arena, from->used_by[i]);
    qsort(users, all, sizeof(*users), compare_texts);
    for (size_t i = 0; i < all; i++)
        if (!count || strcmp(users[count - 1], users[i]) != 0)
            users[count++] = users[i];
    e->used_by = users;
    e->used_by_count = count;
}

static int compare_manifests(const void *a, const void *b)
{
    const struct lock_manifest *x = a, *y = b;

    return span_cmp(x->platform, y->platform);
}

static const struct lock_manifest *copy_manifests(struct lock *l, const struct lock_entry *from)
{
    struct lock_manifest *list = arena_array(l->arena, from->manifest_count + 1, sizeof(*list));

    for (size_t i = 0; i < from->manifest_count; i++) {
        list[i].platform = arena_span(l->arena, from->manifests[i].platform);
        list[i].digest = from->manifests[i].digest;
    }
    qsort(list, from->manifest_count, sizeof(*list), compare_manifests);
    return list;
}

static struct lock_entry *push(struct lock *l, const struct lock_entry *entry)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(LOCK_MAX_BYTES);
    struct lock_entry fresh = {
        .kind = entry->kind,
        .name = arena_span(l->arena, entry->name),
        .ref = arena_span(l->arena, entry->ref),
        .digest = entry->digest,
        .commit = arena_span(l->arena, entry->commit),
        .tag = arena_span(l->arena, entry->tag),
        .pack = entry->pack,
        .size = entry->size,
        .manifests = copy_manifests(l, entry),
        .manifest_count = entry->manifest_count,
    };

    vec_push_arena(l->arena, &l->entries, fresh);
    add_key(entry->kind, entry->name, entry->ref, &key);
    map_put(&l->places, arena_span(l->arena, buf_span(&key)), (void *)(uintptr_t)l->entries.len);
    return &l->entries.items[l->entries.len - 1];
}

void lock_add(struct lock *l, const struct lock_entry *entry)
{
    struct lock_entry *e = find(l, entry->kind, entry->name, entry->ref);

    add_users(l, e ? e : push(l, entry), entry);
}

void lock_add_all(struct lock *l, const struct lock *from)
{
    VEC_FOREACH (const struct lock_entry *, it, &from->entries)
        lock_add(l, it);
    lock_set_kube_version(l, from->kube_version);
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

static void set_digest(struct doc *d, struct node *n, const char *key, const struct digest *digest)
{
    node_set_str(d, n, key, span_str(DIGEST_TEXT(digest)));
}

static struct node *users_node(struct doc *d, const struct lock_entry *e)
{
    struct node *n = node_new_seq(d);

    for (size_t i = 0; i < e->used_by_count; i++)
        node_push(d, n, node_new_str(d, span_str(e->used_by[i])));
    return n;
}

static struct node *manifests_node(struct doc *d, const struct lock_entry *e)
{
    struct node *list = node_new_seq(d);

    for (size_t i = 0; i < e->manifest_count; i++) {
        struct node *n = node_new_map(d);

        node_set_str(d, n, "platform", e->manifests[i].platform);
        set_digest(d, n, "digest", &e->manifests[i].digest);
        node_push(d, list, n);
    }
    return list;
}

static struct node *entry_node(struct doc *d, const struct lock_entry *e)
{
    struct node *n = node_new_map(d);

    node_set_str(d, n, "kind", span_str(lock_kind_name(e->kind)));
    node_set_str(d, n, "name", e->name);
    if (e->ref.len)
        node_set_str(d, n, "ref", e->ref);
    if (e->kind == LOCK_GIT) {
        node_set_str(d, n, "commit", e->commit);
        if (e->tag.len)
            node_set_str(d, n, "tag", e->tag);
        set_digest(d, n, "pack", &e->pack);
    } else {
        set_digest(d, n, "digest", &e->digest);
    }
    if (e->manifest_count)
        node_set(d, n, SPAN("manifests"), manifests_node(d, e));
    if (e->size)
        node_set(d, n, SPAN("size"), node_new_int(d, (int64_t)e->size));
    node_set(d, n, SPAN("usedBy"), users_node(d, e));
    return n;
}

void lock_format(const struct lock *l, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d), *artifacts = node_new_seq(d);
    struct node *platforms = node_new_seq(d);
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
    VEC_FOREACH (const struct span *, it, &l->platforms)
        node_push(d, platforms, node_new_str(d, *it));
    node_set(d, root, SPAN("platforms"), platforms);
    node_set(d, root, SPAN("artifacts"), artifacts);
    node_set_str(d, root, "kubernetes", l->kube_version);
    if (l->decisions.len)
        node_set(d, root, SPAN("decisions"), lock_decisions_node(d, l));
    buf_add_str(out, "# Written by 'sandstrap bundle lock'. Pins what the entrypoint reaches; the "
                     "tree itself says what that is.\n");
    doc_write_yaml(root, out);
}
