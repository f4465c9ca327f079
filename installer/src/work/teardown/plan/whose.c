// SPDX-License-Identifier: Apache-2.0
// Telling whose an object is: by what was there before, by the journal (without one by the field
// manager), by the labels of Flux, by its owner, and by who made it, in this order.
#include "work/teardown/plan/whose.h"

#include <stdint.h>
#include <string.h>

#include "model/flux.h"

// --- the table ---

static void add_layer(struct whose_table *t, const char *name)
{
    if (whose_layer(t, name) == WHOSE_NO_LAYER)
        vec_push_arena(t->census->arena, &t->layers, name);
}

static void add_tree(struct whose_table *t, const struct layers *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        const struct layer *layer = &tree->items[i];

        add_layer(t, layer->name);
        for (size_t j = 0; j < layer->count; j++) {
            struct identity id = node_identity(layer->objects[j]);
            struct span key = arena_span(t->census->arena, identity_key(&id, &t->census->key));

            map_put(&t->tree, key, (void *)(intptr_t)(whose_layer(t, layer->name) + 1));
        }
    }
}

void whose_open(struct whose_table *t, struct census *census, const struct journal *journal,
                const struct snapshot *before, const struct layers *tree)
{
    size_t count = 0;
    const char *const *names = journal ? journal_layers(journal, &count) : NULL;

    *t = (struct whose_table){.census = census, .journal = journal, .before = before};
    for (size_t i = 0; i < count; i++)
        add_layer(t, names[i]);
    if (tree)
        add_tree(t, tree);
    t->objects = arena_array(census->arena, census->objects.len + 1, sizeof(struct whose_object));
}

void whose_close(struct whose_table *t)
{
    map_free(&t->tree);
    *t = (struct whose_table){0};
}

int whose_layer(const struct whose_table *t, const char *name)
{
    for (size_t i = 0; name && i < t->layers.len; i++)
        if (strcmp(t->layers.items[i], name) == 0)
            return (int)i;
    return WHOSE_NO_LAYER;
}

// --- verdicts ---

static bool settle(struct whose_object *w, enum whose whose, const char *why)
{
    w->whose = whose;
    w->why = why;
    return true;
}

static bool settle_ours(struct whose_object *w, enum whose_way way, int layer, const char *why)
{
    w->way = way;
    w->layer = layer;
    return settle(w, WHOSE_OURS, why);
}

static const char *told(struct whose_table *t, const char *before, const struct identity *id,
                        const char *after)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    buf_add_str(&text, before);
    identity_format(id, &text);
    buf_add_str(&text, after);
    return arena_str(t->census->arena, buf_str(&text));
}

// --- what was there, and what was applied ---

static bool was_there(const struct whose_table *t, const struct census_object *o,
                      struct whose_object *w)
{
    return t->before && snapshot_find(t->before, &o->id, o->uid) == SNAPSHOT_SAME &&
           settle(w, WHOSE_BEFORE, "there before the first up");
}

static bool is_in_journal(const struct whose_table *t, const struct census_object *o,
                          struct whose_object *w)
{
    const struct journal_entry *e = t->journal ? journal_find(t->journal, &o->id) : NULL;

    if (!e)
        return false;
    if (e->adopted)
        return settle(w, WHOSE_BEFORE, "there before up adopted it");
    // Without a UID up was killed between the two writes, or before the object was made at all.
    if (e->uid[0] ? strcmp(e->uid, o->uid) == 0 : (o->marks & CENSUS_APPLIED) != 0)
        return settle_ours(w, WHOSE_APPLIED, whose_layer(t, e->layer), "applied by up");
    return false;
}

// Without a record the field manager tells. Who made the object before is not known to have given
// it up.
static bool bears_our_manager(struct whose_table *t, const struct census_object *o,
                              struct whose_object *w)
{
    intptr_t place;

    if (t->journal || !(o->marks & CENSUS_APPLIED))
        return false;
    if (o->maker == MAKER_PERSON)
        return settle(
            w, WHOSE_BEFORE,
            arena_printf(t->census->arena, "made with %.*s as well", SPAN_ARG(o->manager)));
    place = (intptr_t)map_get(&t->tree, identity_key(&o->id, &t->census->key));
    return settle_ours(w, WHOSE_APPLIED, (int)place - 1, "applied by sandstrap's field manager");
}

// --- what grew out of others ---

// Without a record the tree tells of what is gone.
static int layer_known(const struct whose_table *t, const struct identity *id, bool *found)
{
    const struct journal_entry *e = t->journal ? journal_find(t->journal, id) : NULL;
    intptr_t place;

    if (!t->journal) {
        place = (intptr_t)map_get(&t->tree, identity_key(id, &t->census->key));
        *found = place > 0;
        return (int)place - 1;
    }
    *found = e && !e->adopted;
    return *found ? whose_layer(t, e->layer) : WHOSE_NO_LAYER;
}

bool whose_was_ours(struct whose_table *t, const struct identity *id, int *layer)
{
    struct identity ns = {SPAN_EMPTY, SPAN("Namespace"), SPAN_EMPTY, id->ns};
    long live = census_find(t->census, &ns);
    bool found;

    if (t->before && snapshot_find(t->before, id, NULL) == SNAPSHOT_SAME)
        return false;
    *layer = layer_known(t, id, &found);
    if (found)
        return true;
    // One that another one made is not in the journal; its namespace, gone or not, is somebody's.
    *layer = layer_known(t, &ns, &found);
    if (found)
        return true;
    if (live == CENSUS_NONE || !whose_is_ours(t, (size_t)live))
        return false;
    *layer = whose_of(t, (size_t)live)->layer;
    return true;
}

static bool grew(struct whose_table *t, const struct census_object *o, struct whose_object *w)
{
    long maker;
    int layer;

    if (!o->made_by.kind.len)
        return false;
    maker = census_find(t->census, &o->made_by);
    if (maker == CENSUS_NONE) {
        if (whose_was_ours(t, &o->made_by, &layer))
            return settle_ours(w, WHOSE_GROWN, layer,
                               told(t, "made by ", &o->made_by, ", which is gone"));
        return settle(w, WHOSE_SOMEBODY, told(t, "made by ", &o->made_by, ", which is not ours"));
    }
    if (!whose_is_ours(t, (size_t)maker))
        return settle(w, WHOSE_SOMEBODY, told(t, "made by ", &o->made_by, ", which is not ours"));
    return settle_ours(w, WHOSE_GROWN, whose_of(t, (size_t)maker)->layer,
                       told(t, "made by ", &o->made_by, ""));
}

static bool follow(struct whose_table *t, long owner, enum whose_way way, struct whose_object *w)
{
    const struct whose_object *above = whose_of(t, (size_t)owner);
    const char *why = told(t, way == WHOSE_OWNED ? "belongs to " : "made by ",
                           &t->census->objects.items[owner].id, "");

    w->way = way;
    w->layer = above->layer;
    return settle(w, above->whose, why);
}

// What belongs to an object that is gone goes by itself.
static bool is_owned(struct whose_table *t, const struct census_object *o, struct whose_object *w)
{
    long owner = o->owner[0] ? census_find_uid(t->census, o->owner) : CENSUS_NONE;

    if (!o->owner[0])
        return false;
    return owner == CENSUS_NONE ? settle(w, WHOSE_CLUSTER, "belongs to what is gone")
                                : follow(t, owner, WHOSE_OWNED, w);
}

// --- claims of a StatefulSet, which have no owner: "<template>-<set>-<ordinal>" ---

static bool is_claim_of(struct span claim, struct span set)
{
    size_t dash = span_rfind(claim, '-');
    struct span rest = span_head(claim, dash);
    uint64_t ordinal;

    return dash < claim.len && span_u64(span_tail(claim, dash + 1), &ordinal) &&
           rest.len > set.len + 1 && span_eq(span_tail(rest, rest.len - set.len), set) &&
           rest.ptr[rest.len - set.len - 1] == '-';
}

// Names may fit several sets: one that is not ours counts first.
static bool is_claim(struct whose_table *t, const struct census_object *o, struct whose_object *w)
{
    long set = CENSUS_NONE;

    if (!census_is_core(&o->id, "PersistentVolumeClaim"))
        return false;
    for (size_t i = 0; i < t->census->objects.len; i++) {
        const struct identity *id = &t->census->objects.items[i].id;

        if (span_is(id->kind, "StatefulSet") && span_eq(id->ns, o->id.ns) &&
            is_claim_of(o->id.name, id->name) && (set == CENSUS_NONE || !whose_is_ours(t, i)))
            set = (long)i;
    }
    return set != CENSUS_NONE && follow(t, set, WHOSE_OWNED, w);
}

// --- who made it ---

// A controller of sealed-secrets has its keys in its own namespace. Its program has a name that
// many have, "controller", so none in another namespace counts.
static long keeper_of(struct whose_table *t, const struct census_object *key)
{
    long other = CENSUS_NONE;

    VEC_FOREACH (const struct census_program *, p, &t->census->programs) {
        if (!span_eq(p->name, key->manager) ||
            !span_eq(t->census->objects.items[p->workload].id.ns, key->id.ns))
            continue;
        if (whose_is_ours(t, p->workload))
            return (long)p->workload;
        other = (long)p->workload;
    }
    return other;
}

// The next letter or digit of a name, small; 0 at its end.
static char next_letter(struct span *name)
{
    char c = 0;

    while (name->len && !c) {
        c = name->ptr[0];
        if (c == '-' || c == '_' || c == '.')
            c = 0;
        *name = span_tail(*name, 1);
    }
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

// "PrometheusOperator" is what prometheus-operator calls itself.
static bool is_called(struct span program, struct span manager)
{
    char c;

    do {
        c = next_letter(&program);
        if (c != next_letter(&manager))
            return false;
    } while (c);
    return true;
}

// The workload that a program runs in which has made the object. Of several of its name those in
// the object's own namespace count first; where some are ours and others are not, nothing is known.
static long program_of(struct whose_table *t, const struct census_object *o)
{
    long ours = CENSUS_NONE, other = CENSUS_NONE;

    if (o->maker != MAKER_PROGRAM)
        return CENSUS_NONE;
    if (o->marks & CENSUS_SEALING_KEY)
        return keeper_of(t, o);
    VEC_FOREACH (const struct census_program *, p, &t->census->programs) {
        if (!is_called(p->name, o->manager))
            continue;
        if (span_eq(t->census->objects.items[p->workload].id.ns, o->id.ns))
            return (long)p->workload;
        if (whose_is_ours(t, p->workload))
            ours = (long)p->workload;
        else
            other = (long)p->workload;
    }
    return ours == CENSUS_NONE ? other : other == CENSUS_NONE ? ours : CENSUS_NONE;
}

// Also what belongs to an object of somebody: it tells of that, and is no use that they make of us.
static bool made_by_our_program(struct whose_table *t, const struct census_object *o,
                                struct whose_object *w)
{
    long program = program_of(t, o);

    return program != CENSUS_NONE && whose_is_ours(t, (size_t)program) &&
           follow(t, program, WHOSE_PROGRAM, w);
}

// A key is as its controller also when that is of somebody who came later.
static bool made_by_former_program(struct whose_table *t, const struct census_object *o,
                                   struct whose_object *w)
{
    long program = program_of(t, o);
    enum whose whose = program == CENSUS_NONE ? WHOSE_UNKNOWN : whose_of(t, (size_t)program)->whose;

    return (whose == WHOSE_BEFORE ||
            (whose == WHOSE_SOMEBODY && (o->marks & CENSUS_SEALING_KEY))) &&
           follow(t, program, WHOSE_PROGRAM, w);
}

// A controller of Flux that is not there any more has left things, too.
static bool made_by_flux(const struct whose_table *t, const struct census_object *o,
                         struct whose_object *w)
{
    static const char *const names[] = {"helm-controller", "kustomize-controller",
                                        "source-controller", "notification-controller"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (span_is(o->manager, names[i]))
            return settle_ours(w, WHOSE_PROGRAM, WHOSE_NO_LAYER,
                               arena_printf(t->census->arena, "made by %s", names[i]));
    return false;
}

static void by_maker(struct whose_table *t, const struct census_object *o, struct whose_object *w)
{
    const char *with = arena_printf(t->census->arena, "made with %.*s", SPAN_ARG(o->manager));

    switch (o->maker) {
    case MAKER_CLUSTER: settle(w, WHOSE_CLUSTER, with); return;
    case MAKER_PERSON: settle(w, WHOSE_SOMEBODY, with); return;
    case MAKER_PROGRAM:
        // Of another tree, with a record of its own. Sealing keys that were put back are in none.
        if ((o->marks & CENSUS_APPLIED) && !(o->marks & CENSUS_SEALING_KEY))
            settle(w, WHOSE_SOMEBODY, "applied by another sandstrap");
        else if (!made_by_former_program(t, o, w) && !made_by_flux(t, o, w))
            settle(w, WHOSE_UNKNOWN, with);
        return;
    case MAKER_UNKNOWN: settle(w, WHOSE_UNKNOWN, "of unknown origin"); return;
    }
}

static void judge(struct whose_table *t, size_t index, struct whose_object *w)
{
    const struct census_object *o = &t->census->objects.items[index];

    w->layer = WHOSE_NO_LAYER;
    if (was_there(t, o, w) || is_in_journal(t, o, w) || bears_our_manager(t, o, w) ||
        grew(t, o, w) || made_by_our_program(t, o, w) || is_owned(t, o, w) || is_claim(t, o, w))
        return;
    by_maker(t, o, w);
}

const struct whose_object *whose_of(struct whose_table *t, size_t index)
{
    static const struct whose_object in_circle = {.layer = WHOSE_NO_LAYER,
                                                  .why = "made by what it has made"};
    struct whose_object *w = &t->objects[index];

    if (w->is_known)
        return w;
    if (w->is_asked)
        return &in_circle;
    w->is_asked = true;
    judge(t, index, w);
    w->is_known = true;
    return w;
}

bool whose_is_ours(struct whose_table *t, size_t index)
{
    return whose_of(t, index)->whose == WHOSE_OURS;
}
