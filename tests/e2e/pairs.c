// SPDX-License-Identifier: Apache-2.0
// Asks a real API server whether model/ssa tells the truth. Each line of the file is
//
//     {"object": {...}, "other": {...}, "wanted": [{...}, ...]}
//
// The object is applied, "other" (when it is there) is merged into it by another manager, and for
// each wanted state of it one line is printed: "<line> <state> skips|asks same|changes|refused
// <the object, the server's words>". Then the object is deleted.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/timer.h"
#include "base/vec.h"
#include "io/http.h"
#include "model/kube.h"
#include "model/ssa.h"

#include <fcntl.h>

enum { AT_ONCE = 16, LOOKS_MAX = 6, LOOK_AGAIN_MS = 300 };

static const char manager[] = "sandstrap";

struct run {
    struct loop *loop;
    struct kube *kube;
    struct doc *doc;
    VEC(struct node *) lines;
    size_t next, open;
};

struct trial {
    struct run *run;
    size_t line, state;
    int looks;
    const struct node *line_node;
    const struct kube_resource *resource;
    struct doc *live_doc;
    struct node *live;
};

static void ask(struct trial *p);

static void request(struct trial *p, enum kube_verb verb, const struct node *body, bool dry_run,
                    kube_done_fn *done)
{
    const struct node *metadata = node_path(p->line_node, "object", "metadata");
    struct kube_request r = {
        .verb = verb,
        .resource = p->resource,
        .ns = node_get_str(metadata, "namespace"),
        .name = node_get_str(metadata, "name"),
        .body = body,
        .manager = verb == KUBE_MERGE_PATCH ? "other" : manager,
        .dry_run = dry_run,
    };

    kube_start(p->run->kube, &r, done, p);
}

static void tell(const struct trial *p, const char *asked, const char *outcome, const char *words)
{
    char *name CLEANUP(mem_cleanup) = node_label(node_get(p->line_node, "object"));

    printf("%zu %zu %s %s %s %s\n", p->line, p->state, asked, outcome, name, words);
}

static void start_next(struct run *run);

static void on_deleted(void *data, struct kube_answer *answer, const struct err *error)
{
    struct trial *p = data;
    struct run *run = p->run;

    (void)answer;
    (void)error;
    doc_free(p->live_doc);
    free(p);
    run->open--;
    start_next(run);
}

static void finish(struct trial *p)
{
    request(p, KUBE_DELETE, NULL, false, on_deleted);
}

static void keep(struct trial *p, struct kube_answer *answer)
{
    doc_free(p->live_doc);
    p->live_doc = STEAL(answer->doc);
    p->live = STEAL(answer->object);
}

static const struct node *wanted_of(const struct trial *p)
{
    return node_item(node_get(p->line_node, "wanted"), p->state);
}

// Only what tells no more than that there was a request, or that controllers are at work.
static struct node *substance(struct doc *d, const struct node *object)
{
    struct node *copy = node_copy(d, object), *metadata = node_get(copy, "metadata");

    node_remove(copy, SPAN("status"));
    node_remove(metadata, SPAN("managedFields"));
    node_remove(metadata, SPAN("resourceVersion"));
    node_remove(metadata, SPAN("generation"));
    return copy;
}

// Both states as JSON, or NULL when they are the same.
static char *changes(const struct node *before, const struct node *after)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *was = substance(d, before), *is = substance(d, after);
    struct buf text = BUF_INIT(BUF_DOC_MAX);

    if (node_equal(was, is))
        return NULL;
    doc_write_json(was, true, &text);
    buf_add_str(&text, " -> ");
    doc_write_json(is, true, &text);
    return buf_take(&text);
}

static void on_looked(void *data, struct kube_answer *answer, const struct err *error)
{
    struct trial *p = data;

    if (!error)
        keep(p, answer);
    ask(p);
}

static void look_again(void *data)
{
    request(data, KUBE_GET, NULL, false, on_looked);
}

static void on_asked(void *data, struct kube_answer *answer, const struct err *error)
{
    struct trial *p = data;
    bool skips = ssa_is_applied(wanted_of(p), p->live, manager);
    char *changed CLEANUP(mem_cleanup) = error ? NULL : changes(p->live, answer->object);

    // A controller may have changed the object since.
    if (skips && changed && ++p->looks < LOOKS_MAX) {
        loop_add_timer(p->run->loop, timer_now() + LOOK_AGAIN_MS, look_again, p);
        return;
    }
    tell(p, skips ? "skips" : "asks",
         error     ? "refused"
         : changed ? "changes"
                   : "same",
         error              ? err_message(error)
         : skips && changed ? changed
                            : "");
    p->looks = 0;
    p->state++;
    ask(p);
}

static void ask(struct trial *p)
{
    if (p->state == node_len(node_get(p->line_node, "wanted")))
        finish(p);
    else
        request(p, KUBE_APPLY, wanted_of(p), true, on_asked);
}

static void on_merged(void *data, struct kube_answer *answer, const struct err *error)
{
    struct trial *p = data;

    if (error) {
        tell(p, "unusable", "other", err_message(error));
        finish(p);
        return;
    }
    keep(p, answer);
    ask(p);
}

static void on_applied(void *data, struct kube_answer *answer, const struct err *error)
{
    struct trial *p = data;
    const struct node *other = node_get(p->line_node, "other");

    if (error) {
        tell(p, "unusable", "object", err_message(error));
        finish(p);
        return;
    }
    keep(p, answer);
    if (node_is(other, NODE_MAP))
        request(p, KUBE_MERGE_PATCH, other, false, on_merged);
    else
        ask(p);
}

static void start_next(struct run *run)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct trial *p;

    if (run->next == run->lines.len)
        return;
    p = MEM_NEW(struct trial);
    *p = (struct trial){.run = run, .line = run->next, .line_node = run->lines.items[run->next]};
    p->resource = kube_find_for(run->kube, node_get(p->line_node, "object"), &err);
    run->next++;
    if (!p->resource) {
        tell(p, "unusable", "kind", err_message(err));
        free(p);
        start_next(run);
        return;
    }
    run->open++;
    request(p, KUBE_APPLY, node_get(p->line_node, "object"), false, on_applied);
}

static bool is_done(void *data)
{
    return ((struct run *)data)->open == 0;
}

static int read_lines(struct run *run, const char *path, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct span rest, line;

    if (file_read(AT_FDCWD, path, &text, err) < 0)
        return -1;
    for (rest = buf_span(&text); span_next(&rest, '\n', &line);) {
        struct node *n = doc_read_json(run->doc, line, path, ERR_CONFIG, err);

        if (!n)
            return -1;
        vec_push(&run->lines, n);
    }
    return 0;
}

static int run_all(const char *path, struct err **err)
{
    struct doc *doc CLEANUP(doc_cleanup) = doc_new();
    struct loop *loop CLEANUP(loop_cleanup) = loop_new(NULL, err);
    struct run run = {.loop = loop, .doc = doc};
    struct http *http CLEANUP(http_cleanup) = loop ? http_new(loop, NULL, err) : NULL;
    struct kubeconfig *config CLEANUP(kubeconfig_cleanup) =
        kubeconfig_load(&(struct kubeconfig_options){0}, err);
    struct kube *kube CLEANUP(kube_cleanup) = NULL;
    int status;

    if (!http || !config || read_lines(&run, path, err) < 0)
        return -1;
    run.kube = kube = kube_new(loop, http, config, &(struct kube_options){0}, err);
    if (!kube)
        return -1;
    for (int i = 0; i < AT_ONCE; i++)
        start_next(&run);
    status = loop_run_until(loop, is_done, &run, TIMER_NEVER, err);
    vec_free(&run.lines);
    return status;
}

int main(int argc, char **argv)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    if (argc == 2 && run_all(argv[1], &err) == 0)
        return 0;
    if (err)
        err_format(err, &text);
    fprintf(stderr, "pairs: %s\n", err ? buf_str(&text) : "usage: pairs FILE");
    return 1;
}
