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
    bool sealed;
};

#define FILE_OPERAND                                                                               \
    {                                                                                              \
        .type = OPT_OPERAND, .value = "[FILE]", .offset = offsetof(struct file_options, file),     \
        .help = "the bundle (bundles/sandbox.bundle)"                                              \
    }

static const struct opt file_table[] = {FILE_OPERAND, COMMAND_COMMON_OPTIONS};

static const struct opt verify_table[] = {
    FILE_OPERAND,
    {.type = OPT_FLAG,
     .name = "sealed",
     .offset = offsetof(struct file_options, sealed),
     .help = "list what its tree can reach and it does not hold; exit 4 when something is lacking"},
    COMMAND_COMMON_OPTIONS,
};

static void file_defaults(void *options)
{
    ((struct file_options *)options)->file = ARTIFACTS_BUNDLE;
}

static const char *const gap_titles[] = {
    [ARTIFACTS_LACKED] = "lacking, and needed:",
    [ARTIFACTS_MENTIONED] = "named, and not in it; whether it is asked for, only a cluster tells:",
};

static size_t count_gaps(const struct artifacts_gaps *gaps, enum artifacts_gap_kind kind)
{
    size_t n = 0;

    VEC_FOREACH (const struct artifacts_gap *, gap, &gaps->items)
        n += gap->kind == kind;
    return n;
}

static void gaps_text(const struct artifacts_gaps *gaps, struct buf *out)
{
    const char *title = "";

    if (!gaps->items.len)
        buf_add_str(out, "sealed: all that its tree can reach is in it\n");
    VEC_FOREACH (const struct artifacts_gap *, gap, &gaps->items) {
        if (title != gap_titles[gap->kind])
            buf_printf(out, "%s\n", gap_titles[gap->kind]);
        title = gap_titles[gap->kind];
        buf_printf(out, "  %-6s %s  (%s)\n", gap->what, gap->name, gap->user);
    }
}

static struct node *gaps_node(const struct artifacts_gaps *gaps, struct doc *d)
{
    static const char *const states[] = {"lacking", "mentioned"};
    struct node *list = node_new_seq(d);

    VEC_FOREACH (const struct artifacts_gap *, gap, &gaps->items) {
        struct node *n = node_new_map(d);

        node_set_str(d, n, "state", span_str(states[gap->kind]));
        node_set_str(d, n, "kind", span_str(gap->what));
        node_set_str(d, n, "name", span_str(gap->name));
        node_set_str(d, n, "usedBy", span_str(gap->user));
        node_push(d, list, n);
    }
    return list;
}

static int judge_gaps(const struct bundle *b, const struct artifacts_gaps *gaps, struct err **err)
{
    size_t lacking = count_gaps(gaps, ARTIFACTS_LACKED);

    if (!lacking)
        return 0;
    err_set(err, ERR_PREFLIGHT, "bundle %s lacks %zu of what its tree needs", bundle_path(b),
            lacking);
    return err_hint(err, "'sandstrap bundle lock' and 'sandstrap bundle build' of the tree bring "
                         "it");
}

static int verify_run(struct command_env *env, const void *options, struct err **err)
{
    const struct file_options *o = options;
    struct bundle *b CLEANUP(bundle_cleanup) = bundle_open(o->file, err);
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct artifacts_gaps gaps = {0};
    struct node *root;

    if (!b || artifacts_verify(b, env->cancel, err) < 0 ||
        (o->sealed && artifacts_sealed(b, arena, &gaps, err) < 0))
        return -1;
    if (env->json) {
        root = print_bundle(d, b);
        if (o->sealed)
            node_set(d, root, SPAN("gaps"), gaps_node(&gaps, d));
        print_json(env, root);
    } else {
        buf_printf(env->out, "%s: verified, %s, %llu bytes\n", o->file,
                   DIGEST_TEXT(bundle_identity(b)), (unsigned long long)bundle_size(b));
        if (o->sealed)
            gaps_text(&gaps, env->out);
    }
    return judge_gaps(b, &gaps, err);
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
    if (bundle_kube_version(b).len)
        buf_printf(out, "\nkubernetes %.*s", SPAN_ARG(bundle_kube_version(b)));
    buf_printf(out, "\nlock       %s\nplatforms ", DIGEST_TEXT(bundle_lock_digest(b)));
    for (size_t i = 0; i < count; i++) {
        buf_add_char(out, ' ');
        add_plain(out, platforms[i]);
    }
    buf_printf(out, "\nbytes      %llu\n", (unsigned long long)bundle_size(b));
    if (bundle_since(b))
        buf_printf(out, "delta      since %s\n", DIGEST_TEXT(bundle_since(b)));
    buf_add_char(out, '\n');
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
    if (bundle_kube_version(b).len)
        node_set_str(d, root, "kubernetes", bundle_kube_version(b));
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
                        "anything is not as it was written, or not what its revision names.\n"
                        "With --sealed the tree in it is walked as 'bundle lock' does, and every\n"
                        "image, URL and chart that it can reach is looked up in the bundle.",
             .options = verify_table,
             .option_count = ARRAY_LEN(verify_table)},
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
