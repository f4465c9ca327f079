// SPDX-License-Identifier: Apache-2.0
// The plan of a teardown: reading the cluster and the record, and deciding what becomes of it.
#include "work/teardown.h"

#include "work/teardown/plan/collect.h"
#include "work/teardown/plan/decision.h"

void teardown_plan_free(struct teardown_plan *plan)
{
    arena_free(plan->arena);
    *plan = (struct teardown_plan){0};
}

bool teardown_plan_keeps(const struct teardown_plan *plan, const struct identity *id)
{
    VEC_FOREACH (const struct teardown_kept *, k, &plan->kept)
        if (identity_eq(&k->id, id))
            return true;
    return false;
}

bool teardown_plan_covers(const struct teardown_plan *plan, const struct identity *id)
{
    struct identity ns = {SPAN_EMPTY, SPAN("Namespace"), SPAN_EMPTY, id->ns};

    return teardown_plan_keeps(plan, id) || (id->ns.len && teardown_plan_keeps(plan, &ns));
}

// A copy of the sealing keys that a rebuild keeps there (work/keys.h).
#define KEYS_COPY "sealing-keys"

// An `up` that was killed, or somebody, may have left no more than the namespace.
static const struct journal *journal_of(const struct record *record)
{
    size_t count;

    (void)journal_entries(record_journal(record), &count);
    return count ? record_journal(record) : NULL;
}

static int find_layer(const struct whose_table *whose, const char *name, int *layer,
                      struct err **err)
{
    struct buf names CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    *layer = whose_layer(whose, name);
    if (!name || *layer != WHOSE_NO_LAYER)
        return 0;
    for (size_t i = 0; i < whose->layers.len; i++)
        buf_printf(&names, "%s%s", i ? ", " : "", whose->layers.items[i]);
    return err_set(err, ERR_USAGE, "there is no layer '%s'; the record and the tree have %s", name,
                   names.len ? buf_str(&names) : "none");
}

static bool is_our_release(void *data, const struct identity *release)
{
    int layer;

    return whose_was_ours(data, release, &layer);
}

static bool is_our_hook(void *data, const struct node *object, struct span ns)
{
    struct whose_table *whose = data;
    struct identity id = node_identity(object), behind = {.ns = ns};
    long i = census_find(whose->census, &id);
    int layer;

    if (i != CENSUS_NONE && whose_of(whose, (size_t)i)->whose != WHOSE_UNKNOWN)
        return whose_is_ours(whose, (size_t)i);
    return whose_was_ours(whose, &behind, &layer);
}

// What needs more than the census: both ask about what nobody has made any more.
static int find_remains(struct kube *k, struct report *report, struct decision *d,
                        struct orphans *orphans, struct dead_hooks *hooks, struct err **err)
{
    const struct orphans_options orphans_options = {.kube = k,
                                                    .report = report,
                                                    .before = d->whose->before,
                                                    .is_ours = is_our_release,
                                                    .data = d->whose};
    const struct webhooks_options webhooks_options = {
        .kube = k, .before = d->whose->before, .is_ours = is_our_hook, .data = d->whose};

    d->orphans = orphans;
    d->hooks = hooks;
    return orphans_find(&orphans_options, true, d->census->arena, orphans, err) < 0
               ? -1
               : webhooks_find(&webhooks_options, d->census->arena, hooks, err);
}

int teardown_plan(struct loop *loop UNUSED, struct kube *k, struct record *record,
                  const struct teardown_options *options, struct report *report,
                  struct teardown_plan *plan, struct err **err)
{
    struct census census CLEANUP(census_close) = {0};
    struct whose_table whose CLEANUP(whose_close) = {0};
    struct decision d = {.census = &census,
                         .whose = &whose,
                         .record_ns = record_namespace(record),
                         .keys_copy = KEYS_COPY,
                         .data = options->data,
                         .keep_nodes = options->keep_nodes,
                         .report = report,
                         .plan = plan};
    const struct snapshot *before;
    struct orphans orphans = {0};
    struct dead_hooks hooks = {0};

    census_open(&census);
    if (record_snapshot(record, &before, err) < 0 || collect(k, report, &census, err) < 0)
        return -1;
    whose_open(&whose, &census, journal_of(record), before, options->layers);
    if (find_layer(&whose, options->to, &d.to, err) < 0 ||
        find_remains(k, report, &d, &orphans, &hooks, err) < 0)
        return -1;
    if (!whose.journal)
        report_info(report, "teardown",
                    "the cluster has no record of what up made: told by field managers, Flux's "
                    "labels%s",
                    options->layers ? " and the tree" : "");
    plan->arena = arena_new();
    plan->record_ns = arena_str(plan->arena, record_namespace(record));
    decide(&d);
    return 0;
}
