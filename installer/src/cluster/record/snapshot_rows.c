// SPDX-License-Identifier: Apache-2.0
// A snapshot in memory.
#include "cluster/record/snapshot_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cluster/record/ignored.h"

struct snapshot *snapshot_new(void)
{
    struct snapshot *s = MEM_NEW(struct snapshot);

    s->arena = arena_new();
    return s;
}

void snapshot_free(struct snapshot *s)
{
    if (!s)
        return;
    VEC_FOREACH (struct snapshot_kind **, it, &s->kinds) {
        vec_free(&(*it)->rows);
        free(*it);
    }
    vec_free(&s->kinds);
    map_free(&s->by_kind);
    map_free(&s->namespaces);
    arena_free(s->arena);
    free(s);
}

// --- kinds and rows ---

static struct snapshot_kind *find_kind(const struct snapshot *s, struct span group,
                                       struct span kind)
{
    char *key CLEANUP(mem_cleanup) = mem_printf("%.*s/%.*s", SPAN_ARG(group), SPAN_ARG(kind));

    return map_get(&s->by_kind, span_str(key));
}

struct snapshot_kind *snapshot_kind(struct snapshot *s, struct span group, struct span kind)
{
    struct snapshot_kind *found = find_kind(s, group, kind);

    if (found)
        return found;
    found = MEM_NEW(struct snapshot_kind);
    found->group = arena_span(s->arena, group).ptr;
    found->kind = arena_span(s->arena, kind).ptr;
    vec_push(&s->kinds, found);
    map_put(&s->by_kind, span_str(arena_printf(s->arena, "%s/%s", found->group, found->kind)),
            found);
    return found;
}

// Of which there are few.
static const char *namespace_text(struct snapshot *s, struct span ns)
{
    char *known = map_get(&s->namespaces, ns);

    if (known)
        return known;
    known = arena_str(s->arena, arena_span(s->arena, ns).ptr);
    map_put(&s->namespaces, span_str(known), known);
    return known;
}

void snapshot_add(struct snapshot *s, struct snapshot_kind *kind, const struct snapshot_object *o)
{
    struct snapshot_row row = {.ns = namespace_text(s, o->id.ns),
                               .name = arena_span(s->arena, o->id.name).ptr,
                               .uid = arena_str(s->arena, o->uid),
                               .controller =
                                   *o->controller ? arena_str(s->arena, o->controller) : ""};

    vec_push(&kind->rows, row);
    s->count++;
}

static int compare_rows(const void *a, const void *b)
{
    const struct snapshot_row *x = a, *y = b;
    int order = strcmp(x->ns, y->ns);

    if (!order)
        order = strcmp(x->name, y->name);
    if (!order)
        order = strcmp(x->uid, y->uid);
    return order ? order : strcmp(x->controller, y->controller);
}

static int compare_kinds(const void *a, const void *b)
{
    const struct snapshot_kind *x = *(struct snapshot_kind *const *)a;
    const struct snapshot_kind *y = *(struct snapshot_kind *const *)b;
    int order = strcmp(x->group, y->group);

    return order ? order : strcmp(x->kind, y->kind);
}

void snapshot_sort(struct snapshot *s)
{
    VEC_FOREACH (struct snapshot_kind **, it, &s->kinds)
        if ((*it)->rows.len)
            qsort((*it)->rows.items, (*it)->rows.len, sizeof(*(*it)->rows.items), compare_rows);
    if (s->kinds.len)
        // NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers
        qsort(s->kinds.items, s->kinds.len, sizeof(*s->kinds.items), compare_kinds);
}

// --- looking up ---

static bool is_unknown(const struct snapshot *s, const struct identity *id)
{
    const struct snapshot_kind *kind = find_kind(s, id->group, id->kind);
    const struct snapshot_kind *group = find_kind(s, id->group, SPAN("*"));

    return (kind && kind->unknown) || (group && group->unknown) ||
           ignored_kind(id->group, id->kind);
}

enum snapshot_answer snapshot_find(const struct snapshot *s, const struct identity *id,
                                   const char *uid)
{
    const struct snapshot_kind *kind = find_kind(s, id->group, id->kind);
    enum snapshot_answer answer = SNAPSHOT_ABSENT;
    size_t low = 0, high = kind ? kind->rows.len : 0;

    // The first row of that name: lists that changed while they were read may have two.
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct snapshot_row *row = &kind->rows.items[middle];
        int order = span_cmp(span_str(row->ns), id->ns);

        if (!order)
            order = span_cmp(span_str(row->name), id->name);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; kind && low < kind->rows.len; low++) {
        const struct snapshot_row *row = &kind->rows.items[low];

        if (!span_is(id->ns, row->ns) || !span_is(id->name, row->name))
            break;
        if (!uid || strcmp(row->uid, uid) == 0)
            return SNAPSHOT_SAME;
        answer = SNAPSHOT_ANOTHER;
    }
    return answer == SNAPSHOT_ABSENT && is_unknown(s, id) ? SNAPSHOT_UNKNOWN : answer;
}

size_t snapshot_count(const struct snapshot *s)
{
    return s->count;
}

void snapshot_each(const struct snapshot *s, snapshot_each_fn *each, void *data)
{
    VEC_FOREACH (struct snapshot_kind **, kind, &s->kinds) {
        VEC_FOREACH (const struct snapshot_row *, row, &(*kind)->rows) {
            struct snapshot_object o = {
                .id = {span_str((*kind)->group), span_str((*kind)->kind), span_str(row->ns),
                       span_str(row->name)},
                .uid = row->uid,
                .controller = row->controller,
            };

            each(data, &o);
        }
    }
}

void snapshot_unknown(const struct snapshot *s, struct buf *out)
{
    VEC_FOREACH (struct snapshot_kind **, kind, &s->kinds) {
        if (!(*kind)->unknown)
            continue;
        buf_printf(out, "%s%s%s%s", out->len ? ", " : "",
                   strcmp((*kind)->kind, "*") == 0 ? "all" : (*kind)->kind,
                   *(*kind)->group ? " of " : "", (*kind)->group);
    }
}
