// SPDX-License-Identifier: Apache-2.0
// Work is not shared out beforehand: whoever is free takes what is next.
#include "work/seed/upload/plan.h"

#include <stdlib.h>
#include <string.h>

void upload_plan_begin(struct upload_plan *p, const struct seed_blobs *needed, size_t nodes)
{
    *p = (struct upload_plan){0};
    VEC_FOREACH (const struct seed_blob *, it, &needed->items)
        vec_push(&p->items, (struct upload_item){.blob = {.digest = it->digest, .size = it->size}});
    for (size_t i = 0; i < nodes; i++)
        vec_push(&p->nodes, (struct upload_node){0});
}

void upload_plan_free(struct upload_plan *p)
{
    vec_free(&p->items);
    vec_free(&p->nodes);
    free(p->order);
    p->order = NULL;
}

// --- what is there ---

static int compare(const struct upload_item *item, const struct seed_blob *blob)
{
    return memcmp(item->blob.digest.bytes, blob->digest.bytes, DIGEST_BYTES);
}

static void note_lacking(struct upload_item *item, size_t node, uint64_t have)
{
    if (item->state != UPLOAD_LACKING)
        return;
    have = have < item->blob.size ? have : item->blob.size;
    if (item->bound && item->node == node) {
        item->bound = false;
        item->blob.have = have;
    } else if (!item->bound && have > item->blob.have) {
        item->node = node;
        item->blob.have = have;
    }
}

void upload_plan_lacks(struct upload_plan *p, size_t node, const struct seed_blobs *lacks)
{
    size_t at = 0;

    VEC_FOREACH (struct upload_item *, it, &p->items) {
        while (at < lacks->items.len && compare(it, &lacks->items.items[at]) > 0)
            at++;
        if (at < lacks->items.len && compare(it, &lacks->items.items[at]) == 0)
            note_lacking(it, node, lacks->items.items[at].have);
        else if (it->state == UPLOAD_LACKING)
            it->state = UPLOAD_THERE;
    }
}

static uint64_t rest_of(const struct upload_item *item)
{
    return item->blob.size - item->blob.have;
}

static int compare_order(const void *a, const void *b)
{
    const struct upload_item *left = *(struct upload_item *const *)a;
    const struct upload_item *right = *(struct upload_item *const *)b;

    if ((left->blob.have > 0) != (right->blob.have > 0))
        return left->blob.have > 0 ? -1 : 1;
    if (left->blob.size != right->blob.size)
        return left->blob.size > right->blob.size ? -1 : 1;
    return memcmp(left->blob.digest.bytes, right->blob.digest.bytes, DIGEST_BYTES);
}

void upload_plan_order(struct upload_plan *p)
{
    p->order = mem_zalloc(p->items.len + 1, sizeof(struct upload_item *));
    for (size_t i = 0; i < p->items.len; i++)
        p->order[i] = &p->items.items[i];
    qsort(p->order, p->items.len, sizeof(struct upload_item *), compare_order);
}

// --- what is sent ---

// False when all nodes are away.
static bool choose_node(const struct upload_plan *p, struct upload_item *item)
{
    const struct upload_node *least = NULL;

    if (item->bound || item->blob.have > 0)
        return !item->bound && !p->nodes.items[item->node].away;
    VEC_FOREACH (const struct upload_node *, it, &p->nodes)
        if (!it->away && (!least || it->weight < least->weight))
            least = it;
    if (least)
        item->node = (size_t)(least - p->nodes.items);
    return least;
}

struct upload_item *upload_plan_next(struct upload_plan *p)
{
    for (; p->next < p->items.len && p->order[p->next]->state == UPLOAD_THERE; p->next++)
        continue;
    for (size_t i = p->next; i < p->items.len; i++) {
        struct upload_item *item = p->order[i];

        if (item->state != UPLOAD_LACKING || !choose_node(p, item))
            continue;
        item->state = UPLOAD_SENDING;
        p->nodes.items[item->node].weight += rest_of(item);
        return item;
    }
    return NULL;
}

void upload_plan_arrived(struct upload_item *item)
{
    item->state = UPLOAD_THERE;
}

void upload_plan_broke(struct upload_plan *p, struct upload_item *item)
{
    item->state = UPLOAD_LACKING;
    item->bound = true;
    p->nodes.items[item->node].away = true;
}

void upload_plan_spoilt(struct upload_item *item)
{
    item->state = UPLOAD_LACKING;
    item->blob.have = 0;
    item->damaged++;
}

void upload_plan_return(struct upload_plan *p, size_t node)
{
    p->nodes.items[node].away = false;
}

// --- how far it is ---

uint64_t upload_plan_left(const struct upload_plan *p, size_t *blobs)
{
    uint64_t bytes = 0;

    *blobs = 0;
    VEC_FOREACH (const struct upload_item *, it, &p->items) {
        if (it->state == UPLOAD_THERE)
            continue;
        bytes += rest_of(it);
        ++*blobs;
    }
    return bytes;
}

bool upload_plan_is_away(const struct upload_plan *p)
{
    VEC_FOREACH (const struct upload_node *, it, &p->nodes)
        if (it->away)
            return true;
    return false;
}
