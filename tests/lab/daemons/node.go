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

	"sandstrap.dev/lab/netns"
	"sandstrap.dev/lab/rootfs"
	"sandstrap.dev/lab/supervise"
	"sandstrap.dev/lab/topology"
)

const containerdSocket = "/run/containerd/containerd.sock"

// PauseImage is the sandbox image of every pod; with CoreDNS's it is all that a node has at
// its first boot, everything else is pulled.
const PauseImage = "lab.local/pause:1"

func node(host topology.Host) Set {
	return Set{
		Files: map[string]rootfs.File{
			"etc/containerd/config.toml":    text(containerdConfig),
			"etc/cni/net.d/10-lab.conflist": text(fmt.Sprintf(cniConfig, host.PodSubnet())),
			"etc/kubernetes/kubelet.yaml":   text(kubeletConfig(host)),
		},
		Daemons: []supervise.Daemon{
			{
				Name:    "containerd",
				Command: []string{"containerd", "--config=/etc/containerd/config.toml"},
				Ready:   accepts("unix", containerdSocket),
			},
			{
				Name:    "kubelet",
				Needs:   []string{"containerd"},
				Prepare: prepareKubelet,
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

// prepareKubelet has the kubelet start while the API server still gets ready.
func prepareKubelet(ctx context.Context, run func(argv ...string) error) error {
	if err := importImages(run); err != nil {
		return err
	}
	listens := accepts("tcp", strings.TrimPrefix(topology.APIServer(), "https://"))
	_ = within(ctx, apiPatience, listens) // a kubelet without it is still a kubelet
	return nil
}

// prepareProxy has kube-proxy start when it can find out about its node.
func prepareProxy(ctx context.Context, run func(argv ...string) error) error {
	_ = within(ctx, apiPatience, answersOK(topology.APIServer()+"/readyz"))
	return preparePodNetwork(run)
}

// importImages gives containerd the images that a node starts with, once in the node's life.
func importImages(run func(argv ...string) error) error {
	const done = "/var/lib/containerd/.imported"
	if _, err := os.Stat(done); err == nil {
		return nil
	}
	for _, name := range []string{"pause.tar", "coredns.tar"} {
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

const containerdConfig = `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
[grpc]
  address = "` + containerdSocket + `"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "` + PauseImage + `"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "/etc/containerd/certs.d"
`

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
