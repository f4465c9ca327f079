// SPDX-License-Identifier: Apache-2.0
// model/flux: the table of fields against the definitions of Flux's controllers
// (tests/differential/flux/fields) and against its documentation; objects against the table.
#include "unit.h"

#include <fcntl.h>

#include "base/file.h"
#include "model/flux.h"

#define FIELDS TESTS_ROOT "/differential/flux/fields/fields.txt"
#define RULES TESTS_ROOT "/differential/flux/fields/rules.txt"
#define DOCS SOURCE_ROOT "/docs/flux-fields.md"

static void read_file(const char *path, struct buf *out)
{
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (file_read(AT_FDCWD, path, out, &err) < 0)
        fail_msg("%s", err_message(err));
}

// Headings of kinds that have rows, and of these the first two columns.
static void cut_columns(struct span text, struct buf *out)
{
    struct span line, heading = SPAN_EMPTY;

    while (span_next(&text, '\n', &line)) {
        if (span_starts(line, "## "))
            heading = line;
        if (!span_starts(line, "| `"))
            continue;
        if (heading.len)
            buf_printf(out, "%.*s\n", SPAN_ARG(heading));
        heading = SPAN_EMPTY;
        line = span_head(line, span_rfind(line, '|'));            // the last bar
        line = span_trim(span_head(line, span_rfind(line, '|'))); // before the third column
        buf_printf(out, "%.*s\n", SPAN_ARG(line));
    }
}

// The first line that differs.
static void expect_same(struct span is, struct span wanted)
{
    struct span a, b;

    while (true) {
        bool more_a = span_next(&is, '\n', &a), more_b = span_next(&wanted, '\n', &b);

        if (!more_a && !more_b)
            return;
        if (more_a != more_b || !span_eq(a, b)) {
            a = more_a ? a : SPAN("nothing");
            b = more_b ? b : SPAN("nothing");
            fail_msg("'%.*s' instead of '%.*s'", SPAN_ARG(a), SPAN_ARG(b));
        }
    }
}

static void test_flux_describe_fields__are_those_of_the_definitions(void **state)
{
    struct buf wanted CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf all CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX),
                   is CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    read_file(FIELDS, &wanted);
    flux_describe_fields(&all);
    cut_columns(buf_span(&all), &is);
    expect_same(buf_span(&is), buf_span(&wanted));
}

static void test_flux_describe_rules__are_those_of_the_definitions(void **state)
{
    struct buf wanted CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf is CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    read_file(RULES, &wanted);
    assert_true(flux_describe_rules(&is));
    expect_same(buf_span(&is), buf_span(&wanted));
}

// With UPDATE_DOCS in the environment the file is written anew.
static void test_flux_describe_fields__is_what_the_documentation_says(void **state)
{
    struct buf docs CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf table CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span head;
    size_t at;

    (void)state;
    read_file(DOCS, &docs);
    flux_describe_fields(&table);
    at = span_search(buf_span(&docs), SPAN("\n## "));
    if (getenv("UPDATE_DOCS")) {
        FILE *file = fopen(DOCS, "we");

        head = span_head(buf_span(&docs), at);
        assert_non_null(file);
        assert_int_equal(fprintf(file, "%.*s%s", SPAN_ARG(head), buf_str(&table)),
                         (int)(head.len + table.len));
        assert_int_equal(fclose(file), 0);
        return;
    }
    expect_same(span_tail(buf_span(&docs), at), buf_span(&table));
}

// --- objects ---

#define GIT                                                                                        \
    "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: r, "           \
    "namespace: n}\n"
#define KUSTOMIZATION                                                                              \
    "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"                            \
    "metadata: {name: k, namespace: n}\n"

static void refuse(const char *yaml, const char *words, const char *hint)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node *object = doc_read_yaml_one(d, span_str(yaml), "x.yaml", &err);
    flux_notes notes = {0};

    assert_non_null(object);
    assert_int_equal(flux_check(arena, object, d, &notes, &err), -1);
    assert_err(err, ERR_CONFIG, words);
    if (hint)
        assert_non_null(strstr(err_hint_text(err), hint));
}

// "field: text, field: text"
static void expect_notes(const char *yaml, const char *expected)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf found CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *object;
    flux_notes notes = {0};

    object = doc_read_yaml_one(d, span_str(yaml), "x.yaml", &err);
    assert_non_null(object);
    if (flux_check(arena, object, NULL, &notes, &err) < 0)
        fail_msg("%s", err_message(err));
    VEC_FOREACH (const struct flux_note *, it, &notes)
        buf_printf(&found, "%s%s", found.len ? ", " : "", it->field);
    assert_string_equal(buf_str(&found), expected);
}

static void test_flux_check__types(void **state)
{
    (void)state;
    refuse(GIT "spec:\n  url: https://h/r\n  ref: {tag: 1.0}\n",
           "x.yaml:6: GitRepository n/r: spec.ref.tag: expected a text, found a number; put quotes "
           "around it",
           NULL);
    refuse(GIT "spec:\n  ref: {commit: 12345678901234567890}\n", "spec.ref.commit: expected a text",
           NULL);
    refuse(GIT "spec:\n  recurseSubmodules: 'true'\n",
           "x.yaml:5: GitRepository n/r: spec.recurseSubmodules: expected true or false, found a "
           "text; take the quotes off",
           NULL);
    refuse(GIT "spec:\n  include: {a: b}\n", "spec.include: expected a list, found a map", NULL);
    refuse(GIT "spec:\n  include:\n  - x\n", "spec.include[0]: expected a map, found a text", NULL);
    refuse(GIT "spec:\n  sparseCheckout:\n  - a\n  - 1\n",
           "x.yaml:7: GitRepository n/r: spec.sparseCheckout[1]: expected a text, found a number",
           NULL);
    refuse(KUSTOMIZATION "spec: {postBuild: {substitute: {a: 1}}}\n",
           "spec.postBuild.substitute.a: expected a text, found a number; put quotes", NULL);
    refuse(GIT "spec: text\n", "spec: expected a map, found a text", NULL);
}

static void test_flux_check__fields(void **state)
{
    (void)state;
    refuse(GIT "spec:\n  ref: {tga: x}\n",
           "x.yaml:5: GitRepository n/r: spec.ref.tga: Flux has no such field", "'tag'");
    refuse(KUSTOMIZATION "spec:\n  patches:\n  - patch: x\n    targets: {kind: A}\n",
           "x.yaml:7: Kustomization n/k: spec.patches[0].targets: Flux has no such field",
           "'target'");
    refuse(KUSTOMIZATION "spec: {somethingElse: x}\n", "spec.somethingElse", "docs/flux-fields.md");
    refuse(KUSTOMIZATION "spec:\n  sourceRef: {kind: HelmRepository, name: x}\n",
           "spec.sourceRef.kind: 'HelmRepository' is none of what Flux knows there",
           "OCIRepository|GitRepository");
    refuse("apiVersion: helm.toolkit.fluxcd.io/v2beta1\nkind: HelmRelease\nmetadata: {name: r}\n",
           "Flux 2.9 does not serve helm.toolkit.fluxcd.io/v2beta1", "helm.toolkit.fluxcd.io/v2");
}

#define HELM "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r}\n"
#define REF "chartRef: {kind: HelmChart, name: c}"

static void test_flux_check__rules(void **state)
{
    (void)state;
    refuse(GIT "spec:\n  interval: 1m\n",
           "x.yaml:5: GitRepository n/r: spec: lacks url, which Flux demands", NULL);
    refuse(GIT "spec:\n  url: https://h/r\n", "spec: lacks interval, which Flux demands", NULL);
    refuse(GIT "spec: {url: null, interval: 1m}\n", "spec: lacks url", NULL);
    refuse(GIT "spec: {url: 'https://h/r', interval: 1m, include: [{toPath: a}]}\n",
           "spec.include[0]: lacks repository", NULL);
    refuse(GIT "spec: {url: 'git@h:r', interval: 1m}\n",
           "spec.url: 'git@h:r' is not a URL of http, https or ssh", NULL);
    refuse(GIT "spec: {url: 'https://h/r', interval: 1d}\n",
           "spec.interval: '1d' is not a duration", NULL);
    refuse(GIT "spec: {url: 'https://h/r', interval: 1m, timeout: 1h}\n",
           "spec.timeout: '1h' is not a duration without hours", NULL);
    refuse(KUSTOMIZATION "spec: {interval: 1m, sourceRef: {kind: Bucket, name: b}}\n",
           "spec: lacks prune", NULL);
    refuse(KUSTOMIZATION "spec: {targetNamespace: ''}\n", "spec.targetNamespace: is empty", NULL);
    refuse(KUSTOMIZATION "spec: {kubeConfig: {}}\n",
           "spec.kubeConfig: there has to be configMapRef or secretRef", NULL);
    refuse(HELM "spec: {interval: 1m}\n", "spec: there has to be either chart or chartRef", NULL);
    refuse(HELM "spec: {interval: 1m, " REF ", chart: {spec: {chart: a, sourceRef: {kind: Bucket, "
                "name: b}}}}\n",
           "spec: there has to be either chart or chartRef", NULL);
    refuse(HELM "spec: {interval: 1m, " REF ", valuesFrom: [{kind: Secret, name: s, targetPath: "
                "'a[x]'}]}\n",
           "spec.valuesFrom[0].targetPath: 'a[x]' is not the path of a value", NULL);
    refuse(HELM "spec: {interval: 1m, " REF ", releaseName: "
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}\n",
           "spec.releaseName: is longer than 53 characters", NULL);
    refuse(HELM "spec: {interval: 1m, " REF ", upgrade: {strategy: {name: RemediateOnFailure, "
                "retryInterval: 1m}}}\n",
           "spec.upgrade.strategy: retryInterval goes with RetryOnFailure only", NULL);
}

static void test_flux_check__what_is_fine(void **state)
{
    (void)state;
    expect_notes(
        GIT "spec: {url: 'https://h/r', interval: 1m30s, ref: null, include: [{repository: {name: "
            "a}}]}\n",
        "");
    expect_notes("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r}\n"
                 "spec: {values: {any: [1, {x: null}]}, maxHistory: 3, interval: 1h, "
                 "chartRef: {kind: HelmChart, name: c}}\n",
                 "");
    expect_notes("apiVersion: v1\nkind: ConfigMap\nspec: 1\n", "");
    expect_notes(KUSTOMIZATION "status: {anything: 1}\n", "");
}

static void test_flux_check__what_needs_a_cluster(void **state)
{
    (void)state;
    expect_notes(
        KUSTOMIZATION
        "spec: {interval: 1m, prune: true, sourceRef: {kind: Bucket, name: b}, decryption: "
        "{provider: sops}, kubeConfig: {secretRef: {name: a}}}\n",
        "spec.decryption, spec.kubeConfig");
    expect_notes(GIT "spec: {interval: 1m, url: 'https://h/r', verify: {secretRef: {name: a}}, "
                     "secretRef: {name: b}}\n",
                 "spec.verify");
    expect_notes("apiVersion: source.toolkit.fluxcd.io/v1\nkind: Bucket\nmetadata: {name: b}\n",
                 "");
}

UNIT_MAIN(UNIT(test_flux_describe_fields__are_those_of_the_definitions),
          UNIT(test_flux_describe_fields__is_what_the_documentation_says),
          UNIT(test_flux_describe_rules__are_those_of_the_definitions),
          UNIT(test_flux_check__types), UNIT(test_flux_check__fields), UNIT(test_flux_check__rules),
          UNIT(test_flux_check__what_is_fine), UNIT(test_flux_check__what_needs_a_cluster))
