// SPDX-License-Identifier: Apache-2.0
// model/images: which images an object can make a cluster run.
#include "unit.h"

#include <fcntl.h>

#include "base/file.h"
#include "base/mem.h"
#include "model/images.h"
#include "support_object.h"

// What is found, a line each: "USE REFERENCE PATH".
static char *find(const char *yaml)
{
    static const char *const uses[] = {"run", "start", "named", "unsaid"};
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    images_list list = {0};
    struct err *err = NULL;

    if (images_of(a, object(yaml), &list, &err) < 0)
        fail_msg("%s", err_message(err));
    VEC_FOREACH (const struct images_found *, f, &list)
        buf_printf(&out, "%s %.*s %s\n", uses[f->use], SPAN_ARG(f->reference), f->path);
    return buf_take(&out);
}

static void expect(const char *yaml, const char *wanted)
{
    char *is CLEANUP(mem_cleanup) = find(yaml);

    assert_string_equal(is ? is : "", wanted);
}

#define OF(version, kind) "apiVersion: " version "\nkind: " kind "\nmetadata: {name: x}\n"

static void test_images__pod_templates_of_built_in_kinds(void **state)
{
    static const struct {
        const char *start, *path;
    } kinds[] = {
        {OF("v1", "Pod") "spec: ", "spec"},
        {OF("v1", "PodTemplate") "template: {spec: ", "template.spec"},
        {OF("v1", "ReplicationController") "spec: {template: {spec: ", "spec.template.spec"},
        {OF("apps/v1", "Deployment") "spec: {template: {spec: ", "spec.template.spec"},
        {OF("apps/v1", "ReplicaSet") "spec: {template: {spec: ", "spec.template.spec"},
        {OF("apps/v1", "StatefulSet") "spec: {template: {spec: ", "spec.template.spec"},
        {OF("apps/v1", "DaemonSet") "spec: {template: {spec: ", "spec.template.spec"},
        {OF("batch/v1", "Job") "spec: {template: {spec: ", "spec.template.spec"},
        {OF("batch/v1", "CronJob") "spec: {jobTemplate: {spec: {template: {spec: ",
         "spec.jobTemplate.spec.template.spec"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct buf yaml CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        const char *p = kinds[i].path;
        char *wanted CLEANUP(mem_cleanup) = mem_printf("run a:1 %s.initContainers[0].image\n"
                                                       "run b %s.containers[0].image\n"
                                                       "run c:3 %s.containers[1].image\n"
                                                       "run d:4 %s.ephemeralContainers[0].image\n"
                                                       "run e:5 %s.volumes[1].image.reference\n",
                                                       p, p, p, p, p);

        buf_printf(&yaml,
                   "%s{initContainers: [{image: a:1}], containers: [{image: b}, {image: "
                   "c:3}, {name: n}], ephemeralContainers: [{image: d:4}], volumes: "
                   "[{emptyDir: {}}, {name: v, image: {reference: e:5}}]}",
                   kinds[i].start);
        for (const char *c = kinds[i].start; *c; c++)
            if (*c == '{' && c[1] != 'n')
                buf_add_char(&yaml, '}');
        expect(buf_str(&yaml), wanted);
    }
}

static void test_images__the_metadata_of_the_pods(void **state)
{
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    images_list list = {0};
    struct err *err = NULL;
    const struct node *o =
        object(OF("apps/v1", "Deployment") "spec: {template: {metadata: {labels: {a: b}}, spec: "
                                           "{containers: [{image: auto}]}}}");

    (void)state;
    assert_int_equal(images_of(a, o, &list, &err), 0);
    assert_int_equal(list.len, 1);
    assert_ptr_equal(list.items[0].pod_meta, node_path(o, "spec", "template", "metadata"));
    assert_ptr_equal(
        list.items[0].at,
        node_get(node_item(node_path(o, "spec", "template", "spec", "containers"), 0), "image"));
}

static void test_images__what_is_no_image(void **state)
{
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    images_list list = {0};
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    assert_int_equal(
        images_of(a, object(OF("v1", "Pod") "spec: {containers: [{image: [a]}]}"), &list, &err),
        -1);
    assert_err(err, ERR_CONFIG,
               "spec.containers[0].image has to be the name of an image, not list");
    expect(OF("v1", "Service") "spec: {selector: {image: a}}", "");
    expect(OF("apiextensions.k8s.io/v1", "CustomResourceDefinition") "spec: {containers: [{image: "
                                                                     "ghcr.io/a/b:1}]}",
           "");
    expect(OF("kyverno.io/v1", "ClusterPolicy") "spec: {rules: [{validate: {pattern: {spec: "
                                                "{containers: [{image: '!*:latest'}]}}}}]}",
           "");
    expect(OF("helm.toolkit.fluxcd.io/v2",
              "HelmRelease") "spec: {values: {image: ghcr.io/a/b:1, containers: [{image: c}]}}",
           "");
}

static void test_images__custom_resources_of_the_table(void **state)
{
    (void)state;
    expect(OF("monitoring.coreos.com/v1",
              "Prometheus") "spec: {image: q.io/p:1, thanos: {image: q.io/t:2}, containers: "
                            "[{name: c, image: q.io/c:3}]}",
           "start q.io/p:1 spec.image\nstart q.io/t:2 spec.thanos.image\n"
           "start q.io/c:3 spec.containers[0].image\n");
    expect(OF("monitoring.coreos.com/v1", "Alertmanager") "spec: {version: v0.27.0}",
           "unsaid v0.27.0 spec.version\n");
    expect(OF("kiali.io/v1alpha1", "Kiali") "spec: {deployment: {image_name: q.io/kiali/kiali, "
                                            "image_version: v1.89}}",
           "start q.io/kiali/kiali:v1.89 spec.deployment\n");
    expect(OF("kiali.io/v1alpha1", "Kiali") "spec: {deployment: {image_name: q.io/k, "
                                            "image_digest: sha256, image_version: abc}}",
           "start q.io/k@sha256:abc spec.deployment\n");
    expect(OF("collectors.grafana.com/v1alpha1",
              "Alloy") "spec: {image: {registry: r.io, repository: g/alloy, tag: 1.10}}",
           "start r.io/g/alloy:1.10 spec.image\n");
    expect(OF("tempo.grafana.com/v1alpha1",
              "TempoStack") "spec: {images: {tempo: q.io/t:1, tempoGateway: q.io/g:2}}",
           "start q.io/t:1 spec.images.tempo\nstart q.io/g:2 spec.images.tempoGateway\n");
    expect(OF("loki.grafana.com/v1", "LokiStack") "spec: {size: 1x.demo}", "unsaid  \n");
    expect(OF("elasticsearch.k8s.elastic.co/v1",
              "Elasticsearch") "spec: {version: 8.14.0, nodeSets: [{podTemplate: {spec: "
                               "{initContainers: [{name: i, image: q.io/i:1}]}}}]}",
           "unsaid 8.14.0 spec.version\n"
           "start q.io/i:1 spec.nodeSets[0].podTemplate.spec.initContainers[0].image\n");
    expect(OF("argoproj.io/v1beta1", "ArgoCD") "spec: {image: q.io/a, version: v2.1, redis: "
                                               "{image: q.io/r, version: 'sha256:ab'}}",
           "start q.io/a:v2.1 spec\nstart q.io/r@sha256:ab spec.redis\n");
    expect(OF("argoproj.io/v1alpha1",
              "CronWorkflow") "spec: {workflowSpec: {templates: [{container: {image: a:1}}, "
                              "{script: {image: '{{x}}'}}]}}",
           "start a:1 spec.workflowSpec.templates[0].container.image\n"
           "unsaid {{x}} spec.workflowSpec.templates[1].script.image\n");
    expect(OF("tekton.dev/v1", "Task") "spec: {steps: [{image: a:1}], sidecars: [{image: b:2}]}",
           "start a:1 spec.steps[0].image\nstart b:2 spec.sidecars[0].image\n");
    expect(OF("postgresql.cnpg.io/v1", "Cluster") "spec: {imageName: g.io/pg:16}",
           "start g.io/pg:16 spec.imageName\n");
    expect(OF("extensions.istio.io/v1alpha1", "WasmPlugin") "spec: {url: 'oci://g.io/w:1'}",
           "start g.io/w:1 spec.url\n");
    expect(OF("extensions.istio.io/v1alpha1", "WasmPlugin") "spec: {url: 'https://g.io/w'}", "");
    expect(OF("nvidia.com/v1", "ClusterPolicy") "spec: {driver: {repository: nvcr.io/n, image: d, "
                                                "version: '550'}}",
           "start nvcr.io/n/d:550 spec.driver\n");
    expect(OF("operator.victoriametrics.com/v1beta1",
              "VMCluster") "spec: {vmselect: {image: {repository: v/select, tag: v1}}}",
           "start v/select:v1 spec.vmselect.image\n");
}

static void test_images__containers_of_unknown_kinds(void **state)
{
    (void)state;
    expect(OF("leaderworkerset.x-k8s.io/v1",
              "LeaderWorkerSet") "spec: {leaderWorkerTemplate: {workerTemplate: {spec: "
                                 "{containers: [{name: w, image: a:1}]}}}}",
           "start a:1 spec.leaderWorkerTemplate.workerTemplate.spec.containers[0].image\n");
    expect(OF("x.test/v1", "Thing") "spec: {podTemplate: {spec: {volumes: [{image: {reference: "
                                    "a:1}}]}}, containers: 3}\nstatus: {containers: [{image: b}]}",
           "start a:1 spec.podTemplate.spec.volumes[0].image.reference\n");
}

static void test_images__texts_that_name_them(void **state)
{
    (void)state;
    expect(OF("apps/v1", "Deployment") "spec: {template: {spec: {containers: [{image: q.io/o:1, "
                                       "args: ['--prometheus-config-reloader=quay.io/p/r:v1', "
                                       "'--default-base-image=x/y:2', --listen=0.0.0.0/x:80], "
                                       "env: [{name: RELATED_IMAGE_A, value: grafana/a:3}, {name: "
                                       "ROUTE, value: a/b:8080}]}]}}}",
           "run q.io/o:1 spec.template.spec.containers[0].image\n"
           "named quay.io/p/r:v1 spec.template.spec.containers[0].args[0]\n"
           "named x/y:2 spec.template.spec.containers[0].args[1]\n"
           "named grafana/a:3 spec.template.spec.containers[0].env[0].value\n");
    expect(OF("v1", "ConfigMap") "data: {c: 'run ghcr.io/a/b:1, then ghcr.io/a/b:1 and see "
                                 "https://ghcr.io/a/c:2 or registry.local/x:1.'}",
           "named ghcr.io/a/b:1 data.c\n");
    expect(OF("x.test/v1", "Thing") "spec: {image: ghcr.io/a/b:1}",
           "named ghcr.io/a/b:1 spec.image\n");
}

static void test_images__references(void **state)
{
#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    static const char *const good[] = {"ghcr.io/x/y:1", "r.io:5000/x:Ab_c.1",
                                       "r.io/x@sha256:" HEX64, "r.io/x:1@sha256:" HEX64};
    static const char *const bad[] = {
        "",          "x/y:1",           "docker.io/x", "r.io/x:",       "r.io/:1",
        "r.io/X:1",  "r.io:x/y:1",      "r.io/x:-1",   "r.io/x/:1",     "r.svc/x:1",
        "/r.io/x:1", "r.io/x@sha256:1", "r.io",        "127.0.0.1/x:1", "r.io/x:1@md5:1"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        if (!images_is_reference(span_str(good[i])))
            fail_msg("'%s' is one", good[i]);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (images_is_reference(span_str(bad[i])))
            fail_msg("'%s' is none", bad[i]);
}

static void add_code(struct buf *out, const char *text)
{
    buf_printf(out, *text ? "`%s`" : "%s", text);
}

// The row of docs/images.md for a row of the table.
static void write_row(const struct images_fact *f, struct buf *out)
{
    struct span kinds = span_str(f->kinds), parts = span_str(f->parts), word;
    const char *between = "";

    buf_printf(out, "| `%s` |", f->group);
    while (span_next(&kinds, ' ', &word))
        buf_printf(out, " `%.*s`", SPAN_ARG(word));
    buf_add_str(out, " | ");
    add_code(out, f->path ? f->path : "");
    buf_add_str(out, " | ");
    for (int i = 0; f->parts && i < 4; i++, between = " ") {
        word = SPAN_EMPTY;
        (void)span_next(&parts, '|', &word);
        buf_printf(out, word.len ? "%s`%.*s`" : "%s-%.*s", between, SPAN_ARG(word));
    }
    buf_add_str(out, " | ");
    add_code(out, f->version ? f->version : "");
    buf_printf(out, "%s | %s |", f->version && !*f->version ? "its own" : "", f->source);
}

static void test_images__the_document_has_the_table(void **state)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct images_fact *f;
    struct err *err = NULL;
    struct span rest, line;
    size_t rows = 0;

    (void)state;
    assert_int_equal(file_read(AT_FDCWD, SOURCE_ROOT "/docs/images.md", &text, &err), 0);
    rest = buf_span(&text);
    while (span_next(&rest, '\n', &line)) {
        struct buf wanted CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

        if (!span_starts(line, "| `"))
            continue;
        f = images_fact(rows++);
        assert_non_null(f);
        write_row(f, &wanted);
        if (!span_eq(line, buf_span(&wanted)))
            fail_msg("docs/images.md has '%.*s' instead of '%s'", SPAN_ARG(line), buf_str(&wanted));
    }
    assert_null(images_fact(rows));
}

static void add_cell(struct buf *out, const char *text, bool is_code)
{
    if (text)
        buf_printf(out, is_code ? " `%s`" : " %s", text);
    buf_add_str(out, " |");
}

// The row of docs/image-registry-mappings.md for a row of the table.
static void write_equivalent(const struct images_equivalent *e, struct buf *out)
{
    buf_add_str(out, "|");
    add_cell(out, e->package, false);
    add_cell(out, e->repository, true);
    if (e->public)
        buf_printf(out, " `%s`%s", e->public, e->note ? "," : "");
    add_cell(out, e->note, false);
    add_cell(out, e->path, e->path && !strchr(e->path, ' '));
    add_cell(out, e->form, false);
}

static void test_images__the_mappings_are_the_documents(void **state)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err = NULL;
    struct span rest, line;
    size_t rows = 0;

    (void)state;
    assert_int_equal(
        file_read(AT_FDCWD, SOURCE_ROOT "/docs/image-registry-mappings.md", &text, &err), 0);
    rest = buf_span(&text);
    while (span_next(&rest, '\n', &line)) {
        struct buf wanted CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        const struct images_equivalent *e;

        if (!span_starts(line, "| ") || span_starts(line, "| package "))
            continue;
        e = images_equivalent(rows++);
        assert_non_null(e);
        write_equivalent(e, &wanted);
        if (!span_eq(line, buf_span(&wanted)))
            fail_msg("the document has '%.*s' instead of '%s'", SPAN_ARG(line), buf_str(&wanted));
    }
    assert_true(rows > 10);
    assert_null(images_equivalent(rows));
}

#define BANK "registry1.dso.mil/ironbank/"

static void test_images__equivalents(void **state)
{
    static const char *const same[] = {BANK "opensource/thanos/thanos",
                                       BANK "opensource/thanos/thanos:v1",
                                       BANK "opensource/thanos/thanos:v1@sha256:00"};
    static const char *const none[] = {"opensource/thanos/thanos:v1", BANK "opensource/thanos:v1",
                                       BANK "opensource/thanos/thanos-x:1",
                                       "registry1.dso.mil/opensource/thanos/thanos:v1", ""};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(same); i++)
        assert_string_equal(images_find_equivalent(span_str(same[i]))->public,
                            "quay.io/thanos/thanos");
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        assert_null(images_find_equivalent(span_str(none[i])));
    assert_null(images_find_equivalent(SPAN(BANK "big-bang/base:2"))->public);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_images__pod_templates_of_built_in_kinds),
        UNIT(test_images__the_metadata_of_the_pods),
        UNIT(test_images__what_is_no_image),
        UNIT(test_images__custom_resources_of_the_table),
        UNIT(test_images__containers_of_unknown_kinds),
        UNIT(test_images__texts_that_name_them),
        UNIT(test_images__references),
        UNIT(test_images__the_document_has_the_table),
        UNIT(test_images__the_mappings_are_the_documents),
        UNIT(test_images__equivalents),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
