// SPDX-License-Identifier: Apache-2.0
// The commands `store list` and `store remove`.
#include "base/mem.h"
#include "base/text.h"
#include "cmd/store.h"
#include "cmd/store/print.h"

static const struct opt list_table[] = {
    STORE_OPTION,
    COMMAND_COMMON_OPTIONS,
};

static const struct opt remove_table[] = {
    {.type = OPT_OPERAND,
     .value = "IDENTITY",
     .offset = STORE_AT(bundle),
     .help = "the bundle's, or its first digits"},
    STORE_OPTION,
    COMMAND_COMMON_OPTIONS,
};

static void add_problem(const struct store_bundle *b, struct buf *out)
{
    err_format(b->problem, out);
}

// Origins are the bundle's, which may be anybody's: each stays in its line.
static void add_row(const struct store_bundle *b, struct buf *out)
{
    char *origin CLEANUP(mem_cleanup) = NULL;
    size_t count;

    buf_printf(out, "%s  ", DIGEST_TEXT(&b->identity));
    if (!b->head) {
        buf_add_str(out, "cannot be read: ");
        add_problem(b, out);
        buf_add_char(out, '\n');
        return;
    }
    origin = text_plain(bundle_origin(b->head), false);
    bundle_artifacts(b->head, &count);
    buf_printf(out, "%-8s  %9zu  %5zu  %14llu  ", origin, count, b->blobs.blobs,
               (unsigned long long)b->blobs.bytes);
    if (b->missing.blobs)
        buf_printf(out, "%zu blob%s, %llu bytes", b->missing.blobs, PLURAL(b->missing.blobs),
                   (unsigned long long)b->missing.bytes);
    else
        buf_add_str(out, "none");
    buf_add_char(out, '\n');
}

static void print_text(const struct store_bundles *list, struct buf *out)
{
    buf_printf(out, "%-71s  %-8s  %9s  %5s  %14s  %s\n", "IDENTITY", "ORIGIN", "ARTIFACTS", "BLOBS",
               "BYTES", "MISSING");
    VEC_FOREACH (const struct store_bundle *, b, &list->items)
        add_row(b, out);
}

static struct node *missing_node(struct doc *d, const struct blobstore *s, const struct bundle *b)
{
    struct node *list = node_new_seq(d);
    size_t count;
    const struct bundle_blob *blobs = bundle_blobs(b, &count);

    for (size_t i = 0; i < count; i++)
        if (!blobstore_has(s, &blobs[i].digest, blobs[i].size))
            node_push(d, list, node_new_str(d, span_str(DIGEST_TEXT(&blobs[i].digest))));
    return list;
}

static struct node *bundle_node(struct doc *d, const struct blobstore *s,
                                const struct store_bundle *b)
{
    struct node *n = node_new_map(d);
    struct buf problem CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    size_t count;

    node_set_str(d, n, "identity", span_str(DIGEST_TEXT(&b->identity)));
    if (!b->head) {
        add_problem(b, &problem);
        node_set_str(d, n, "problem", buf_span(&problem));
        return n;
    }
    bundle_artifacts(b->head, &count);
    node_set_str(d, n, "origin", bundle_origin(b->head));
    node_set(d, n, SPAN("artifacts"), node_new_int(d, (int64_t)count));
    node_set(d, n, SPAN("blobs"), node_new_int(d, (int64_t)b->blobs.blobs));
    node_set(d, n, SPAN("bytes"), node_new_int(d, (int64_t)b->blobs.bytes));
    node_set(d, n, SPAN("missing"), missing_node(d, s, b->head));
    return n;
}

static void print_json(struct command_env *env, const struct blobstore *s,
                       const struct store_bundles *list)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = print_store(d, s), *bundles = node_new_seq(d);

    VEC_FOREACH (const struct store_bundle *, b, &list->items)
        node_push(d, bundles, bundle_node(d, s, b));
    node_set(d, root, SPAN("bundles"), bundles);
    print_line(env, root);
}

static int list_run(struct command_env *env, const void *options, struct err **err)
{
    const struct store_options *o = options;
    struct blobstore *s CLEANUP(blobstore_cleanup) =
        blobstore_open(o->store, BLOBSTORE_READ, 0, err);
    struct store_bundles list CLEANUP(store_bundles_free) = {0};

    if (!s || store_list(s, &list, err) < 0)
        return -1;
    if (env->json)
        print_json(env, s, &list);
    else
        print_text(&list, env->out);
    return 0;
}

static int remove_run(struct command_env *env, const void *options, struct err **err)
{
    const struct store_options *o = options;
    struct blobstore *s CLEANUP(blobstore_cleanup) =
        blobstore_open(o->store, BLOBSTORE_CHANGE, 0, err);
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct digest identity;
    struct node *root;

    if (!s || store_identify(s, o->bundle, &identity, err) < 0 ||
        blobstore_remove(s, &identity, err) < 0)
        return -1;
    if (!env->json) {
        buf_printf(env->out, "%s: removed %s; its blobs stay until 'sandstrap store collect'\n",
                   blobstore_path(s), DIGEST_TEXT(&identity));
        return 0;
    }
    root = print_store(d, s);
    node_set_str(d, root, "removed", span_str(DIGEST_TEXT(&identity)));
    print_line(env, root);
    return 0;
}

const struct command cmd_store_list = {
    .spec = {.name = "store list",
             .summary = "list the bundles of a blob store",
             .details = "Oldest first. MISSING is what of a bundle is not in the store.",
             .options = list_table,
             .option_count = ARRAY_LEN(list_table)},
    .options_size = sizeof(struct store_options),
    .defaults = store_defaults,
    .run = list_run,
};

const struct command cmd_store_remove = {
    .spec = {.name = "store remove",
             .summary = "take a bundle off the list of a blob store",
             .details = "Its blobs stay until 'sandstrap store collect'.",
             .options = remove_table,
             .option_count = ARRAY_LEN(remove_table)},
    .options_size = sizeof(struct store_options),
    .defaults = store_defaults,
    .run = remove_run,
};
