// SPDX-License-Identifier: Apache-2.0
// What a server of pins offers: the refs of gitprotocol-pack, "Reference Discovery", in the framing
// of gitprotocol-http, "Smart Clients".
#include <stdlib.h>
#include <string.h>

#include "model/git.h"
#include "model/git/pktline.h"

#define CAPABILITIES                                                                               \
    "shallow deepen-since deepen-not side-band-64k ofs-delta no-progress "                         \
    "allow-tip-sha1-in-want allow-reachable-sha1-in-want object-format=sha1 agent=sandstrap"

// A ref on the server.
struct offered {
    const char *name;
    const struct git_oid *oid, *peeled; // peeled: of an annotated tag, else NULL
};

struct offer {
    struct arena *arena;
    VEC(struct offered) refs;
};

// Its name on a server; NULL for a commit, which has none of its own.
static const char *ref_name(struct arena *arena, struct span ref)
{
    if (span_skip(&ref, "tag/"))
        return arena_printf(arena, "refs/tags/%.*s", SPAN_ARG(ref));
    if (span_skip(&ref, "branch/"))
        return arena_printf(arena, "refs/heads/%.*s", SPAN_ARG(ref));
    return span_starts(ref, "refs/") ? arena_printf(arena, "%.*s", SPAN_ARG(ref)) : NULL;
}

static int compare_offered(const void *a, const void *b)
{
    return strcmp(((const struct offered *)a)->name, ((const struct offered *)b)->name);
}

static void offer_pins(struct offer *o, const struct git_pin *pins, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct git_target *t = &pins[i].target;
        const char *name = ref_name(o->arena, pins[i].ref);

        if (name)
            vec_push_arena(o->arena, &o->refs,
                           ((struct offered){name, t->annotated ? &t->tag : &t->commit,
                                             t->annotated ? &t->commit : NULL}));
    }
    if (o->refs.len)
        qsort(o->refs.items, o->refs.len, sizeof(*o->refs.items), compare_offered);
}

// How much a pin is wanted as HEAD.
static int head_rank(struct span ref)
{
    if (!ref.len)
        return 4;
    if (span_is(ref, "branch/main"))
        return 3;
    if (span_is(ref, "branch/master"))
        return 2;
    return span_starts(ref, "branch/");
}

static const struct git_pin *choose_head(const struct git_pin *pins, size_t count)
{
    const struct git_pin *head = NULL;

    for (size_t i = 0; i < count; i++) {
        int rank = head_rank(pins[i].ref);

        // The first branch, but the last tag: versions grow.
        if (!head || rank > head_rank(head->ref) || (!rank && !head_rank(head->ref)))
            head = &pins[i];
    }
    return head;
}

static const struct git_oid *find_ref(const struct offer *o, const char *name)
{
    VEC_FOREACH (const struct offered *, it, &o->refs)
        if (strcmp(it->name, name) == 0)
            return it->oid;
    return NULL;
}

static bool same(const struct git_oid *a, const struct git_oid *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

// The branch that HEAD is. go-git takes no repository whose HEAD is none, so where none is pinned
// there is one: the name of a default branch is not known, and nobody asks for that of a tag.
static const char *head_branch(struct offer *o, const struct git_pin *head)
{
    static const char *const names[] = {"refs/heads/main", "refs/heads/default"};
    const char *name = ref_name(o->arena, head->ref);
    const struct git_oid *oid;

    if (name && span_starts(head->ref, "branch/"))
        return name;
    name = names[0];
    oid = find_ref(o, name);
    if (oid && !same(oid, &head->target.commit)) {
        name = names[1];
        oid = find_ref(o, name);
    }
    if (!oid) {
        vec_push_arena(o->arena, &o->refs, ((struct offered){name, &head->target.commit, NULL}));
        qsort(o->refs.items, o->refs.len, sizeof(*o->refs.items), compare_offered);
    }
    return name;
}

static void format_ref(struct buf *out, const struct git_oid *oid, const char *name,
                       const char *suffix)
{
    char hex[GIT_OID_HEX + 1];

    git_oid_format(oid, hex);
    pktline_add(out, "%s %s%s\n", hex, name, suffix);
}

// Capabilities stand behind a NUL.
static void format_head(struct buf *out, const struct git_pin *head, const char *branch)
{
    char hex[GIT_OID_HEX + 1];
    struct buf line CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    git_oid_format(&head->target.commit, hex);
    buf_printf(&line, "%s HEAD", hex);
    buf_add_char(&line, '\0');
    buf_printf(&line, CAPABILITIES " symref=HEAD:%s\n", branch);
    pktline_add_span(out, buf_span(&line));
}

static void format_shallow(struct buf *out, const struct git_pin *pins, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool told = !pins[i].has_parents;

        for (size_t k = 0; k < i && !told; k++)
            told = same(&pins[k].target.commit, &pins[i].target.commit);
        if (!told)
            pktline_add_shallow(out, &pins[i].target.commit);
    }
}

void git_format_refs(const struct git_pin *pins, size_t count, struct buf *out)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct offer o = {.arena = arena};
    const struct git_pin *head = choose_head(pins, count);
    const char *branch, *last = "";

    pktline_add(out, "# service=git-upload-pack\n");
    pktline_add_flush(out);
    if (head) {
        offer_pins(&o, pins, count);
        branch = head_branch(&o, head);
        format_head(out, head, branch);
    }
    VEC_FOREACH (const struct offered *, it, &o.refs) {
        if (strcmp(it->name, last) == 0)
            continue; // "tag/1" and "refs/tags/1"
        last = it->name;
        format_ref(out, it->oid, it->name, "");
        if (it->peeled)
            format_ref(out, it->peeled, it->name, "^{}");
    }
    format_shallow(out, pins, count);
    pktline_add_flush(out);
}
