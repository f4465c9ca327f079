// SPDX-License-Identifier: Apache-2.0
// The command `seal`.
#include "cmd/seal.h"

#include <string.h>

#include "base/file.h"
#include "base/timer.h"
#include "base/when.h"
#include "io/crypto.h"
#include "io/doc.h"
#include "model/kube.h"
#include "model/seal.h"
#include "work/keys.h"

enum { SEAL_TIMEOUT_MS = 60000 };

struct seal_command {
    struct command_common common;
    const char *file;
    const char *cert;
    const char *scope;
    const char *ns;
    const char *out;
    const char *kubeconfig;
    const char *context;
    const char *controller;
    const char *passphrase_file;
};

#define AT(field) offsetof(struct seal_command, field)

static const struct opt seal_table[] = {
    {.type = OPT_TEXT,
     .name = "file",
     .letter = 'f',
     .value = "FILE",
     .offset = AT(file),
     .help = "the Secrets to seal, YAML or JSON (standard input)"},
    {.type = OPT_TEXT,
     .name = "out",
     .letter = 'o',
     .value = "FILE",
     .offset = AT(out),
     .help = "where to write the SealedSecrets (standard output)"},
    {.type = OPT_TEXT,
     .name = "cert",
     .value = "FILE",
     .offset = AT(cert),
     .help = "seal with this PEM certificate or file of keys, not with the cluster's"},
    {.type = OPT_CHOICE,
     .name = "scope",
     .value = "SCOPE",
     .offset = AT(scope),
     .help = "strict, namespace-wide or cluster-wide (as the Secret's annotations say)",
     .choices = "strict|namespace-wide|cluster-wide"},
    {.type = OPT_TEXT,
     .name = "namespace",
     .letter = 'n',
     .value = "NAME",
     .offset = AT(ns),
     .help = "of Secrets that name none"},
    COMMAND_CLUSTER_OPTIONS(struct seal_command),
    {.type = OPT_TEXT,
     .name = "controller-namespace",
     .value = "NAME",
     .offset = AT(controller),
     .help = "whose keys to seal with, where several namespaces have some"},
    {.type = OPT_TEXT,
     .name = "passphrase-file",
     .value = "FILE",
     .offset = AT(passphrase_file),
     .help = "of an encrypted file of keys"},
    COMMAND_COMMON_OPTIONS,
};

// --- the certificate ---

// The newest key that has not expired, of one controller.
static int choose(const struct seal_keys *keys, const char *place, struct buf *cert,
                  struct err **err)
{
    const struct seal_key *current = seal_keys_current(keys);

    if (!current) {
        err_set(err, ERR_CONFIG, "there is no active sealing key in %s", place);
        return err_hint(err, "the controller makes one when it starts; 'sandstrap keys new' makes "
                             "one in a file before that");
    }
    VEC_FOREACH (const struct seal_key *, key, &keys->items)
        if (seal_key_is_active(key) && strcmp(key->ns, current->ns) != 0) {
            err_set(err, ERR_USAGE, "there are sealing keys in namespaces %s and %s", current->ns,
                    key->ns);
            return err_hint(err, "--controller-namespace says whose to seal with");
        }
    buf_add_span(cert, current->cert);
    return 0;
}

static int cert_of_cluster(struct command_env *env, const struct seal_command *o, struct buf *cert,
                           struct err **err)
{
    struct budget budget = {.deadline = timer_add(timer_now(), SEAL_TIMEOUT_MS),
                            .cancel = env->cancel};
    struct kubeconfig_options where = {.path = o->kubeconfig, .context = o->context};
    struct kube_options kube_options = {.budget = budget};
    struct kube_connection to CLEANUP(kube_disconnect) = {0};
    struct keys_cluster cluster = {
        .loop = env->loop, .ns = o->controller, .budget = budget, .report = env->report};
    struct seal_keys keys CLEANUP(seal_keys_free);

    seal_keys_init(&keys);
    if (kube_connect(&to, env->loop, &where, &kube_options, env->report, err) < 0)
        return -1;
    cluster.kube = to.kube;
    if (keys_list(&cluster, &keys, err) < 0)
        return err_hint(err, "a certificate in a file does as well: --cert FILE");
    return choose(&keys, "the cluster", cert, err);
}

static int cert_of_file(struct command_env *env, const struct seal_command *o, struct buf *cert,
                        struct err **err)
{
    struct keys_file file = {.path = o->cert, .passphrase_file = o->passphrase_file};
    struct buf text CLEANUP(crypto_buf_wipe) = BUF_INIT(SEAL_FILE_MAX);
    struct seal_keys keys CLEANUP(seal_keys_free);

    seal_keys_init(&keys);
    if (file_read(AT_FDCWD, o->cert, &text, err) < 0)
        return -1;
    if (span_search(buf_span(&text), SPAN("-----BEGIN CERTIFICATE-----")) < text.len) {
        buf_add_span(cert, buf_span(&text));
        return 0;
    }
    if (keys_read_file(env->loop, &file, &keys, err) < 0)
        return -1;
    return choose(&keys, o->cert, cert, err);
}

// --- the Secrets ---

static int read_secrets(const struct seal_command *o, struct buf *text, struct err **err)
{
    if (o->file && strcmp(o->file, "-") != 0)
        return file_read(AT_FDCWD, o->file, text, err);
    return fd_read_all(STDIN_FILENO, "standard input", text, err);
}

static enum seal_scope scope_of(const struct seal_command *o)
{
    if (!o->scope)
        return SEAL_AS_ANNOTATED;
    if (strcmp(o->scope, "strict") == 0)
        return SEAL_STRICT;
    return strcmp(o->scope, "namespace-wide") == 0 ? SEAL_NAMESPACE_WIDE : SEAL_CLUSTER_WIDE;
}

static void print(const struct node *sealed, bool json, bool first, struct buf *out)
{
    if (json) {
        doc_write_json(sealed, false, out);
        buf_add_char(out, '\n');
        return;
    }
    if (!first)
        buf_add_str(out, "---\n");
    doc_write_yaml(sealed, out);
}

// All of them or none.
static int seal_all(struct doc *d, const struct seal_command *o, const struct seal_options *options,
                    struct span text, bool json, struct buf *out, struct err **err)
{
    const char *what = o->file && strcmp(o->file, "-") != 0 ? o->file : "standard input";
    struct node_list secrets = {0};

    if (doc_read_yaml(d, text, what, &secrets, err) < 0)
        return -1;
    if (!secrets.len)
        return err_set(err, ERR_CONFIG, "%s: no Secret is in it", what);
    for (size_t i = 0; i < secrets.len; i++) {
        const struct node *sealed = seal_secret(d, secrets.items[i], options, what, err);

        if (!sealed)
            return -1;
        print(sealed, json, i == 0, out);
    }
    return 0;
}

static int write_out(struct command_env *env, const struct seal_command *o, const struct buf *text,
                     struct err **err)
{
    if (buf_check(text, ERR_CONFIG, "what is sealed", err) < 0)
        return -1;
    if (o->out)
        return file_write(o->out, buf_span(text), FILE_PUBLIC, err);
    env->document = true;
    buf_add_span(env->out, buf_span(text));
    return 0;
}

static int seal_run(struct command_env *env, const void *options, struct err **err)
{
    const struct seal_command *o = options;
    struct buf cert CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf secrets CLEANUP(crypto_buf_wipe) = BUF_INIT(SEAL_FILE_MAX);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct seal_options seal = {.scope = scope_of(o), .ns = o->ns, .now = when_now()};
    int result;

    if ((o->cert ? cert_of_file : cert_of_cluster)(env, o, &cert, err) < 0 ||
        read_secrets(o, &secrets, err) < 0)
        return -1;
    seal.cert = buf_span(&cert);
    result = seal_all(d, o, &seal, buf_span(&secrets), env->json, &text, err);
    arena_wipe(doc_arena(d));
    return result < 0 ? -1 : write_out(env, o, &text, err);
}

const struct command cmd_seal = {
    .spec =
        {
            .name = "seal",
            .summary = "make SealedSecrets for the tree out of Secrets",
            .details =
                "Only the controller of sealed-secrets can open them, in the namespace and under\n"
                "the name of the Secret unless --scope is wider. The certificate is that of the\n"
                "cluster's newest active key, or of a file.",
            .options = seal_table,
            .option_count = ARRAY_LEN(seal_table),
        },
    .options_size = sizeof(struct seal_command),
    .run = seal_run,
};
