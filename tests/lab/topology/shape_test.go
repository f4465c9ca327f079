// SPDX-License-Identifier: Apache-2.0

package topology

import "testing"

func TestShapes(t *testing.T) {
	shape := Shape{Nodes: 3, Runtimes: []string{"containerd-1.6", "containerd-2.4"}}
	if err := shape.Check(); err != nil {
		t.Fatal(err)
	}
	for k, newer := range map[int]bool{1: false, 2: true, 3: false} {
		if got := shape.Runtime(Host{Kind: Node, Index: k}); got.Newer != newer {
			t.Errorf("node-%d has %s", k, got.Name)
		}
	}
	if !shape.Newer() || (Shape{Nodes: 2}).Newer() {
		t.Error("the newer containerd is wanted where no node has it, or the other way round")
	}
	for _, bad := range []Shape{{}, {Nodes: MaxNodes + 1}, {Nodes: 1, Runtimes: []string{"docker"}},
		{Nodes: 1, Runtimes: []string{"containerd-1.6", "containerd-1.6"}}} {
		if bad.Check() == nil {
			t.Errorf("a lab can be %v", bad)
		}
	}
}
