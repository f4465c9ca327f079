// SPDX-License-Identifier: Apache-2.0
// The variables of a Kustomization: LoadVariables() of fluxcd/pkg/kustomize.
#include "controller/kustomization/variables.h"

#include "io/crypto.h"

#define SUBSTITUTE_FROM "spec.postBuild.substituteFrom"

static void put(struct variables *v, struct arena *arena, struct span name, struct span value)
{
    struct span *kept = ARENA_NEW(arena, struct span);
    char *text = arena_array(arena, value.len + 1, 1);
    size_t len = 0;

    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] != '\n')
            text[len++] = value.ptr[i];
    }
    *kept = span_of(text, len);
    map_put(&v->map, arena_span(arena, name), kept);
}

static int put_secret(struct variables *v, struct arena *arena, const struct node *secret,
                      const char *label, struct err **err)
{
    NODE_FOREACH_PAIR (pair, node_get(secret, "data")) {
        struct buf value CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

        if (!crypto_base64_decode(node_text(pair->value), &value))
            return err_set(err, ERR_CONFIG, "%s: data.%.*s is not base64", label,
                           SPAN_ARG(pair->key));
        put(v, arena, pair->key, buf_span(&value));
    }
    // What the API server makes of it: part of data.
    NODE_FOREACH_PAIR (pair, node_get(secret, "stringData"))
        put(v, arena, pair->key, node_text(pair->value));
    return 0;
}

static int missing(const struct merge *m, const struct node *reference, const char *label,
                   struct err **err)
{
    if (node_get_bool(reference, "optional", false)) {
        merge_note(m, SUBSTITUTE_FROM,
                   "nothing that is known makes %s, which is optional: it is taken as not there",
                   label);
        return 0;
    }
    err_set(err, ERR_CONFIG, SUBSTITUTE_FROM ": nothing that is known makes %s", label);
    return err_hint(err, "kustomize-controller refuses to build without it: add it to the tree, or "
                         "set optional: true");
}

static int read_reference(const struct merge *m, struct arena *arena, const struct node *reference,
                          struct variables *v, struct err **err)
{
    const struct kustomization_options *o = m->options;
    struct identity id = {.kind = node_get_text(reference, "kind"),
                          .ns = node_identity(o->kustomization).ns,
                          .name = node_get_text(reference, "name")};
    bool secret = span_is(id.kind, "Secret");
    const struct node *object;
    char *label CLEANUP(mem_cleanup) = NULL;

    // Other kinds are passed over by the controller, and refused by the API server.
    if (!secret && !span_is(id.kind, "ConfigMap"))
        return err_set(err, ERR_CONFIG,
                       SUBSTITUTE_FROM " takes a ConfigMap or a Secret, not a '%.*s'",
                       SPAN_ARG(id.kind));
    label = identity_label(&id);
    object = o->find ? o->find(o->data, &id) : NULL;
    if (!object)
        return missing(m, reference, label, err);
    if (secret)
        return put_secret(v, arena, object, label, err);
    NODE_FOREACH_PAIR (pair, node_get(object, "data"))
        put(v, arena, pair->key, node_text(pair->value));
    return 0;
}

static bool is_name(struct span name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        if (c != '_' && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
            !(i && c >= '0' && c <= '9'))
            return false;
    }
    return name.len > 0;
}

static int check_names(const struct variables *v, struct err **err)
{
    MAP_FOREACH (e, &v->map) {
        if (is_name(e->key))
            continue;
        err_set(err, ERR_CONFIG,
                "spec.postBuild: '%.*s' var name is invalid, must match "
                "'^[_[:alpha:]][_[:alpha:][:digit:]]*$'",
                SPAN_ARG(e->key));
        return err_hint(err, "every key of a ConfigMap or Secret of substituteFrom is a variable");
    }
    return 0;
}

int variables_read(const struct merge *m, struct arena *arena, struct variables *v,
                   struct err **err)
{
    const struct node *post = node_path(m->options->kustomization, "spec", "postBuild");
    const struct node *from = node_get(post, "substituteFrom");
    const struct node *inlined = node_get(post, "substitute");

    v->always = span_is(node_get_text(post, "substituteStrategy"), "Always");
    NODE_FOREACH_ITEM (item, from) {
        if (read_reference(m, arena, item, v, err) < 0)
            return -1;
    }
    NODE_FOREACH_PAIR (pair, inlined) {
        if (!node_is(pair->value, NODE_STRING)) {
            err_set(err, ERR_CONFIG, "spec.postBuild.substitute.%.*s has to be a text",
                    SPAN_ARG(pair->key));
            return err_hint(err, "put quotes around it");
        }
        put(v, arena, pair->key, node_text(pair->value));
    }
    return check_names(v, err);
}
