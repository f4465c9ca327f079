// SPDX-License-Identifier: Apache-2.0
// `status --sealed`.
#include "cmd/status/sealed.h"

#include "cluster/record/record.h"
#include "work/sealed.h"

static size_t count_of(const struct sealed *s, bool own)
{
    size_t n = 0;

    VEC_FOREACH (const struct sealed_gap *, gap, &s->gaps)
        n += gap->own == own;
    return n;
}

static void print_gaps(const struct sealed *s, bool own, struct buf *out)
{
    VEC_FOREACH (const struct sealed_gap *, gap, &s->gaps)
        if (gap->own == own)
            buf_printf(out, "  %s: %s %s%s%s%s\n", gap->object, gap->what, gap->why,
                       gap->digest[0] ? " (" : "", gap->digest, gap->digest[0] ? ")" : "");
}

static void print_text(const struct sealed *s, struct buf *out)
{
    size_t others = count_of(s, false), own = count_of(s, true);

    buf_printf(out, "%zu container%s and %zu source%s looked at\n", s->containers,
               PLURAL(s->containers), s->sources, PLURAL(s->sources));
    if (own)
        buf_printf(out, "%zu of the cluster itself, and there before or on its nodes:\n", own);
    print_gaps(s, true, out);
    if (others)
        buf_printf(out, "%zu not from the bundle:\n", others);
    print_gaps(s, false, out);
    if (!others)
        buf_printf(out, "all %sfrom the bundle\n", own ? "others " : "");
}

static void print_json(const struct sealed *s, const struct bundle *b, struct buf *out)
{
    static const char *const kinds[] = {"container", "source"};
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d), *list = node_new_seq(d);

    VEC_FOREACH (const struct sealed_gap *, gap, &s->gaps) {
        struct node *n = node_new_map(d);

        node_set_str(d, n, "kind", span_str(kinds[gap->kind]));
        node_set_str(d, n, "object", span_str(gap->object));
        node_set_str(d, n, "name", span_str(gap->what));
        node_set_str(d, n, "digest", span_str(gap->digest));
        node_set_str(d, n, "why", span_str(gap->why));
        node_set(d, n, SPAN("own"), node_new_bool(d, gap->own));
        node_push(d, list, n);
    }
    node_set_str(d, root, "bundle", span_str(DIGEST_TEXT(bundle_identity(b))));
    node_set(d, root, SPAN("sealed"), node_new_bool(d, count_of(s, false) == 0));
    node_set(d, root, SPAN("containers"), node_new_int(d, (int64_t)s->containers));
    node_set(d, root, SPAN("sources"), node_new_int(d, (int64_t)s->sources));
    node_set(d, root, SPAN("gaps"), list);
    doc_write_json(root, false, out);
    buf_add_char(out, '\n');
}

// What was there before the first `up` is the cluster's own; without a record nothing is.
static int look(const struct command_env *env, struct kube *kube, const struct bundle *bundle,
                struct record *record, struct arena *arena, struct sealed *s, struct err **err)
{
    struct sealed_options o = {.kube = kube, .bundle = bundle, .arena = arena};

    if (record_exists(record) && record_snapshot(record, &o.before, err) < 0)
        return -1;
    if (!o.before)
        report_info(env->report, "sealed",
                    "there is no record in the cluster of what was there before");
    return sealed_look(&o, s, err);
}

int status_sealed(struct command_env *env, struct kube *kube, const struct bundle *bundle,
                  const char *record_ns, const struct budget *budget, struct err **err)
{
    struct record_options options = {.loop = env->loop,
                                     .kube = kube,
                                     .command = "status",
                                     .ns = record_ns,
                                     .budget = *budget,
                                     .report = env->report};
    struct record *record CLEANUP(record_cleanup) = record_open(&options, err);
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct sealed s;
    size_t others;

    if (!record || look(env, kube, bundle, record, arena, &s, err) < 0)
        return -1;
    others = count_of(&s, false);
    if (env->json)
        print_json(&s, bundle, env->out);
    else
        print_text(&s, env->out);
    if (!others)
        return 0;
    err_set(err, ERR_INTEGRITY, "%zu of what is in the cluster %s not from bundle %s", others,
            others == 1 ? "is" : "are", bundle_path(bundle));
    return err_hint(err, "put it into the tree and the bundle, or take it out of the cluster");
}
