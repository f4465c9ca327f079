// SPDX-License-Identifier: Apache-2.0
// The fields of custom resources that the table knows.
#include "base/buf.h"
#include "model/images/find.h"

enum { REGISTRY, REPOSITORY, TAG, DIGEST, PART_COUNT };

struct fact_search {
    struct images_search *s;
    const struct images_fact *fact;
    size_t found;
};

static bool is_of_kind(const struct images_fact *fact, const struct identity *id)
{
    struct span rest = span_str(fact->kinds), kind;

    if (!span_is(id->group, fact->group))
        return false;
    while (span_next(&rest, ' ', &kind))
        if (span_eq(kind, id->kind))
            return true;
    return false;
}

// --- several fields ---

// What charts and operators call the parts where the table names no keys.
static const struct node *part_of(const struct node *map, int part)
{
    static const char *const names[PART_COUNT][3] = {
        {"registry"}, {"repository", "name", "image"}, {"tag", "version"}, {"digest", "sha"}};
    const struct node *found = NULL;

    for (size_t i = 0; i < ARRAY_LEN(names[0]) && names[part][i] && !found; i++)
        found = node_get(map, names[part][i]);
    return found;
}

static void take_parts(const struct images_fact *fact, const struct node *map,
                       const struct node *parts[PART_COUNT])
{
    struct span rest = fact->parts ? span_str(fact->parts) : SPAN_EMPTY;

    for (int i = 0; i < PART_COUNT; i++) {
        struct span key = SPAN_EMPTY;

        if (fact->parts && span_next(&rest, '|', &key))
            parts[i] = key.len ? node_get_span(map, key) : NULL;
        else
            parts[i] = fact->parts ? NULL : part_of(map, i);
    }
}

static void put_together(const struct node *const parts[PART_COUNT], struct buf *out)
{
    struct span registry = node_scalar(parts[REGISTRY]), tag = node_source(parts[TAG]);
    struct span repository = node_scalar(parts[REPOSITORY]), digest = node_scalar(parts[DIGEST]);

    if (registry.len)
        buf_printf(out, "%.*s/", SPAN_ARG(registry));
    buf_add_span(out, repository);
    if (span_is(digest, "sha256")) // Kiali: the kind of the digest, which is the version
        buf_printf(out, "@sha256:%.*s", SPAN_ARG(tag));
    else if (tag.len)
        buf_printf(out, "%c%.*s", span_starts(tag, "sha256:") ? '@' : ':', SPAN_ARG(tag));
    if (digest.len && !span_is(digest, "sha256"))
        buf_printf(out, "@%s%.*s",
                   span_starts(digest, "sha256:") ? "" : "sha256:", SPAN_ARG(digest));
}

static void add_parts(struct fact_search *f, const struct node *map)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct node *parts[PART_COUNT];

    take_parts(f->fact, map, parts);
    if (!node_text(parts[REPOSITORY]).len)
        return;
    put_together(parts, &text);
    f->found++;
    search_add(f->s, IMAGES_START, arena_span(f->s->arena, buf_span(&text)), parts[REPOSITORY],
               NULL);
}

// --- one field ---

static void add_text(struct fact_search *f, const struct node *image)
{
    struct span text = node_text(image);

    (void)(span_skip(&text, "oci://") || span_skip(&text, "docker://"));
    if (!text.len || span_search(text, SPAN("://")) < text.len)
        return;
    f->found++;
    search_add(f->s, IMAGES_START, text, image, NULL);
}

static void follow(struct fact_search *f, const struct node *n, struct span path);

static void follow_all(struct fact_search *f, const struct node *map, struct span path)
{
    NODE_FOREACH_PAIR (pair, map) {
        size_t before = search_enter(f->s, pair->key);

        follow(f, pair->value, path);
        buf_truncate(&f->s->path, before);
    }
}

static void follow_items(struct fact_search *f, const struct node *list, struct span path)
{
    size_t i = 0;

    NODE_FOREACH_ITEM (item, list) {
        size_t before = search_enter_item(f->s, i++);

        follow(f, item, path);
        buf_truncate(&f->s->path, before);
    }
}

static void follow(struct fact_search *f, const struct node *n, struct span path)
{
    struct span step = span_head(path, span_find(path, '.'));
    struct span rest = span_tail(path, step.len + 1), key = step;
    bool is_list = span_ends(step, "[]");
    size_t before;

    if (!path.len) {
        if (node_is(n, NODE_MAP))
            add_parts(f, n);
        else if (!f->fact->parts)
            add_text(f, n);
        return;
    }
    if (span_is(step, "*")) {
        follow_all(f, n, rest);
        return;
    }
    key.len -= is_list ? 2 : 0;
    before = search_enter(f->s, key);
    if (is_list)
        follow_items(f, node_get_span(n, key), rest);
    else
        follow(f, node_get_span(n, key), rest);
    buf_truncate(&f->s->path, before);
}

// --- what its operator picks ---

static void add_unsaid(struct fact_search *f, const struct node *object)
{
    struct span rest = span_str(f->fact->version), key;
    const struct node *version = rest.len ? object : NULL;
    size_t before = f->s->path.len;

    while (span_next(&rest, '.', &key))
        version = node_get_span(version, key);
    buf_add_str(&f->s->path, f->fact->version);
    search_add(f->s, IMAGES_UNSAID, node_source(version), version, NULL);
    buf_truncate(&f->s->path, before);
}

void facts_find(struct images_search *s, const struct node *object)
{
    struct identity id = node_identity(object);
    const struct images_fact *fact;

    for (size_t i = 0; (fact = images_fact(i)); i++) {
        struct fact_search f = {.s = s, .fact = fact};

        if (!is_of_kind(fact, &id))
            continue;
        if (fact->path)
            follow(&f, object, span_str(fact->path));
        if (fact->version && !f.found)
            add_unsaid(&f, object);
    }
}
