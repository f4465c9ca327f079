// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"fmt"
	"strings"

	"sandstrap.dev/lab/topology"
)

const (
	system  = "/api/v1/namespaces/kube-system"
	rbac    = "/apis/rbac.authorization.k8s.io/v1"
	dnsPath = "/apis/apps/v1/namespaces/kube-system/deployments/coredns"
)

// object is a manifest with the path at which the API has it.
type object struct {
	path, manifest string
}

// objects are what the lab adds to a bare cluster, in order.
func objects(upstream []string) []object {
	return []object{
		{system + "/serviceaccounts/coredns", dnsAccount},
		{rbac + "/clusterroles/system:coredns", dnsRole},
		{rbac + "/clusterrolebindings/system:coredns", dnsBinding},
		{system + "/configmaps/coredns", corefile(upstream)},
		{system + "/services/kube-dns", fmt.Sprintf(dnsService, topology.ServiceDNS)},
		{dnsPath, dnsDeployment},
		{"/apis/storage.k8s.io/v1/storageclasses/standard", storageClass},
	}
}

// corefile leads the upstream names to origin. Any other name outside the cluster does not
// exist; that is said at once, rather than left to fail.
func corefile(upstream []string) string {
	var zones, hosts strings.Builder
	for _, name := range upstream {
		fmt.Fprintf(&zones, "%s ", name)
		fmt.Fprintf(&hosts, "        %s %s\n", topology.OriginAddress(), name)
	}
	return fmt.Sprintf(dnsConfig, topology.ClusterDomain, zones.String(), hosts.String())
}

const dnsConfig = `apiVersion: v1
kind: ConfigMap
metadata: {name: coredns, namespace: kube-system}
data:
  Corefile: |
    %[1]s in-addr.arpa ip6.arpa {
      errors
      health
      ready
      kubernetes %[1]s in-addr.arpa ip6.arpa {
        pods insecure
      }
      cache 5
    }
    %[2]s{
      errors
      hosts {
%[3]s      }
    }
    . {
      errors
      template ANY ANY {
        rcode NXDOMAIN
      }
    }
`

const dnsAccount = `apiVersion: v1
kind: ServiceAccount
metadata: {name: coredns, namespace: kube-system}
`

const dnsRole = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: system:coredns}
rules:
- {apiGroups: [""], resources: [endpoints, services, pods, namespaces], verbs: [list, watch]}
- {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch]}
`

const dnsBinding = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: system:coredns}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: system:coredns}
subjects: [{kind: ServiceAccount, name: coredns, namespace: kube-system}]
`

const dnsDeployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: coredns, namespace: kube-system, labels: {k8s-app: kube-dns}}
spec:
  replicas: 1
  selector: {matchLabels: {k8s-app: kube-dns}}
  template:
    metadata: {labels: {k8s-app: kube-dns}}
    spec:
      serviceAccountName: coredns
      priorityClassName: system-cluster-critical
      dnsPolicy: Default
      nodeSelector: {kubernetes.io/hostname: node-1}
      containers:
      - name: coredns
        image: registry.k8s.io/coredns/coredns:1
        imagePullPolicy: IfNotPresent
        args: [-conf, /etc/coredns/Corefile]
        ports: [{name: dns, containerPort: 53, protocol: UDP}, {name: dns-tcp, containerPort: 53}]
        readinessProbe: {httpGet: {path: /ready, port: 8181}, periodSeconds: 1}
        volumeMounts: [{name: config, mountPath: /etc/coredns, readOnly: true}]
      volumes: [{name: config, configMap: {name: coredns}}]
`

const dnsService = `apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system}
spec:
  clusterIP: %s
  selector: {k8s-app: kube-dns}
  ports:
  - {name: dns, port: 53, protocol: UDP, targetPort: 53}
  - {name: dns-tcp, port: 53, protocol: TCP, targetPort: 53}
`

// storageClass serves claims with folders on the nodes, which go with the lab.
const storageClass = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: standard
  annotations: {storageclass.kubernetes.io/is-default-class: "true"}
provisioner: kubernetes.io/host-path
reclaimPolicy: Delete
`
