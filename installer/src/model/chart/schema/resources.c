// SPDX-License-Identifier: Apache-2.0
// Documents, resources, anchors and references between them.
#include "model/chart/schema/resources.h"

#include "model/chart/schema/location.h"
#include "model/chart/schema/metaschema_table.h"

// Where a schema has schemas, and since which draft.
enum position { POSITION_SELF, POSITION_ITEMS, POSITION_PROPERTIES };
static const struct {
    const char *keyword;
    enum position position;
    enum schema_draft since;
} positions[] = {
    {"definitions", POSITION_PROPERTIES, DRAFT_4},
    {"not", POSITION_SELF, DRAFT_4},
    {"allOf", POSITION_ITEMS, DRAFT_4},
    {"anyOf", POSITION_ITEMS, DRAFT_4},
    {"oneOf", POSITION_ITEMS, DRAFT_4},
    {"properties", POSITION_PROPERTIES, DRAFT_4},
    {"additionalProperties", POSITION_SELF, DRAFT_4},
    {"patternProperties", POSITION_PROPERTIES, DRAFT_4},
    {"items", POSITION_SELF, DRAFT_4},
    {"items", POSITION_ITEMS, DRAFT_4},
    {"additionalItems", POSITION_SELF, DRAFT_4},
    {"dependencies", POSITION_PROPERTIES, DRAFT_4},
    {"propertyNames", POSITION_SELF, DRAFT_6},
    {"contains", POSITION_SELF, DRAFT_6},
    {"if", POSITION_SELF, DRAFT_7},
    {"then", POSITION_SELF, DRAFT_7},
    {"else", POSITION_SELF, DRAFT_7},
    {"$defs", POSITION_PROPERTIES, DRAFT_2019},
    {"dependentSchemas", POSITION_PROPERTIES, DRAFT_2019},
    {"unevaluatedProperties", POSITION_SELF, DRAFT_2019},
    {"unevaluatedItems", POSITION_SELF, DRAFT_2019},
    {"contentSchema", POSITION_SELF, DRAFT_2019},
    {"prefixItems", POSITION_ITEMS, DRAFT_2020},
};

static const struct {
    const char *path; // below json-schema.org
    enum schema_draft draft;
} drafts[] = {
    {"draft/2020-12/schema", DRAFT_2020}, {"draft/2019-09/schema", DRAFT_2019},
    {"draft-07/schema", DRAFT_7},         {"draft-06/schema", DRAFT_6},
    {"draft-04/schema", DRAFT_4},         {"schema", DRAFT_2020},
};

// The draft of a $schema, or 0.
static enum schema_draft schema_draft_of(struct span url)
{
    if (span_ends(url, "#"))
        url.len--;
    if (!span_skip(&url, "http://"))
        span_skip(&url, "https://");
    if (!span_skip(&url, "json-schema.org/"))
        return (enum schema_draft)0;
    for (size_t i = 0; i < ARRAY_LEN(drafts); i++) {
        if (span_is(url, drafts[i].path))
            return drafts[i].draft;
    }
    return (enum schema_draft)0;
}

struct span schema_draft_url(enum schema_draft draft)
{
    switch (draft) {
    case DRAFT_4: return SPAN("http://json-schema.org/draft-04/schema");
    case DRAFT_6: return SPAN("http://json-schema.org/draft-06/schema");
    case DRAFT_7: return SPAN("http://json-schema.org/draft-07/schema");
    case DRAFT_2019: return SPAN("https://json-schema.org/draft/2019-09/schema");
    case DRAFT_2020: break;
    }
    return SPAN("https://json-schema.org/draft/2020-12/schema");
}

// The $id (of draft 4 the id) of a schema; the empty span when it has none.
static struct span id_of(const struct node *n, enum schema_draft draft)
{
    if (draft < DRAFT_2019 && node_get(n, "$ref"))
        return SPAN_EMPTY; // which hides all else
    return node_get_text(n, draft == DRAFT_4 ? "id" : "$id");
}

struct schema_resource *schema_resource_at(const struct schema_document *document,
                                           struct span pointer)
{
    // Few documents have more than the one that they are themselves.
    if (document->resources.len == 1 && !document->resources.items[0]->pointer.len)
        return document->resources.items[0];
    for (;;) {
        struct schema_resource *found = map_get(&document->by_pointer, pointer);

        if (found || !pointer.len)
            return found;
        pointer = span_head(pointer, span_rfind(pointer, '/'));
    }
}

static int add_anchor(struct schema_documents *all, struct schema_resource *resource,
                      struct span name, struct span pointer, bool is_dynamic, struct err **err)
{
    VEC_FOREACH (struct schema_anchor *, other, &resource->anchors) {
        if (span_eq(other->name, name) && span_eq(other->pointer, pointer)) {
            other->is_dynamic = other->is_dynamic || is_dynamic;
            return 0;
        }
        if (span_eq(other->name, name))
            return err_set(err, ERR_CONFIG,
                           "%s: the anchor \"%.*s\" is there twice, at #%.*s and "
                           "#%.*s",
                           all->what, SPAN_ARG(name), SPAN_ARG(other->pointer), SPAN_ARG(pointer));
    }
    vec_push_arena(doc_arena(all->d), &resource->anchors,
                   (struct schema_anchor){name, pointer, is_dynamic});
    return 0;
}

static int collect_anchors(struct schema_documents *all, struct schema_resource *resource,
                           const struct node *n, struct span pointer, struct err **err)
{
    struct span name = node_get_text(n, "$anchor"), fragment;

    if (resource->draft < DRAFT_2019) {
        struct span id = id_of(n, resource->draft);

        name = SPAN_EMPTY;
        fragment = span_tail(id, span_find(id, '#') + 1);
        if (fragment.len && fragment.ptr[0] != '/' &&
            !location_decode(doc_arena(all->d), fragment, &name))
            return err_set(err, ERR_CONFIG,
                           "%s: error in parsing anchor at \"" SCHEMA_URL "#%.*s\"", all->what,
                           SPAN_ARG(pointer));
    }
    if (name.len && add_anchor(all, resource, name, pointer, false, err) < 0)
        return -1;
    name = node_get_text(n, "$dynamicAnchor");
    return name.len && resource->draft >= DRAFT_2020
               ? add_anchor(all, resource, name, pointer, true, err)
               : 0;
}

// The draft that a part with an $id names, or the one around it.
static int take_draft(struct schema_documents *all, const struct node *n, struct span pointer,
                      enum schema_draft *draft, struct err **err)
{
    struct span name = node_get_text(n, "$schema");
    enum schema_draft named;

    if (!name.len)
        return 0;
    named = schema_draft_of(name);
    if (!named) {
        err_set(err, ERR_CONFIG,
                "%s: the schema is written in \"%.*s\", a dialect that is not "
                "known",
                all->what, SPAN_ARG(name));
        return err_hint(err, "drafts 4, 6, 7, 2019-09 and 2020-12 are");
    }
    if (pointer.len && id_of(n, named).len && named != *draft)
        return err_set(err, ERR_UNSUPPORTED,
                       "%s: the part #%.*s is written in another draft than "
                       "the schema around it",
                       all->what, SPAN_ARG(pointer));
    if (!pointer.len)
        *draft = named;
    return 0;
}

// A new resource where there is an $id, and for the document itself.
static int add_resource(struct schema_documents *all, struct schema_document *document,
                        const struct node *n, struct span pointer, enum schema_draft draft,
                        struct span *base, struct err **err)
{
    struct span id = id_of(n, draft), fragment;
    struct schema_resource *resource;

    id = span_head(id, span_find(id, '#'));
    if (!id.len && pointer.len)
        return 0;
    if (id.len && !location_resolve(doc_arena(all->d), *base, id, base, &fragment))
        return err_set(err, ERR_CONFIG, "%s: error in parsing id at \"%.*s#%.*s\"", all->what,
                       SPAN_ARG(document->url), SPAN_ARG(pointer));
    resource = map_get(&document->by_id, *base);
    if (resource && !span_eq(resource->pointer, pointer))
        return err_set(err, ERR_CONFIG, "%s: duplicate id \"%.*s\" at \"%.*s\" and \"%.*s\"",
                       all->what, SPAN_ARG(*base), SPAN_ARG(pointer), SPAN_ARG(resource->pointer));
    if (resource)
        return 0;
    resource = ARENA_NEW(doc_arena(all->d), struct schema_resource);
    resource->pointer = pointer;
    resource->id = *base;
    resource->draft = draft;
    map_put(&document->by_id, resource->id, resource);
    map_put(&document->by_pointer, pointer, resource);
    vec_push_arena(doc_arena(all->d), &document->resources, resource);
    return 0;
}

static int collect(struct schema_documents *all, struct schema_document *document,
                   const struct node *n, struct span base, struct span pointer,
                   enum schema_draft draft, struct err **err);

static int collect_below(struct schema_documents *all, struct schema_document *document,
                         const struct node *n, struct span base, struct span pointer,
                         enum schema_draft draft, struct err **err)
{
    struct arena *a = doc_arena(all->d);

    for (size_t i = 0; i < ARRAY_LEN(positions); i++) {
        struct span keyword = span_str(positions[i].keyword), below;
        const struct node *found = node_get_span(n, keyword);

        if (!found || positions[i].since > draft)
            continue;
        below = pointer_append(a, pointer, keyword);
        if (positions[i].position == POSITION_SELF &&
            collect(all, document, found, base, below, draft, err) < 0)
            return -1;
        if (positions[i].position == POSITION_PROPERTIES) {
            NODE_FOREACH_PAIR (it, found) {
                if (collect(all, document, it->value, base, pointer_append(a, below, it->key),
                            draft, err) < 0)
                    return -1;
            }
        }
        for (size_t k = 0; positions[i].position == POSITION_ITEMS && node_is(found, NODE_SEQ) &&
                           k < node_len(found);
             k++) {
            if (collect(all, document, node_item(found, k), base, pointer_append_index(a, below, k),
                        draft, err) < 0)
                return -1;
        }
    }
    return 0;
}

// Finds what has a name in the schema at `pointer`, of which there are no more levels than the
// reader of documents allows.
static int collect(struct schema_documents *all, struct schema_document *document,
                   const struct node *n, struct span base, struct span pointer,
                   enum schema_draft draft, struct err **err)
{
    struct schema_resource *resource;

    if (map_get(&document->collected, pointer))
        return 0;
    if (arena_size(doc_arena(all->d)) > SCHEMA_MEMORY_BYTES)
        return err_set(err, ERR_CONFIG, "%s: the schema takes more than %zu MiB of memory",
                       all->what, SCHEMA_MEMORY_BYTES >> 20);
    map_put(&document->collected, pointer, document);
    if (take_draft(all, n, pointer, &draft, err) < 0 ||
        add_resource(all, document, n, pointer, draft, &base, err) < 0)
        return -1;
    if (!node_is(n, NODE_MAP))
        return 0;
    resource = map_get(&document->by_id, base);
    if (collect_anchors(all, resource, n, pointer, err) < 0)
        return -1;
    return collect_below(all, document, n, base, pointer, draft, err);
}

int schema_add_document(struct schema_documents *all, struct span url, const struct node *root,
                        struct err **err)
{
    struct schema_document *document = ARENA_NEW(doc_arena(all->d), struct schema_document);

    document->url = url;
    document->root = root;
    map_put(&all->by_url, url, document);
    return collect(all, document, root, url, SPAN_EMPTY, DRAFT_2020, err);
}

// The text of a schema that json-schema.org publishes, or NULL.
static const char *metaschema_text(struct span url)
{
    if (!span_skip(&url, "http://json-schema.org/") && !span_skip(&url, "https://json-schema.org/"))
        return NULL;
    if (span_is(url, "schema"))
        url = SPAN("draft/2020-12/schema");
    for (size_t i = 0; i < ARRAY_LEN(metaschemas); i++) {
        if (span_is(url, metaschemas[i].path))
            return metaschemas[i].text;
    }
    return NULL;
}

struct schema_document *schema_get_document(struct schema_documents *all, struct span url,
                                            struct err **err)
{
    struct schema_document *document = map_get(&all->by_url, url);
    const char *text = document ? NULL : metaschema_text(url);
    const struct node *root;

    if (document)
        return document;
    // Whatever a name that nobody resolves means: Helm takes it for a schema that allows all.
    if (span_starts(url, "urn:"))
        text = "true";
    if (!text) {
        err_set(err, ERR_CONFIG, "%s: the schema refers to %.*s, which is not in the chart",
                all->what, SPAN_ARG(url));
        err_hint(err, "nothing is fetched while a chart is rendered: put it into the schema itself "
                      "(\"$defs\")");
        return NULL;
    }
    root = doc_read_json(all->d, span_str(text), all->what, ERR_INTERNAL, err);
    if (!root || schema_add_document(all, url, root, err) < 0)
        return NULL;
    return map_get(&all->by_url, url);
}

int schema_collect_at(struct schema_documents *all, struct schema_document *document,
                      struct span pointer, bool *is_new, struct err **err)
{
    const struct schema_resource *around = schema_resource_at(document, pointer);
    const struct node *n;

    *is_new = !map_get(&document->collected, pointer);
    if (!*is_new)
        return 0;
    n = pointer_lookup(doc_arena(all->d), document->root, pointer);
    if (!n)
        return err_set(err, ERR_CONFIG, "%s: json-pointer in \"%.*s#%.*s\" not found", all->what,
                       SPAN_ARG(document->url), SPAN_ARG(pointer));
    return collect(all, document, n, around->id, pointer, around->draft, err);
}

int schema_follow(struct schema_documents *all, struct schema_document *document,
                  const struct schema_resource *from, struct span reference,
                  struct schema_document **to, struct span *pointer, struct err **err)
{
    const struct schema_resource *resource;
    struct span url, fragment;

    if (!location_resolve(doc_arena(all->d), from->id, reference, &url, &fragment))
        return err_set(err, ERR_CONFIG, "%s: \"%.*s\" is no reference", all->what,
                       SPAN_ARG(reference));
    *to = document;
    resource = map_get(&document->by_id, url);
    if (span_eq(url, document->url)) {
        resource = document->resources.items[0];
    } else if (!resource) {
        *to = schema_get_document(all, url, err);
        if (!*to)
            return -1;
        resource = (*to)->resources.items[0];
    }
    if (!fragment.len || fragment.ptr[0] == '/') {
        *pointer = resource->pointer.len
                       ? span_str(arena_printf(doc_arena(all->d), "%.*s%.*s",
                                               SPAN_ARG(resource->pointer), SPAN_ARG(fragment)))
                       : fragment;
        return 0;
    }
    VEC_FOREACH (const struct schema_anchor *, anchor, &resource->anchors) {
        if (span_eq(anchor->name, fragment)) {
            *pointer = anchor->pointer;
            return 0;
        }
    }
    return err_set(err, ERR_CONFIG, "%s: anchor in \"%.*s#%.*s\" not found in schema \"%.*s\"",
                   all->what, SPAN_ARG(url), SPAN_ARG(fragment), SPAN_ARG((*to)->url));
}

void schema_documents_free(struct schema_documents *all)
{
    MAP_FOREACH (e, &all->by_url) {
        struct schema_document *document = e->value;

        map_free(&document->by_pointer);
        map_free(&document->by_id);
        map_free(&document->collected);
    }
    map_free(&all->by_url);
}
