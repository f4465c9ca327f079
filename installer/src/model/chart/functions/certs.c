// SPDX-License-Identifier: Apache-2.0
// Sprig's keys and certificates. They are real ones, and others in each rendering.
#include <string.h>

#include "base/buf.h"
#include "base/when.h"
#include "io/crypto.h"
#include "model/chart/functions/functions.h"

#define PEM_BYTES_MAX ((size_t)64 << 10)

// In steps of a template, by the time that they take on average: how long one RSA key takes is
// luck.
enum {
    RSA_2048_STEPS = 800000,
    RSA_4096_STEPS = 6500000,
    DSA_STEPS = 39000000,
    SIGN_STEPS = 50000
};

// --- sprig.certificate ---

struct certificate {
    struct span cert, key;
};

static bool field(struct arena *a UNUSED, void *data, struct span name, struct value *out)
{
    const struct certificate *c = data;

    if (!span_is(name, "Cert") && !span_is(name, "Key"))
        return false;
    *out = value_string(span_is(name, "Cert") ? c->cert : c->key);
    return true;
}

static const struct value_member *members(struct arena *a, void *data, size_t *count)
{
    const struct certificate *c = data;
    struct value_member *fields = arena_array(a, 2, sizeof(*fields));

    fields[0] = (struct value_member){"Cert", "Cert", false, value_string(c->cert)};
    fields[1] = (struct value_member){"Key", "Key", false, value_string(c->key)};
    *count = 2;
    return fields;
}

static bool is_equal(void *data, void *other)
{
    const struct certificate *a = data, *b = other;

    return span_eq(a->cert, b->cert) && span_eq(a->key, b->key);
}

static const struct value_class certificate_class = {
    .type_name = "sprig.certificate",
    .kind = "struct",
    .field = field,
    .members = members,
    .equal = is_equal,
};

static int give(struct template_call *call, struct span cert, struct span key, struct value *result)
{
    struct certificate *c = ARENA_NEW(call->arena, struct certificate);

    c->cert = arena_span(call->arena, cert);
    c->key = arena_span(call->arena, key);
    *result = value_new_object(&certificate_class, c);
    return 0;
}

// --- what a certificate is for ---

// The texts of a list. `say` has Go's words for an item that is none.
static int texts(struct template_call *call, const struct value *list, const char *say,
                 const char *const **out, size_t *count, struct err **err)
{
    const char **items;

    *count = value_is_list(list) ? list->list->len : 0;
    items = arena_array(call->arena, *count + 1, sizeof(*items));
    for (size_t i = 0; i < *count; i++) {
        const struct value *item = &list->list->items[i];
        struct span text;

        if (functions_text(call, item, &text, err) < 0)
            return -1;
        if (item->type != VALUE_STRING)
            return err_set(err, ERR_CONFIG, "%s: %.*s is not a string", say, SPAN_ARG(text));
        items[i] = arena_printf(call->arena, "%.*s", SPAN_ARG(text));
    }
    *out = items;
    return 0;
}

// From now on, so many days; as in Go the nanoseconds of them may overflow.
static void set_times(struct crypto_order *order, int64_t days)
{
    const uint64_t ns = UINT64_C(1000000000), day = 24 * 3600 * ns;

    order->from = when_now();
    order->until = order->from + (int64_t)((uint64_t)days * day) / (int64_t)ns;
}

// NAME ADDRESSES HOSTS DAYS
static int order_server(struct template_call *call, struct crypto_order *order, struct err **err)
{
    const struct value *args = call->args;

    *order = (struct crypto_order){.name = args[0].s};
    set_times(order, args[3].i);
    if (texts(call, &args[1], "error parsing ip", &order->addresses, &order->address_count, err) <
        0)
        return -1;
    return texts(call, &args[2], "error processing alternate dns name", &order->hosts,
                 &order->host_count, err);
}

// NAME DAYS
static int order_authority(struct template_call *call, struct crypto_order *order,
                           struct err **err UNUSED)
{
    *order = (struct crypto_order){.name = call->args[0].s, .is_authority = true};
    set_times(order, call->args[1].i);
    return 0;
}

// --- keys ---

static int say_no_key(struct span pem, const char *what, struct err *why, struct err **err)
{
    if (span_search(pem, SPAN("-----BEGIN ")) == pem.len)
        return err_set(err, ERR_CONFIG, "%s: no PEM data in input", what);
    return err_set(err, ERR_CONFIG, "%s: %s", what, err_message(why));
}

// A new key, or the one that the caller gives as its last argument.
static int take_key(struct template_call *call, bool given, struct buf *key, struct err **err)
{
    struct err *why CLEANUP(err_cleanup) = NULL;
    struct span pem = call->args[call->count - 1].s;

    if (!given) {
        if (template_charge(call, RSA_2048_STEPS, err) < 0)
            return -1;
        crypto_make_key(CRYPTO_KEY_RSA_2048, key);
        return 0;
    }
    if (crypto_rewrite_key(pem, "the key", key, &why) < 0)
        return say_no_key(pem, "parsing private key", why, err);
    return 0;
}

static int check_issuer(const struct certificate *ca, struct err **err)
{
    struct err *why CLEANUP(err_cleanup) = NULL;
    struct buf key CLEANUP(crypto_buf_wipe) = BUF_INIT(PEM_BYTES_MAX);

    if (span_search(ca->cert, SPAN("-----BEGIN ")) == ca->cert.len)
        return err_set(err, ERR_CONFIG, "unable to decode certificate");
    if (crypto_check_certs(ca->cert, "error parsing certificate", NULL, &why) < 0)
        return err_set(err, ERR_CONFIG, "%s", err_message(why));
    if (crypto_rewrite_key(ca->key, "the key", &key, &why) < 0)
        return say_no_key(ca->key, "error parsing private key", why, err);
    return 0;
}

typedef int (*order_fn)(struct template_call *call, struct crypto_order *order, struct err **err);

static int make(struct template_call *call, order_fn order_of, const struct certificate *ca,
                bool given_key, struct value *result, struct err **err)
{
    struct buf key CLEANUP(crypto_buf_wipe) = BUF_INIT(PEM_BYTES_MAX);
    struct buf cert CLEANUP(buf_free) = BUF_INIT(PEM_BYTES_MAX);
    struct crypto_authority issuer = {.what = "the authority"};
    struct crypto_order order;

    functions_random_used(call);
    if (template_charge(call, SIGN_STEPS, err) < 0 || take_key(call, given_key, &key, err) < 0 ||
        (ca && check_issuer(ca, err) < 0) || order_of(call, &order, err) < 0)
        return -1;
    if (ca) {
        issuer.cert_pem = ca->cert;
        issuer.key_pem = ca->key;
        order.issuer = &issuer;
    }
    order.key_pem = buf_span(&key);
    if (crypto_make_cert(&order, &cert, err) < 0)
        return -1;
    return give(call, buf_span(&cert), buf_span(&key), result);
}

static int gen_ca(struct template_call *call, struct value *result, struct err **err)
{
    return make(call, order_authority, NULL, false, result, err);
}

static int gen_ca_with_key(struct template_call *call, struct value *result, struct err **err)
{
    return make(call, order_authority, NULL, true, result, err);
}

static int gen_self_signed(struct template_call *call, struct value *result, struct err **err)
{
    return make(call, order_server, NULL, false, result, err);
}

static int gen_self_signed_with_key(struct template_call *call, struct value *result,
                                    struct err **err)
{
    return make(call, order_server, NULL, true, result, err);
}

static int gen_signed(struct template_call *call, struct value *result, struct err **err)
{
    return make(call, order_server, call->args[4].object.data, false, result, err);
}

static int gen_signed_with_key(struct template_call *call, struct value *result, struct err **err)
{
    return make(call, order_server, call->args[4].object.data, true, result, err);
}

static int gen_private_key(struct template_call *call, struct value *result, struct err **err)
{
    static const struct {
        const char *name;
        enum crypto_key_kind kind;
        uint64_t steps;
    } kinds[] = {{"", CRYPTO_KEY_RSA_4096, RSA_4096_STEPS},
                 {"rsa", CRYPTO_KEY_RSA_4096, RSA_4096_STEPS},
                 {"dsa", CRYPTO_KEY_DSA, DSA_STEPS},
                 {"ecdsa", CRYPTO_KEY_EC, SIGN_STEPS},
                 {"ed25519", CRYPTO_KEY_ED25519, SIGN_STEPS}};
    struct buf key CLEANUP(crypto_buf_wipe) = BUF_INIT(PEM_BYTES_MAX);

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (!span_is(call->args[0].s, kinds[i].name))
            continue;
        functions_random_used(call);
        if (template_charge(call, kinds[i].steps, err) < 0)
            return -1;
        crypto_make_key(kinds[i].kind, &key);
        return functions_take_text(call, &key, result, err);
    }
    *result = value_printf(call->arena, "Unknown type %.*s", SPAN_ARG(call->args[0].s));
    return 0;
}

// buildCustomCert CERT KEY: both PEM in base64.
static int build_custom(struct template_call *call, struct value *result, struct err **err)
{
    struct buf cert CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct buf key CLEANUP(crypto_buf_wipe) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct certificate c;
    size_t at;

    if (!functions_base64(call->args[0].s, &cert, &at))
        return err_set(err, ERR_CONFIG, "unable to decode base64 certificate");
    if (!functions_base64(call->args[1].s, &key, &at))
        return err_set(err, ERR_CONFIG, "unable to decode base64 private key");
    c = (struct certificate){buf_span(&cert), buf_span(&key)};
    if (check_issuer(&c, err) < 0)
        return -1;
    return give(call, c.cert, c.key, result);
}

functions_family functions_certs = {
    {"genCA", gen_ca, "si", NULL},
    {"genCAWithKey", gen_ca_with_key, "sis", NULL},
    {"genSelfSignedCert", gen_self_signed, "svvi", NULL},
    {"genSelfSignedCertWithKey", gen_self_signed_with_key, "svvis", NULL},
    {"genSignedCert", gen_signed, "svvi<sprig.certificate>", NULL},
    {"genSignedCertWithKey", gen_signed_with_key, "svvi<sprig.certificate>s", NULL},
    {"genPrivateKey", gen_private_key, "s", NULL},
    {"buildCustomCert", build_custom, "ss", NULL},
    {0},
};
