// SPDX-License-Identifier: Apache-2.0
// Finding a ref among those that a server tells of, and what it names.
#include "model/git/refs.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/git/session.h"

// The names that a ref may have on the server, most wanted first, and its peeled form.
struct wanted {
    char *name;   // "refs/tags/v1"
    char *peeled; // "refs/tags/v1^{}"
    struct git_oid oid, peeled_oid;
    bool found, found_peeled; // peeled: the ref is an annotated tag
};

static void wanted_free(struct wanted *w)
{
    free(w->name);
    free(w->peeled);
}

static void see_ref(struct wanted *w, struct span name, struct span oid)
{
    struct git_oid parsed;

    if (!git_oid_parse(oid, &parsed))
        return;
    if (span_is(name, w->peeled)) {
        w->peeled_oid = parsed;
        w->found_peeled = true;
    } else if (span_is(name, w->name)) {
        w->oid = parsed;
        w->found = true;
    }
}

// What is told of one ref; `peeled` is empty when nothing is said of it. The name is never one
// with "^{}" in version 2.
typedef void see_fn(void *data, struct span name, struct span oid, struct span peeled);

static void see_wanted(void *data, struct span name, struct span oid, struct span peeled)
{
    struct wanted *w = data;

    see_ref(w, name, oid);
    if (peeled.len && span_is(name, w->name))
        see_ref(w, span_str(w->peeled), peeled);
}

// v0: "<oid> <name>", capabilities behind a NUL in the first line.
static int read_refs_v0(const struct greeting *g, see_fn *see, void *data, struct err **err)
{
    struct span rest = buf_span(&g->body), line, oid, name;
    enum pktline_kind kind;

    while (rest.len) {
        if (session_next_line(&rest, &kind, &line, err) < 0)
            return -1;
        line = span_head(line, span_find(line, '\0'));
        if (kind == PKTLINE_DATA && span_cut(line, ' ', &oid, &name))
            see(data, name, oid, SPAN_EMPTY);
    }
    return 0;
}

// v2: "<oid> <name>[ peeled:<oid>][ symref-target:…]".
static void see_line_v2(see_fn *see, void *data, struct span line)
{
    struct span oid, name, attribute, peeled = SPAN_EMPTY;

    if (!span_next(&line, ' ', &oid) || !span_next(&line, ' ', &name))
        return;
    while (span_next(&line, ' ', &attribute))
        if (span_skip(&attribute, "peeled:"))
            peeled = attribute;
    see(data, name, oid, peeled);
}

static int list_refs_v2(const struct git_remote *remote, const struct greeting *g,
                        const char *prefix, see_fn *see, void *data, struct err **err)
{
    struct http_response response CLEANUP(http_response_free) = {0};
    struct buf body CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span rest, line;
    enum pktline_kind kind;

    session_begin_command(g, "ls-refs", &body);
    pktline_add(&body, "peel\n");
    pktline_add(&body, "ref-prefix %s\n", prefix);
    pktline_add_flush(&body);
    if (session_ask(remote, g, &body, &response, err) < 0)
        return -1;
    rest = buf_span(&response.body);
    while (rest.len) {
        if (session_next_line(&rest, &kind, &line, err) < 0)
            return -1;
        if (kind == PKTLINE_DATA)
            see_line_v2(see, data, line);
    }
    return 0;
}

static int list_refs(const struct git_remote *remote, const char *prefix, see_fn *see, void *data,
                     struct err **err)
{
    struct greeting g CLEANUP(greeting_free) = {0};

    if (session_greet(remote, &g, err) < 0)
        return -1;
    return g.v2 ? list_refs_v2(remote, &g, prefix, see, data, err)
                : read_refs_v0(&g, see, data, err);
}

static int name_ref(const char *ref, struct wanted *w, struct err **err)
{
    struct span s = span_str(ref);

    if (!s.len)
        w->name = mem_str("HEAD");
    else if (span_skip(&s, "tag/"))
        w->name = mem_printf("refs/tags/%s", s.ptr);
    else if (span_skip(&s, "branch/"))
        w->name = mem_printf("refs/heads/%s", s.ptr);
    else if (span_starts(s, "refs/"))
        w->name = mem_str(ref);
    else
        return err_set(err, ERR_CONFIG, "'%s' is no git reference", ref);
    w->peeled = mem_printf("%s^{}", w->name);
    return 0;
}

int refs_resolve(const struct git_remote *remote, const char *ref, struct git_target *target,
                 struct err **err)
{
    struct wanted w CLEANUP(wanted_free) = {0};

    if (name_ref(ref, &w, err) < 0 || list_refs(remote, w.name, see_wanted, &w, err) < 0)
        return -1;
    if (!w.found) {
        err_set(err, ERR_SOURCE, "the repository has no %s", w.name);
        return err_hint(err, "is the tag or branch spelt as upstream has it?");
    }
    *target = (struct git_target){
        .commit = w.found_peeled ? w.peeled_oid : w.oid, .annotated = w.found_peeled, .tag = w.oid};
    return 0;
}

// --- tags ---

struct listing {
    struct arena *arena;
    git_tags *out;
};

// In version 0 a peeled form follows its tag: "refs/tags/v1^{}".
static void see_tag(void *data, struct span name, struct span oid, struct span peeled)
{
    struct listing *l = data;
    struct git_tag tag = {0};
    bool is_peeled = span_ends(name, "^{}");

    if (!span_skip(&name, "refs/tags/") || !git_oid_parse(peeled.len ? peeled : oid, &tag.commit))
        return;
    if (is_peeled)
        name = span_head(name, name.len - strlen("^{}"));
    if (is_peeled && l->out->len && span_eq(l->out->items[l->out->len - 1].name, name)) {
        l->out->items[l->out->len - 1].commit = tag.commit;
        return;
    }
    tag.name = arena_span(l->arena, name);
    vec_push_arena(l->arena, l->out, tag);
}

int refs_list_tags(const struct git_remote *remote, struct arena *arena, git_tags *out,
                   struct err **err)
{
    struct listing l = {arena, out};

    return list_refs(remote, "refs/tags/", see_tag, &l, err);
}
