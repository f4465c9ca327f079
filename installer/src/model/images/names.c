// SPDX-License-Identifier: Apache-2.0
// Texts that name images: arguments, environment, annotations of pods, configuration. A word is a
// name where it can be nothing else; where the text's own name speaks of an image
// (RELATED_IMAGE_X, --config-reloader-image=), one without a registry is enough.
#include <strings.h>

#include "model/images/find.h"

static bool speaks_of_image(struct span name)
{
    static const char word[] = "image";

    for (size_t i = 0; i + sizeof(word) - 1 <= name.len; i++)
        if (strncasecmp(name.ptr + i, word, sizeof(word) - 1) == 0)
            return true;
    return false;
}

static bool is_name(struct images_search *s, struct span word, bool expected)
{
    if (images_is_reference(word))
        return true;
    if (!expected || span_find(word, '/') == word.len)
        return false;
    // "grafana/loki:3": of the registry that is meant where none is named
    return images_is_reference(span_str(arena_printf(s->arena, "docker.io/%.*s", SPAN_ARG(word))));
}

static void add_name(struct images_search *s, struct span name, const struct node *at)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    buf_add(&key, &at, sizeof(at));
    buf_add_span(&key, name);
    if (map_put(&s->seen, arena_span(s->arena, buf_span(&key)), s))
        return;
    search_push(s, IMAGES_NAMED, name, at, NULL);
}

static void see_text(struct images_search *s, const struct node *at, bool expected)
{
    struct span text = node_text(at), word;

    if (map_get(&s->seen, span_of(&at, sizeof(at))))
        return; // the place is an image's own
    while (images_next_word(&text, &word)) {
        size_t equals = span_find(word, '=');
        bool said = equals < word.len && speaks_of_image(span_head(word, equals));

        while (span_ends(word, ".") || span_ends(word, ":"))
            word.len--;
        if (equals < word.len)
            word = span_tail(word, equals + 1); // "--image=x"
        if (is_name(s, word, expected || said))
            add_name(s, word, at);
    }
}

static void see(struct images_search *s, const struct node *n, bool expected);

static void see_map(struct images_search *s, const struct node *map, bool expected)
{
    bool env = speaks_of_image(node_get_text(map, "name"));

    NODE_FOREACH_PAIR (pair, map) {
        size_t before = search_enter(s, pair->key);

        see(s, pair->value,
            expected || speaks_of_image(pair->key) || (env && span_is(pair->key, "value")));
        buf_truncate(&s->path, before);
    }
}

static void see(struct images_search *s, const struct node *n, bool expected)
{
    size_t i = 0;

    if (node_is(n, NODE_STRING))
        see_text(s, n, expected);
    see_map(s, n, expected);
    if (!node_is(n, NODE_SEQ))
        return;
    NODE_FOREACH_ITEM (item, n) {
        size_t before = search_enter_item(s, i++);

        see(s, item, expected);
        buf_truncate(&s->path, before);
    }
}

void names_find(struct images_search *s, const struct node *object)
{
    NODE_FOREACH_PAIR (pair, object) {
        size_t before = s->path.len;

        if (span_is(pair->key, "metadata") || span_is(pair->key, "status"))
            continue;
        search_enter(s, pair->key);
        see(s, pair->value, false);
        buf_truncate(&s->path, before);
    }
}
