// SPDX-License-Identifier: Apache-2.0
// The commands `keys export`, `keys import` and `keys new`: between files and the cluster.
#include "base/file.h"
#include "base/when.h"
#include "cmd/keys.h"
#include "cmd/keys/open.h"
#include "model/seal.h"

static const struct opt export_table[] = {
    KEYS_FILE_OPTION("FILE", "the file to write, readable by you only"),
    KEYS_NAMESPACE_OPTION("only the keys of this namespace"),
    COMMAND_CLUSTER_OPTIONS(struct keys_options),
    KEYS_PASSPHRASE_OPTION,
    KEYS_WRITE_OPTIONS,
    COMMAND_COMMON_OPTIONS,
};

static const struct opt import_table[] = {
    KEYS_FILE_OPTION("FILE",
                     "a file of 'keys export' or 'keys new', or Secrets that kubectl wrote"),
    KEYS_NAMESPACE_OPTION("put all of them there, not where they were"),
    COMMAND_CLUSTER_OPTIONS(struct keys_options),
    COMMAND_RECORD_OPTION(struct keys_options),
    KEYS_PASSPHRASE_OPTION,
    COMMAND_COMMON_OPTIONS,
};

static const struct opt new_table[] = {
    KEYS_FILE_OPTION("FILE", "the file to write, readable by you only"),
    KEYS_NAMESPACE_OPTION("of the controller that it is for (kube-system)"),
    {.type = OPT_TEXT,
     .name = "cert",
     .value = "FILE",
     .offset = KEYS_AT(cert),
     .help = "write the certificate there as well: enough to seal with, and no secret"},
    KEYS_PASSPHRASE_OPTION,
    KEYS_WRITE_OPTIONS,
    COMMAND_COMMON_OPTIONS,
};

// What the controller could not use is a copy all the same.
static void warn_of_problems(const struct seal_keys *keys, struct report *report)
{
    VEC_FOREACH (const struct seal_key *, key, &keys->items)
        if (key->problem)
            report_warn(report, "keys", "key %s/%s cannot be used: %s", key->ns, key->name,
                        key->problem);
}

static int export_run(struct command_env *env, const void *options, struct err **err)
{
    const struct keys_options *o = options;
    struct keys_session s CLEANUP(keys_close) = {0};
    struct keys_file file = keys_file_of(o);
    struct seal_keys keys CLEANUP(seal_keys_free);

    seal_keys_init(&keys);
    if (keys_check_file(&file, err) < 0 || keys_open(&s, env, o, "keys export", err) < 0 ||
        keys_list(&s.cluster, &keys, err) < 0)
        return -1;
    if (!keys.items.len) {
        err_set(err, ERR_CONFIG, "there is no sealing key in %s%s",
                o->ns ? "namespace " : "the cluster", o->ns ? o->ns : "");
        return err_hint(err,
                        "the controller makes one when it starts, 'sandstrap keys new' another");
    }
    warn_of_problems(&keys, env->report);
    if (keys_write_file(env->loop, &file, &keys, err) < 0)
        return -1;
    report_info(env->report, "keys", "%zu key%s written to %s, %s", keys.items.len,
                PLURAL(keys.items.len), o->file,
                o->plain ? "not encrypted" : "encrypted with the passphrase");
    return 0;
}

static int import_run(struct command_env *env, const void *options, struct err **err)
{
    const struct keys_options *o = options;
    struct keys_session s CLEANUP(keys_close) = {0};
    struct keys_file file = keys_file_of(o);
    struct seal_keys keys CLEANUP(seal_keys_free);
    struct keys_done done = {0};

    seal_keys_init(&keys);
    if (keys_read_file(env->loop, &file, &keys, err) < 0 ||
        keys_open(&s, env, o, "keys import", err) < 0 ||
        keys_import(&s.cluster, &keys, &done, err) < 0)
        return -1;
    report_info(env->report, "keys", "%zu key%s added, %zu there already", done.added,
                PLURAL(done.added), done.there);
    return 0;
}

static int new_run(struct command_env *env, const void *options, struct err **err)
{
    const struct keys_options *o = options;
    struct keys_file file = keys_file_of(o);
    struct seal_keys keys CLEANUP(seal_keys_free);
    const struct seal_key *key;

    seal_keys_init(&keys);
    if (keys_check_file(&file, err) < 0)
        return -1;
    key = seal_keys_make(&keys, o->ns ? o->ns : SEAL_KEY_NAMESPACE, when_now());
    if (keys_write_file(env->loop, &file, &keys, err) < 0 ||
        (o->cert && file_write(o->cert, key->cert, FILE_PUBLIC, err) < 0))
        return -1;
    report_info(env->report, "keys", "key %s for namespace %s written to %s, %s", key->name,
                key->ns, o->file, o->plain ? "not encrypted" : "encrypted with the passphrase");
    return 0;
}

const struct command cmd_keys_export = {
    .spec = {.name = "keys export",
             .summary = "write the sealing keys to a file, encrypted with a passphrase",
             .details =
                 "With the file and its passphrase, every SealedSecret can be opened; without\n"
                 "it, none after the cluster is lost.",
             .options = export_table,
             .option_count = ARRAY_LEN(export_table)},
    .options_size = sizeof(struct keys_options),
    .run = export_run,
};

const struct command cmd_keys_import = {
    .spec = {.name = "keys import",
             .summary = "put the sealing keys of a file into the cluster",
             .details =
                 "Replaces nothing. The controller, which reads its keys only when it starts,\n"
                 "is restarted when a key was added, and waited for.",
             .options = import_table,
             .option_count = ARRAY_LEN(import_table)},
    .options_size = sizeof(struct keys_options),
    .run = import_run,
};

const struct command cmd_keys_new = {
    .spec = {.name = "keys new",
             .summary = "make a sealing key in a file, before there is a cluster",
             .details =
                 "Seal with it ('seal --cert FILE'), and give it to the cluster before or after\n"
                 "the first 'up' with 'keys import'.",
             .options = new_table,
             .option_count = ARRAY_LEN(new_table)},
    .options_size = sizeof(struct keys_options),
    .run = new_run,
};
