// SPDX-License-Identifier: Apache-2.0
// The copy that keeps the keys while a sandbox is down: a Secret beside the record, with the same
// text as a plain file of keys. It bears no label of the controller's.
#include <string.h>

#include "io/crypto.h"
#include "work/keys/place.h"

#define COPY_FIELD "keys.json"

// Adds what is in the copy. 1: there is none.
static int read_copy(const struct keys_cluster *c, struct seal_keys *keys, struct buf *uid,
                     struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct buf text CLEANUP(crypto_buf_wipe) = BUF_INIT(SEAL_FILE_MAX);
    const struct kube_resource *secrets = kube_find(c->kube, SPAN("v1"), SPAN("Secret"), err);
    int result =
        secrets ? kube_get(c->kube, secrets, record_namespace(c->record), KEYS_COPY, &answer, err)
                : -1;

    if (answer.reason == KUBE_FORBIDDEN) { // who may not read it has not made one either
        err_clear(err);
        report_trace(c->report, "keys", "whether there is a copy of sealing keys may not be read");
        return 1;
    }
    if (result != 0)
        return result;
    buf_add_str(uid, node_str(node_path(answer.object, "metadata", "uid")));
    if (!crypto_base64_decode(node_text(node_path(answer.object, "data", COPY_FIELD)), &text))
        return err_set(err, ERR_INTEGRITY,
                       "Secret " KEYS_COPY ": its " COPY_FIELD " is not base64");
    return seal_keys_read(keys, buf_span(&text), "Secret " KEYS_COPY, err);
}

static int write_copy(const struct keys_cluster *c, const struct seal_keys *keys, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct buf text CLEANUP(crypto_buf_wipe) = BUF_INIT(SEAL_FILE_MAX);
    struct buf base64 CLEANUP(crypto_buf_wipe) = BUF_INIT(2 * SEAL_FILE_MAX);
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *object = node_new_map(d), *meta = node_new_map(d), *data = node_new_map(d);
    int result;

    seal_keys_write(keys, &text);
    crypto_base64_encode(buf_span(&text), &base64);
    node_set_str(d, meta, "name", SPAN(KEYS_COPY));
    node_set_str(d, meta, "namespace", span_str(record_namespace(c->record)));
    node_set_str(d, data, COPY_FIELD, buf_span(&base64));
    node_set_str(d, object, "apiVersion", SPAN("v1"));
    node_set_str(d, object, "kind", SPAN("Secret"));
    node_set(d, object, SPAN("metadata"), meta);
    node_set(d, object, SPAN("data"), data);
    result = kube_apply(c->kube, object, false, &answer, err);
    arena_wipe(doc_arena(d));
    return result;
}

static bool has(const struct seal_keys *keys, const struct seal_key *key)
{
    VEC_FOREACH (const struct seal_key *, other, &keys->items)
        if (strcmp(other->ns, key->ns) == 0 && strcmp(other->name, key->name) == 0)
            return true;
    return false;
}

int keys_secure(const struct keys_cluster *c, size_t *count, struct err **err)
{
    struct seal_keys keys CLEANUP(seal_keys_free), copied CLEANUP(seal_keys_free);
    struct buf uid CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    seal_keys_init(&keys);
    seal_keys_init(&copied);
    if (keys_list(c, &keys, err) < 0 || read_copy(c, &copied, &uid, err) < 0)
        return -1;
    VEC_FOREACH (const struct seal_key *, key, &copied.items)
        if (!has(&keys, key))
            seal_keys_add(&keys, key->secret);
    *count = keys.items.len;
    if (!*count)
        return 0;
    // Without a snapshot: all that is to go would count as there before.
    return record_take(c->record, err) < 0 ? -1 : write_copy(c, &keys, err);
}

int keys_restore(const struct keys_cluster *c, struct keys_done *done, struct err **err)
{
    struct seal_keys keys CLEANUP(seal_keys_free), there CLEANUP(seal_keys_free);
    struct buf uid CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct kube_resource *secrets = kube_find(c->kube, SPAN("v1"), SPAN("Secret"), err);
    int absent;

    seal_keys_init(&keys);
    seal_keys_init(&there);
    absent = secrets ? read_copy(c, &keys, &uid, err) : -1;
    if (absent != 0)
        return absent < 0 ? -1 : 0;
    if (keys_list(c, &there, err) < 0 || record_begin(c->record, err) < 0 ||
        keys_place(c, &keys, &there, done, err) < 0)
        return -1;
    // One that runs already is told; the layers wait for it anyway.
    if (done->added && keys_take_up(c, &keys, false, err) < 0)
        return -1;
    return kube_delete(c->kube, secrets, record_namespace(c->record), KEYS_COPY, buf_str(&uid),
                       err);
}
