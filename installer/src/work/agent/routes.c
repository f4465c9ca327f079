// SPDX-License-Identifier: Apache-2.0
// What is looked at, and what it comes to: the runtime's configuration first, then a file for each
// host.
#include "work/agent/routes.h"

#include <glob.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/mem.h"
#include "model/runtime.h"
#include "work/agent/routes_place.h"

enum { CONFIG_MAX_BYTES = 1 << 20, CONFIG_FILES_MAX = 64 };

struct agent_routes {
    char *root, *kept, *endpoint;
    const struct runtime_layout *wanted; // NULL: found out
    const struct runtime_layout *layout; // as of the last look
    struct arena *arena;                 // of the state
    struct agent_routes_state state;
};

struct agent_routes *agent_routes_new(const struct agent_routes_options *o, struct err **err)
{
    const struct runtime_layout *layout = NULL;
    struct agent_routes *r;

    if (o->layout) {
        layout = runtime_layout_find(span_str(o->layout));
        if (!layout) {
            err_set(err, ERR_CONFIG, "there is no layout of nodes called '%s'", o->layout);
            return NULL;
        }
    }
    r = MEM_NEW(struct agent_routes);
    r->root = mem_str(o->root);
    r->kept = mem_printf("%s/routes", o->home);
    r->endpoint = mem_str(o->endpoint);
    r->wanted = layout;
    r->arena = arena_new();
    return r;
}

void agent_routes_free(struct agent_routes *r)
{
    if (!r)
        return;
    free(r->root);
    free(r->kept);
    free(r->endpoint);
    arena_free(r->arena);
    free(r);
}

const struct agent_routes_state *agent_routes_state(const struct agent_routes *r)
{
    return &r->state;
}

// --- the state ---

static void start_state(struct agent_routes *r)
{
    arena_free(r->arena);
    r->arena = arena_new();
    r->state = (struct agent_routes_state){0};
}

static void set_problem(struct agent_routes *r, const char *problem, const char *remedy)
{
    if (r->state.problem)
        return; // the first is the cause
    r->state.problem = arena_str(r->arena, problem);
    r->state.remedy = remedy ? arena_str(r->arena, remedy) : NULL;
}

static void set_failure(struct agent_routes *r, struct err **err, const char *remedy)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    err_format(*err, &text);
    set_problem(r, buf_str(&text), remedy);
    err_clear(err);
}

// --- the runtime's configuration ---

static void find_layout(struct agent_routes *r)
{
    size_t count;
    const struct runtime_layout *layouts = runtime_layouts(&count);

    r->layout = r->wanted;
    for (size_t i = 0; i < count && !r->layout; i++) {
        char *path CLEANUP(mem_cleanup) =
            mem_printf("%s%s/%s", r->root, layouts[i].folder, layouts[i].config);

        if (layouts[i].folder && access(path, F_OK) == 0)
            r->layout = &layouts[i];
    }
    r->state.layout = r->layout ? r->layout->name : NULL;
}

struct config_files {
    struct runtime_file items[CONFIG_FILES_MAX];
    size_t count;
};

// `name` is absolute on the node. A file that is not there is no setting.
static int add_file(struct agent_routes *r, const char *name, struct config_files *files,
                    struct err **err)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s%s", r->root, name);
    struct buf text CLEANUP(buf_free) = BUF_INIT(CONFIG_MAX_BYTES);

    if (access(path, F_OK) < 0)
        return 0;
    if (files->count == CONFIG_FILES_MAX)
        return err_set(err, ERR_CONFIG, "%s: more than %d files of configuration", name,
                       CONFIG_FILES_MAX);
    if (file_read(AT_FDCWD, path, &text, err) < 0)
        return -1;
    files->items[files->count++] =
        (struct runtime_file){arena_str(r->arena, name), arena_span(r->arena, buf_span(&text))};
    return 0;
}

static int add_imports(struct agent_routes *r, struct config_files *files, struct err **err)
{
    struct runtime_imports imports = {0};

    if (files->count &&
        runtime_config_imports(&files->items[0], r->layout, r->arena, &imports, err) < 0)
        return -1;
    VEC_FOREACH (const char **, pattern, &imports.patterns) {
        char *pod CLEANUP(mem_cleanup) = mem_printf("%s%s", r->root, *pattern);
        glob_t found CLEANUP(globfree) = {0};

        if (glob(pod, 0, NULL, &found) != 0)
            continue;
        for (size_t i = 0; i < found.gl_pathc; i++)
            if (add_file(r, found.gl_pathv[i] + strlen(r->root), files, err) < 0)
                return -1;
    }
    return 0;
}

static int read_config(struct agent_routes *r, struct runtime_config *c, struct err **err)
{
    struct config_files files = {.count = 0};
    char *name CLEANUP(mem_cleanup) = mem_printf("%s/%s", r->layout->folder, r->layout->config);

    if (add_file(r, name, &files, err) < 0 || add_imports(r, &files, err) < 0)
        return -1;
    return runtime_config_read(files.items, files.count, r->layout, r->arena, c, err);
}

// --- routes ---

static struct place place_of(const struct agent_routes *r, const char *folder)
{
    return (struct place){
        .root = r->root, .folder = folder, .kept = r->kept, .endpoint = span_str(r->endpoint)};
}

static void put_all(struct agent_routes *r, const struct runtime_config *c,
                    const struct span *hosts, size_t count)
{
    struct place place = place_of(r, c->routes);
    struct err *err CLEANUP(err_cleanup) = NULL;

    for (size_t i = 0; i < count; i++) {
        if (place_put(&place, hosts[i], &err) < 0)
            set_failure(r, &err, NULL);
        else
            vec_push_arena(r->arena, &r->state.routed, arena_span(r->arena, hosts[i]));
    }
    if (place_clear(&place, hosts, count, &err) < 0)
        set_failure(r, &err, NULL);
    if (count && c->link && place_link(&place, c->link, &err) < 0)
        set_failure(r, &err,
                    "move it away, or set config_path = \"/etc/containerd/certs.d\" and restart "
                    "containerd");
}

void agent_routes_keep(struct agent_routes *r, const struct span *hosts, size_t count)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct runtime_config config;

    start_state(r);
    find_layout(r);
    if (!r->layout)
        set_problem(r, "no configuration of a known runtime is on this node",
                    "'sandstrap nodes' tells which ones are known");
    else if (!r->layout->folder)
        set_problem(r, "the routes of this node's runtime are an administrator's",
                    "'sandstrap nodes --emit DIR' writes what to do");
    else if (read_config(r, &config, &err) < 0)
        set_failure(r, &err, "containerd cannot read that file either: mend it");
    else if (config.trouble)
        set_problem(r, config.trouble, config.remedy);
    else
        put_all(r, &config, hosts, count);
}

int agent_routes_remove(struct agent_routes *r, struct err **err)
{
    struct err *unreadable CLEANUP(err_cleanup) = NULL; // then they are where they are by default
    struct runtime_config config = {0};
    struct place place;
    char *folder CLEANUP(mem_cleanup) = NULL;
    int cleared, forgotten;

    start_state(r);
    find_layout(r);
    if (!r->layout || !r->layout->folder)
        return 0;
    folder = mem_printf("%s/%s", r->layout->folder, r->layout->routes);
    place = place_of(r, folder);
    if (read_config(r, &config, &unreadable) == 0 && config.routes)
        place.folder = config.routes;
    err_clear(&unreadable);
    cleared = place_clear(&place, NULL, 0, err);
    forgotten = place_forget(&place, cleared < 0 ? &unreadable : err); // the first is told
    return cleared < 0 ? cleared : forgotten;
}
