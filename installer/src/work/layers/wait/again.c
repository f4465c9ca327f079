// SPDX-License-Identifier: Apache-2.0
// What was deleted, layer by layer.
#include "work/layers/wait/again.h"

#include "base/mem.h"
#include "base/timer.h"

static void say(const struct apply *apply, const struct node *object)
{
    char *name CLEANUP(mem_cleanup) = node_label(object);

    report_object(apply->report, "layers", apply->layer, name,
                  "deleted by somebody while it was waited for; applied again");
}

// Each by itself, to know which of them was not there.
static int apply_one(struct facts *facts, struct apply apply, const struct node *object,
                     struct err **err)
{
    if (apply_objects(&apply, &object, 1, err) < 0)
        return err_wrap(err, "layer %s", apply.layer);
    facts_note_write(facts, apply.last_write, apply.jobs_version);
    if (apply.written)
        say(&apply, object);
    return apply.record ? record_flush(apply.record, err) : 0;
}

int again_apply(struct facts *facts, const struct layers *layers, size_t last,
                const struct apply *how, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();

    for (size_t i = 0; i <= last && i < layers->count; i++) {
        struct apply apply = *how;
        struct deleted_list list;

        apply.layer = layers->items[i].name;
        deleted_take(facts->deleted, i, timer_now(), arena, &list);
        VEC_FOREACH (const struct node **, object, &list.objects)
            if (apply_one(facts, apply, *object, err) < 0)
                return -1;
    }
    return 0;
}
