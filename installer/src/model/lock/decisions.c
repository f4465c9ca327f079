// SPDX-License-Identifier: Apache-2.0
// What a lock says of the cluster: the version that it assumes, and what depends on a cluster.
#include <stdlib.h>
#include <string.h>

#include "model/lock/lock_int.h"

static const char *const question_names[] = {
    [LOCK_API_VERSION_SERVED] = "api-version",
    [LOCK_KUBE_VERSION_READ] = "kube-version",
    [LOCK_LOOKUP] = "lookup",
    [LOCK_RANDOM] = "random",
    [LOCK_CLUSTER] = "cluster",
};

static const char *question_name(enum lock_question question)
{
    return question_names[question];
}

bool lock_question_of(struct span text, enum lock_question *question)
{
    for (size_t i = 0; i < ARRAY_LEN(question_names); i++) {
        if (span_is(text, question_names[i])) {
            *question = (enum lock_question)i;
            return true;
        }
    }
    return false;
}

struct span lock_kube_version(const struct lock *l)
{
    return l->kube_version;
}

void lock_set_kube_version(struct lock *l, struct span version)
{
    l->kube_version = arena_span(l->arena, version);
}

void lock_add_decision(struct lock *l, const struct lock_decision *from)
{
    struct lock_decision decision = *from;
    struct span key = span_str(arena_printf(l->arena, "%d\n%s\n%s\n%s\n%s", (int)from->question,
                                            from->user, from->where, from->asked, from->assumed));

    if (map_put(&l->decided, key, l))
        return;
    decision.user = arena_str(l->arena, from->user);
    decision.where = arena_str(l->arena, from->where);
    decision.asked = arena_str(l->arena, from->asked);
    decision.assumed = arena_str(l->arena, from->assumed);
    vec_push_arena(l->arena, &l->decisions, decision);
}

const struct lock_decision *lock_decisions(const struct lock *l, size_t *count)
{
    *count = l->decisions.len;
    return l->decisions.items;
}

static int compare_decisions(const void *a, const void *b)
{
    const struct lock_decision *x = a, *y = b;
    int order = strcmp(x->user, y->user);

    order = order ? order : strcmp(question_names[x->question], question_names[y->question]);
    order = order ? order : strcmp(x->asked, y->asked);
    order = order ? order : strcmp(x->where, y->where);
    return order ? order : strcmp(x->assumed, y->assumed);
}

struct node *lock_decisions_node(struct doc *d, const struct lock *l)
{
    struct lock_decision *sorted = arena_array(doc_arena(d), l->decisions.len, sizeof(*sorted));
    struct node *list = node_new_seq(d);

    memcpy(sorted, l->decisions.items, l->decisions.len * sizeof(*sorted));
    qsort(sorted, l->decisions.len, sizeof(*sorted), compare_decisions);
    for (size_t i = 0; i < l->decisions.len; i++) {
        struct node *n = node_new_map(d);

        node_set_str(d, n, "what", span_str(question_name(sorted[i].question)));
        node_set_str(d, n, "asked", span_str(sorted[i].asked));
        node_set_str(d, n, "assumed", span_str(sorted[i].assumed));
        node_set_str(d, n, "user", span_str(sorted[i].user));
        if (sorted[i].where[0])
            node_set_str(d, n, "where", span_str(sorted[i].where));
        node_push(d, list, n);
    }
    return list;
}
