// SPDX-License-Identifier: Apache-2.0
// One object, from all sides.
#include "model/images/find.h"

// Whose objects only describe others: what they hold is applied, or rendered, and seen then.
static bool starts_nothing(const struct identity *id)
{
    static const char *const groups[] = {"kyverno.io", "gatekeeper.sh", "toolkit.fluxcd.io"};

    for (size_t i = 0; i < ARRAY_LEN(groups); i++)
        if (span_ends(id->group, groups[i]))
            return true;
    return span_is(id->group, "apiextensions.k8s.io") ||
           span_is(id->group, "admissionregistration.k8s.io");
}

static bool is_built_in(const struct identity *id)
{
    return span_is(id->group, "") || span_is(id->group, "apps") || span_is(id->group, "batch");
}

static int find(struct images_search *s, const struct node *object, struct err **err)
{
    struct identity id = node_identity(object);

    if (starts_nothing(&id))
        return 0;
    s->use = is_built_in(&id) ? IMAGES_RUN : IMAGES_START;
    facts_find(s, object);
    if (pods_find(s, object, err) < 0)
        return -1;
    names_find(s, object);
    return 0;
}

int images_of(struct arena *arena, const struct node *object, images_list *out, struct err **err)
{
    struct images_search s = {.arena = arena, .out = out, .path = BUF_INIT(BUF_DOC_MAX)};
    int result = find(&s, object, err);

    buf_free(&s.path);
    map_free(&s.seen);
    return result;
}
