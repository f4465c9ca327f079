// SPDX-License-Identifier: Apache-2.0
// What texts in objects name.
#include "work/artifacts/follow/mentions.h"

#include <string.h>

#include "base/url.h"
#include "model/images.h"

struct mentions {
    struct walk *walk;
    const struct bundle *bundle;
    const char *user;
};

// Whether `name` is `text`, or something below it.
static bool is_below(struct span name, struct span text)
{
    return span_eq(name, text) || (span_eq(span_head(name, text.len), text) &&
                                   (name.ptr[text.len] == '/' || name.ptr[text.len] == ':'));
}

// Whether an artifact is what a URL names, or below it, as charts are below their repository.
static bool is_held(const struct mentions *m, struct span url)
{
    size_t count;
    const struct bundle_artifact *all = bundle_artifacts(m->bundle, &count);
    struct span bare = url_trim(url);

    (void)span_skip(&bare, "oci://");
    for (size_t i = 0; i < count; i++)
        if (all[i].kind != BUNDLE_TREE && is_below(all[i].name, bare))
            return true;
    return false;
}

static void see_url(const struct mentions *m, struct span word)
{
    static const char *const schemes[] = {"https", "http", "oci", "git", "ssh"};
    struct url url;
    bool is_fetched = false;

    if (!url_parse(word, &url) || url_host_is_inside(url.host))
        return;
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
        is_fetched = is_fetched || url_is(&url, schemes[i]);
    if (is_fetched && !url_has_secret(&url) && !is_held(m, word))
        walk_note_gap(m->walk, ARTIFACTS_MENTIONED, "url", word, m->user);
}

static void see_image(const struct mentions *m, struct span word)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL;
    struct buf name CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct oci_ref ref;

    if (!images_is_reference(word) || oci_ref_parse(m->walk->arena, word, &ref, &ignored) < 0)
        return;
    oci_ref_format(&ref, &name);
    if ((digest_is_set(&ref.digest) && bundle_find_blob(m->bundle, &ref.digest)) ||
        is_held(m, word) || is_held(m, buf_span(&name)))
        return;
    walk_note_gap(m->walk, ARTIFACTS_MENTIONED, "image", word, m->user);
}

static void see_word(const struct mentions *m, struct span word)
{
    struct span value = span_tail(word, span_find(word, '=') + 1);

    while (word.len && strchr(".:", word.ptr[word.len - 1]))
        word.len--;
    if (span_search(word, SPAN("://")) == word.len) {
        see_image(m, word);
        if (value.len)
            see_image(m, value); // "--image=ghcr.io/x/y:1"
        return;
    }
    if (span_find(word, '=') < span_search(word, SPAN("://")))
        word = span_tail(word, span_find(word, '=') + 1); // "--url=https://x"
    see_url(m, word);
}

static void see_text(const struct mentions *m, struct span text)
{
    struct span word;

    while (images_next_word(&text, &word))
        see_word(m, word);
}

static void see_node(const struct mentions *m, const struct node *n)
{
    if (node_is(n, NODE_STRING))
        see_text(m, node_text(n));
    NODE_FOREACH_ITEM (item, n)
        see_node(m, item);
    NODE_FOREACH_PAIR (pair, n)
        see_node(m, pair->value);
}

// What only people read: the fields of a definition are described there, and an alert tells with
// its annotations where to look. Big Bang's monitoring has more than a hundred of these.
static bool is_for_people(const struct identity *id)
{
    return span_is(id->kind, "CustomResourceDefinition") ||
           (span_is(id->kind, "PrometheusRule") && span_is(id->group, "monitoring.coreos.com"));
}

void mentions_find(struct walk *w, const struct bundle *b, const struct deep_object *object)
{
    struct mentions m = {w, b, object->label};

    if (is_for_people(&object->id))
        return;
    NODE_FOREACH_PAIR (pair, object->node)
        if (!span_is(pair->key, "metadata") && !span_is(pair->key, "status"))
            see_node(&m, pair->value);
}
