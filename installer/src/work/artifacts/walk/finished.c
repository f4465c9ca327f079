// SPDX-License-Identifier: Apache-2.0
// What releases came to in the passes of a walk.
#include "work/artifacts/walk/finished.h"

#include <stdlib.h>

#include "base/mem.h"
#include "work/artifacts/walk/definitions.h"

static void drop(struct finished *f)
{
    if (f->is_between) {
        release_result_free(f->result);
        free(f->result);
    }
    vec_free(&f->unknown);
    free(f);
}

void finished_free(struct walk *w)
{
    MAP_FOREACH (e, &w->finished)
        drop(e->value);
    map_free(&w->finished);
    w->finished = (struct map)MAP_INIT;
}

void finished_begin(struct walk *w)
{
    if (w->keep || !w->deep) {
        finished_free(w); // chart and values go with the pass, and what is kept refers to them
        return;
    }
    MAP_FOREACH (e, &w->finished)
        ((struct finished *)e->value)->is_between = true;
    w->deep->store->results.len = 0;
}

static void own(struct walk *w, struct release_result *result)
{
    vec_push(&w->deep->store->results, result);
}

void finished_add(struct walk *w, const struct deep_object *release, const struct digest *of,
                  struct release_result *result_take)
{
    struct finished *f = MEM_NEW(struct finished), *before;

    *f = (struct finished){.label = arena_str(w->own_arena, release->label),
                           .of = *of,
                           .result = result_take,
                           .versions = w->api_version_count};
    VEC_FOREACH (const struct span *, it, &w->unknown_scopes)
        vec_push(&f->unknown, *it);
    own(w, result_take);
    before = map_put(&w->finished, span_str(f->label), f);
    if (before)
        drop(before);
}

const struct release_result *finished_find(struct walk *w, const struct deep_object *release,
                                           const struct digest *of)
{
    struct finished *f = map_get(&w->finished, span_str(release->label));

    if (!f || !f->is_between || !digest_eq(&f->of, of) || definitions_outdate(w, f))
        return NULL;
    f->is_between = false;
    own(w, f->result);
    return f->result;
}
