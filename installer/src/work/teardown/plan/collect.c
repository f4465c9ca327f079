// SPDX-License-Identifier: Apache-2.0
// The lists of a census.
#include "work/teardown/plan/collect.h"

#include "cluster/record/listed.h"

struct collecting {
    struct census *census;
    struct report *report;
};

static int take_object(void *data, const struct node *object, struct err **err UNUSED)
{
    census_add(((struct collecting *)data)->census, object);
    return 0;
}

// What is there of it is then neither taken down nor known to hold anything.
static void tell_refused(void *data, const struct kube_selection *selection,
                         const struct err *error)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    err_format(error, &text);
    report_warn(((struct collecting *)data)->report, "teardown",
                "objects of kind %s (%s) cannot be listed and stay as they are: %s",
                selection->resource->kind, selection->resource->api_version, buf_str(&text));
}

static void note_kinds(struct census *c, const struct kube *k)
{
    size_t count;
    const struct kube_resource *const *all = kube_resources(k, &count);

    for (size_t i = 0; i < count; i++)
        census_add_kind(c, span_str(all[i]->group), span_str(all[i]->kind),
                        span_str(all[i]->plural));
}

int collect(struct kube *k, struct report *report, struct census *c, struct err **err)
{
    struct collecting collecting = {.census = c, .report = report};
    struct kube_lists lists = {.each = take_object, .refused = tell_refused, .data = &collecting};
    struct kube_selection *selections;
    const struct kube_resource *const *kinds;

    if (kube_discover(k, err) < 0)
        return -1;
    note_kinds(c, k);
    kinds = listed_kinds(k, c->arena, &lists.count);
    selections = arena_array(c->arena, lists.count + 1, sizeof(*selections));
    for (size_t i = 0; i < lists.count; i++)
        selections[i] = (struct kube_selection){
            .resource = kinds[i],
            .names_only = !census_wants_all(span_str(kinds[i]->group), span_str(kinds[i]->kind)),
            .budget = {.attempts = LISTED_ATTEMPTS},
        };
    lists.selections = selections;
    return kube_list_many(k, &lists, err);
}
