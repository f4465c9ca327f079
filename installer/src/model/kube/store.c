// SPDX-License-Identifier: Apache-2.0
// The objects of a watch: one small doc each, so that a change frees what it replaces.
#include "model/kube/watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { GONE_KEPT_MAX = 256 };

static struct span key_of(struct buf *key, struct span ns, struct span name)
{
    buf_add_span(key, ns);
    buf_add_char(key, '/');
    buf_add_span(key, name);
    return buf_span(key);
}

static struct stored *find(const struct store *s, struct span ns, struct span name)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    return map_get(&s->by_key, key_of(&key, ns, name));
}

static void stored_free(struct stored *e)
{
    doc_free(e->doc);
    free(e->key);
    free(e->unread);
    free(e);
}

void store_trim(struct node *object)
{
    struct node *metadata = node_get(object, "metadata");
    struct node *annotations = node_get(metadata, "annotations");

    NODE_FOREACH_ITEM (entry, node_get(metadata, "managedFields")) {
        if (node_is(entry, NODE_MAP))
            node_remove(entry, SPAN("fieldsV1"));
    }
    if (node_is(annotations, NODE_MAP))
        node_remove(annotations, SPAN("kubectl.kubernetes.io/last-applied-configuration"));
}

void store_trim_to_name(struct node *object)
{
    static const char *const more[] = {"labels",          "annotations",       "managedFields",
                                       "ownerReferences", "finalizers",        "generateName",
                                       "generation",      "creationTimestamp", "selfLink"};
    struct node *metadata = node_get(object, "metadata");

    for (size_t i = 0; i < ARRAY_LEN(more) && node_is(metadata, NODE_MAP); i++)
        node_remove(metadata, span_str(more[i]));
}

static struct span version_of(const struct node *object)
{
    return node_get_text(node_get(object, "metadata"), "resourceVersion");
}

static struct stored *add(struct store *s, struct span ns, struct span name)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct stored *e = MEM_NEW(struct stored);

    key_of(&key, ns, name);
    e->key = buf_take(&key);
    map_put(&s->by_key, span_str(e->key), e);
    return e;
}

enum store_change store_put(struct store *s, const struct node *object, struct node **stored)
{
    const struct node *metadata = node_get(object, "metadata");
    struct span ns = node_get_text(metadata, "namespace"), name = node_get_text(metadata, "name");
    struct stored *e = find(s, ns, name);
    bool was_there = e && e->doc;

    if (!e)
        e = add(s, ns, name);
    e->round = s->round;
    if (was_there && !e->unread && span_eq(version_of(e->object), version_of(object))) {
        *stored = e->object;
        return STORE_SAME;
    }
    free(STEAL(e->unread));
    doc_free(e->doc);
    e->doc = doc_new();
    e->object = *stored = node_copy(e->doc, object);
    s->count += was_there ? 0 : 1;
    return was_there ? STORE_MODIFIED : STORE_ADDED;
}

enum store_change store_put_unread(struct store *s, const struct node *stub, const char *why,
                                   struct node **stored)
{
    const struct node *metadata = node_get(stub, "metadata");
    struct span ns = node_get_text(metadata, "namespace"), name = node_get_text(metadata, "name");
    struct stored *e = find(s, ns, name);
    enum store_change change;

    if (e && e->unread && span_eq(version_of(e->object), version_of(stub))) {
        e->round = s->round;
        *stored = e->object;
        return STORE_SAME;
    }
    change = store_put(s, stub, stored);
    if (change != STORE_SAME)
        find(s, ns, name)->unread = mem_str(why);
    return change;
}

const char *store_unread(const struct store *s, struct span ns, struct span name)
{
    const struct stored *e = find(s, ns, name);

    return e ? e->unread : NULL;
}

// Keys must outlive the map, so those of gone objects are dropped by building a new one.
static void forget_gone(struct store *s)
{
    struct map kept = MAP_INIT;

    if (map_len(&s->by_key) < 2 * s->count + GONE_KEPT_MAX)
        return;
    MAP_FOREACH (entry, &s->by_key) {
        struct stored *e = entry->value;

        if (e->doc)
            map_put(&kept, span_str(e->key), e);
        else
            stored_free(e);
    }
    map_free(&s->by_key);
    s->by_key = kept;
}

static struct doc *take(struct store *s, struct stored *e, struct node **object)
{
    struct doc *d = STEAL(e->doc);

    *object = STEAL(e->object);
    free(STEAL(e->unread));
    s->count--;
    return d;
}

struct doc *store_take(struct store *s, struct span ns, struct span name, struct node **object)
{
    struct stored *e = find(s, ns, name);
    struct doc *d;

    if (!e || !e->doc)
        return NULL;
    d = take(s, e, object);
    forget_gone(s);
    return d;
}

const struct node *store_get(const struct store *s, struct span ns, struct span name)
{
    const struct stored *e = find(s, ns, name);

    return e && !e->unread ? e->object : NULL;
}

void store_begin_round(struct store *s)
{
    s->round++;
}

struct doc *store_take_unseen(struct store *s, struct node **object)
{
    MAP_FOREACH (entry, &s->by_key) {
        struct stored *e = entry->value;

        if (e->doc && e->round != s->round)
            return take(s, e, object);
    }
    forget_gone(s);
    return NULL;
}

void store_free(struct store *s)
{
    MAP_FOREACH (entry, &s->by_key)
        stored_free(entry->value);
    map_free(&s->by_key);
    *s = (struct store){0};
}
