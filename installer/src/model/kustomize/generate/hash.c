// SPDX-License-Identifier: Apache-2.0
// The suffix of generated names: ten characters of the SHA-256 of the content as Go writes it in
// JSON.
#include "io/crypto.h"
#include "model/kustomize/generate/generators.h"
#include "model/kustomize/gojson.h"
#include "model/kustomize/scalar.h"

#define SUFFIX_CHARS 10

// `,"field":value`: the map, the scalar as text, or "" when it is missing. With `optional` only a
// map is written.
static void add_field(struct kust *k, struct buf *out, const struct resource *r, const char *field,
                      bool optional)
{
    struct node *n = node_get(r->node, field);
    if (optional && !node_is(n, NODE_MAP))
        return;
    if (out->len > 1)
        buf_add_char(out, ',');
    buf_printf(out, "\"%s\":", field);
    if (n && !scalar_is(n))
        gojson_write(k, n, false, out);
    else
        gojson_write_string(out, scalar_raw(n));
}

static void content(struct kust *k, const struct resource *r, struct buf *out)
{
    struct span kind = resource_kind(r);
    bool configmap = span_is(kind, "ConfigMap");
    if (!configmap && !span_is(kind, "Secret")) {
        gojson_write(k, r->node, false, out);
        return;
    }
    // The name is always empty: kustomize looks for a field called "metadata/name".
    buf_add_char(out, '{');
    if (configmap)
        add_field(k, out, r, "binaryData", true);
    add_field(k, out, r, "data", false);
    buf_printf(out, ",\"kind\":\"%s\",\"name\":\"\"", configmap ? "ConfigMap" : "Secret");
    if (!configmap) {
        add_field(k, out, r, "stringData", true);
        add_field(k, out, r, "type", false);
    }
    buf_add_char(out, '}');
}

void generator_add_hashes(struct kust *k, struct resmap *m)
{
    static const char from[] = "013ae", to[] = "ghkmt";
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    for (size_t i = 0; i < m->len; i++) {
        struct resource *r = m->items[i];
        if (!r->add_hash)
            continue;
        char hex[DIGEST_HEX_BYTES];
        struct digest sum;
        buf_truncate(&text, 0);
        content(k, r, &text);
        sum = crypto_sha256(buf_span(&text));
        digest_format_hex(&sum, hex);
        hex[SUFFIX_CHARS] = '\0';
        for (char *c = hex; *c; c++) {
            const char *at = strchr(from, *c);
            if (at)
                *c = to[at - from];
        }
        struct span name = resource_name(r);
        resource_store_id(k, r);
        resource_set_name(k, r, span_str(arena_printf(k->arena, "%.*s-%s", SPAN_ARG(name), hex)));
    }
    resmap_changed(m);
}
