// SPDX-License-Identifier: Apache-2.0

package topology

import (
	"slices"
	"testing"
)

func TestAddressesAreDistinct(t *testing.T) {
	seen := map[string]string{Bridge: "the bridge"}
	for _, host := range Hosts(MaxNodes) {
		if other, taken := seen[host.Address()]; taken {
			t.Errorf("%s has the address of %s", host.Name, other)
		}
		seen[host.Address()] = host.Name
	}
	node, err := Find(2, "node-2")
	if err != nil || node.Address() != "10.78.0.12" || node.PodSubnet() != "10.244.2.0/24" {
		t.Errorf("node-2 is %s with pods in %s: %v", node.Address(), node.PodSubnet(), err)
	}
	if node.MAC() != "02:00:0a:4e:00:0c" {
		t.Errorf("node-2 has hardware address %s", node.MAC())
	}
	if _, err := Find(1, "node-2"); err == nil {
		t.Error("a lab with one node has a second")
	}
}

func TestWithUpstreamListsEachNameOnce(t *testing.T) {
	names := WithUpstream([]string{"ghcr.io", "example.org", "example.org"})
	if !slices.IsSorted(names) || !slices.Contains(names, "example.org") {
		t.Errorf("got %v", names)
	}
	if len(names) != len(UpstreamNames)+1 {
		t.Errorf("%d names, want %d", len(names), len(UpstreamNames)+1)
	}
}
