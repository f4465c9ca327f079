// SPDX-License-Identifier: Apache-2.0
// A SealedSecret out of a Secret: what kubeseal makes of it (NewSealedSecret() of sealed-secrets,
// sealedsecret_expansion.go), but for what kubeseal passes over in silence, which is refused here.
#include <string.h>

#include "io/crypto.h"
#include "model/seal.h"

#define NAMESPACE_WIDE "sealedsecrets.bitnami.com/namespace-wide"
#define CLUSTER_WIDE "sealedsecrets.bitnami.com/cluster-wide"

enum { NAME_MOST = 253, NAMESPACE_MOST = 63, KEY_MOST = 253 };

struct sealing {
    struct doc *doc;
    const struct node *secret, *meta;
    const struct seal_options *options;
    const char *what;
    enum seal_scope scope;
    struct span ns, name;
    struct buf label;
};

static bool is_one_of(struct span text, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_is(text, names[i]))
            return true;
    return false;
}

// --- checks ---

static int check_fields(const struct sealing *s, const struct node *map, const char *place,
                        const char *const *known, size_t count, struct err **err)
{
    NODE_FOREACH_PAIR (pair, map)
        if (!is_one_of(pair->key, known, count))
            return err_set(err, ERR_CONFIG, "%s:%u: a Secret has no field %s%.*s", s->what,
                           pair->line, place, SPAN_ARG(pair->key));
    return 0;
}

// What an API server or kubectl adds is left out; the rest must be understood.
static int check_shape(const struct sealing *s, struct err **err)
{
    static const char *const fields[] = {"apiVersion", "kind",       "metadata", "type",
                                         "data",       "stringData", "immutable"};
    static const char *const meta[] = {"name",
                                       "namespace",
                                       "labels",
                                       "annotations",
                                       "finalizers",
                                       "creationTimestamp",
                                       "deletionGracePeriodSeconds",
                                       "deletionTimestamp",
                                       "generateName",
                                       "generation",
                                       "managedFields",
                                       "ownerReferences",
                                       "resourceVersion",
                                       "selfLink",
                                       "uid"};

    if (!span_is(node_get_text(s->secret, "kind"), "Secret") ||
        !span_is(node_get_text(s->secret, "apiVersion"), "v1")) {
        err_set(err, ERR_CONFIG, "%s: %s is not a Secret of apiVersion v1", s->what,
                node_get_text(s->secret, "kind").len ? node_get_str(s->secret, "kind")
                                                     : "this document");
        return err_hint(err, "only Secrets are sealed; give other objects to the tree as they are");
    }
    if (check_fields(s, s->secret, "", fields, ARRAY_LEN(fields), err) < 0)
        return -1;
    return check_fields(s, s->meta, "metadata.", meta, ARRAY_LEN(meta), err);
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_dns_label(struct span label)
{
    for (size_t i = 0; i < label.len; i++)
        if (!is_name_char(label.ptr[i]) && label.ptr[i] != '-')
            return false;
    return label.len && label.ptr[0] != '-' && label.ptr[label.len - 1] != '-';
}

// RFC 1123: labels with a dot between them.
static bool is_dns_name(struct span name)
{
    struct span rest = name, label;

    while (span_next(&rest, '.', &label))
        if (!is_dns_label(label))
            return false;
    return name.len && name.len <= NAME_MOST && !span_ends(name, ".");
}

static int check_name(const struct sealing *s, struct err **err)
{
    if (!s->name.len)
        return err_set(err, ERR_CONFIG, "%s: the Secret has no metadata.name", s->what);
    if (!is_dns_name(s->name))
        return err_set(err, ERR_CONFIG, "%s: '%.*s' is not a name that Kubernetes takes", s->what,
                       SPAN_ARG(s->name));
    return 0;
}

// A namespace may be left out only where it does not matter.
static int choose_namespace(struct sealing *s, struct err **err)
{
    struct span given = span_str(s->options->ns);

    s->ns = node_get_text(s->meta, "namespace");
    if (given.len && s->ns.len && !span_eq(given, s->ns))
        return err_set(err, ERR_CONFIG, "%s: Secret %.*s is of namespace %.*s, not %.*s", s->what,
                       SPAN_ARG(s->name), SPAN_ARG(s->ns), SPAN_ARG(given));
    if (!s->ns.len)
        s->ns = given;
    if (!s->ns.len && s->scope != SEAL_CLUSTER_WIDE) {
        err_set(err, ERR_CONFIG, "%s: Secret %.*s has no metadata.namespace, to which it is sealed",
                s->what, SPAN_ARG(s->name));
        return err_hint(err, "write it there, give --namespace, or seal with --scope cluster-wide");
    }
    if (s->ns.len && (s->ns.len > NAMESPACE_MOST || !is_dns_label(s->ns)))
        return err_set(err, ERR_CONFIG, "%s: '%.*s' is not a namespace that Kubernetes takes",
                       s->what, SPAN_ARG(s->ns));
    return 0;
}

// As SecretScope(): the wider annotation counts.
static enum seal_scope scope_of(const struct sealing *s)
{
    const struct node *annotations = node_get(s->meta, "annotations");

    if (s->options->scope != SEAL_AS_ANNOTATED)
        return s->options->scope;
    if (span_is(node_get_text(annotations, CLUSTER_WIDE), "true"))
        return SEAL_CLUSTER_WIDE;
    return span_is(node_get_text(annotations, NAMESPACE_WIDE), "true") ? SEAL_NAMESPACE_WIDE
                                                                       : SEAL_STRICT;
}

static int check_cert(const struct sealing *s, struct err **err)
{
    struct span cert = s->options->cert;
    struct digest id;
    time_t from, until;

    if (crypto_check_certs(cert, "the certificate to seal with", NULL, err) < 0)
        return -1;
    if (!crypto_cert_rsa_id(cert, &id) || !crypto_cert_times(cert, &from, &until))
        return err_set(err, ERR_CONFIG, "the certificate to seal with is not of an RSA key");
    if (s->options->now > (int64_t)until) {
        err_set(err, ERR_CONFIG, "the certificate to seal with has expired");
        return err_hint(err, "sandstrap keys rotate makes a new key");
    }
    return 0;
}

// --- values ---

static bool is_key_char(char c)
{
    return is_name_char(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
}

static int check_pair(const struct sealing *s, const struct pair *pair, const char *field,
                      struct err **err)
{
    bool ok = pair->key.len && pair->key.len <= KEY_MOST;

    for (size_t i = 0; ok && i < pair->key.len; i++)
        ok = is_key_char(pair->key.ptr[i]);
    if (!ok)
        return err_set(err, ERR_CONFIG, "%s:%u: '%.*s' is not a key that Kubernetes takes", s->what,
                       pair->line, SPAN_ARG(pair->key));
    if (node_is(pair->value, NODE_STRING))
        return 0;
    err_set(err, ERR_CONFIG, "%s:%u: %s.%.*s is not text but %s", s->what, pair->line, field,
            SPAN_ARG(pair->key), node_type_name(pair->value));
    return err_hint(err, "put the value in quotes");
}

static int add_sealed(const struct sealing *s, struct span key, struct span value,
                      struct node *sealed, struct err **err)
{
    struct buf bytes CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    if (seal_value(s->options->cert, value, buf_span(&s->label), &bytes, err) < 0)
        return -1;
    crypto_base64_encode(buf_span(&bytes), &text);
    node_set(s->doc, sealed, key, node_new_str(s->doc, buf_span(&text)));
    return 0;
}

static int seal_data(const struct sealing *s, struct node *sealed, struct err **err)
{
    NODE_FOREACH_PAIR (pair, node_get(s->secret, "data")) {
        struct buf value CLEANUP(crypto_buf_wipe) = BUF_INIT(BUF_DOC_MAX);

        if (check_pair(s, pair, "data", err) < 0)
            return -1;
        if (!crypto_base64_decode(node_text(pair->value), &value)) {
            err_set(err, ERR_CONFIG, "%s:%u: data.%.*s is not base64", s->what, pair->line,
                    SPAN_ARG(pair->key));
            return err_hint(err, "plain text belongs under stringData");
        }
        if (add_sealed(s, pair->key, buf_span(&value), sealed, err) < 0)
            return -1;
    }
    return 0;
}

// stringData wins over data, as in the API server.
static int seal_texts(const struct sealing *s, struct node *sealed, struct err **err)
{
    NODE_FOREACH_PAIR (pair, node_get(s->secret, "stringData"))
        if (check_pair(s, pair, "stringData", err) < 0 ||
            add_sealed(s, pair->key, node_text(pair->value), sealed, err) < 0)
            return -1;
    return 0;
}

// --- the object ---

static void set_scope(struct doc *d, struct node *annotations, enum seal_scope scope)
{
    node_remove(annotations, SPAN(NAMESPACE_WIDE));
    node_remove(annotations, SPAN(CLUSTER_WIDE));
    if (scope == SEAL_NAMESPACE_WIDE)
        node_set_str(d, annotations, NAMESPACE_WIDE, SPAN("true"));
    if (scope == SEAL_CLUSTER_WIDE)
        node_set_str(d, annotations, CLUSTER_WIDE, SPAN("true"));
}

static struct node *new_meta(const struct sealing *s, struct node *annotations)
{
    struct node *meta = node_new_map(s->doc);

    set_scope(s->doc, annotations, s->scope);
    node_set_str(s->doc, meta, "name", s->name);
    if (s->ns.len)
        node_set_str(s->doc, meta, "namespace", s->ns);
    if (node_len(annotations))
        node_set(s->doc, meta, SPAN("annotations"), annotations);
    return meta;
}

static struct node *copy_map(struct doc *d, const struct node *from)
{
    return node_is(from, NODE_MAP) ? node_copy(d, from) : node_new_map(d);
}

// What the controller makes the Secret of. kubectl's and kubecfg's annotations hold the values.
static struct node *new_template(const struct sealing *s)
{
    static const char *const copied[] = {"labels", "finalizers"};
    static const char *const settings[] = {"type", "immutable"};
    struct node *annotations = copy_map(s->doc, node_get(s->meta, "annotations"));
    struct node *template = node_new_map(s->doc), *meta;

    node_remove(annotations, SPAN("kubectl.kubernetes.io/last-applied-configuration"));
    node_remove(annotations, SPAN("kubecfg.ksonnet.io/last-applied-configuration"));
    meta = new_meta(s, annotations);
    for (size_t i = 0; i < ARRAY_LEN(copied); i++)
        if (node_len(node_get(s->meta, copied[i])))
            node_set(s->doc, meta, span_str(copied[i]),
                     node_copy(s->doc, node_get(s->meta, copied[i])));
    node_set(s->doc, template, SPAN("metadata"), meta);
    for (size_t i = 0; i < ARRAY_LEN(settings); i++)
        if (node_get(s->secret, settings[i]))
            node_set(s->doc, template, span_str(settings[i]),
                     node_copy(s->doc, node_get(s->secret, settings[i])));
    return template;
}

static struct node *new_object(const struct sealing *s, struct node *sealed)
{
    struct node *object = node_new_map(s->doc), *spec = node_new_map(s->doc);

    node_set(s->doc, spec, SPAN("encryptedData"), sealed);
    node_set(s->doc, spec, SPAN("template"), new_template(s));
    node_set_str(s->doc, object, "apiVersion", SPAN("bitnami.com/v1alpha1"));
    node_set_str(s->doc, object, "kind", SPAN("SealedSecret"));
    node_set(s->doc, object, SPAN("metadata"), new_meta(s, node_new_map(s->doc)));
    node_set(s->doc, object, SPAN("spec"), spec);
    return object;
}

static void sealing_free(struct sealing *s)
{
    buf_free(&s->label);
}

struct node *seal_secret(struct doc *d, const struct node *secret,
                         const struct seal_options *options, const char *what, struct err **err)
{
    struct sealing s CLEANUP(sealing_free) = {.doc = d,
                                              .secret = secret,
                                              .meta = node_get(secret, "metadata"),
                                              .options = options,
                                              .what = what,
                                              .label = BUF_INIT(BUF_TEXT_MAX)};
    struct node *sealed = node_new_map(d);

    s.name = node_get_text(s.meta, "name");
    s.scope = scope_of(&s);
    if (check_cert(&s, err) < 0 || check_shape(&s, err) < 0 || check_name(&s, err) < 0 ||
        choose_namespace(&s, err) < 0)
        return NULL;
    seal_label(s.scope, s.ns, s.name, &s.label);
    if (seal_data(&s, sealed, err) < 0 || seal_texts(&s, sealed, err) < 0)
        return NULL;
    if (!node_len(sealed)) {
        err_set(err, ERR_CONFIG, "%s: Secret %.*s has nothing to seal: neither data nor stringData",
                what, SPAN_ARG(s.name));
        return NULL;
    }
    return new_object(&s, sealed);
}
