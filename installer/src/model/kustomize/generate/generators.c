// SPDX-License-Identifier: Apache-2.0
// ConfigMaps and Secrets from files, env files and literals.
#include "model/kustomize/generate/generators.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "io/crypto.h"
#include "model/kustomize/resource/objects.h"
#include "model/kustomize/scalar.h"

#define BASE64_LINE 70
#define ENV_LINE_MAX 65536 // longer lines silently end an env file in kustomize

// Where a value stands: a line of a file, or all of it.
struct place {
    uint16_t file;
    uint32_t line;
    bool whole;
};

static struct place place_of(const struct node *at)
{
    return (struct place){.file = at->file, .line = at->line};
}

struct making {
    struct kust *kust;
    const struct loader *loader;
    struct node *object;
    struct span name;
    bool secret;
};

// Base64; text of a line's length or more is broken into lines, each ended.
static struct node *base64_text(struct kust *k, struct span data)
{
    struct buf encoded CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    crypto_base64_encode(data, &encoded);
    struct span all = buf_span(&encoded);
    if (all.len < BASE64_LINE)
        return scalar_new_string(k->doc, all);
    struct buf lines CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    while (all.len) {
        buf_add_span(&lines, span_head(all, BASE64_LINE));
        buf_add_char(&lines, '\n');
        all = span_tail(all, BASE64_LINE);
    }
    return scalar_new_string(k->doc, buf_span(&lines));
}

static struct node *data_map(struct making *m, const char *field)
{
    struct node *map = node_get(m->object, field);
    if (!map) {
        map = node_new_map(m->kust->doc);
        node_set(m->kust->doc, m->object, span_str(field), map);
    }
    return map;
}

static int add_pair(struct making *m, const struct node *at, struct place place, struct span key,
                    struct span value, struct err **err)
{
    struct kust *k = m->kust;
    if (node_get_span(node_get(m->object, "data"), key) ||
        node_get_span(node_get(m->object, "binaryData"), key))
        return kust_fail(k, at, err, "%.*s has the key '%.*s' twice", SPAN_ARG(m->name),
                         SPAN_ARG(key));
    bool text = !m->secret && text_is_utf8(value);
    struct node *map = data_map(m, m->secret || text ? "data" : "binaryData");
    struct node *n = text ? scalar_new_string(k->doc, value) : base64_text(k, value);
    n->file = place.file;
    n->line = place.line;
    if (place.whole)
        n->flags |= NODE_LITERAL;
    node_set(k->doc, map, key, n);
    return 0;
}

// One line of an env file; blank lines and comments give nothing.
static int add_env_line(struct making *m, const struct node *at, struct place place,
                        struct span line, struct err **err)
{
    const char *name = doc_file_name(m->kust->doc, place.file);
    uint32_t number = place.line;
    struct span key, value;
    if (!text_is_utf8(line))
        return kust_fail(m->kust, at, err, "%s:%u: invalid UTF-8", name, number);
    if (number == 1 && span_starts(line, "\xEF\xBB\xBF"))
        line = span_tail(line, 3);
    while (line.len && strchr(" \t\v\f\r\n", line.ptr[0]))
        line = span_tail(line, 1);
    if (!line.len || line.ptr[0] == '#')
        return 0;
    if (!span_cut(line, '=', &key, &value)) {
        key = line;
        value = SPAN_EMPTY;
    }
    return key.len ? add_pair(m, at, place, key, value, err) : 0;
}

static int add_env_file(struct making *m, const struct node *at, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    const char *name = NULL;
    if (load_file(m->kust, m->loader, at, node_str(at), &text, &name, err) < 0)
        return -1;
    struct span rest = buf_span(&text), line;
    struct place place = {.file = doc_add_file(m->kust->doc, name), .line = 1};
    for (; span_next(&rest, '\n', &line); place.line++) {
        if (line.len >= ENV_LINE_MAX)
            return kust_fail(m->kust, at, err,
                             "%s:%u: the line is longer than 65,535 bytes, where kustomize stops "
                             "reading the file",
                             name, place.line);
        if (span_ends(line, "\r"))
            line = span_head(line, line.len - 1);
        if (add_env_line(m, at, place, line, err) < 0)
            return -1;
    }
    return 0;
}

static int add_literal(struct making *m, const struct node *at, struct err **err)
{
    struct span key, value;
    if (!span_cut(node_text(at), '=', &key, &value) || !key.len)
        return kust_fail(m->kust, at, err, "literal '%s': expected key=value", node_str(at));
    if (value.len >= 2 && value.ptr[0] == value.ptr[value.len - 1] &&
        (value.ptr[0] == '"' || value.ptr[0] == '\''))
        value = span_of(value.ptr + 1, value.len - 2);
    return add_pair(m, at, place_of(at), key, value, err);
}

static int add_file(struct making *m, const struct node *at, struct err **err)
{
    struct kust *k = m->kust;
    struct span source = node_text(at), key, path;
    if (!span_cut(source, '=', &key, &path)) {
        key = span_str(path_base(node_str(at)));
        path = source;
    } else if (span_find(path, '=') < path.len) {
        return kust_fail(k, at, err, "file '%s': a key or path cannot hold '='", node_str(at));
    } else if (!key.len || !path.len) {
        return kust_fail(k, at, err, "file '%s': the %s is missing", node_str(at),
                         key.len ? "path" : "key");
    }
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    const char *name = NULL;
    if (load_file(k, m->loader, at, arena_span(k->arena, path).ptr, &text, &name, err) < 0)
        return -1;
    struct place whole = {.file = doc_add_file(k->doc, name), .whole = true};
    return add_pair(m, at, whole, key, buf_span(&text), err);
}

static int add_sources(struct making *m, const struct node *entry, struct err **err)
{
    NODE_FOREACH_ITEM (item, node_get(entry, "envs")) {
        if (add_env_file(m, item, err) < 0)
            return -1;
    }
    struct node *env = node_get(entry, "env");
    if (env && node_text(env).len && add_env_file(m, env, err) < 0)
        return -1;
    NODE_FOREACH_ITEM (item, node_get(entry, "literals")) {
        if (add_literal(m, item, err) < 0)
            return -1;
    }
    NODE_FOREACH_ITEM (item, node_get(entry, "files")) {
        if (add_file(m, item, err) < 0)
            return -1;
    }
    return 0;
}

// Labels or annotations of the entry's options over those of generatorOptions.
static void add_metadata(struct kust *k, struct resource *r, const char *field,
                         const struct node *own, const struct node *common)
{
    const struct node *maps[] = {node_get(common, field), node_get(own, field)};
    for (size_t i = 0; i < ARRAY_LEN(maps); i++) {
        NODE_FOREACH_PAIR (pair, maps[i])
            node_set(k->doc, objects_meta_map(k, r, field), pair->key,
                     scalar_new_string(k->doc, node_text(pair->value)));
    }
}

static bool option(const struct node *own, const struct node *common, const char *name)
{
    return node_get_bool(own, name, false) || node_get_bool(common, name, false);
}

static enum behavior behavior_of(struct span text)
{
    static const char *const names[] = {"", "create", "replace", "merge"};
    for (size_t i = 1; i < ARRAY_LEN(names); i++) {
        if (span_is(text, names[i]))
            return (enum behavior)i;
    }
    return BEHAVIOR_UNSPECIFIED;
}

static struct span plugin_field(const struct node *entry, const char *field)
{
    struct span text = node_get_text(entry, field);
    return text.len ? text : node_text(node_path(entry, "metadata", field));
}

static struct node *new_object(struct kust *k, const char *kind, struct span name, struct span ns)
{
    struct node *object = node_new_map(k->doc);
    struct node *meta = node_new_map(k->doc);
    node_set_str(k->doc, object, "apiVersion", SPAN("v1"));
    node_set_str(k->doc, object, "kind", span_str(kind));
    node_set(k->doc, object, SPAN("metadata"), meta);
    node_set_str(k->doc, meta, "name", name);
    if (ns.len)
        node_set_str(k->doc, meta, "namespace", ns);
    return object;
}

struct resource *generator_make(struct kust *k, const struct loader *l, const char *kind,
                                const struct node *entry, const struct node *common,
                                struct err **err)
{
    struct making m = {k, l, NULL, plugin_field(entry, "name"), strcmp(kind, "Secret") == 0};
    if (!m.name.len) {
        kust_fail(k, entry, err, "a generated %s must have a name", kind);
        return NULL;
    }
    m.object = new_object(k, kind, m.name, plugin_field(entry, "namespace"));
    if (m.secret) {
        struct span type = node_get_text(entry, "type");
        node_set_str(k->doc, m.object, "type", type.len ? type : SPAN("Opaque"));
        (void)data_map(&m, "data");
    }
    if (add_sources(&m, entry, err) < 0)
        return NULL;
    struct resource *r = resource_new(k, m.object);
    r->file = doc_file_name(k->doc, entry->file);
    r->line = entry->line;
    struct node *own = node_get(entry, "options");
    add_metadata(k, r, "labels", own, common);
    add_metadata(k, r, "annotations", own, common);
    if (option(own, common, "immutable"))
        node_set(k->doc, m.object, SPAN("immutable"), node_new_bool(k->doc, true));
    r->add_hash = !option(own, common, "disableNameSuffixHash");
    r->behavior = (uint8_t)behavior_of(node_get_text(entry, "behavior"));
    r->built = true;
    return r;
}

struct resource *generator_iam(struct kust *k, const struct node *config, struct err **err)
{
    struct node *service = node_get(config, "kubernetesService");
    struct node *account = node_get(config, "serviceAccount");
    if (!span_is(node_get_text(config, "cloud"), "gke")) {
        kust_fail(k, config, err, "IAMPolicyGenerator: cloud '%s' is not supported, only 'gke' is",
                  node_get_str(config, "cloud"));
        return NULL;
    }
    struct node *object = new_object(k, "ServiceAccount", node_get_text(service, "name"),
                                     node_get_text(service, "namespace"));
    struct resource *r = resource_new(k, object);
    char *text = arena_printf(k->arena, "%s@%s.iam.gserviceaccount.com",
                              node_get_str(account, "name"), node_get_str(account, "projectId"));
    node_set_str(k->doc, objects_meta_map(k, r, "annotations"), "iam.gke.io/gcp-service-account",
                 span_str(text));
    return r;
}
