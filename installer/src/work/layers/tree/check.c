// SPDX-License-Identifier: Apache-2.0
// What can be told of a tree before anything of it is written.
#include "base/map.h"
#include "base/mem.h"
#include "work/layers.h"
#include "work/layers/tree/depends.h"

// What cannot be looked at is left to the run, which says why.
static int is_in_cluster(struct kube *k, const struct identity *id, bool *there, struct err **err)
{
    char *group CLEANUP(mem_cleanup) = mem_strn(id->group.ptr, id->group.len);
    char *kind CLEANUP(mem_cleanup) = mem_strn(id->kind.ptr, id->kind.len);
    char *ns CLEANUP(mem_cleanup) = mem_strn(id->ns.ptr, id->ns.len);
    char *name CLEANUP(mem_cleanup) = mem_strn(id->name.ptr, id->name.len);
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct err *why CLEANUP(err_cleanup) = NULL;
    const struct kube_resource *resource = NULL;
    int absent = 0;

    if (kube_find_kind(k, group, kind, &resource, &why) == 0 && resource)
        absent = kube_get(k, resource, ns, name, &answer, &why);
    if (why && err_kind(why) == ERR_CANCELLED)
        return err_move(err, &why);
    *there = why || (resource && absent == 0);
    return 0;
}

struct search {
    struct kube *kube;
    const struct depends *depends;
    const struct doc *doc;
    struct map found; // what is in the cluster, or can come, by key
};

static int check_missing(struct search *s, const struct dependent *by, const struct dependency *on,
                         struct err **err)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span known = identity_key(&on->on, &key);
    bool there;

    if (map_get(&s->found, known))
        return 0;
    there = depends_may_be_made(s->depends, by, on);
    if (!there && is_in_cluster(s->kube, &on->on, &there, err) < 0)
        return -1;
    if (!there)
        return depends_fail_missing(by, on, s->doc, err);
    map_put(&s->found, arena_span(s->depends->arena, known), &s->found);
    return 0;
}

int layers_check(struct kube *k, const struct layers *layers, size_t last, const struct doc *doc,
                 struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct depends depends CLEANUP(depends_free) = {0};
    struct search search = {.kube = k, .depends = &depends, .doc = doc};
    int result;

    depends_build(&depends, arena, layers);
    result = depends_check_order(&depends, last, doc, err);
    VEC_FOREACH (struct dependent *const *, it, &depends.items)
        VEC_FOREACH (const struct dependency *, on, &(*it)->on)
            if (result == 0 && !on->to && (*it)->layer_index <= last)
                result = check_missing(&search, *it, on, err);
    map_free(&search.found);
    return result;
}
