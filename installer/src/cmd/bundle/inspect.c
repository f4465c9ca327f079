// SPDX-License-Identifier: Apache-2.0
// The commands `bundle verify` and `bundle inspect`.
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cmd/bundle.h"
#include "cmd/bundle/print.h"
#include "work/artifacts.h"

struct file_options {
    struct command_common common;
    const char *file;
};

static const struct opt file_table[] = {
    {.type = OPT_OPERAND,
     .value = "[FILE]",
     .offset = offsetof(struct file_options, file),
     .help = "the bundle (bundles/sandbox.bundle)"},
    COMMAND_COMMON_OPTIONS,
};

static void file_defaults(void *options)
{
    ((struct file_options *)options)->file = ARTIFACTS_BUNDLE;
}

static int verify_run(struct command_env *env, const void *options, struct err **err)
{
    const struct file_options *o = options;
    struct bundle *b CLEANUP(bundle_cleanup) = bundle_open(o->file, err);
    struct doc *d CLEANUP(doc_cleanup) = doc_new();

    if (!b || artifacts_verify(b, env->cancel, err) < 0)
        return -1;
    if (env->json)
        print_json(env, print_bundle(d, b));
    else
        buf_printf(env->out, "%s: verified, %s, %llu bytes\n", o->file,
                   DIGEST_TEXT(bundle_identity(b)), (unsigned long long)bundle_size(b));
    return 0;
}

static int compare_places(const void *a, const void *b)
{
    const size_t *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

// A blob counts once, however many manifests of the artifact name it.
static uint64_t size_of(const struct bundle *b, const struct bundle_artifact *a)
{
    size_t count;
    const struct bundle_blob *blobs = bundle_blobs(b, &count);
    size_t *places CLEANUP(mem_cleanup) = mem_zalloc(a->blob_count, sizeof(*places));
    uint64_t sum = 0;

    memcpy(places, a->blobs, a->blob_count * sizeof(*places));
    qsort(places, a->blob_count, sizeof(*places), compare_places);
    for (size_t i = 0; i < a->blob_count; i++)
        if (i == 0 || places[i] != places[i - 1])
            sum += blobs[places[i]].size;
    return sum;
}

// Names are the bundle's, which may be anybody's: each stays in its line.
static void add_plain(struct buf *out, struct span text)
{
    char *plain CLEANUP(mem_cleanup) = text_plain(text, false);

    buf_add_str(out, plain);
}

static void add_head(const struct bundle *b, struct buf *out)
{
    size_t count;
    const struct span *platforms = bundle_platforms(b, &count);

    buf_printf(out, "identity   %s\norigin     ", DIGEST_TEXT(bundle_identity(b)));
    add_plain(out, bundle_origin(b));
    buf_printf(out, "\nlock       %s\nplatforms ", DIGEST_TEXT(bundle_lock_digest(b)));
    for (size_t i = 0; i < count; i++) {
        buf_add_char(out, ' ');
        add_plain(out, platforms[i]);
    }
    buf_printf(out, "\nbytes      %llu\n\n", (unsigned long long)bundle_size(b));
}

static void add_artifact(const struct bundle *b, const struct bundle_artifact *a, struct buf *out)
{
    size_t count;
    const struct bundle_blob *blobs = bundle_blobs(b, &count);

    buf_printf(out, "%-6s %12llu  ", bundle_kind_name(a->kind), (unsigned long long)size_of(b, a));
    add_plain(out, a->name);
    if (a->version.len) {
        buf_add_str(out, " at ");
        add_plain(out, a->version);
    }
    if (a->kind != BUNDLE_TREE)
        buf_printf(out, " (%s%.*s)", a->manifest_count ? "index " : "", SPAN_ARG(a->revision));
    buf_add_char(out, '\n');
    for (size_t i = 0; i < a->manifest_count; i++) {
        buf_printf(out, "%21s", "");
        add_plain(out, a->manifests[i].platform);
        buf_printf(out, " (%s)\n", DIGEST_TEXT(&blobs[a->manifests[i].blob].digest));
    }
}

static void inspect_text(const struct bundle *b, struct buf *out)
{
    size_t count;
    const struct bundle_artifact *all = bundle_artifacts(b, &count);

    add_head(b, out);
    buf_printf(out, "%-6s %12s  %s\n", "KIND", "BYTES", "NAME");
    for (size_t i = 0; i < count; i++)
        add_artifact(b, &all[i], out);
}

static struct node *manifests_node(struct doc *d, const struct bundle *b,
                                   const struct bundle_artifact *a)
{
    struct node *list = node_new_seq(d);
    size_t count;
    const struct bundle_blob *blobs = bundle_blobs(b, &count);

    for (size_t i = 0; i < a->manifest_count; i++) {
        struct node *n = node_new_map(d);

        node_set_str(d, n, "platform", a->manifests[i].platform);
        node_set_str(d, n, "digest", span_str(DIGEST_TEXT(&blobs[a->manifests[i].blob].digest)));
        node_push(d, list, n);
    }
    return list;
}

static struct node *artifacts_node(struct doc *d, const struct bundle *b)
{
    struct node *list = node_new_seq(d);
    size_t count;
    const struct bundle_artifact *all = bundle_artifacts(b, &count);

    for (size_t i = 0; i < count; i++) {
        struct node *n = node_new_map(d);

        node_set_str(d, n, "kind", span_str(bundle_kind_name(all[i].kind)));
        node_set_str(d, n, "name", all[i].name);
        node_set_str(d, n, "version", all[i].version);
        node_set_str(d, n, "revision", all[i].revision);
        node_set(d, n, SPAN("manifests"), manifests_node(d, b, &all[i]));
        node_set(d, n, SPAN("bytes"), node_new_int(d, (int64_t)size_of(b, &all[i])));
        node_push(d, list, n);
    }
    return list;
}

static void inspect_json(struct command_env *env, const struct bundle *b)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = print_bundle(d, b), *platforms = node_new_seq(d);
    size_t count;
    const struct span *all = bundle_platforms(b, &count);

    for (size_t i = 0; i < count; i++)
        node_push(d, platforms, node_new_str(d, all[i]));
    node_set_str(d, root, "origin", bundle_origin(b));
    node_set_str(d, root, "lock", span_str(DIGEST_TEXT(bundle_lock_digest(b))));
    node_set(d, root, SPAN("platforms"), platforms);
    node_set(d, root, SPAN("artifacts"), artifacts_node(d, b));
    print_json(env, root);
}

static int inspect_run(struct command_env *env, const void *options, struct err **err)
{
    const struct file_options *o = options;
    struct bundle *b CLEANUP(bundle_cleanup) = bundle_open(o->file, err);

    if (!b)
        return -1;
    if (env->json)
        inspect_json(env, b);
    else
        inspect_text(b, env->out);
    return 0;
}

const struct command cmd_bundle_verify = {
    .spec = {.name = "bundle verify",
             .summary = "check every byte of a bundle, and what it says of itself",
             .details = "Needs no network. Exit code 5, and the region or artifact by name, when\n"
                        "anything is not as it was written, or not what its revision names.",
             .options = file_table,
             .option_count = ARRAY_LEN(file_table)},
    .options_size = sizeof(struct file_options),
    .defaults = file_defaults,
    .run = verify_run,
};

const struct command cmd_bundle_inspect = {
    .spec = {.name = "bundle inspect",
             .summary = "list what is in a bundle",
             .options = file_table,
             .option_count = ARRAY_LEN(file_table)},
    .options_size = sizeof(struct file_options),
    .defaults = file_defaults,
    .run = inspect_run,
};
