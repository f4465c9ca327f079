// SPDX-License-Identifier: Apache-2.0
// Printing a rendered tree.
#include "cmd/render/print.h"

#include <ctype.h>

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/doc.h"

static const struct kustomize_object *object_at(const struct kustomize_result *r,
                                                const struct print_options *o, size_t i)
{
    return &r->objects[o->tree_order ? i : r->sorted[i]];
}

void print_place(const char *file, uint32_t line, struct buf *out)
{
    if (*file)
        buf_printf(out, line ? "%s:%u" : "%s", file, line);
}

// Fields that came from another file than their object, with their place, as comments.
static void print_fields(const struct doc *d, const struct node *n, uint16_t file, struct buf *path,
                         struct buf *out)
{
    size_t len = path->len;
    if (n->file && n->file != file) {
        buf_printf(out, "#   %s: ", buf_str(path));
        print_place(doc_file_name(d, n->file), n->line, out);
        buf_add_char(out, '\n');
        file = n->file;
    }
    NODE_FOREACH_PAIR (pair, n) {
        buf_printf(path, "%s%.*s", len ? "." : "", SPAN_ARG(pair->key));
        print_fields(d, pair->value, file, path, out);
        buf_truncate(path, len);
    }
    for (size_t i = 0; node_is(n, NODE_SEQ) && i < node_len(n); i++) {
        buf_printf(path, "[%zu]", i);
        print_fields(d, node_item(n, i), file, path, out);
        buf_truncate(path, len);
    }
}

void print_fields_of(const struct doc *d, const struct node *object, struct buf *out)
{
    struct buf path CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    print_fields(d, object, object->file, &path, out);
}

static void print_origin(const struct kustomize_result *r, const struct kustomize_object *object,
                         struct buf *out)
{
    buf_add_str(out, "# from ");
    print_place(*object->file ? object->file : "the build", object->line, out);
    if (object->generator)
        buf_printf(out, " (%s)", object->generator);
    for (size_t i = 0; i < object->chain_len; i++)
        buf_printf(out, "%s%s", i ? " > " : ", by way of ", object->chain[i]);
    buf_add_char(out, '\n');
    for (size_t i = 0; i < object->touched_len; i++)
        buf_printf(out, "#   passed %s\n", object->touched[i]);
    print_fields_of(r->doc, object->node, out);
}

static struct node *texts(struct doc *d, const char *const *items, size_t len)
{
    struct node *list = node_new_seq(d);
    for (size_t i = 0; i < len; i++)
        node_push(d, list, node_new_str(d, span_str(items[i])));
    return list;
}

static void print_json(const struct kustomize_object *object, bool origin, struct buf *out)
{
    if (!origin) {
        doc_write_json(object->node, true, out);
        return;
    }
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *place = node_new_map(d);
    node_set_str(d, place, "file", span_str(object->file));
    node_set(d, place, SPAN("line"), node_new_int(d, object->line));
    if (object->generator)
        node_set_str(d, place, "generator", span_str(object->generator));
    node_set(d, place, SPAN("resources"), texts(d, object->chain, object->chain_len));
    node_set(d, place, SPAN("transformers"), texts(d, object->touched, object->touched_len));
    buf_add_str(out, "{\"object\":");
    doc_write_json(object->node, true, out);
    buf_add_str(out, ",\"origin\":");
    doc_write_json(place, false, out);
    buf_add_char(out, '}');
}

int print_objects(const struct kustomize_result *r, const struct print_options *o, struct buf *out,
                  struct err **err)
{
    if (o->json)
        buf_add_char(out, '[');
    for (size_t i = 0; i < r->len; i++) {
        const struct kustomize_object *object = object_at(r, o, i);
        if (cancel_check(o->cancel, err) < 0)
            return -1;
        if (i)
            buf_add_str(out, o->json ? ",\n" : "---\n");
        if (o->json) {
            print_json(object, o->origin, out);
            continue;
        }
        if (o->origin)
            print_origin(r, object, out);
        doc_write_yaml(object->node, out);
    }
    if (o->json)
        buf_add_str(out, "]\n");
    return 0;
}

static bool is_secret(const struct kustomize_object *object)
{
    return span_is(object->kind, "Secret") && span_is(object->api_version, "v1");
}

enum file_access print_access(const struct kustomize_result *r)
{
    for (size_t i = 0; i < r->len; i++)
        if (is_secret(&r->objects[i]))
            return FILE_PRIVATE;
    return FILE_PUBLIC;
}

static void add_lower(struct buf *out, struct span s, char separator)
{
    for (size_t i = 0; i < s.len; i++)
        buf_add_char(out, s.ptr[i] == '/' ? '_' : (char)tolower((unsigned char)s.ptr[i]));
    if (s.len && separator)
        buf_add_char(out, separator);
}

// The group of namespaces that an object counts to, as kustomize has them: "" stands for the
// objects that have no namespace by their kind.
static struct span namespace_of(const struct kustomize_object *object)
{
    if (object->cluster_scoped)
        return SPAN_EMPTY;
    return object->namespace.len ? object->namespace : SPAN("default");
}

static bool several_namespaces(const struct kustomize_result *r)
{
    struct span first = SPAN_EMPTY;
    for (size_t i = 0; i < r->len; i++) {
        struct span own = namespace_of(&r->objects[i]);
        if (own.len && first.len && !span_eq(own, first))
            return true;
        if (own.len)
            first = own;
    }
    return false;
}

// "<namespace>_<group>_<version>_<kind>_<name>.yaml" in lower case.
const char *print_file_name(struct arena *arena, struct span api_version, struct span kind,
                            struct span ns, struct span name, bool json)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    add_lower(&out, ns, '_');
    add_lower(&out, api_version, '_');
    add_lower(&out, kind, '_');
    add_lower(&out, name, 0);
    buf_add_str(&out, json ? ".json" : ".yaml");
    return arena_str(arena, buf_str(&out));
}

static const char *identity(const struct kustomize_object *object, struct arena *arena)
{
    struct buf name CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct identity id = {.kind = object->kind, .ns = object->namespace, .name = object->name};
    identity_format(&id, &name);
    buf_printf(&name, " (%.*s)", SPAN_ARG(object->api_version));
    char *plain CLEANUP(mem_cleanup) = text_plain(buf_span(&name), false);
    return arena_str(arena, plain);
}

// A name per object; none twice, and so none that overwrites another.
static const char **file_names(const struct kustomize_result *r, bool json, struct arena *arena,
                               struct err **err)
{
    struct map taken CLEANUP(map_free) = MAP_INIT;
    const char **names = arena_array(arena, r->len + 1, sizeof(*names));
    bool with_namespace = several_namespaces(r);
    for (size_t i = 0; i < r->len; i++) {
        struct kustomize_object *object = &r->objects[i];
        names[i] =
            print_file_name(arena, object->api_version, object->kind,
                            with_namespace ? namespace_of(object) : SPAN_EMPTY, object->name, json);
        const struct kustomize_object *other = map_get(&taken, span_str(names[i]));
        if (other) {
            err_set(err, ERR_CONFIG, "%s would be the file of both %s and %s", names[i],
                    identity(other, arena), identity(object, arena));
            err_hint(err, "write them all into one file: a name that does not end in '/'");
            return NULL;
        }
        (void)map_put(&taken, span_str(names[i]), object);
    }
    return names;
}

static void print_one(const struct kustomize_result *r, const struct print_options *o,
                      const struct kustomize_object *object, struct buf *out)
{
    if (o->json) {
        print_json(object, o->origin, out);
        buf_add_char(out, '\n');
        return;
    }
    if (o->origin)
        print_origin(r, object, out);
    doc_write_yaml(object->node, out);
}

int print_to_folder(const struct kustomize_result *r, const struct print_options *o,
                    const char *folder, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    const char **names = file_names(r, o->json, arena, err);
    if (!names || file_make_dirs(folder, err) < 0)
        return -1;
    for (size_t i = 0; i < r->len; i++) {
        const struct kustomize_object *object = &r->objects[i];
        struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
        char *path CLEANUP(mem_cleanup) = mem_printf("%s/%s", folder, names[i]);
        print_one(r, o, object, &text);
        if (cancel_check(o->cancel, err) < 0 || buf_check(&text, ERR_CONFIG, names[i], err) < 0 ||
            file_write(path, buf_span(&text), is_secret(object) ? FILE_PRIVATE : FILE_PUBLIC, err) <
                0)
            return -1;
    }
    return 0;
}

static size_t print_pair(const struct kustomize_object *a, const struct kustomize_object *b,
                         const char *name, struct buf *out)
{
    struct buf old CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf new CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    if (a)
        doc_write_yaml(a->node, &old);
    if (b)
        doc_write_yaml(b->node, &new);
    if (a && b && span_eq(buf_span(&old), buf_span(&new)))
        return 0;
    diff_lines(buf_span(&old), buf_span(&new), name, out);
    return 1;
}

size_t print_difference(const struct kustomize_result *a, const struct kustomize_result *b,
                        struct buf *out)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct map old CLEANUP(map_free) = MAP_INIT;
    struct map new CLEANUP(map_free) = MAP_INIT;
    size_t changed = 0;
    for (size_t i = 0; i < b->len; i++)
        (void)map_put(&new, span_str(identity(&b->objects[i], arena)), &b->objects[i]);
    for (size_t i = 0; i < a->len; i++) {
        const char *name = identity(&a->objects[a->sorted[i]], arena);
        (void)map_put(&old, span_str(name), &a->objects[a->sorted[i]]);
        changed += print_pair(&a->objects[a->sorted[i]], map_get(&new, span_str(name)), name, out);
    }
    for (size_t i = 0; i < b->len; i++) {
        const char *name = identity(&b->objects[b->sorted[i]], arena);
        if (!map_get(&old, span_str(name)))
            changed += print_pair(NULL, &b->objects[b->sorted[i]], name, out);
    }
    return changed;
}
