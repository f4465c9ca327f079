// SPDX-License-Identifier: Apache-2.0
// The image transformer: new names, tags and digests for images, in the fields of the configuration
// and in everything called containers or initContainers.
#include "io/regex.h"
#include "model/kustomize/scalar.h"
#include "model/kustomize/transform/transform.h"

struct image {
    struct span name, new_name, tag_suffix, new_tag, digest;
    struct regex *pattern; // NULL when the name is matched byte by byte
};

struct tagging {
    struct walk walk;
    struct node_list conventional; // containers[].image anywhere
    struct node_list configured;   // by field specs
};

// Whether the pattern is plain text but for dots, which match any character.
static bool is_simple(struct span pattern)
{
    for (size_t i = 0; i < pattern.len; i++) {
        unsigned char c = (unsigned char)pattern.ptr[i];
        if (c >= 0x80 || (c != '/' && strchr("\\^$*+?()[]{}|", c)))
            return false;
    }
    return true;
}

static bool tag_chars(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && (!c || !strchr("_.{}-", c)))
            return false;
    }
    return true;
}

// "", ":tag", "@sha256:digest" or both.
static bool is_rest(struct span rest)
{
    if (rest.len && rest.ptr[0] == ':') {
        size_t end = span_find(rest, '@');
        if (!tag_chars(span_of(rest.ptr + 1, end - 1)))
            return false;
        rest = span_tail(rest, end);
    }
    return !rest.len || (span_skip(&rest, "@sha256:") && tag_chars(rest));
}

static bool matches(const struct image *image, struct span value, bool *result, struct err **err)
{
    if (image->pattern)
        return regex_match(image->pattern, value, result, err) == 0;
    struct span name = image->name;
    *result = false;
    if (value.len < name.len)
        return true;
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] != value.ptr[i] &&
            (name.ptr[i] != '.' || value.ptr[i] == '\n' || (unsigned char)value.ptr[i] >= 0x80))
            return true;
    }
    *result = is_rest(span_tail(value, name.len));
    return true;
}

static void split_image(struct span value, struct span *name, struct span *tag, struct span *digest)
{
    size_t slash = span_find(value, '/');
    size_t from = slash < value.len && slash > 0 ? slash : 0;
    struct span search = span_tail(value, from);
    size_t at = span_find(search, '@') + from, colon = span_find(search, ':') + from;
    *tag = *digest = SPAN_EMPTY;
    size_t end = at < colon ? at : colon;
    *name = span_head(value, end);
    if (at < value.len)
        *digest = span_tail(value, at + 1);
    if (colon < at && colon < value.len)
        *tag = span_of(value.ptr + colon + 1, at - colon - 1);
}

static void retag(struct kust *k, const struct image *image, struct node *field)
{
    struct span name, tag, digest;
    split_image(scalar_raw(field), &name, &tag, &digest);
    if (image->new_name.len)
        name = image->new_name;
    struct span suffix = SPAN_EMPTY;
    if (image->new_tag.len || image->digest.len) {
        tag = image->new_tag;
        digest = image->digest;
    } else if (image->tag_suffix.len) {
        suffix = image->tag_suffix;
        digest = SPAN_EMPTY;
    }
    const char *colon = tag.len + suffix.len ? ":" : "";
    scalar_set_text(k->doc, field,
                    span_str(arena_printf(k->arena, "%.*s%s%.*s%.*s%s%.*s", SPAN_ARG(name), colon,
                                          SPAN_ARG(tag), SPAN_ARG(suffix), digest.len ? "@" : "",
                                          SPAN_ARG(digest))));
}

static int apply(struct kust *k, const struct image *image, const struct node_list *fields,
                 struct err **err)
{
    for (size_t i = 0; i < fields->len; i++) {
        bool match = false;
        if (!matches(image, scalar_raw(fields->items[i]), &match, err))
            return -1;
        if (match)
            retag(k, image, fields->items[i]);
    }
    return 0;
}

static int add_field(void *data, struct node *field, struct err **err)
{
    struct tagging *t = data;
    struct kust *k = t->walk.kust;
    if (field->type == NODE_NULL)
        return 0;
    if (!scalar_is(field))
        return kust_fail(k, field, err, "%s: image: expected a text, found %s",
                         resource_text(k, t->walk.resource), node_type_name(field));
    vec_push_arena(k->arena, &t->configured, field);
    return 0;
}

static int add_container(struct tagging *t, const struct node *container, struct err **err)
{
    struct kust *k = t->walk.kust;
    if (container->type == NODE_NULL)
        return 0;
    if (container->type != NODE_MAP)
        return kust_fail(k, container, err, "%s: expected a container (a map), found %s",
                         resource_text(k, t->walk.resource), node_type_name(container));
    struct node *image = node_get(container, "image");
    if (!image || image->type == NODE_NULL)
        return 0;
    if (!scalar_is(image))
        return kust_fail(k, image, err, "%s: image: expected a text, found %s",
                         resource_text(k, t->walk.resource), node_type_name(image));
    vec_push_arena(k->arena, &t->conventional, image);
    return 0;
}

// Lists called containers or initContainers, wherever they are.
static int find_containers(struct tagging *t, const struct node *n, struct err **err)
{
    for (size_t i = 0; n->type == NODE_SEQ && i < n->seq.len; i++) {
        if (find_containers(t, n->seq.items[i], err) < 0)
            return -1;
    }
    NODE_FOREACH_PAIR (pair, n) {
        if (scalar_is(pair->value))
            continue;
        if (find_containers(t, pair->value, err) < 0)
            return -1;
        if (!span_is(pair->key, "containers") && !span_is(pair->key, "initContainers"))
            continue;
        NODE_FOREACH_ITEM (container, pair->value) {
            if (add_container(t, container, err) < 0)
                return -1;
        }
    }
    return 0;
}

static int collect(struct tagging *t, const struct image_args *args, struct resource *r,
                   struct err **err)
{
    if (resource_empty(r) || span_is(resource_kind(r), "CustomResourceDefinition"))
        return 0;
    t->walk.resource = r;
    if (find_containers(t, r->node, err) < 0)
        return -1;
    VEC_FOREACH (const struct fieldspec *, spec, args->specs) {
        if (walk_field(&t->walk, spec, r->node, err) < 0)
            return -1;
    }
    return 0;
}

static int read_image(struct kust *k, const struct node *entry, struct image *image,
                      struct err **err)
{
    *image = (struct image){
        .name = node_get_text(entry, "name"),
        .new_name = node_get_text(entry, "newName"),
        .tag_suffix = node_get_text(entry, "tagSuffix"),
        .new_tag = node_get_text(entry, "newTag"),
        .digest = node_get_text(entry, "digest"),
    };
    if (is_simple(image->name))
        return 0;
    const char *text = arena_printf(
        k->arena, "^%.*s(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$", SPAN_ARG(image->name));
    image->pattern = regex_new(span_str(text), 0, err);
    return image->pattern ? 0 : err_wrap(err, "%s: image name", kust_where(k, entry));
}

int transform_images(struct kust *k, const struct transformer *t, struct resmap *m,
                     struct err **err)
{
    const struct image_args *args = t->args;
    struct tagging all = {{k, NULL, WALK_FIND, add_field, NULL}, {0}, {0}};
    all.walk.data = &all;
    for (size_t i = 0; i < m->len; i++) {
        if (collect(&all, args, m->items[i], err) < 0)
            return -1;
    }
    int rc = 0;
    NODE_FOREACH_ITEM (entry, args->images) {
        struct image image = {0};
        if (rc < 0)
            continue;
        rc = read_image(k, entry, &image, err);
        // Both passes see each field, so a tagSuffix is added twice, as kustomize does.
        if (rc == 0)
            rc = apply(k, &image, &all.conventional, err);
        if (rc == 0)
            rc = apply(k, &image, &all.configured, err);
        regex_free(image.pattern);
    }
    return rc;
}
