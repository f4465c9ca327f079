// SPDX-License-Identifier: Apache-2.0
// work/routes: where the names of a bundle are led, and who is led.
#include "test_bundle.h"

#include "work/routes.h"
#include "work/routes/probe_pods.h"

#define LABELS(component)                                                                          \
    "labels: {app.kubernetes.io/part-of: flux, app.kubernetes.io/component: " component "}"
#define CONTROLLER(name, more)                                                                     \
    "---\napiVersion: apps/v1\nkind: Deployment\n"                                                 \
    "metadata: {name: " name ", namespace: flux-system, " LABELS(                                  \
        name) "}\n"                                                                                \
              "spec: {template: {spec: {containers: [{name: manager" more "}]}}}\n"
#define NAMESPACE "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: flux-system}\n"
#define OBJECT(group, kind)                                                                        \
    "---\napiVersion: " group ".toolkit.fluxcd.io/v1\nkind: " kind                                 \
    "\nmetadata: {name: x, namespace: app}\n"
#define SOURCE OBJECT("source", "GitRepository")
#define KUSTOMIZATION OBJECT("kustomize", "Kustomization")

struct scene {
    struct bundle *bundle;
    struct doc *doc;
    struct report report;
    struct buf said;
    struct layer items[2]; // "flux" and "app"
    struct layers layers;
    struct routes_options options;
    struct layers_patches patches;
    struct layer ahead;
    struct err *err;
};

static void note_event(struct report *r, const struct report_event *event)
{
    struct scene *s = (struct scene *)(void *)((char *)r - offsetof(struct scene, report));

    buf_printf(&s->said, "%s\n", event->text);
}

// A bundle of these artifacts, each with the same bytes.
static struct bundle *bundle_of(struct fixture *f, const char *const names[][2], size_t count)
{
    static const struct span data = {"bytes", 5};
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct bundle_plan *p CLEANUP(bundle_plan_cleanup) = new_plan("upstream");
    size_t blob = add(p, data);
    struct bundle_writer *w;
    struct bundle *b;

    f->content[0] = data;
    bundle_plan_platform(p, SPAN("linux/amd64"));
    add_artifact(f, p, BUNDLE_TREE, "clusters/sandbox", "", 0, &blob, 1);
    for (size_t i = 0; i < count; i++)
        add_artifact(f, p, strcmp(names[i][0], "image") == 0 ? BUNDLE_IMAGE : BUNDLE_FILE,
                     names[i][1], "", 0, &blob, 1);
    w = bundle_writer_open(p, f->path, NULL, &err);
    assert_non_null(w);
    assert_int_equal(bundle_writer_put(w, blob, data, &err), 0);
    assert_int_equal(bundle_writer_commit(w, &err), 0);
    b = bundle_open(f->path, &err);
    assert_non_null(b);
    return b;
}

static const char *const usual[][2] = {{"image", "docker.io/library/busybox:1"},
                                       {"image", "reg.example:5000/app:1"},
                                       {"image", "10.0.0.7:5000/app:1"},
                                       {"file", "https://github.com/x/y.yaml"}};

static void open_scene(struct scene *s, struct fixture *f, const char *flux, const char *app)
{
    const char *const texts[] = {flux, app};

    *s = (struct scene){.bundle = bundle_of(f, usual, ARRAY_LEN(usual)),
                        .doc = doc_new(),
                        .report = {.emit = note_event},
                        .said = BUF_INIT(BUF_TEXT_MAX)};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct node_list list = {0};

        assert_int_equal(doc_read_yaml(s->doc, span_str(texts[i]), "tree", &list, &s->err), 0);
        s->items[i] =
            (struct layer){i ? "app" : "flux", (const struct node **)list.items, list.len};
    }
    s->layers = (struct layers){s->items, ARRAY_LEN(s->items)};
    s->options = (struct routes_options){.report = &s->report,
                                         .bundle = s->bundle,
                                         .doc = s->doc,
                                         .layers = &s->layers,
                                         .target = {.layer = "routes",
                                                    .ns = "kube-system",
                                                    .name = "sandstrap-node",
                                                    .label = SPAN("app"),
                                                    .value = SPAN("agent"),
                                                    .port = 4861,
                                                    .ca_pem = SPAN("CA")}};
}

static void close_scene(struct scene *s)
{
    bundle_close(s->bundle);
    doc_free(s->doc);
    buf_free(&s->said);
    err_free(s->err);
}

static int make(struct scene *s)
{
    const struct routes_at at = {SPAN("10.96.0.9"), SPAN("uid"), SPAN_EMPTY};

    return routes_make(&s->options, &at, &s->patches, &s->ahead, &s->err);
}

static void assert_json(const struct node *n, const char *expected)
{
    struct buf json CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    doc_write_json(n, false, &json);
    assert_string_equal(buf_str(&json), expected);
}

// --- the Service ---

static void test_routes__one_service_for_all_ports(void **state)
{
    struct scene s CLEANUP(close_scene);
    struct layer layer;

    open_scene(&s, *state, NAMESPACE, NAMESPACE);
    layer = routes_service(&s.options);
    assert_string_equal(layer.name, "routes");
    assert_int_equal(layer.count, 1);
    assert_json(
        layer.objects[0],
        "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"labels\":{\"app\":\"agent\"},"
        "\"name\":\"sandstrap-node\",\"namespace\":\"kube-system\"},\"spec\":{\"type\":"
        "\"ClusterIP\",\"ports\":[{\"name\":\"https-443\",\"protocol\":\"TCP\",\"port\":443,"
        "\"targetPort\":4861},{\"name\":\"https-5000\",\"protocol\":\"TCP\",\"port\":5000,"
        "\"targetPort\":4861}],\"selector\":{\"app\":\"agent\"}}}");
    layer = routes_endpoints(&s.options, &(struct routes_at){0});
    assert_int_equal(layer.count, 0);
}

static void test_routes__what_is_elsewhere_goes_with_the_service(void **state)
{
    struct scene s CLEANUP(close_scene);
    const struct routes_at at = {SPAN("10.96.0.9"), SPAN("uid"), SPAN_EMPTY};
    struct layer layer;

    open_scene(&s, *state, NAMESPACE, NAMESPACE);
    assert_int_equal(routes_read_address(SPAN("10.0.0.2:5443"), &s.options.target, &s.err), 0);
    layer = routes_service(&s.options);
    assert_null(node_path(layer.objects[0], "spec", "selector"));
    layer = routes_endpoints(&s.options, &at);
    assert_int_equal(layer.count, 1);
    assert_json(layer.objects[0],
                "{\"apiVersion\":\"discovery.k8s.io/v1\",\"kind\":\"EndpointSlice\",\"metadata\":"
                "{\"labels\":{\"app\":\"agent\",\"kubernetes.io/"
                "service-name\":\"sandstrap-node\"},\"name\":"
                "\"sandstrap-node\",\"namespace\":\"kube-system\",\"ownerReferences\":[{"
                "\"apiVersion\":\"v1\",\"kind\":\"Service\",\"name\":\"sandstrap-node\",\"uid\":"
                "\"uid\"}]},\"endpoints\":[{\"addresses\":[\"10.0.0.2\"],\"conditions\":{\"ready\":"
                "true}}],\"ports\":[{\"name\":\"https-443\",\"protocol\":\"TCP\",\"port\":5443},{"
                "\"name\":\"https-5000\",\"protocol\":\"TCP\",\"port\":5443}],\"addressType\":"
                "\"IPv4\"}");
}

static void test_routes__addresses(void **state UNUSED)
{
    static const struct {
        const char *text, *host;
        int port;
    } good[] = {{"10.0.0.2", "10.0.0.2", 443},
                {"10.0.0.2:5000", "10.0.0.2", 5000},
                {"fd00::2", "fd00::2", 443},
                {"[fd00::2]", "fd00::2", 443},
                {"[fd00::2]:5000", "fd00::2", 5000}};
    static const char *const bad[] = {"",           "bastion",        "bastion:443", "10.0.0.2:",
                                      "10.0.0.2:0", "10.0.0.2:70000", "10.0.0.2:x",  "[fd00::2"};

    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct routes_target target = {0};
        struct err *err CLEANUP(err_cleanup) = NULL;

        assert_int_equal(routes_read_address(span_str(good[i].text), &target, &err), 0);
        assert_true(span_is(target.elsewhere, good[i].host));
        assert_int_equal(target.port, good[i].port);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct routes_target target = {0};
        struct err *err CLEANUP(err_cleanup) = NULL;

        assert_int_equal(routes_read_address(span_str(bad[i]), &target, &err), -1);
        assert_err(err, ERR_USAGE, "is not an address");
    }
}

// --- who is led ---

static void test_routes__controllers_that_fetch_are_led(void **state)
{
    struct scene s CLEANUP(close_scene);
    const struct node *pod;

    open_scene(&s, *state,
               NAMESPACE CONTROLLER("source-controller", "") CONTROLLER("helm-controller", "")
                   CONTROLLER("kustomize-controller", ""),
               SOURCE KUSTOMIZATION);
    assert_int_equal(make(&s), 0);
    assert_int_equal(s.patches.items.len, 2);
    assert_string_equal(s.patches.items.items[0].manager, ROUTES_MANAGER);
    assert_string_equal(node_get_str(node_get(s.patches.items.items[1].object, "metadata"), "name"),
                        "kustomize-controller");
    pod = node_path(s.patches.items.items[0].object, "spec", "template", "spec");
    assert_json(node_get(pod, "hostAliases"),
                "[{\"ip\":\"10.96.0.9\",\"hostnames\":[\"docker.io\",\"github.com\","
                "\"index.docker.io\",\"reg.example\",\"registry-1.docker.io\"]}]");
    assert_json(node_get(pod, "containers"),
                "[{\"env\":[{\"name\":\"SSL_CERT_DIR\",\"value\":\"/etc/ssl/certs:"
                "/etc/pki/tls/certs:/etc/sandstrap/ca\"}],\"volumeMounts\":[{\"name\":"
                "\"sandstrap-ca\",\"mountPath\":\"/etc/sandstrap/ca\",\"readOnly\":true}],\"name\":"
                "\"manager\"}]");
    assert_non_null(strstr(buf_str(&s.said), "10.0.0.7:5000 is an address"));
}

static void test_routes__the_ca_comes_with_the_layer_and_ahead_of_it(void **state)
{
    struct scene s CLEANUP(close_scene);

    open_scene(&s, *state, NAMESPACE CONTROLLER("source-controller", ""), SOURCE KUSTOMIZATION);
    assert_int_equal(make(&s), 0);
    assert_int_equal(s.patches.items.len, 1); // nobody builds Kustomizations here
    assert_int_equal(s.items[0].count, 3);
    assert_int_equal(s.items[1].count, 2);
    assert_string_equal(s.ahead.name, "flux");
    assert_int_equal(s.ahead.count, 2);
    assert_string_equal(node_get_str(s.ahead.objects[0], "kind"), "Namespace");
    assert_ptr_equal(s.ahead.objects[1], s.items[0].objects[2]);
    assert_json(s.ahead.objects[1],
                "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":"
                "\"sandstrap-ca\",\"namespace\":\"flux-system\"},\"data\":{\"ca.crt\":\"CA\"}}");
}

static void test_routes__kustomize_controller_only_where_there_are_kustomizations(void **state)
{
    struct scene s CLEANUP(close_scene);

    open_scene(&s, *state,
               CONTROLLER("source-controller", "") CONTROLLER("kustomize-controller", ""), SOURCE);
    assert_int_equal(make(&s), 0);
    assert_int_equal(s.patches.items.len, 1);
}

static void test_routes__a_tree_without_the_controller_of_its_sources(void **state)
{
    struct scene s CLEANUP(close_scene);

    open_scene(&s, *state, NAMESPACE, SOURCE);
    assert_int_equal(routes_check(&s.layers, &s.err), -1);
    assert_err(s.err, ERR_CONFIG, "GitRepository app/x is fetched by Flux's source-controller");
    err_clear(&s.err);
    assert_int_equal(make(&s), -1);
    assert_err(s.err, ERR_CONFIG, "GitRepository app/x is fetched by Flux's source-controller");
}

static void test_routes__a_tree_without_sources_needs_none(void **state)
{
    struct scene s CLEANUP(close_scene);

    open_scene(&s, *state, NAMESPACE, NAMESPACE);
    assert_int_equal(make(&s), 0);
    assert_int_equal(s.patches.items.len, 0);
    assert_int_equal(s.ahead.count, 0);
}

static void test_routes__what_the_tree_says_itself(void **state)
{
    struct scene s CLEANUP(close_scene), proxied CLEANUP(close_scene);

    open_scene(&s, *state,
               CONTROLLER("source-controller", ", env: [{name: SSL_CERT_DIR, value: /x}]"), SOURCE);
    open_scene(&proxied, *state,
               CONTROLLER("source-controller", ", env: [{name: HTTPS_PROXY, value: 'http://p'}]"),
               SOURCE);
    assert_int_equal(routes_check(&proxied.layers, &s.err), 0);
    assert_int_equal(routes_check(&s.layers, &s.err), -1);
    err_clear(&s.err);
    assert_int_equal(make(&s), -1);
    assert_err(s.err, ERR_CONFIG,
               "Deployment flux-system/source-controller sets SSL_CERT_DIR in the tree");
    assert_int_equal(make(&proxied), 0);
    assert_non_null(strstr(buf_str(&proxied.said), "asks a proxy (HTTPS_PROXY)"));
}

static void test_routes__the_probe_runs_where_its_controller_may(void **state)
{
    struct scene s CLEANUP(close_scene);
    const struct names names = {0};
    const struct patch_route route = {SPAN("10.96.0.9"), &names, SPAN("CA")};
    const struct routes_probe probe = {.agent_port = 4860};
    const struct node *pod, *toleration;

    open_scene(&s, *state, CONTROLLER("source-controller", "}], tolerations: [{operator: Exists"),
               SOURCE);
    pod = probe_source_pod(s.doc, &s.options, &probe, "p", s.items[0].objects[0], SPAN("x:1"),
                           &route, "10.0.0.2");
    toleration = node_item(node_path(pod, "spec", "tolerations"), 0);
    assert_string_equal(node_get_str(toleration, "operator"), "Exists");
    assert_string_equal(node_str(node_path(pod, "metadata", "namespace")), "flux-system");
    assert_null(node_path(pod, "spec", "nodeSelector"));
}

UNIT_MAIN(WITH_FOLDER(test_routes__one_service_for_all_ports),
          WITH_FOLDER(test_routes__what_is_elsewhere_goes_with_the_service),
          UNIT(test_routes__addresses), WITH_FOLDER(test_routes__controllers_that_fetch_are_led),
          WITH_FOLDER(test_routes__the_ca_comes_with_the_layer_and_ahead_of_it),
          WITH_FOLDER(test_routes__kustomize_controller_only_where_there_are_kustomizations),
          WITH_FOLDER(test_routes__a_tree_without_the_controller_of_its_sources),
          WITH_FOLDER(test_routes__a_tree_without_sources_needs_none),
          WITH_FOLDER(test_routes__what_the_tree_says_itself),
          WITH_FOLDER(test_routes__the_probe_runs_where_its_controller_may))
