// SPDX-License-Identifier: Apache-2.0
// Files of keys: a list of Secrets as text, and the same encrypted with a passphrase. The layout is
// in docs/internals/keys.md; it changes only with the version.
#include <string.h>

#include "io/crypto.h"
#include "model/seal.h"

#define MAGIC "sandstrap keys\n"

enum {
    VERSION = 1,
    AT_VERSION = 15,
    AT_COST = 16, // log2 of N, r, p, and a zero
    AT_SALT = 20,
    SALT_BYTES = 32,
    AT_NONCE = AT_SALT + SALT_BYTES,
    AT_CHECK = AT_NONCE + CRYPTO_NONCE_BYTES, // tells a wrong passphrase from a changed file
    HEADER_BYTES = AT_CHECK + CRYPTO_TAG_BYTES,
    DERIVED_BYTES = 2 * CRYPTO_KEY_BYTES, // for the text, and for the check
};

// 128 MiB and about half a second: what OWASP asks for of scrypt.
static const struct crypto_scrypt cost = {.log_n = 17, .r = 8, .p = 1};
// What a file may ask for: 1 GiB.
enum { LOG_N_LEAST = 10, LOG_N_MOST = 20, R_MOST = 16, P_MOST = 4, BLOCKS_MOST = 1 << 23 };

static const unsigned char zero_nonce[CRYPTO_NONCE_BYTES];

// --- text ---

void seal_keys_write(const struct seal_keys *keys, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *list = node_new_map(d), *items = node_new_seq(d);

    VEC_FOREACH (const struct seal_key *, key, &keys->items)
        node_push(d, items, node_copy(d, key->secret));
    node_set_str(d, list, "apiVersion", SPAN("v1"));
    node_set_str(d, list, "kind", SPAN("List"));
    node_set(d, list, SPAN("items"), items);
    doc_write_json(list, false, out);
    buf_add_char(out, '\n');
    arena_wipe(doc_arena(d));
}

static int add(struct seal_keys *keys, const struct node *object, const char *what,
               struct err **err)
{
    if (!span_is(node_get_text(object, "kind"), "Secret") ||
        !node_path(object, "metadata", "labels", SEAL_KEY_LABEL))
        return err_set(err, ERR_CONFIG, "%s:%u: not the Secret of a sealing key (label %s)", what,
                       object->line, SEAL_KEY_LABEL);
    if (!node_path(object, "metadata", "name"))
        return err_set(err, ERR_CONFIG, "%s:%u: the Secret has no metadata.name", what,
                       object->line);
    seal_keys_add(keys, object);
    return 0;
}

static int add_document(struct seal_keys *keys, const struct node *document, const char *what,
                        struct err **err)
{
    if (!node_is(node_get(document, "items"), NODE_SEQ))
        return add(keys, document, what, err);
    NODE_FOREACH_ITEM (item, node_get(document, "items"))
        if (add(keys, item, what, err) < 0)
            return -1;
    return 0;
}

static int add_documents(struct seal_keys *keys, const struct node_list *documents,
                         const char *what, struct err **err)
{
    size_t before = keys->items.len;

    for (size_t i = 0; i < documents->len; i++)
        if (add_document(keys, documents->items[i], what, err) < 0)
            return -1;
    if (keys->items.len > before)
        return 0;
    return err_set(err, ERR_CONFIG, "%s: no sealing key is in it", what);
}

int seal_keys_read(struct seal_keys *keys, struct span text, const char *what, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node_list documents = {0};
    int result = doc_read_yaml(d, text, what, &documents, err);

    if (result == 0)
        result = add_documents(keys, &documents, what, err);
    arena_wipe(doc_arena(d));
    return result;
}

// --- encrypted ---

bool seal_is_locked(struct span file)
{
    return span_starts(file, MAGIC);
}

// The two keys; the check is a tag over the header before it, of a key that is used for nothing
// else.
static void derive(struct span passphrase, const unsigned char *header, unsigned char *derived,
                   struct buf *check)
{
    struct crypto_scrypt asked = {header[AT_COST], header[AT_COST + 1], header[AT_COST + 2]};

    crypto_scrypt(passphrase, span_of(header + AT_SALT, SALT_BYTES), &asked, derived,
                  DERIVED_BYTES);
    crypto_gcm_encrypt(derived + CRYPTO_KEY_BYTES, zero_nonce, span_of(header, AT_CHECK),
                       SPAN_EMPTY, check);
}

void seal_lock(struct span text, struct span passphrase, struct buf *out)
{
    unsigned char header[HEADER_BYTES] = MAGIC, derived[DERIVED_BYTES];
    struct buf check CLEANUP(buf_free) = BUF_INIT(CRYPTO_TAG_BYTES);

    header[AT_VERSION] = VERSION;
    header[AT_COST] = (unsigned char)cost.log_n;
    header[AT_COST + 1] = (unsigned char)cost.r;
    header[AT_COST + 2] = (unsigned char)cost.p;
    crypto_random(header + AT_SALT, SALT_BYTES + CRYPTO_NONCE_BYTES);
    derive(passphrase, header, derived, &check);
    memcpy(header + AT_CHECK, check.data, CRYPTO_TAG_BYTES);
    buf_add(out, header, sizeof(header));
    crypto_gcm_encrypt(derived, header + AT_NONCE, span_of(header, sizeof(header)), text, out);
    crypto_wipe(derived, sizeof(derived));
}

static bool is_sane(const unsigned char *at)
{
    return at[0] >= LOG_N_LEAST && at[0] <= LOG_N_MOST && at[1] && at[1] <= R_MOST && at[2] &&
           at[2] <= P_MOST && ((unsigned)at[1] << at[0]) <= BLOCKS_MOST && !at[3];
}

int seal_check_locked(struct span file, const char *what, struct err **err)
{
    const unsigned char *header = (const unsigned char *)file.ptr;

    if (!seal_is_locked(file))
        return err_set(err, ERR_CONFIG, "%s: not an encrypted file of keys", what);
    if (file.len > AT_VERSION && header[AT_VERSION] != VERSION)
        return err_set(err, ERR_UNSUPPORTED, "%s: made by a newer sandstrap (version %u of keys)",
                       what, header[AT_VERSION]);
    if (file.len < HEADER_BYTES + CRYPTO_TAG_BYTES)
        return err_set(err, ERR_INTEGRITY, "%s: the file is cut short", what);
    if (!is_sane(header + AT_COST))
        return err_set(err, ERR_INTEGRITY, "%s: its header was changed after it was written", what);
    return 0;
}

int seal_unlock(struct span file, struct span passphrase, const char *what, struct buf *out,
                struct err **err)
{
    const unsigned char *header = (const unsigned char *)file.ptr;
    struct buf check CLEANUP(buf_free) = BUF_INIT(CRYPTO_TAG_BYTES);
    unsigned char derived[DERIVED_BYTES];
    bool known, same;

    if (seal_check_locked(file, what, err) < 0)
        return -1;
    derive(passphrase, header, derived, &check);
    known = crypto_equal(check.data, header + AT_CHECK, CRYPTO_TAG_BYTES);
    same = known && crypto_gcm_decrypt(derived, header + AT_NONCE, span_head(file, HEADER_BYTES),
                                       span_tail(file, HEADER_BYTES), out);
    crypto_wipe(derived, sizeof(derived));
    if (!known)
        return err_set(err, ERR_INTEGRITY,
                       "%s: this is not the passphrase that it was encrypted with", what);
    if (!same)
        return err_set(err, ERR_INTEGRITY, "%s: the file was changed after it was written", what);
    return 0;
}
