// SPDX-License-Identifier: Apache-2.0
// What an administrator does where a pod is not enough: scripts that say what they change, keep
// what they change, and stop rather than guess; or the file that the distribution's own tool takes.
#include <string.h>

#include "model/runtime.h"

struct emission {
    const struct runtime_node *n;
    struct span endpoint;
    const struct span *hosts;
    size_t count;
    struct buf *out;
};

static void say(const struct emission *e, const char *text)
{
    buf_add_str(e->out, text);
}

// "127.0.0.1:4860"
static struct span address_of(const struct emission *e)
{
    struct span address = e->endpoint;

    span_skip(&address, "http://");
    return address;
}

// --- containerd ---

static void emit_containerd(const struct emission *e)
{
    say(e, "#!/bin/sh\n"
           "# containerd: read routes from /etc/containerd/certs.d. Run as root on each node, one "
           "after\n"
           "# the other; running containers go on. Nodes that read them already need nothing.\n"
           "set -eu\n"
           "config=/etc/containerd/config.toml\n"
           "certs=/etc/containerd/certs.d\n"
           "\n"
           "[ -e \"$config\" ] || { mkdir -p /etc/containerd; containerd config default "
           ">\"$config\"; }\n"
           "if grep -Eq '^[^#]*registry\\.mirrors\\.' \"$config\"; then\n"
           "    echo \"$config has registry mirrors, with which containerd takes no config_path:\" "
           "\\\n"
           "        \"move each to $certs/HOST/hosts.toml, take them out, run this again\" >&2\n"
           "    exit 1\n"
           "fi\n"
           "cp -n \"$config\" \"$config.before-sandstrap\"\n"
           "case $(sed -n 's/^ *version *= *\\([0-9]*\\).*/\\1/p' \"$config\") in\n"
           "'' | 1) table='[plugins.cri.registry]' ;;\n"
           "2) table='[plugins.\"io.containerd.grpc.v1.cri\".registry]' ;;\n"
           "*) table='[plugins.\"io.containerd.cri.v1.images\".registry]' ;;\n"
           "esac\n"
           "awk -v certs=\"$certs\" -v table=\"$table\" '\n"
           "    function plain(line) { gsub(/[ \\t\"\\047]/, \"\", line); sub(/#.*/, \"\", line)\n"
           "                           return line }\n"
           "    /^[ \\t]*\\[/ { inside = plain($0) == plain(table) }\n"
           "    inside && /^[ \\t]*config_path[ \\t]*=/ { next }\n"
           "    { print }\n"
           "    inside && !found { print \"config_path = \\\"\" certs \"\\\"\"; found = 1 }\n"
           "    END { if (!found) print \"\\n\" table \"\\nconfig_path = \\\"\" certs \"\\\"\" }\n"
           "' \"$config\" >\"$config.new\"\n"
           "containerd --config \"$config.new\" config dump | grep -q \"config_path = .$certs.\" "
           "|| {\n"
           "    echo \"containerd does not take $config.new: nothing was changed\" >&2\n"
           "    exit 1\n"
           "}\n"
           "cat \"$config.new\" >\"$config\"\n"
           "rm \"$config.new\"\n"
           "mkdir -p \"$certs\"\n"
           "systemctl restart containerd\n");
}

// --- k0s, k3s, RKE2 ---

static void emit_k0s(const struct emission *e)
{
    bool is_old = strstr(e->n->runtime, "://1.");

    say(e, "#!/bin/sh\n"
           "# k0s: read routes from /etc/k0s/certs.d. Run as root on each node; k0s restarts its\n"
           "# containerd by itself within seconds.\n"
           "set -eu\n"
           "mkdir -p /etc/k0s/certs.d /etc/k0s/containerd.d\n"
           "cat >/etc/k0s/containerd.d/sandstrap.toml <<'END'\n");
    say(e, is_old ? "version = 2\n\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\n"
                  : "version = 3\n\n[plugins.\"io.containerd.cri.v1.images\".registry]\n");
    say(e, "  config_path = \"/etc/k0s/certs.d\"\nEND\n");
}

static void emit_rancher(const struct emission *e)
{
    buf_printf(
        e->out,
        "#!/bin/sh\n"
        "# %s before it kept routes in files. Run as root on each node, one after the other.\n"
        "set -eu\n"
        "file=/etc/rancher/%s/registries.yaml\n"
        "[ ! -e \"$file\" ] || {\n"
        "    echo \"$file is there: add the endpoint below to its mirrors, then restart\" >&2\n"
        "    exit 1\n"
        "}\n"
        "mkdir -p \"${file%%/*}\"\n"
        "cat >\"$file\" <<'END'\n"
        "mirrors:\n"
        "  \"*\":\n"
        "    endpoint: [\"%.*s\"]\n"
        "END\n"
        "for unit in %s; do\n"
        "    ! systemctl is-active -q \"$unit\" || systemctl restart \"$unit\"\n"
        "done\n",
        e->n->layout->name, e->n->layout->name, SPAN_ARG(e->endpoint),
        strcmp(e->n->layout->name, "k3s") == 0 ? "k3s k3s-agent" : "rke2-server rke2-agent");
}

// --- files of others ---

static void emit_crio(const struct emission *e)
{
    say(e, "#!/bin/sh\n"
           "# CRI-O: one mirror for each registry. Run as root on each node; CRI-O reads it again\n"
           "# without a restart.\n"
           "set -eu\n"
           "mkdir -p /etc/containers/registries.conf.d\n"
           "cat >/etc/containers/registries.conf.d/50-sandstrap.conf <<'END'\n");
    for (size_t i = 0; i < e->count; i++) {
        size_t colon = span_rfind(e->hosts[i], ':');

        // A path has no colon: the agent takes "reg_5000" for reg:5000.
        buf_printf(e->out,
                   "[[registry]]\nprefix = \"%.*s\"\nlocation = \"%.*s\"\n[[registry.mirror]]\n"
                   "location = \"%.*s/%.*s%s%.*s\"\ninsecure = true\n\n",
                   SPAN_ARG(e->hosts[i]), SPAN_ARG(e->hosts[i]), SPAN_ARG(address_of(e)),
                   SPAN_ARG(span_head(e->hosts[i], colon)), colon < e->hosts[i].len ? "_" : "",
                   SPAN_ARG(span_tail(e->hosts[i], colon + 1)));
    }
    say(e, "END\nsystemctl reload crio\n");
}

static void emit_talos(const struct emission *e)
{
    say(e, "# Talos 1.12 and later (older: machine.registries.mirrors): no reboot.\n"
           "# talosctl --nodes NODES patch mc --patch @talos.yaml\n");
    for (size_t i = 0; i < e->count; i++)
        buf_printf(e->out,
                   "---\napiVersion: v1alpha1\nkind: RegistryMirrorConfig\nname: %.*s\n"
                   "endpoints:\n- url: %.*s\nskipFallback: true\n",
                   SPAN_ARG(e->hosts[i]), SPAN_ARG(e->endpoint));
}

static void emit_bottlerocket(const struct emission *e)
{
    say(e, "#!/bin/sh\n"
           "# Bottlerocket: in the control or admin container of each node; it restarts containerd "
           "by\n"
           "# itself. The list takes the place of the one that is there.\n"
           "apiclient set --json '{\"container-registry\": {\"mirrors\": [\n");
    for (size_t i = 0; i < e->count; i++)
        buf_printf(e->out, "  {\"registry\": \"%.*s\", \"endpoint\": [\"%.*s\"]}%s\n",
                   SPAN_ARG(e->hosts[i]), SPAN_ARG(e->endpoint), i + 1 < e->count ? "," : "");
    say(e, "]}}'\n");
}

static void emit_gke(const struct emission *e)
{
    say(e, "# GKE 1.34.1-gke.2980000 and later; the pool's nodes are made anew.\n"
           "# gcloud container node-pools update POOL --cluster=CLUSTER "
           "--containerd-config-from-file=gke.yaml\n"
           "registryHosts:\n");
    for (size_t i = 0; i < e->count; i++)
        buf_printf(e->out,
                   "- server: %.*s\n  hosts:\n  - host: %.*s\n    capabilities: "
                   "[HOST_CAPABILITY_PULL, HOST_CAPABILITY_RESOLVE]\n",
                   SPAN_ARG(e->hosts[i]), SPAN_ARG(e->endpoint));
}

const char *runtime_emit(const struct runtime_node *n, struct span endpoint,
                         const struct span *hosts, size_t host_count, struct buf *out)
{
    static const struct {
        const char *layout, *file;
        void (*emit)(const struct emission *e);
    } emitters[] = {
        {"containerd", "containerd.sh", emit_containerd},
        {"containerd-old", "containerd.sh", emit_containerd},
        {"k0s", "k0s.sh", emit_k0s},
        {"k3s", "k3s.sh", emit_rancher},
        {"rke2", "rke2.sh", emit_rancher},
        {"crio", "crio.sh", emit_crio},
        {"talos", "talos.yaml", emit_talos},
        {"bottlerocket", "bottlerocket.sh", emit_bottlerocket},
        {"gke", "gke.yaml", emit_gke},
    };
    struct emission e = {
        .n = n, .endpoint = endpoint, .hosts = hosts, .count = host_count, .out = out};

    for (size_t i = 0; n->layout && i < ARRAY_LEN(emitters); i++)
        if (strcmp(emitters[i].layout, n->layout->name) == 0) {
            emitters[i].emit(&e);
            return emitters[i].file;
        }
    return NULL;
}
