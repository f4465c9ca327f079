// SPDX-License-Identifier: Apache-2.0
// The command `keys list`.
#include <string.h>

#include "base/when.h"
#include "cmd/keys.h"
#include "cmd/keys/open.h"
#include "io/doc.h"
#include "model/seal.h"

enum { DATE_BYTES = sizeof("2026-01-02") - 1 };

static const struct opt list_table[] = {
    KEYS_FILE_OPTION("[FILE]", "list what is in this file, not in the cluster"),
    KEYS_NAMESPACE_OPTION("look in this namespace only"),
    COMMAND_CLUSTER_OPTIONS(struct keys_options),
    KEYS_PASSPHRASE_OPTION,
    COMMAND_COMMON_OPTIONS,
};

static void print_key(const struct seal_key *key, bool seals, struct buf *out)
{
    char from[WHEN_TEXT_BYTES], until[WHEN_TEXT_BYTES];

    buf_printf(out, "%-28s %-18s %-12s ", key->name, key->ns, key->state);
    if (key->problem) {
        buf_printf(out, "cannot be used: %s\n", key->problem);
        return;
    }
    buf_printf(out, "%.*s  %.*s  %-5s  %s\n", DATE_BYTES, when_stamp(key->from, from), DATE_BYTES,
               when_stamp(key->until, until), seals ? "yes" : "", DIGEST_TEXT(&key->id));
}

static void print_text(const struct seal_keys *keys, struct buf *out)
{
    const struct seal_key *current = seal_keys_current(keys);

    buf_printf(out, "%-28s %-18s %-12s %-10s  %-10s  %-5s  %s\n", "NAME", "NAMESPACE", "STATE",
               "MADE", "VALID TO", "SEALS", "PUBLIC KEY");
    VEC_FOREACH (const struct seal_key *, key, &keys->items)
        print_key(key, key == current, out);
}

static struct node *key_node(struct doc *d, const struct seal_key *key, bool seals)
{
    struct node *n = node_new_map(d);
    char text[WHEN_TEXT_BYTES];

    node_set_str(d, n, "name", span_str(key->name));
    node_set_str(d, n, "namespace", span_str(key->ns));
    node_set_str(d, n, "state", span_str(key->state));
    node_set(d, n, SPAN("seals"), node_new_bool(d, seals));
    if (*key->created)
        node_set_str(d, n, "created", span_str(key->created));
    if (key->problem) {
        node_set_str(d, n, "problem", span_str(key->problem));
        return n;
    }
    node_set_str(d, n, "validFrom", span_str(when_stamp(key->from, text)));
    node_set_str(d, n, "validUntil", span_str(when_stamp(key->until, text)));
    node_set_str(d, n, "publicKey", span_str(DIGEST_TEXT(&key->id)));
    return n;
}

static void print_json(const struct seal_keys *keys, struct buf *out)
{
    const struct seal_key *current = seal_keys_current(keys);
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d), *list = node_new_seq(d);

    VEC_FOREACH (const struct seal_key *, key, &keys->items)
        node_push(d, list, key_node(d, key, key == current));
    node_set(d, root, SPAN("keys"), list);
    doc_write_json(root, false, out);
    buf_add_char(out, '\n');
}

static int read_keys(struct command_env *env, const struct keys_options *o, struct seal_keys *keys,
                     struct err **err)
{
    struct keys_session s CLEANUP(keys_close) = {0};
    struct keys_file file = keys_file_of(o);

    if (o->file)
        return keys_read_file(env->loop, &file, keys, err);
    return keys_open(&s, env, o, "keys list", err) < 0 ? -1 : keys_list(&s.cluster, keys, err);
}

static int list_run(struct command_env *env, const void *options, struct err **err)
{
    struct seal_keys keys CLEANUP(seal_keys_free);

    seal_keys_init(&keys);
    if (read_keys(env, options, &keys, err) < 0)
        return -1;
    (env->json ? print_json : print_text)(&keys, env->out);
    return 0;
}

const struct command cmd_keys_list = {
    .spec = {.name = "keys list",
             .summary = "list the sealing keys of the cluster, or of a file",
             .details =
                 "The newest active one seals; the other active ones open what they sealed.\n"
                 "PUBLIC KEY is the SHA-256 of a key's SubjectPublicKeyInfo.",
             .options = list_table,
             .option_count = ARRAY_LEN(list_table)},
    .options_size = sizeof(struct keys_options),
    .run = list_run,
};
