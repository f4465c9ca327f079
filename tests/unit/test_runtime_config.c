// SPDX-License-Identifier: Apache-2.0
// model/runtime: what containerd's configuration says of routes, and the route's own file.
#include "unit.h"

#include "io/doc.h"
#include "model/runtime.h"

#define CERTS "/etc/containerd/certs.d"
#define LIST CERTS ":/etc/docker/certs.d"
#define V2 "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\n"
#define V3 "version = 3\n[plugins.'io.containerd.cri.v1.images'.registry]\n"
#define V4 "version = 4\n[plugins.'io.containerd.cri.v1.images'.registry]\n"
#define RANCHER(name) "/var/lib/rancher/" name "/agent/etc/containerd/certs.d"

struct setting {
    const char *what, *layout;
    const char *files[2];                // NULL: none
    const char *routes, *link, *trouble; // words of the last; NULL: none
};

static const struct setting settings[] = {
    {"no file, before 2.2", "containerd-old", {NULL}, NULL, NULL, "from where to read routes"},
    {"no file, from 2.2 on", "containerd", {NULL}, CERTS, LIST, NULL},
    {"1.6's default", "containerd-old", {V2 "config_path = \"\""}, NULL, NULL, "config_path"},
    {"1.6's default kept by 2.4", "containerd", {V2 "config_path = \"\""}, CERTS, LIST, NULL},
    {"2.4's default", "containerd", {V4 "config_path = ''"}, CERTS, LIST, NULL},
    {"one folder, 1.6", "containerd-old", {V2 "config_path = \"" CERTS "\""}, CERTS, NULL, NULL},
    {"one folder, 2.x", "containerd", {V3 "config_path = '" CERTS "/'"}, CERTS, NULL, NULL},
    {"version 1",
     "containerd-old",
     {"[plugins.cri.registry]\nconfig_path='" CERTS "'"},
     CERTS,
     NULL,
     NULL},
    {"the list, written out",
     "containerd-old",
     {V2 "config_path = \"" LIST "\""},
     CERTS,
     LIST,
     NULL},
    {"another list", "containerd", {V3 "config_path = '/a:/b'"}, NULL, NULL, "(/a:/b)"},
    {"another folder of /etc/containerd",
     "containerd",
     {V3 "config_path='/etc/containerd/x/r'"},
     "/etc/containerd/x/r",
     NULL,
     NULL},
    {"another folder",
     "containerd",
     {V3 "config_path = '/opt/certs.d'"},
     NULL,
     NULL,
     "from /opt/certs.d, which is not below /etc/containerd"},
    {"a way out",
     "containerd",
     {V3 "config_path = '/etc/containerd/../x'"},
     NULL,
     NULL,
     "not below"},
    {"mirrors",
     "containerd",
     {V3 "[plugins.'io.containerd.cri.v1.images'.registry.mirrors.'a']"},
     NULL,
     NULL,
     "'mirrors' of its own"},
    {"no mirrors in their table",
     "containerd",
     {V3 "[plugins.'io.containerd.cri.v1.images'.registry.mirrors]"},
     CERTS,
     LIST,
     NULL},
    {"Docker's package",
     "containerd-old",
     {"disabled_plugins = [\"cri\"]"},
     NULL,
     NULL,
     "'cri' in disabled_plugins"},
    {"an import sets it",
     "containerd-old",
     {V2 "config_path = ''", V2 "config_path = '" CERTS "'"},
     CERTS,
     NULL,
     NULL},
    {"an import takes the table away",
     "containerd-old",
     {V2 "config_path = '" CERTS "'",
      "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\nsandbox_image = 'a'"},
     NULL,
     NULL,
     "config_path"},
    {"an import adds to it",
     "containerd",
     {V3 "config_path = '" CERTS "'",
      "version = 3\n[plugins.'io.containerd.cri.v1.images'.pinned_images]\nsandbox = 'a'"},
     CERTS,
     NULL,
     NULL},
    {"k3s", "k3s", {V2 "config_path = \"" RANCHER("k3s") "\""}, RANCHER("k3s"), NULL, NULL},
    {"RKE2 with its data elsewhere",
     "rke2",
     {V3 "config_path = '/data/agent/etc/containerd/certs.d'"},
     RANCHER("rke2"),
     NULL,
     NULL},
    {"a template without it", "k3s", {"version = 2"}, NULL, NULL, "config_path"},
    {"MicroK8s",
     "microk8s",
     {V2 "config_path = \"${SNAP_DATA}/args/certs.d\""},
     "/var/snap/microk8s/current/args/certs.d",
     NULL,
     NULL},
    {"k0s", "k0s", {"version = 3"}, NULL, NULL, "config_path"},
    {"k0s with its drop-in",
     "k0s",
     {"version = 3", V3 "config_path='/etc/k0s/certs.d'"},
     "/etc/k0s/certs.d",
     NULL,
     NULL},
};

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static void test_runtime_config__where_routes_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        const struct setting *s = &settings[i];
        struct arena *arena CLEANUP(arena_cleanup) = arena_new();
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct runtime_config c;
        struct runtime_file files[2];
        size_t count = 0;

        while (count < 2 && s->files[count]) {
            files[count] = (struct runtime_file){"config.toml", span_str(s->files[count])};
            count++;
        }
        if (runtime_config_read(files, count, runtime_layout_find(span_str(s->layout)), arena, &c,
                                &err) < 0)
            fail_msg("%s: %s", s->what, err_message(err));
        if (!is_same(c.routes, s->routes) || !is_same(c.link, s->link))
            fail_msg("%s: routes %s, link %s, %s", s->what, c.routes ? c.routes : "-",
                     c.link ? c.link : "-", c.trouble ? c.trouble : "");
        if (s->trouble ? !c.trouble || !strstr(c.trouble, s->trouble) || !c.remedy : !!c.trouble)
            fail_msg("%s: '%s'", s->what, c.trouble ? c.trouble : "");
    }
}

static void test_runtime_config__pause(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    const struct runtime_layout *layout = runtime_layout_find(SPAN("containerd"));
    struct runtime_file file = {"config.toml", SPAN("version = 4\n[plugins.'io.containerd.cri.v1."
                                                    "images'.pinned_images]\nsandbox = 'p:1'")};
    struct runtime_config c;

    (void)state;
    assert_int_equal(runtime_config_read(&file, 1, layout, arena, &c, &err), 0);
    assert_string_equal(c.pause, "p:1");
    file.text = SPAN("version = 2\n[plugins.'io.containerd.grpc.v1.cri']\nsandbox_image = 'p:2'");
    assert_int_equal(runtime_config_read(&file, 1, layout, arena, &c, &err), 0);
    assert_string_equal(c.pause, "p:2");
    file.text = SPAN("version = 2\nversion = 3");
    assert_int_equal(runtime_config_read(&file, 1, layout, arena, &c, &err), -1);
    assert_err(err, ERR_CONFIG, "config.toml:2: 'version' is defined twice");
}

static void test_runtime_config__imports(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    const struct runtime_layout *layout = runtime_layout_find(SPAN("containerd"));
    struct runtime_file file = {"c", SPAN("imports = ['/etc/containerd/conf.d/*.toml', 'a.toml']")};
    struct runtime_imports imports = {0};

    (void)state;
    assert_int_equal(runtime_config_imports(&file, layout, arena, &imports, &err), 0);
    assert_int_equal(imports.patterns.len, 2);
    assert_string_equal(imports.patterns.items[0], "/etc/containerd/conf.d/*.toml");
    assert_string_equal(imports.patterns.items[1], "/etc/containerd/a.toml");
}

#define ENDPOINT "http://127.0.0.1:4860"
#define OURS "[host.\"" ENDPOINT "\"]\n  capabilities = [\"pull\", \"resolve\"]\n"
#define ALONE RUNTIME_MARK "\nserver = \"" ENDPOINT "\"\n\n" OURS

static void test_runtime_route__ours_is_first_and_his_stays(void **state)
{
    static const struct {
        const char *theirs, *both;
    } routes[] = {
        {"", ALONE},
        {"# mine\nserver = \"https://up.test\"\n\n[host.\"https://m.test\"]\n  ca = \"c\"\n",
         RUNTIME_MARK "\n# mine\nserver = \"https://up.test\"\n\n" OURS
                      "[host.\"https://m.test\"]\n  ca = \"c\"\n"},
        {"server = 'https://up.test'", RUNTIME_MARK "\nserver = 'https://up.test'\n" OURS},
        {"[host.\"https://m.test\"]", RUNTIME_MARK "\n" OURS "[host.\"https://m.test\"]"},
        // What containerd cannot read, or what would not be read any more.
        {"server = ", ALONE},
        {"[host]\n[host]", ALONE},
        {"header = '''\n[x\n'''\n", ALONE},
        {OURS, ALONE},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

        runtime_route_write(SPAN(ENDPOINT), span_str(routes[i].theirs), &out);
        assert_string_equal(buf_str(&out), routes[i].both);
        assert_true(runtime_route_is_ours(buf_span(&out)));
    }
    assert_false(runtime_route_is_ours(SPAN("# File generated by k3s. DO NOT EDIT.\n")));
}

static void test_runtime_route__folders(void **state)
{
    static const char *const folders[][2] = {
        {"ghcr.io", "ghcr.io"},
        {"reg.test:5000", "reg.test_5000_"},
        {"[::1]:5000", "[::1]_5000_"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

        runtime_route_folder(span_str(folders[i][0]), &out);
        assert_string_equal(buf_str(&out), folders[i][1]);
    }
}

UNIT_MAIN(UNIT(test_runtime_config__where_routes_are_read), UNIT(test_runtime_config__pause),
          UNIT(test_runtime_config__imports), UNIT(test_runtime_route__ours_is_first_and_his_stays),
          UNIT(test_runtime_route__folders))
