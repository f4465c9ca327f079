// SPDX-License-Identifier: Apache-2.0
// Says what HelmReleases come to, as oracle/ does with helm-controller's own code: a line of JSON
// on stdin is a question, {"Release": {...}, "ConfigMaps": [...], "Secrets": [...], "Chart": {PATH:
// TEXT}, "Binary": {PATH: BASE64}, "KubeVersion": TEXT, "APIVersions": [TEXT] (beside the built-in
// ones)}, a line on stdout its answer, {"values", "manifest", "hooks"} or {"error"}. {"Builtin":
// VERSION} asks for the API versions of a plain cluster.
//
// With the name of a file, its questions have the controller's answers with them, as "answer":
// those that differ are printed, and the exit status is 1.

#include "../questions.h"

#include "controller/release.h"
#include "io/crypto.h"

struct asked {
    const struct node *question;
    const struct doc *doc;
};

static const struct node *find(void *data, const struct identity *id, const struct doc **doc)
{
    const struct asked *asked = data;
    const char *list = span_is(id->kind, "Secret") ? "Secrets" : "ConfigMaps";

    *doc = asked->doc;
    NODE_FOREACH_ITEM (object, node_get(asked->question, list)) {
        struct identity one = node_identity(object);

        if (identity_eq(&one, id))
            return object;
    }
    return NULL;
}

static struct chart *chart_of(struct arena *arena, const struct node *question, struct err **err)
{
    chart_files files CLEANUP(chart_files_free) = {0};

    NODE_FOREACH_PAIR (file, node_get(question, "Chart")) {
        struct span path = arena_span(arena, file->key);

        vec_push(&files, (struct chart_file){.path = path.ptr, .content = node_text(file->value)});
    }
    NODE_FOREACH_PAIR (file, node_get(question, "Binary")) {
        struct buf data CLEANUP(buf_free) = BUF_INIT(ANSWER_MAX);
        struct span path = arena_span(arena, file->key);

        if (!crypto_base64_decode(node_text(file->value), &data)) {
            err_set(err, ERR_CONFIG, "%s is not base64", path.ptr);
            return NULL;
        }
        vec_push(&files, (struct chart_file){.path = path.ptr,
                                             .content = arena_span(arena, buf_span(&data))});
    }
    return chart_load_files(&files, "the question's chart", err);
}

static void add_hooks(const struct chart_rendering *rendering, struct buf *out)
{
    buf_add_str(out, ",\"hooks\":[");
    VEC_FOREACH (const struct chart_manifest *, hook, &rendering->hooks) {
        buf_add_str(out, hook == rendering->hooks.items ? "{\"Path\":" : ",{\"Path\":");
        buf_add_json(out, hook->path);
        buf_add_str(out, ",\"Manifest\":");
        buf_add_json(out, hook->text);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
}

static int render(struct asked *asked, const struct release_values *values, struct buf *out,
                  struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct chart *chart CLEANUP(chart_cleanup) = chart_of(arena, asked->question, err);
    struct release_result result CLEANUP(release_result_free) = {0};
    const struct node *version = node_get(asked->question, "KubeVersion");
    release_api_versions apis = {0};
    struct release_options options = {
        .release = node_get(asked->question, "Release"),
        .release_doc = asked->doc,
        .chart = chart,
        .values = values,
        .kube_version = version ? node_text(version) : SPAN("v1.34.4"),
    };

    NODE_FOREACH_ITEM (item, node_get(asked->question, "APIVersions"))
        vec_push_arena(arena, &apis, node_text(item));
    options.api_versions = apis.items;
    options.api_version_count = apis.len;
    if (!chart || release_render(&options, &result, err) < 0)
        return -1;
    buf_add_str(out, ",\"manifest\":");
    buf_add_json(out, buf_span(&result.manifest));
    add_hooks(result.rendering, out);
    return 0;
}

static int answer_release(struct asked *asked, struct buf *out, struct err **err)
{
    struct release_values values CLEANUP(release_values_free) = {0};

    if (release_compose(node_get(asked->question, "Release"), asked->doc, find, asked, &values,
                        err) < 0)
        return -1;
    buf_add_str(out, "{\"values\":");
    doc_write_json(values.values, true, out);
    if (node_get(asked->question, "Chart") && render(asked, &values, out, err) < 0)
        return -1;
    buf_add_char(out, '}');
    return 0;
}

static int answer_builtin(struct span version, struct buf *out, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    release_api_versions apis = {0};
    int status = release_builtin_apis(arena, version, &apis, err);

    buf_add_char(out, '[');
    VEC_FOREACH (const struct span *, it, &apis) {
        buf_add_str(out, it == apis.items ? "" : ",");
        buf_add_json(out, *it);
    }
    buf_add_char(out, ']');
    vec_free(&apis);
    return status;
}

static int answer(const struct doc *d, const struct node *question, struct buf *out,
                  struct err **err)
{
    const struct node *builtin = node_get(question, "Builtin");
    struct asked asked = {question, d};

    return builtin ? answer_builtin(node_text(builtin), out, err)
                   : answer_release(&asked, out, err);
}

static bool is_number(const struct node *n)
{
    return node_is(n, NODE_INT) || node_is(n, NODE_FLOAT);
}

// Numbers are doubles to Helm, however they are written.
static bool same_values(const struct node *a, const struct node *b)
{
    if (is_number(a) && is_number(b))
        return node_double(a, 0) == node_double(b, 1);
    if (!a || !b || a->type != b->type || node_len(a) != node_len(b))
        return false;
    NODE_FOREACH_PAIR (pair, a)
        if (!same_values(pair->value, node_get_span(b, pair->key)))
            return false;
    for (size_t i = 0; node_is(a, NODE_SEQ) && i < node_len(a); i++)
        if (!same_values(node_item(a, i), node_item(b, i)))
            return false;
    return node_len(a) || a->type == NODE_MAP || a->type == NODE_SEQ || node_equal(a, b);
}

static bool is_as_stored(const struct node *wanted, const struct node *got)
{
    static const char *const fields[] = {"manifest", "hooks"};

    if (node_get(wanted, "error") || node_get(wanted, "valuesError"))
        return node_get(got, "error") != NULL;
    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
        const struct node *left = node_get(wanted, fields[i]), *right = node_get(got, fields[i]);

        if ((left || node_len(right)) && !node_equal(left, right))
            return false;
    }
    if (!node_get(wanted, "values"))
        return !node_get(got, "error") && !node_len(node_get(got, "values"));
    return !node_get(got, "error") &&
           same_values(node_get(wanted, "values"), node_get(got, "values"));
}

int main(int argc, char **argv)
{
    static const struct questions questions = {answer, is_as_stored};

    return questions_run(&questions, argc, argv);
}
