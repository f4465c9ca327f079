// SPDX-License-Identifier: Apache-2.0
// What an agent says of itself.
#include "model/seed/reading.h"
#include "model/seed/writing.h"

#define FORMAT "sandstrap-node-status/1"

void seed_status_free(struct seed_status *s)
{
    vec_free(&s->bundles);
    vec_free(&s->routed);
}

void seed_status_write(const struct seed_status *s, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d), *bundles = node_new_seq(d);

    VEC_FOREACH (const struct seed_status_bundle *, it, &s->bundles) {
        struct node *bundle = node_new_map(d);

        writing_digest(d, bundle, "identity", &it->identity);
        node_set(d, bundle, SPAN("served"), node_new_bool(d, it->served));
        writing_number(d, bundle, "lacksBlobs", it->lacks_blobs);
        writing_number(d, bundle, "lacksBytes", it->lacks_bytes);
        node_push(d, bundles, bundle);
    }
    writing_text(d, root, "format", FORMAT);
    writing_text(d, root, "version", s->version);
    writing_text(d, root, "node", s->node);
    writing_text(d, root, "nonce", s->nonce);
    writing_number(d, root, "serial", s->serial);
    node_set(d, root, SPAN("bundles"), bundles);
    writing_number(d, root, "storeBytes", s->store_bytes);
    writing_number(d, root, "freeBytes", s->free_bytes);
    writing_number(d, root, "receivedBytes", s->received_bytes);
    writing_number(d, root, "fetchedBytes", s->fetched_bytes);
    writing_text(d, root, "layout", s->layout);
    writing_texts(d, root, "routed", s->routed.items, s->routed.len);
    writing_text(d, root, "problem", s->problem);
    writing_text(d, root, "remedy", s->remedy);
    writing_end(root, out);
}

static void read_bundles(struct reading *r, const struct node *root, struct seed_status *s)
{
    static const char *const known[] = {"identity", "served", "lacksBlobs", "lacksBytes", NULL};

    NODE_FOREACH_ITEM (item, reading_list(r, root, "bundles")) {
        reading_fields(r, item, known);
        vec_push(&s->bundles,
                 (struct seed_status_bundle){.identity = reading_digest(r, item, "identity"),
                                             .served = reading_flag(r, item, "served"),
                                             .lacks_blobs = reading_number(r, item, "lacksBlobs"),
                                             .lacks_bytes = reading_number(r, item, "lacksBytes")});
    }
}

int seed_status_read(struct span text, struct arena *arena, struct seed_status *s, struct err **err)
{
    static const char *const known[] = {"format",        "version",      "node",       "nonce",
                                        "serial",        "bundles",      "storeBytes", "freeBytes",
                                        "receivedBytes", "fetchedBytes", "layout",     "routed",
                                        "problem",       "remedy",       NULL};
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct reading r = {.what = "what the node's agent says", .arena = arena};
    const struct node *root = reading_open(&r, d, text, FORMAT);

    *s = (struct seed_status){0};
    if (!root)
        return reading_end(&r, err);
    reading_fields(&r, root, known);
    s->version = reading_text(&r, root, "version");
    s->node = reading_text(&r, root, "node");
    s->nonce = reading_text(&r, root, "nonce");
    s->serial = reading_number(&r, root, "serial");
    read_bundles(&r, root, s);
    s->store_bytes = reading_number(&r, root, "storeBytes");
    s->free_bytes = reading_number(&r, root, "freeBytes");
    s->received_bytes = reading_number(&r, root, "receivedBytes");
    s->fetched_bytes = reading_number(&r, root, "fetchedBytes");
    s->layout = reading_text_if(&r, root, "layout");
    NODE_FOREACH_ITEM (item, reading_list(&r, root, "routed"))
        vec_push(&s->routed, reading_item(&r, item, "routed"));
    s->problem = reading_text_if(&r, root, "problem");
    s->remedy = reading_text_if(&r, root, "remedy");
    if (r.error)
        seed_status_free(s);
    return reading_end(&r, err);
}
