// SPDX-License-Identifier: Apache-2.0
// What containerd's configuration says of routes: where certs.d is, and whether it is read at all.
// Which release reads what is in docs/nodes.md, "containerd".
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "io/doc.h"
#include "model/runtime.h"

// What config_path is at the default setting, and the folder of that name (the transfer service
// takes the list for one).
#define DEFAULT_LIST "/etc/containerd/certs.d:/etc/docker/certs.d"
#define SNAP_DATA "${SNAP_DATA}" // in MicroK8s' template

struct settings {
    const struct node *registry; // the table; NULL: none
    const struct node *pause;
    const char *off; // "cri" in disabled_plugins, or NULL
    int64_t version;
};

struct reading {
    const struct runtime_layout *layout;
    struct arena *arena;
    struct runtime_config *c;
};

static bool is_layout(const struct reading *r, const char *name)
{
    return strcmp(r->layout->name, name) == 0;
}

// --- one file ---

static const char *disabled_cri(const struct node *root)
{
    static const char *const names[] = {"cri", "io.containerd.grpc.v1.cri",
                                        "io.containerd.cri.v1.images"};

    NODE_FOREACH_ITEM (plugin, node_get(root, "disabled_plugins"))
        for (size_t i = 0; i < ARRAY_LEN(names); i++)
            if (span_is(node_text(plugin), names[i]))
                return names[i];
    return NULL;
}

// The table of its images in each version of the file. 2.x takes a version 2 file as it is.
static const struct node *images_table(const struct node *root, int64_t version)
{
    const struct node *plugins = node_get(root, "plugins");

    if (version >= 3)
        return node_get(plugins, "io.containerd.cri.v1.images");
    return node_get(plugins, version == 2 ? "io.containerd.grpc.v1.cri" : "cri");
}

// Over what the files before it said. Up to version 2, a plugin's table in a file that is imported
// takes the place of the whole table (before containerd 2.0; since then a setting alone does).
static void take_file(struct settings *s, const struct node *root)
{
    int64_t version = node_get_int(root, "version", s->version ? s->version : 1);
    const struct node *images = images_table(root, version);
    const struct node *registry = node_get(images, "registry");
    const struct node *pause = version >= 3 ? node_path(images, "pinned_images", "sandbox")
                                            : node_get(images, "sandbox_image");
    bool whole = images && version < 3;

    s->version = version;
    s->off = disabled_cri(root);
    s->registry = registry || whole ? registry : s->registry;
    s->pause = pause || whole ? pause : s->pause;
}

// --- what it comes to ---

static void set_trouble(struct reading *r, const char *trouble, const char *remedy)
{
    r->c->trouble = trouble;
    r->c->remedy = remedy;
}

// How an administrator gets there, in one line; runtime_emit() has it in full.
static const char *remedy_of(const struct reading *r)
{
    if (is_layout(r, "k3s") || is_layout(r, "rke2"))
        return "its template (config.toml.tmpl) has to keep the table 'registry' with config_path; "
               "then restart it";
    if (is_layout(r, "k0s"))
        return "a file in /etc/k0s/containerd.d sets it, without a restart: 'sandstrap nodes "
               "--emit DIR' writes it";
    return "set config_path = \"/etc/containerd/certs.d\" and restart containerd: 'sandstrap nodes "
           "--emit DIR' writes the commands";
}

static void set_routes(struct reading *r)
{
    r->c->routes = arena_printf(r->arena, "%s/%s", r->layout->folder, r->layout->routes);
}

// Nothing is set: from 2.2 on that is the list, before it is nothing.
static void judge_default(struct reading *r)
{
    if (is_layout(r, "containerd")) {
        set_routes(r);
        r->c->link = DEFAULT_LIST;
        return;
    }
    set_trouble(r,
                "containerd's configuration does not say from where to read routes (config_path)",
                remedy_of(r));
}

// What is below the layout's folder, or at the same place below another data folder of k3s and
// RKE2 (the folder that is mounted is the same); NULL when it is elsewhere.
static const char *inside_of(struct reading *r, struct span path)
{
    const char *moved = strstr(r->layout->folder, "/agent/");
    const char *folder = moved ? moved : r->layout->folder;
    char *written CLEANUP(mem_cleanup) = NULL, *clean CLEANUP(mem_cleanup) = NULL;
    struct span rest;

    if (span_skip(&path, SNAP_DATA))
        written = mem_printf("/var/snap/microk8s/current%.*s", SPAN_ARG(path));
    else
        written = mem_printf("%.*s", SPAN_ARG(path));
    clean = path_clean(written);
    rest = span_str(clean);
    rest = span_tail(rest, moved ? span_search(rest, span_str(folder)) : 0);
    if (!span_skip(&rest, folder) || !span_skip(&rest, "/"))
        return NULL;
    return arena_str(r->arena, rest.ptr);
}

static void judge_path(struct reading *r, struct span path)
{
    const char *inside = inside_of(r, path);

    if (span_is(path, DEFAULT_LIST) && strcmp(r->layout->folder, "/etc/containerd") == 0) {
        set_routes(r);
        r->c->link = DEFAULT_LIST;
    } else if (span_find(path, ':') < path.len) {
        set_trouble(r,
                    arena_printf(r->arena,
                                 "containerd's configuration names several folders of routes "
                                 "(%.*s), which it reads as one name",
                                 SPAN_ARG(path)),
                    remedy_of(r));
    } else if (inside) {
        r->c->routes = arena_printf(r->arena, "%s/%s", r->layout->folder, inside);
    } else {
        set_trouble(r,
                    arena_printf(r->arena,
                                 "containerd reads its routes from %.*s, which is not below %s",
                                 SPAN_ARG(path), r->layout->folder),
                    remedy_of(r));
    }
}

static void judge(struct reading *r, const struct settings *s)
{
    struct span path = node_get_text(s->registry, "config_path");

    r->c->pause = node_text(s->pause).len ? arena_str(r->arena, node_str(s->pause)) : NULL;
    if (s->off) {
        set_trouble(
            r,
            arena_printf(r->arena,
                         "the configuration has '%s' in disabled_plugins: it is not the one "
                         "that this node runs with",
                         s->off),
            "tell containerd to use /etc/containerd/config.toml, with config_path set");
    } else if (node_len(node_get(s->registry, "mirrors"))) {
        set_trouble(r,
                    "containerd's configuration has 'mirrors' of its own: then it reads no routes",
                    "move them to files below config_path, take 'mirrors' out and restart "
                    "containerd: 'sandstrap nodes --emit DIR' writes the commands");
    } else if (path.len) {
        judge_path(r, path);
    } else {
        judge_default(r);
    }
}

int runtime_config_read(const struct runtime_file *files, size_t count,
                        const struct runtime_layout *layout, struct arena *arena,
                        struct runtime_config *c, struct err **err)
{
    struct doc *doc CLEANUP(doc_cleanup) = doc_new();
    struct reading r = {.layout = layout, .arena = arena, .c = c};
    struct settings settings = {0};

    *c = (struct runtime_config){0};
    for (size_t i = 0; i < count; i++) {
        const struct node *root = doc_read_toml(doc, files[i].text, files[i].name, err);

        if (!root)
            return -1;
        take_file(&settings, root);
    }
    judge(&r, &settings);
    return 0;
}

int runtime_config_imports(const struct runtime_file *file, const struct runtime_layout *layout,
                           struct arena *arena, struct runtime_imports *imports, struct err **err)
{
    struct doc *doc CLEANUP(doc_cleanup) = doc_new();
    const struct node *root = doc_read_toml(doc, file->text, file->name, err);

    if (!root)
        return -1;
    NODE_FOREACH_ITEM (pattern, node_get(root, "imports")) {
        const char *text = node_str(pattern);

        // A name that is not absolute is beside the file.
        vec_push_arena(arena, &imports->patterns,
                       *text == '/' ? arena_str(arena, text)
                                    : arena_printf(arena, "%s/%s", layout->folder, text));
    }
    return 0;
}
