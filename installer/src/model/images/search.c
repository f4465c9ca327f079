// SPDX-License-Identifier: Apache-2.0
// Where a search is, and what it has found.
#include "model/images/find.h"

// "{{inputs.parameters.image}}", "$(params.image)", "*": what it will be is said elsewhere.
static bool is_template(struct span image)
{
    return span_search(image, SPAN("{{")) < image.len ||
           span_search(image, SPAN("$(")) < image.len ||
           span_search(image, SPAN("${")) < image.len || span_find(image, '*') < image.len;
}

void search_push(struct images_search *s, enum images_use use, struct span reference,
                 const struct node *at, const struct node *pod_meta)
{
    vec_push_arena(s->arena, s->out,
                   (struct images_found){.use = is_template(reference) ? IMAGES_UNSAID : use,
                                         .reference = reference,
                                         .path = arena_printf(s->arena, "%s", buf_str(&s->path)),
                                         .at = at,
                                         .pod_meta = pod_meta});
}

void search_add(struct images_search *s, enum images_use use, struct span reference,
                const struct node *at, const struct node *pod_meta)
{
    if (!at || !map_put(&s->seen, arena_span(s->arena, span_of(&at, sizeof(at))), s))
        search_push(s, use, reference, at, pod_meta);
}

size_t search_enter(struct images_search *s, struct span key)
{
    size_t before = s->path.len;

    buf_printf(&s->path, "%s%.*s", before ? "." : "", SPAN_ARG(key));
    return before;
}

size_t search_enter_item(struct images_search *s, size_t i)
{
    size_t before = s->path.len;

    buf_printf(&s->path, "[%zu]", i);
    return before;
}
