// SPDX-License-Identifier: Apache-2.0

package daemons

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sandstrap.dev/lab/config"
	"sandstrap.dev/lab/rootfs"
	"sandstrap.dev/lab/supervise"
	"sandstrap.dev/lab/topology"
)

const etcdURL = "http://127.0.0.1:2379"

// listenPatience is how long the API server may take to listen, on a machine with much to do.
const listenPatience = 2 * time.Minute

// auditPolicy logs every request once it is answered: who, what, when and with which result.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
`

func controlPlane(c *config.Config, host topology.Host) Set {
	return Set{
		Files: map[string]rootfs.File{"etc/kubernetes/audit-policy.yaml": text(auditPolicy)},
		Daemons: []supervise.Daemon{
			{
				Name: "etcd",
				Command: []string{
					"etcd", "--data-dir=/var/lib/etcd", "--unsafe-no-fsync", "--logger=zap",
					"--listen-client-urls=" + etcdURL, "--advertise-client-urls=" + etcdURL,
					"--listen-peer-urls=http://127.0.0.1:2380",
				},
				Ready: answersOK(etcdURL + "/health"),
			},
			apiServer(host, c.Admission),
			{
				Name:    "kube-controller-manager",
				Prepare: waitForListener,
				Dir:     "/etc/kubernetes",
				Command: []string{
					kubernetes("kube-controller-manager"), "--kubeconfig=controller-manager.kubeconfig",
					"--service-account-private-key-file=sa.key", "--root-ca-file=ca.crt",
					"--use-service-account-credentials", "--leader-elect=false",
					"--node-monitor-grace-period=20s", "--enable-hostpath-provisioner",
					// An account per controller is made at the start: 5 s at the usual 20 a second.
					"--kube-api-qps=500", "--kube-api-burst=1000",
				},
				Ready: answersOK("https://127.0.0.1:10257/healthz"),
			},
			{
				Name:    "kube-scheduler",
				Prepare: waitForListener,
				Dir:     "/etc/kubernetes",
				Command: []string{kubernetes("kube-scheduler"), "--kubeconfig=scheduler.kubeconfig", "--leader-elect=false"},
				Ready:   answersOK("https://127.0.0.1:10259/healthz"),
			},
		},
	}
}

// waitForListener lets the API server's clients on cp start while it still gets ready: they wait
// for that themselves, but not for long and not before it listens.
func waitForListener(ctx context.Context, _ func(argv ...string) error) error {
	return within(ctx, listenPatience, accepts("tcp", fmt.Sprintf("127.0.0.1:%d", topology.APIPort)))
}

// apiServer has no route to service addresses: with aggregator routing it calls webhooks and
// extension servers at their pods instead.
func apiServer(host topology.Host, admission []string) supervise.Daemon {
	plugins := append([]string{"NodeRestriction"}, admission...)
	return supervise.Daemon{
		Name:  "kube-apiserver",
		Needs: []string{"etcd"},
		Dir:   "/etc/kubernetes",
		Command: []string{
			kubernetes("kube-apiserver"),
			"--etcd-servers=" + etcdURL,
			"--bind-address=0.0.0.0",
			"--advertise-address=" + host.Address(),
			fmt.Sprintf("--secure-port=%d", topology.APIPort),
			"--tls-cert-file=apiserver.crt", "--tls-private-key-file=apiserver.key",
			"--client-ca-file=ca.crt",
			"--service-account-key-file=sa.key", "--service-account-signing-key-file=sa.key",
			"--service-account-issuer=https://kubernetes.default.svc." + topology.ClusterDomain,
			"--service-cluster-ip-range=" + topology.ServiceCIDR,
			"--authorization-mode=Node,RBAC", "--enable-admission-plugins=" + strings.Join(plugins, ","),
			"--allow-privileged",
			"--kubelet-client-certificate=apiserver-kubelet.crt", "--kubelet-client-key=apiserver-kubelet.key",
			"--kubelet-certificate-authority=ca.crt", "--kubelet-preferred-address-types=InternalIP",
			"--requestheader-client-ca-file=ca.crt", "--requestheader-allowed-names=front-proxy-client",
			"--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
			"--requestheader-extra-headers-prefix=X-Remote-Extra-",
			"--proxy-client-cert-file=front-proxy.crt", "--proxy-client-key-file=front-proxy.key",
			"--enable-aggregator-routing",
			"--audit-policy-file=audit-policy.yaml", "--audit-log-path=/var/log/audit.log",
			"--audit-log-maxsize=2000", // MiB: the log is never rotated under a test
		},
		Ready: answersOK(fmt.Sprintf("https://127.0.0.1:%d/readyz", topology.APIPort)),
	}
}
