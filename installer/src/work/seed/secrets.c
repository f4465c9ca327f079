// SPDX-License-Identifier: Apache-2.0
// Read from the cluster, or made.
#include "work/seed/secrets.h"

#include "base/mem.h"
#include "base/when.h"
#include "io/crypto.h"
#include "io/doc.h"

enum {
    DAY_S = 86400,
    LIFE_DAYS = 3650, // of both: an air gap has nobody to renew them
    ENDS_SOON_DAYS = 90,
};

// --- reading ---

static struct span value(struct arena *arena, const struct node *secret, const char *key)
{
    struct buf plain CLEANUP(crypto_buf_wipe) = BUF_INIT(BUF_TEXT_MAX);

    if (!crypto_base64_decode(node_text(node_path(secret, "data", key)), &plain))
        return SPAN_EMPTY;
    return arena_span(arena, buf_span(&plain));
}

// NULL, and no error, when there is none.
static int get(const struct seed_options *o, const char *name, struct kube_answer *answer,
               struct err **err)
{
    const struct kube_resource *secrets = kube_find(o->kube, SPAN("v1"), SPAN("Secret"), err);

    return secrets ? kube_get(o->kube, secrets, SEED_NAMESPACE, name, answer, err) : -1;
}

static bool lasts(struct span cert)
{
    time_t from, until, now = when_now();

    return crypto_cert_times(cert, &from, &until) && now >= from &&
           until - now > (time_t)ENDS_SOON_DAYS * DAY_S;
}

static bool are_pair(struct span cert, struct span key)
{
    struct err *ignored CLEANUP(err_cleanup) = NULL;

    return cert.len && key.len && crypto_check_pair(cert, key, "", &ignored) == 0;
}

// --- token ---

int secrets_token(const struct seed_options *o, struct arena *arena, struct span *token,
                  struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};

    if (get(o, SECRETS_TOKEN, &answer, err) < 0)
        return -1;
    *token = value(arena, answer.object, "token");
    return 0;
}

static int find_token(const struct seed_options *o, struct secrets *s, struct err **err)
{
    unsigned char random[SEED_TOKEN_BYTES / 2];
    char hex[SEED_TOKEN_BYTES];

    if (secrets_token(o, s->arena, &s->token, err) < 0)
        return -1;
    if (s->token.len == SEED_TOKEN_BYTES - 1)
        return 0;
    crypto_random(random, sizeof(random));
    crypto_hex(random, sizeof(random), hex);
    s->token = arena_span(s->arena, span_str(hex));
    crypto_wipe(random, sizeof(random));
    crypto_wipe(hex, sizeof(hex));
    return 0;
}

// --- authority ---

static void make_authority(struct secrets *s)
{
    struct buf cert CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf key CLEANUP(crypto_buf_wipe) = BUF_INIT(BUF_TEXT_MAX);
    int64_t now = when_now();

    crypto_make_authority("sandstrap air gap", now - DAY_S, now + (int64_t)LIFE_DAYS * DAY_S, &key,
                          &cert);
    s->ca_cert = arena_span(s->arena, buf_span(&cert));
    s->ca_key = arena_span(s->arena, buf_span(&key));
}

static int find_authority(const struct seed_options *o, struct secrets *s, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};

    if (get(o, SECRETS_AUTHORITY, &answer, err) < 0)
        return -1;
    s->ca_cert = value(s->arena, answer.object, "ca.crt");
    s->ca_key = value(s->arena, answer.object, "ca.key");
    if (!are_pair(s->ca_cert, s->ca_key) || !lasts(s->ca_cert))
        make_authority(s);
    return 0;
}

// --- certificate ---

// A port is no part of a certificate's name; Docker's hub is asked under other names, too.
static size_t names_of(const struct seed_options *o, struct arena *arena, const char ***names)
{
    size_t count, len = 0;
    const struct span *hosts = bundle_hosts(o->bundle, false, arena, &count);
    const char **list = arena_array(arena, count + 2, sizeof(*list));

    for (size_t i = 0; i < count; i++) {
        struct span host = span_head(hosts[i], span_find(hosts[i], ':'));

        if (len && span_is(host, list[len - 1]))
            continue;
        list[len++] = arena_printf(arena, "%.*s", SPAN_ARG(host));
        if (span_is(host, "docker.io")) {
            list[len++] = "index.docker.io";
            list[len++] = "registry-1.docker.io";
        }
    }
    *names = list;
    return len;
}

static int issue(struct secrets *s, const char *const *names, size_t count, struct err **err)
{
    struct buf cert CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf key CLEANUP(crypto_buf_wipe) = BUF_INIT(BUF_TEXT_MAX);
    const struct crypto_authority issuer = {s->ca_cert, s->ca_key, "Secret " SECRETS_AUTHORITY};
    int64_t now = when_now();

    if (crypto_issue(&issuer, names, count, now - DAY_S, now + (int64_t)LIFE_DAYS * DAY_S, &key,
                     &cert, err) < 0)
        return -1;
    s->cert = arena_span(s->arena, buf_span(&cert));
    s->key = arena_span(s->arena, buf_span(&key));
    return 0;
}

// One of another authority than the one that controllers trust is none.
static bool is_right(const struct secrets *s, const struct node *secret, struct span hosts)
{
    struct span had = node_text(node_path(secret, "metadata", "annotations", SECRETS_HOSTS));

    return span_eq(had, hosts) && are_pair(s->cert, s->key) && lasts(s->cert) &&
           span_eq(value(s->arena, secret, "ca.crt"), s->ca_cert);
}

static int find_certificate(const struct seed_options *o, struct secrets *s, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const char **names;
    size_t count = names_of(o, s->arena, &names);

    for (size_t i = 0; i < count; i++)
        buf_printf(&text, "%s%s", i ? "," : "", names[i]);
    if (get(o, SECRETS_TLS, &answer, err) < 0)
        return -1;
    s->hosts = arena_span(s->arena, buf_span(&text));
    s->cert = value(s->arena, answer.object, "tls.crt");
    s->key = value(s->arena, answer.object, "tls.key");
    return is_right(s, answer.object, s->hosts) ? 0 : issue(s, names, count, err);
}

int secrets_find(const struct seed_options *o, struct secrets *s, struct err **err)
{
    return find_token(o, s, err) < 0 || find_authority(o, s, err) < 0 ||
                   find_certificate(o, s, err) < 0
               ? -1
               : 0;
}
