// SPDX-License-Identifier: Apache-2.0
// Sealing keys: read from their Secrets as the controller reads them (pkg/controller/keys.go of
// sealed-secrets), made as it makes them, and which of them it seals with (keyregistry.go).
#include "model/seal.h"

#include <string.h>

#include "base/mem.h"
#include "io/crypto.h"

enum { KEY_BITS = 4096, KEY_DAYS = 3650, DAY_S = 24 * 60 * 60, NAME_LETTERS = 5 };

void seal_keys_init(struct seal_keys *keys)
{
    *keys = (struct seal_keys){.doc = doc_new()};
}

void seal_keys_free(struct seal_keys *keys)
{
    if (keys->doc)
        arena_wipe(doc_arena(keys->doc));
    doc_free(keys->doc);
    *keys = (struct seal_keys){0};
}

// --- reading one ---

// What of the Secret goes into files and other clusters: not what an API server adds, nor the copy
// that kubectl keeps in an annotation.
static struct node *copy_secret(struct doc *d, const struct node *secret)
{
    static const char *const fields[] = {"type", "immutable", "data"};
    static const char *const meta_fields[] = {"name", "namespace", "labels", "annotations"};
    struct node *copy = node_new_map(d), *meta = node_new_map(d);

    for (size_t i = 0; i < ARRAY_LEN(meta_fields); i++) {
        const struct node *value = node_path(secret, "metadata", meta_fields[i]);

        if (value)
            node_set(d, meta, span_str(meta_fields[i]), node_copy(d, value));
    }
    node_remove(node_get(meta, "annotations"),
                SPAN("kubectl.kubernetes.io/last-applied-configuration"));
    node_set_str(d, copy, "apiVersion", SPAN("v1"));
    node_set_str(d, copy, "kind", SPAN("Secret"));
    node_set(d, copy, SPAN("metadata"), meta);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (node_get(secret, fields[i]))
            node_set(d, copy, span_str(fields[i]), node_copy(d, node_get(secret, fields[i])));
    return copy;
}

static bool decode(struct doc *d, const struct node *secret, const char *field, struct span *out)
{
    struct buf text CLEANUP(crypto_buf_wipe) = BUF_INIT(BUF_TEXT_MAX);

    if (!crypto_base64_decode(node_text(node_path(secret, "data", field)), &text) || !text.len)
        return false;
    *out = arena_span(doc_arena(d), buf_span(&text));
    return true;
}

// What is wrong with it, or NULL. The controller does not start with a key that it cannot read.
static const char *fill(struct doc *d, struct seal_key *key)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    time_t from, until;

    if (!decode(d, key->secret, "tls.crt", &key->cert))
        return "it has no certificate in data.tls.crt";
    if (!decode(d, key->secret, "tls.key", &key->private_key))
        return "it has no private key in data.tls.key";
    if (!crypto_cert_times(key->cert, &from, &until))
        return "its certificate cannot be read";
    if (!crypto_cert_rsa_id(key->cert, &key->id))
        return "its certificate is not of an RSA key";
    if (crypto_check_key(key->private_key, "x", &err) < 0)
        return "its private key cannot be read";
    if (crypto_check_pair(key->cert, key->private_key, "x", &err) < 0)
        return "its private key does not belong to its certificate";
    key->from = from;
    key->until = until;
    return NULL;
}

// The controller takes the keys by the age of their certificates, of one age by that of their
// Secrets.
static bool is_before(const struct seal_key *a, const struct seal_key *b)
{
    return a->from != b->from ? a->from < b->from : strcmp(a->created, b->created) < 0;
}

static struct seal_key *insert(struct seal_keys *keys, const struct seal_key *key)
{
    size_t at = keys->items.len;

    vec_push_arena(doc_arena(keys->doc), &keys->items, *key);
    for (; at > 0 && is_before(key, &keys->items.items[at - 1]); at--)
        keys->items.items[at] = keys->items.items[at - 1];
    keys->items.items[at] = *key;
    return &keys->items.items[at];
}

void seal_keys_add(struct seal_keys *keys, const struct node *secret)
{
    struct node *copy = copy_secret(keys->doc, secret), *meta = node_get(copy, "metadata");
    struct seal_key key = {
        .ns = node_get_str(meta, "namespace"),
        .name = node_get_str(meta, "name"),
        .state = node_get_str(node_get(meta, "labels"), SEAL_KEY_LABEL),
        .created = arena_str(doc_arena(keys->doc),
                             node_str(node_path(secret, "metadata", "creationTimestamp"))),
        .secret = copy,
    };

    key.problem = fill(keys->doc, &key);
    insert(keys, &key);
}

// --- making one ---

// As the API server completes metadata.generateName: without letters that make words.
static const char *new_name(struct doc *d)
{
    static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
    unsigned char random[NAME_LETTERS];
    char end[NAME_LETTERS + 1] = "";

    crypto_random(random, sizeof(random));
    for (size_t i = 0; i < NAME_LETTERS; i++)
        end[i] = letters[random[i] % (sizeof(letters) - 1)];
    return arena_printf(doc_arena(d), SEAL_KEY_PREFIX "%s", end);
}

static void set_base64(struct doc *d, struct node *data, const char *field, struct span value)
{
    struct buf text CLEANUP(crypto_buf_wipe) = BUF_INIT(BUF_TEXT_MAX);

    crypto_base64_encode(value, &text);
    node_set_str(d, data, field, buf_span(&text));
}

static struct node *new_secret(struct doc *d, const char *ns, int64_t from)
{
    struct buf key CLEANUP(crypto_buf_wipe) = BUF_INIT(BUF_TEXT_MAX);
    struct buf cert CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct node *secret = node_new_map(d), *meta = node_new_map(d), *labels = node_new_map(d),
                *data = node_new_map(d);

    crypto_make_rsa(KEY_BITS, from, from + (int64_t)KEY_DAYS * DAY_S, &key, &cert);
    node_set_str(d, labels, SEAL_KEY_LABEL, SPAN("active"));
    node_set_str(d, meta, "name", span_str(new_name(d)));
    node_set_str(d, meta, "namespace", span_str(ns));
    node_set(d, meta, SPAN("labels"), labels);
    set_base64(d, data, "tls.crt", buf_span(&cert));
    set_base64(d, data, "tls.key", buf_span(&key));
    node_set_str(d, secret, "apiVersion", SPAN("v1"));
    node_set_str(d, secret, "kind", SPAN("Secret"));
    node_set(d, secret, SPAN("metadata"), meta);
    node_set_str(d, secret, "type", SPAN("kubernetes.io/tls"));
    node_set(d, secret, SPAN("data"), data);
    return secret;
}

const struct seal_key *seal_keys_make(struct seal_keys *keys, const char *ns, int64_t now)
{
    int64_t from = now;
    struct node *secret;

    VEC_FOREACH (const struct seal_key *, key, &keys->items)
        if (!key->problem && key->from >= from)
            from = key->from + 1;
    secret = new_secret(keys->doc, ns, from);
    seal_keys_add(keys, secret);
    return seal_keys_current(keys);
}

// --- finding ---

bool seal_key_is_active(const struct seal_key *key)
{
    return strcmp(key->state, "active") == 0;
}

const struct seal_key *seal_keys_current(const struct seal_keys *keys)
{
    const struct seal_key *newest = NULL;

    VEC_FOREACH (const struct seal_key *, key, &keys->items)
        if (seal_key_is_active(key) && !key->problem && (!newest || key->from > newest->from))
            newest = key;
    return newest;
}

const struct seal_key *seal_keys_find(const struct seal_keys *keys, const struct digest *id)
{
    VEC_FOREACH (const struct seal_key *, key, &keys->items)
        if (!key->problem && digest_eq(&key->id, id))
            return key;
    return NULL;
}
