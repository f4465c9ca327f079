// SPDX-License-Identifier: Apache-2.0
// work/agent: the routes on a node, beside what an administrator has, and the node as it was.
#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "support_folder.h"
#include "work/agent/routes.h"

#define ENDPOINT "http://127.0.0.1:4860"
#define OURS "[host.\"" ENDPOINT "\"]\n  capabilities = [\"pull\", \"resolve\"]\n"
#define MARK "# Written by sandstrap; removed by 'sandstrap down'.\n"
#define ALONE MARK "server = \"" ENDPOINT "\"\n\n" OURS
#define CERTS "etc/containerd/certs.d"
#define SET                                                                                        \
    "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"/" CERTS "\""  \
    "\n"

static char *folder;

static int set_up(void **state)
{
    (void)state;
    folder = folder_make();
    return 0;
}

static int tear_down(void **state)
{
    char *path CLEANUP(mem_cleanup) = STEAL(folder);

    (void)state;
    return folder_remove(path);
}

static char *node(const char *name)
{
    return mem_printf("%s/host/%s", folder, name);
}

static void write_node(const char *name, const char *text)
{
    char *path CLEANUP(mem_cleanup) = node(name);
    char *parent CLEANUP(mem_cleanup) = mem_str(path);
    struct err *err = NULL;

    *strrchr(parent, '/') = '\0';
    assert_int_equal(file_make_dirs(parent, &err), 0);
    assert_int_equal(file_write(path, span_str(text), FILE_PUBLIC, &err), 0);
}

static bool is_there(const char *name)
{
    char *path CLEANUP(mem_cleanup) = node(name);
    struct stat st;

    return lstat(path, &st) == 0;
}

static void assert_node(const char *name, const char *text)
{
    char *path CLEANUP(mem_cleanup) = node(name);
    struct buf is CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err = NULL;

    if (file_read(AT_FDCWD, path, &is, &err) < 0)
        fail_msg("%s", err_message(err));
    assert_string_equal(buf_str(&is), text);
}

static char *snapshot(void)
{
    char *host CLEANUP(mem_cleanup) = mem_printf("%s/host", folder);

    return folder_snapshot(host);
}

static struct agent_routes *open_routes(const char *layout)
{
    char *root CLEANUP(mem_cleanup) = mem_printf("%s/host", folder);
    char *home CLEANUP(mem_cleanup) = mem_printf("%s/home", folder);
    struct agent_routes_options o = {
        .root = root, .home = home, .layout = layout, .endpoint = ENDPOINT};
    struct err *err = NULL;
    struct agent_routes *r = agent_routes_new(&o, &err);

    assert_non_null(r);
    return r;
}

static void keep(struct agent_routes *r, const char *one, const char *two)
{
    struct span hosts[] = {span_str(one), span_str(two)};

    agent_routes_keep(r, hosts, two ? 2 : one ? 1 : 0);
}

static void assert_in_place(const struct agent_routes *r, size_t count)
{
    const struct agent_routes_state *s = agent_routes_state(r);

    if (s->problem)
        fail_msg("%s", s->problem);
    assert_int_equal(s->routed.len, count);
}

static void assert_removed(struct agent_routes *r)
{
    struct err *err = NULL;

    if (agent_routes_remove(r, &err) < 0)
        fail_msg("%s", err_message(err));
}

static void test_agent_routes__one_folder(void **state)
{
    struct agent_routes *r CLEANUP(agent_routes_cleanup) = NULL;
    char *before CLEANUP(mem_cleanup) = NULL, *after CLEANUP(mem_cleanup) = NULL;
    unsigned syncs;

    (void)state;
    write_node("etc/containerd/config.toml", SET);
    before = snapshot();
    r = open_routes("containerd-old");
    keep(r, "ghcr.io", "reg.test:5000");
    assert_in_place(r, 2);
    assert_node(CERTS "/ghcr.io/hosts.toml", ALONE);
    assert_node(CERTS "/reg.test_5000_/hosts.toml", ALONE);
    assert_false(is_there("etc/containerd/certs.d:"));
    // Again nothing is written; what somebody took away is.
    syncs = file_sync_count();
    keep(r, "ghcr.io", "reg.test:5000");
    assert_int_equal(file_sync_count(), syncs);
    write_node(CERTS "/ghcr.io/hosts.toml", MARK "server = 1\n");
    keep(r, "ghcr.io", "reg.test:5000");
    assert_node(CERTS "/ghcr.io/hosts.toml", ALONE);
    // A host that is not served any more.
    keep(r, "ghcr.io", NULL);
    assert_in_place(r, 1);
    assert_false(is_there(CERTS "/reg.test_5000_"));
    assert_removed(r);
    after = snapshot();
    assert_string_equal(before, after);
}

static void test_agent_routes__what_an_administrator_has(void **state)
{
    struct agent_routes *r CLEANUP(agent_routes_cleanup) = NULL;
    char *before CLEANUP(mem_cleanup) = NULL, *after CLEANUP(mem_cleanup) = NULL;

    (void)state;
    write_node("etc/containerd/config.toml", SET);
    write_node(CERTS "/ghcr.io/hosts.toml", "server = \"https://ghcr.io\"\n[host.\"https://m\"]\n");
    write_node(CERTS "/ghcr.io/client.cert", "his\n");
    write_node(CERTS "/reg.test:5000/hosts.toml", "[host.\"https://c\"]\n");
    write_node(CERTS "/_default/hosts.toml", "[host.\"https://d\"]\n");
    before = snapshot();
    r = open_routes("containerd-old");
    keep(r, "ghcr.io", "reg.test:5000");
    keep(r, "ghcr.io", "reg.test:5000");
    assert_in_place(r, 2);
    assert_node(CERTS "/ghcr.io/hosts.toml",
                MARK "server = \"https://ghcr.io\"\n" OURS "[host.\"https://m\"]\n");
    assert_node(CERTS "/reg.test_5000_/hosts.toml", MARK OURS "[host.\"https://c\"]\n");
    keep(r, "quay.io", NULL);
    assert_node(CERTS "/quay.io/hosts.toml", MARK OURS "[host.\"https://d\"]\n");
    assert_node(CERTS "/ghcr.io/hosts.toml",
                "server = \"https://ghcr.io\"\n[host.\"https://m\"]\n");
    assert_removed(r);
    after = snapshot();
    assert_string_equal(before, after);
    // By another agent, which knows nothing of the first.
    keep(r, "ghcr.io", "reg.test:5000");
    agent_routes_free(r);
    r = open_routes(NULL);
    assert_removed(r);
    assert_string_equal(agent_routes_state(r)->layout, "containerd");
    free(after);
    after = snapshot();
    assert_string_equal(before, after);
}

// k3s writes its own again when it starts, and before September 2024 removed all others.
static void test_agent_routes__k3s_starts_again(void **state)
{
#define K3S "var/lib/rancher/k3s/agent/etc/containerd"
#define HEADER "# File generated by k3s. DO NOT EDIT.\n"
    struct agent_routes *r CLEANUP(agent_routes_cleanup) = NULL;

    (void)state;
    write_node(K3S "/config.toml", "version = 3\n[plugins.'io.containerd.cri.v1.images'.registry]\n"
                                   "config_path = \"/" K3S "/certs.d\"\n");
    write_node(K3S "/certs.d/ghcr.io/hosts.toml", HEADER "server = \"https://a\"\n");
    r = open_routes("k3s");
    keep(r, "ghcr.io", "quay.io");
    assert_node(K3S "/certs.d/ghcr.io/hosts.toml", MARK HEADER "server = \"https://a\"\n" OURS);
    write_node(K3S "/certs.d/ghcr.io/hosts.toml", HEADER "server = \"https://b\"\n");
    assert_int_equal(folder_remove(folder), 0);
    write_node(K3S "/config.toml", "version = 3\n[plugins.'io.containerd.cri.v1.images'.registry]\n"
                                   "config_path = \"/" K3S "/certs.d\"\n");
    write_node(K3S "/certs.d/ghcr.io/hosts.toml", HEADER "server = \"https://b\"\n");
    keep(r, "ghcr.io", "quay.io");
    assert_in_place(r, 2);
    assert_node(K3S "/certs.d/ghcr.io/hosts.toml", MARK HEADER "server = \"https://b\"\n" OURS);
    assert_node(K3S "/certs.d/quay.io/hosts.toml", ALONE);
    assert_removed(r);
    assert_node(K3S "/certs.d/ghcr.io/hosts.toml", HEADER "server = \"https://b\"\n");
    assert_false(is_there(K3S "/certs.d/quay.io"));
}

static void test_agent_routes__the_list_of_2_2(void **state)
{
    struct agent_routes *r CLEANUP(agent_routes_cleanup) = NULL;
    char *before CLEANUP(mem_cleanup) = NULL, *after CLEANUP(mem_cleanup) = NULL;
    char *link CLEANUP(mem_cleanup) = node("etc/containerd/certs.d:/etc/docker/certs.d");
    char target[64] = {0};

    (void)state;
    write_node("etc/containerd/config.toml", "version = 4\nimports = ['/etc/containerd/conf.d/*']");
    before = snapshot();
    r = open_routes("containerd");
    keep(r, "ghcr.io", NULL);
    keep(r, "ghcr.io", NULL);
    assert_in_place(r, 1);
    assert_true(readlink(link, target, sizeof(target) - 1) > 0);
    assert_string_equal(target, "../../../certs.d");
    assert_node("etc/containerd/certs.d:/etc/docker/certs.d/ghcr.io/hosts.toml", ALONE);
    assert_removed(r);
    after = snapshot();
    assert_string_equal(before, after);
    // Somebody else's folder of that name stays, and is told.
    write_node("etc/containerd/certs.d:/etc/docker/certs.d/a/hosts.toml", "");
    keep(r, "ghcr.io", NULL);
    assert_non_null(strstr(agent_routes_state(r)->problem, "is there already"));
    assert_removed(r);
    assert_true(is_there("etc/containerd/certs.d:/etc/docker/certs.d/a/hosts.toml"));
}

static void test_agent_routes__what_is_not_read(void **state)
{
    struct agent_routes *r CLEANUP(agent_routes_cleanup) = open_routes("containerd-old");

    (void)state;
    write_node("etc/containerd/config.toml", "version = 2\nimports = ['/etc/containerd/x/*.toml']");
    keep(r, "ghcr.io", NULL);
    assert_non_null(strstr(agent_routes_state(r)->problem, "config_path"));
    assert_non_null(strstr(agent_routes_state(r)->remedy, "restart containerd"));
    assert_int_equal(agent_routes_state(r)->routed.len, 0);
    assert_false(is_there(CERTS));
    // An administrator sets it, in a file that is imported.
    write_node("etc/containerd/x/registry.toml", SET);
    keep(r, "ghcr.io", NULL);
    assert_in_place(r, 1);
    write_node("etc/containerd/x/registry.toml", "version = ");
    keep(r, "ghcr.io", NULL);
    assert_non_null(strstr(agent_routes_state(r)->problem, "/etc/containerd/x/registry.toml:1"));
}

// In the pod a link need not lead where it does on the node.
static void test_agent_routes__links_are_left_alone(void **state)
{
    struct agent_routes *r CLEANUP(agent_routes_cleanup) = NULL;
    char *before CLEANUP(mem_cleanup) = NULL, *after CLEANUP(mem_cleanup) = NULL;
    char *certs CLEANUP(mem_cleanup) = node(CERTS);
    char *quay CLEANUP(mem_cleanup) = node(CERTS "/quay.io");
    char *gcr CLEANUP(mem_cleanup) = node(CERTS "/gcr.io/hosts.toml");

    (void)state;
    write_node("etc/containerd/config.toml", SET);
    assert_int_equal(symlink("/absent/certs.d", certs), 0);
    before = snapshot();
    r = open_routes("containerd-old");
    keep(r, "ghcr.io", NULL);
    assert_non_null(strstr(agent_routes_state(r)->problem, "/" CERTS " is no folder, or a link"));
    assert_removed(r);
    after = snapshot();
    assert_string_equal(before, after);
    // Two hosts that an administrator leads where he leads a third.
    assert_int_equal(unlink(certs), 0);
    write_node(CERTS "/ghcr.io/hosts.toml", "server = \"https://ghcr.io\"\n");
    write_node(CERTS "/gcr.io/client.cert", "his\n");
    assert_int_equal(symlink("ghcr.io", quay), 0);
    assert_int_equal(symlink("../ghcr.io/hosts.toml", gcr), 0);
    free(before);
    before = snapshot();
    keep(r, "quay.io", "gcr.io");
    assert_non_null(strstr(agent_routes_state(r)->problem, "/" CERTS "/quay.io leads to another"));
    assert_int_equal(agent_routes_state(r)->routed.len, 0);
    keep(r, "ghcr.io", NULL);
    assert_in_place(r, 1);
    assert_node(CERTS "/ghcr.io/hosts.toml", MARK "server = \"https://ghcr.io\"\n" OURS);
    assert_removed(r);
    free(after);
    after = snapshot();
    assert_string_equal(before, after);
}

static void test_agent_routes__no_runtime_and_no_such_layout(void **state)
{
    struct agent_routes *r CLEANUP(agent_routes_cleanup) = open_routes(NULL);
    struct agent_routes *crio CLEANUP(agent_routes_cleanup) = open_routes("crio");
    struct agent_routes_options o = {.root = "", .home = "", .endpoint = "", .layout = "x"};
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    write_node("etc/hosts", "");
    keep(r, "ghcr.io", NULL);
    assert_null(agent_routes_state(r)->layout);
    assert_non_null(strstr(agent_routes_state(r)->problem, "known runtime"));
    keep(crio, "ghcr.io", NULL);
    assert_non_null(strstr(agent_routes_state(crio)->remedy, "--emit"));
    assert_removed(crio);
    assert_null(agent_routes_new(&o, &err));
    assert_err(err, ERR_CONFIG, "no layout of nodes called 'x'");
}

UNIT_MAIN(UNIT_FIXTURE(test_agent_routes__one_folder),
          UNIT_FIXTURE(test_agent_routes__what_an_administrator_has),
          UNIT_FIXTURE(test_agent_routes__k3s_starts_again),
          UNIT_FIXTURE(test_agent_routes__the_list_of_2_2),
          UNIT_FIXTURE(test_agent_routes__what_is_not_read),
          UNIT_FIXTURE(test_agent_routes__links_are_left_alone),
          UNIT_FIXTURE(test_agent_routes__no_runtime_and_no_such_layout))
