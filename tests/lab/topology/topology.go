// SPDX-License-Identifier: Apache-2.0

// Package topology says which hosts a lab has and which addresses and names they carry.
// It is pure data: the same number of nodes always gives the same lab.
package topology

import (
	"fmt"
	"net/netip"
)

// Kind is the part that a host plays.
type Kind string

const (
	Origin       Kind = "origin"        // plays the Internet
	ControlPlane Kind = "control-plane" // etcd, API server, controllers, scheduler
	Operator     Kind = "operator"      // where a person runs sandstrap and kubectl
	Node         Kind = "node"          // runs pods
)

// Addresses that every lab uses. Each lab has a network namespace of its own, so
// labs side by side share them without meeting.
const (
	Bridge        = "10.78.0.1"
	HostPrefixLen = 24
	PodNetwork    = "10.244.0.0/16"
	ServiceCIDR   = "10.96.0.0/16"
	ServiceAPI    = "10.96.0.1"
	ServiceDNS    = "10.96.0.10"
	ClusterDomain = "cluster.local"
	APIPort       = 6443

	// MaxNodes keeps node addresses and pod subnets inside their networks.
	MaxNodes = 99

	firstNode = 10 // node-k is 10.78.0.(10+k)
)

// Host is one machine of a lab.
type Host struct {
	Name  string
	Kind  Kind
	Index int // k of node-k, 0 for the others
}

// Hosts returns the hosts of a lab with that many nodes, in the order of their start.
func Hosts(nodes int) []Host {
	hosts := []Host{
		{Name: "cp", Kind: ControlPlane},
		{Name: "origin", Kind: Origin},
		{Name: "operator", Kind: Operator},
	}
	for k := 1; k <= nodes; k++ {
		hosts = append(hosts, Host{Name: fmt.Sprintf("node-%d", k), Kind: Node, Index: k})
	}
	return hosts
}

// Find returns the host of that name.
func Find(nodes int, name string) (Host, error) {
	for _, host := range Hosts(nodes) {
		if host.Name == name {
			return host, nil
		}
	}
	return Host{}, fmt.Errorf("no host %q in this lab: it has %v", name, Names(nodes))
}

// Names lists the host names of a lab with that many nodes.
func Names(nodes int) []string {
	var names []string
	for _, host := range Hosts(nodes) {
		names = append(names, host.Name)
	}
	return names
}

// Address is the host's address on the lab's bridge.
func (h Host) Address() string {
	last := map[Kind]int{Origin: 2, ControlPlane: 3, Operator: 4, Node: firstNode + h.Index}[h.Kind]
	prefix := netip.MustParseAddr(Bridge).As4()
	return netip.AddrFrom4([4]byte{prefix[0], prefix[1], prefix[2], byte(last)}).String()
}

// MAC is the hardware address of the host's eth0: a host that comes back keeps it, so that the
// others need not find out.
func (h Host) MAC() string {
	ip := netip.MustParseAddr(h.Address()).As4()
	return fmt.Sprintf("02:00:%02x:%02x:%02x:%02x", ip[0], ip[1], ip[2], ip[3])
}

// PodSubnet is the part of the pod network that lives on a node.
func (h Host) PodSubnet() string {
	return fmt.Sprintf("10.244.%d.0/24", h.Index)
}

// APIServer is the address at which every host and pod reaches the API server.
func APIServer() string {
	cp := Host{Name: "cp", Kind: ControlPlane}
	return fmt.Sprintf("https://%s:%d", cp.Address(), APIPort)
}

// OriginAddress is where all upstream names lead.
func OriginAddress() string {
	return Host{Name: "origin", Kind: Origin}.Address()
}
