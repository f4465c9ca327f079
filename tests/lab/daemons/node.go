// SPDX-License-Identifier: Apache-2.0

package daemons

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sandstrap.dev/lab/config"
	"sandstrap.dev/lab/netns"
	"sandstrap.dev/lab/rootfs"
	"sandstrap.dev/lab/supervise"
	"sandstrap.dev/lab/topology"
)

const containerdSocket = "/run/containerd/containerd.sock"

const containerdConfig = "/etc/containerd/config.toml"

func node(c *config.Config, host topology.Host) Set {
	files := map[string]rootfs.File{"etc/kubernetes/kubelet.yaml": text(kubeletConfig(host))}
	if !c.NoCNI {
		files["etc/cni/net.d/10-lab.conflist"] = text(fmt.Sprintf(cniConfig, host.PodSubnet()))
	}
	runtime := c.Runtime(host)
	return Set{
		Files: files,
		Daemons: []supervise.Daemon{
			{
				Name:    "containerd",
				Prepare: configure(runtime),
				Command: []string{"containerd", "--config=" + containerdConfig},
				Ready:   accepts("unix", containerdSocket),
			},
			{
				Name:    "kubelet",
				Needs:   []string{"containerd"},
				Prepare: prepareKubelet(startImages(host, runtime)),
				Command: []string{
					kubernetes("kubelet"), "--config=/etc/kubernetes/kubelet.yaml",
					"--kubeconfig=/etc/kubernetes/" + host.Name + ".kubeconfig",
					"--hostname-override=" + host.Name, "--node-ip=" + host.Address(),
				},
				Ready: answersOK("http://127.0.0.1:10248/healthz"),
			},
			{
				Name:    "kube-proxy",
				Prepare: prepareProxy,
				Command: []string{
					kubernetes("kube-proxy"), "--kubeconfig=/etc/kubernetes/proxy.kubeconfig",
					"--cluster-cidr=" + topology.PodNetwork, "--hostname-override=" + host.Name,
					"--proxy-mode=iptables", "--conntrack-max-per-core=0",
				},
				Ready: accepts("tcp", "127.0.0.1:10256"),
			},
		},
	}
}

// apiPatience is how long a node that starts holds its daemons back for the API server. They
// would start without it, but ask again at ever longer intervals; so they wait for it when the
// whole lab starts, and not for long when the API server is away.
const apiPatience = 30 * time.Second

// configure writes containerd's own default configuration, once in the node's life: what somebody
// changes there stays. Setting a process's score below its parent's takes more than this root may.
func configure(runtime topology.Runtime) func(context.Context, func(argv ...string) error) error {
	edits := `s|restrict_oom_score_adj = false|restrict_oom_score_adj = true|`
	if runtime.Set[0] != "" {
		edits += ";s|" + runtime.Set[0] + "|" + runtime.Set[1] + "|"
	}
	script := `[ -e "$1" ] || { mkdir -p "${1%/*}" && containerd config default | sed "$2" >"$1"; }`
	return func(_ context.Context, run func(argv ...string) error) error {
		return run("sh", "-c", script, "sh", containerdConfig, edits)
	}
}

// startImages are the archives of what a node has at its first start: what pods start with, and
// CoreDNS, which runs on the first node. Everything else is pulled.
func startImages(host topology.Host, runtime topology.Runtime) []string {
	archives := []string{"pause-" + runtime.Pause + ".tar"}
	if host.Index == 1 {
		archives = append(archives, "coredns.tar")
	}
	return archives
}

// prepareKubelet has the kubelet start while the API server still gets ready.
func prepareKubelet(archives []string) func(context.Context, func(argv ...string) error) error {
	return func(ctx context.Context, run func(argv ...string) error) error {
		if err := importImages(archives, run); err != nil {
			return err
		}
		listens := accepts("tcp", strings.TrimPrefix(topology.APIServer(), "https://"))
		_ = within(ctx, apiPatience, listens) // a kubelet without it is still a kubelet
		return nil
	}
}

// prepareProxy has kube-proxy start when it can find out about its node.
func prepareProxy(ctx context.Context, run func(argv ...string) error) error {
	_ = within(ctx, apiPatience, answersOK(topology.APIServer()+"/readyz"))
	return preparePodNetwork(run)
}

// importImages gives containerd the images that a node starts with, once in the node's life.
func importImages(archives []string, run func(argv ...string) error) error {
	const done = "/var/lib/containerd/.imported"
	if _, err := os.Stat(done); err == nil {
		return nil
	}
	for _, name := range archives {
		archive := filepath.Join("/opt/images", name)
		if err := run("ctr", "--namespace=k8s.io", "images", "import", archive); err != nil {
			return err
		}
	}
	return os.WriteFile(done, nil, 0o644)
}

// preparePodNetwork lets pods reach each other through services and the rest of the lab under
// their node's address.
func preparePodNetwork(run func(argv ...string) error) error {
	settings := []string{"net/ipv4/ip_forward", "net/bridge/bridge-nf-call-iptables"}
	for _, name := range settings {
		if err := netns.SetSysctl(name, "1"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	rule := []string{"POSTROUTING", "-s", topology.PodNetwork, "!", "-d", topology.PodNetwork, "-j", "MASQUERADE"}
	iptables := func(action string) error {
		return run(append([]string{"iptables", "-w", "-t", "nat", action}, rule...)...)
	}
	if iptables("-C") == nil {
		return nil
	}
	return iptables("-A")
}

const cniConfig = `{
  "cniVersion": "0.4.0",
  "name": "lab",
  "plugins": [
    {
      "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true,
      "ipam": {
        "type": "host-local", "dataDir": "/run/cni-ipam",
        "ranges": [[{"subnet": "%s"}]], "routes": [{"dst": "0.0.0.0/0"}]
      }
    },
    {"type": "portmap", "capabilities": {"portMappings": true}}
  ]
}
`

// kubeletConfig suits a host without systemd, whose disk is a part of the machine's memory.
func kubeletConfig(host topology.Host) string {
	return fmt.Sprintf(`apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: /etc/kubernetes/ca.crt}
authorization: {mode: Webhook}
tlsCertFile: /etc/kubernetes/%[1]s.crt
tlsPrivateKeyFile: /etc/kubernetes/%[1]s.key
containerRuntimeEndpoint: unix://%[2]s
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
clusterDNS: [%[3]s]
clusterDomain: %[4]s
resolvConf: /etc/resolv.conf
nodeStatusUpdateFrequency: 5s
serializeImagePulls: false
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: 100Mi, nodefs.available: 1%%, imagefs.available: 1%%, nodefs.inodesFree: 1%%}
`, host.Name, containerdSocket, topology.ServiceDNS, topology.ClusterDomain)
}
