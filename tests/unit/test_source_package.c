// SPDX-License-Identifier: Apache-2.0
// controller/source: what packaging changes in a chart, and includes and sparse checkouts.
#include "unit.h"

#include "controller/source.h"

static const char meta[] = "apiVersion: v2\nname: c\nversion: 1.2.3-rc.1+old\n";

struct packed {
    struct chart *chart;
    struct doc *doc;
    struct kustomize_tree *artifact;
};

static void packed_free(struct packed *p)
{
    chart_free(p->chart);
    doc_free(p->doc);
    kustomize_tree_close(p->artifact);
}

static struct chart *load(bool has_values)
{
    struct err *err = NULL;
    chart_files files CLEANUP(chart_files_free) = {0};
    struct chart *chart;

    vec_push(&files, (struct chart_file){.path = "Chart.yaml", .content = span_str(meta)});
    if (has_values)
        vec_push(&files, (struct chart_file){.path = "values.yaml",
                                             .content = SPAN("a: {x: 1, w: 2}\nmine: 1\n")});
    vec_push(&files, (struct chart_file){.path = "env/in.yaml", .content = SPAN("a: {w: 3}\n")});
    chart = chart_load_files(&files, "c", &err);
    assert_non_null(chart);
    return chart;
}

static int package(struct packed *p, const char *spec, bool local, bool has_values,
                   struct err **err)
{
    p->doc = doc_new();
    p->chart = load(has_values);
    p->artifact = local ? kustomize_tree_memory() : NULL;
    if (local) {
        kustomize_tree_add(p->artifact, "/env/a.yaml", SPAN("a: {x: null, z: [1]}\n"));
        kustomize_tree_add(p->artifact, "/env/b.yaml", SPAN("a: {z: [2]}\n---\na: no\n"));
        kustomize_tree_add(p->artifact, "/env/list.yaml", SPAN("- a\n"));
    }
    return source_package_chart(p->chart, doc_read_yaml_one(p->doc, span_str(spec), "spec", err),
                                p->artifact, SPAN("main@sha1:0123456789abcdef0123"), "r", err);
}

static void expect(const char *spec, bool local, const char *version, const char *values)
{
    struct packed p CLEANUP(packed_free) = {0};
    struct buf json CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (package(&p, spec, local, true, &err) < 0)
        fail_msg("%s", err_message(err));
    doc_write_json(p.chart->values, true, &json);
    assert_string_equal(buf_str(&json), values);
    assert_string_equal(node_get_str(p.chart->meta, "version"), version);
}

static void refuse(const char *spec, bool local, bool has_values, const char *words)
{
    struct packed p CLEANUP(packed_free) = {0};
    struct err *err CLEANUP(err_cleanup) = NULL;

    assert_int_equal(package(&p, spec, local, has_values, &err), -1);
    assert_err(err, ERR_CONFIG, words);
}

#define OWN "{\"a\":{\"w\":2,\"x\":1},\"mine\":1}"

static void test_source_package_chart__values_files(void **state)
{
    (void)state;
    expect("{chart: c}", true, "1.2.3-rc.1+old", OWN);
    expect("{valuesFiles: [./values.yaml]}", true, "1.2.3-rc.1+old", OWN);
    expect("{valuesFiles: [env/a.yaml, /env/b.yaml]}", true, "1.2.3-rc.1+1",
           "{\"a\":{\"x\":null,\"z\":[2]}}");
    expect("{valuesFiles: [values.yaml, env/in.yaml]}", false, "1.2.3-rc.1+1",
           "{\"a\":{\"w\":3,\"x\":1},\"mine\":1}");
    expect("{valuesFiles: [env/no.yaml, env/in.yaml], ignoreMissingValuesFiles: true}", false,
           "1.2.3-rc.1+1", "{\"a\":{\"w\":3}}");
    expect("{valuesFiles: [env/no.yaml], ignoreMissingValuesFiles: true}", true, "1.2.3-rc.1+1",
           "{}");
}

static void test_source_package_chart__revision_in_the_version(void **state)
{
    (void)state;
    expect("{reconcileStrategy: Revision}", true, "1.2.3-rc.1+0123456789ab", OWN);
    expect("{reconcileStrategy: Revision}", false, "1.2.3-rc.1+old", OWN); // of a HelmRepository
    expect("{reconcileStrategy: Revision, valuesFiles: [env/b.yaml]}", true,
           "1.2.3-rc.1+0123456789ab.1", "{\"a\":{\"z\":[2]}}");
}

static void test_source_package_chart__what_fails(void **state)
{
    (void)state;
    refuse("{valuesFiles: [env/no.yaml]}", true, true, "r: valuesFiles: no values file found");
    refuse("{valuesFiles: [env]}", true, true, "no values file found at 'env'");
    refuse("{valuesFiles: [env/a.yaml]}", false, true, "no values file found at 'env/a.yaml'");
    refuse("{valuesFiles: [env/list.yaml]}", true, true, "env/list.yaml:1: is a");
    refuse("{valuesFiles: [env/a.yaml]}", true, false, "has no values.yaml");
}

static void test_source_has_submodules__not_with_a_sparse_checkout(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err = NULL;

    (void)state;
#define HAS(spec) source_has_submodules(doc_read_yaml_one(d, SPAN("spec: " spec), "x", &err))
    assert_true(HAS("{recurseSubmodules: true}"));
    assert_true(HAS("{recurseSubmodules: true, sparseCheckout: []}"));
    assert_false(HAS("{recurseSubmodules: true, sparseCheckout: [a]}"));
    assert_false(HAS("{url: u}"));
}

UNIT_MAIN(UNIT(test_source_package_chart__values_files),
          UNIT(test_source_package_chart__revision_in_the_version),
          UNIT(test_source_package_chart__what_fails),
          UNIT(test_source_has_submodules__not_with_a_sparse_checkout))
