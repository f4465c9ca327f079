// SPDX-License-Identifier: Apache-2.0

package topology

import (
	"fmt"
	"slices"
	"strings"
)

// Runtime is what a node runs containers with, in the configuration that its first start finds:
// `containerd config default` with what this lab cannot do without, and with Set.
type Runtime struct {
	Name  string
	Newer bool   // the containerd that is compiled, instead of Debian's
	Pause string // tag of registry.k8s.io/pause: the default of that containerd

	// Set is a line of the configuration and what it becomes; empty: none.
	Set [2]string
}

// Runtimes are those that nodes can have; the first is what they have unless somebody chooses.
var Runtimes = []Runtime{
	{
		Name: "containerd-1.6", Pause: "3.6",
		Set: [2]string{`config_path = ""`, `config_path = "/etc/containerd/certs.d"`},
	},
	{Name: "containerd-1.6-default", Pause: "3.6"},
	{Name: "containerd-2.4", Newer: true, Pause: "3.10.2"},
}

// FindRuntime returns the runtime of that name.
func FindRuntime(name string) (Runtime, error) {
	var names []string
	for _, runtime := range Runtimes {
		if runtime.Name == name {
			return runtime, nil
		}
		names = append(names, runtime.Name)
	}
	return Runtime{}, fmt.Errorf("no runtime %q: there are %s", name, strings.Join(names, ", "))
}

// Shape is what somebody chose of a lab.
type Shape struct {
	Nodes     int      `json:"nodes"`
	Runtimes  []string `json:"runtimes,omitempty"`  // names, of the first nodes
	NoCNI     bool     `json:"noCNI,omitempty"`     // no node has a network for pods
	Admission []string `json:"admission,omitempty"` // plugins of the API server beside its own
}

func (s Shape) String() string {
	return fmt.Sprintf("--nodes %d --runtimes %q --no-cni=%v --admission %q", s.Nodes,
		strings.Join(s.Runtimes, ","), s.NoCNI, strings.Join(s.Admission, ","))
}

// Runtime is that of a node.
func (s Shape) Runtime(host Host) Runtime {
	if host.Index < 1 || host.Index > len(s.Runtimes) {
		return Runtimes[0]
	}
	runtime, err := FindRuntime(s.Runtimes[host.Index-1])
	if err != nil {
		return Runtimes[0] // Check has been asked
	}
	return runtime
}

// Newer says whether a node has the containerd that is compiled.
func (s Shape) Newer() bool {
	return slices.ContainsFunc(Hosts(s.Nodes), func(host Host) bool { return s.Runtime(host).Newer })
}

// Check refuses what no lab can be.
func (s Shape) Check() error {
	if s.Nodes < 1 || s.Nodes > MaxNodes {
		return fmt.Errorf("a lab has 1 to %d nodes", MaxNodes)
	}
	if len(s.Runtimes) > s.Nodes {
		return fmt.Errorf("%d runtimes for %d nodes", len(s.Runtimes), s.Nodes)
	}
	for _, name := range s.Runtimes {
		if _, err := FindRuntime(name); err != nil {
			return err
		}
	}
	return nil
}
