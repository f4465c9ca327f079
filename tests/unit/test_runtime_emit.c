// SPDX-License-Identifier: Apache-2.0
// model/runtime: what an administrator gets. That containerd's script does what it says was tried
// on real nodes; here it is what each distribution's own tool would read.
#include "support_object.h"

#include "model/runtime.h"

#define ENDPOINT "http://127.0.0.1:4860"

static const struct span hosts[] = {{"ghcr.io", 7}, {"reg.test:5000", 13}};

// What is written for a node of that layout, in `out`; its name.
static const char *emit(const char *layout, const char *runtime, struct buf *out)
{
    struct runtime_node n = {
        .name = "n1", .runtime = runtime, .layout = runtime_layout_find(span_str(layout))};

    return runtime_emit(&n, SPAN(ENDPOINT), hosts, ARRAY_LEN(hosts), out);
}

// What stands between "<<'END'" and "END".
static struct span document_in(const struct buf *script)
{
    struct span text = buf_span(script);
    size_t start = span_search(text, SPAN("<<'END'\n"));

    assert_true(start < text.len);
    text = span_tail(text, start + strlen("<<'END'\n"));
    return span_head(text, span_search(text, SPAN("END\n")));
}

static struct node *toml(struct span text)
{
    struct err *err = NULL;
    struct node *n = doc_read_toml(object_doc, text, "x", &err);

    if (!n)
        fail_msg("%s", err_message(err));
    return n;
}

static void test_runtime_emit__every_layout_that_can_be_led(void **state)
{
    size_t count;
    const struct runtime_layout *layouts = runtime_layouts(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        bool cannot = strcmp(layouts[i].name, "docker") == 0 ||
                      strcmp(layouts[i].name, "openshift") == 0 ||
                      strcmp(layouts[i].name, "microk8s") == 0; // reads routes as it is
        const char *file = emit(layouts[i].name, "containerd://2.0.0", &out);

        if (!file != cannot)
            fail_msg("%s: %s", layouts[i].name, file ? file : "nothing");
        if (file && strstr(file, ".sh"))
            assert_true(span_starts(buf_span(&out), "#!/bin/sh\n"));
    }
}

static void test_runtime_emit__crio(void **state)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct node *list, *mirror;

    (void)state;
    assert_string_equal(emit("crio", "cri-o://1.34.0", &out), "crio.sh");
    list = node_get(toml(document_in(&out)), "registry");
    assert_int_equal(node_len(list), 2);
    mirror = node_item(node_get(node_item(list, 0), "mirror"), 0);
    assert_string_equal(node_get_str(mirror, "location"), "127.0.0.1:4860/ghcr.io");
    assert_true(node_get_bool(mirror, "insecure", false));
    assert_string_equal(node_get_str(node_item(list, 1), "prefix"), "reg.test:5000");
    mirror = node_item(node_get(node_item(list, 1), "mirror"), 0);
    assert_string_equal(node_get_str(mirror, "location"), "127.0.0.1:4860/reg.test_5000");
}

static void test_runtime_emit__k0s_by_its_containerd(void **state)
{
    static const char *const runtimes[][2] = {
        {"containerd://1.7.29", "io.containerd.grpc.v1.cri"},
        {"containerd://2.3.4", "io.containerd.cri.v1.images"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(runtimes); i++) {
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        const struct node *plugin;

        assert_string_equal(emit("k0s", runtimes[i][0], &out), "k0s.sh");
        plugin = node_get(node_get(toml(document_in(&out)), "plugins"), runtimes[i][1]);
        assert_string_equal(node_get_str(node_get(plugin, "registry"), "config_path"),
                            "/etc/k0s/certs.d");
    }
}

static void test_runtime_emit__files_of_yaml_and_json(void **state)
{
    struct buf talos CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf gke CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf bottlerocket CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf rke2 CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct node_list documents = {0};
    struct err *err = NULL;
    const struct node *n;
    struct span json;

    (void)state;
    assert_string_equal(emit("talos", "containerd://2.1.5", &talos), "talos.yaml");
    assert_int_equal(doc_read_yaml(object_doc, buf_span(&talos), "x", &documents, &err), 0);
    assert_int_equal(documents.len, 2);
    assert_string_equal(node_get_str(documents.items[1], "name"), "reg.test:5000");
    n = node_item(node_get(documents.items[0], "endpoints"), 0);
    assert_string_equal(node_get_str(n, "url"), ENDPOINT);

    assert_string_equal(emit("gke", "containerd://2.0.6", &gke), "gke.yaml");
    n = node_get(object(buf_str(&gke)), "registryHosts");
    assert_int_equal(node_len(n), 2);

    assert_string_equal(emit("bottlerocket", "containerd://2.1.4", &bottlerocket),
                        "bottlerocket.sh");
    json = buf_span(&bottlerocket);
    json = span_tail(json, span_find(json, '{'));
    n = doc_read_json(object_doc, span_head(json, span_rfind(json, '}') + 1), "x", ERR_API, &err);
    assert_int_equal(node_len(node_path(n, "container-registry", "mirrors")), 2);

    assert_string_equal(emit("rke2", "containerd://1.7.11-k3s1", &rke2), "rke2.sh");
    n = doc_read_yaml_one(object_doc, document_in(&rke2), "x", &err);
    assert_string_equal(node_str(node_item(node_path(n, "mirrors", "*", "endpoint"), 0)), ENDPOINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(test_runtime_emit__every_layout_that_can_be_led),
        UNIT(test_runtime_emit__crio),
        UNIT(test_runtime_emit__k0s_by_its_containerd),
        UNIT(test_runtime_emit__files_of_yaml_and_json),
    };

    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
