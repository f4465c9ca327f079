// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"sandstrap.dev/lab/build"
	"sandstrap.dev/lab/build/parts"
	"sandstrap.dev/lab/config"
	"sandstrap.dev/lab/pki"
	"sandstrap.dev/lab/remote"
	"sandstrap.dev/lab/state"
	"sandstrap.dev/lab/topology"
)

// AddNode has one more node join a lab that runs, with a runtime of its own, and returns when it is
// ready.
func AddNode(ctx context.Context, name string, args []string) error {
	if len(args) > 1 {
		return usage("lab add-node [RUNTIME]")
	}
	args = append(args, topology.Runtimes[0].Name)
	lab, err := running(name)
	if err != nil {
		return err
	}
	began := time.Now()
	c, err := grow(ctx, lab, args[0])
	if err != nil {
		return fmt.Errorf("add a node to lab %s: %w", name, err)
	}
	node := last(c)
	if err := introduce(ctx, lab, c, node); err != nil {
		return err
	}
	request := remote.Request{StartHost: &remote.HostRequest{Host: node.Name}}
	if _, err := remote.Ask(lab.SocketDir(), remote.LabSocket, request); err != nil {
		return err
	}
	if err := waitUntilReady(ctx, lab, c); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%s has joined lab %s after %.1f s\n", node.Name, name, time.Since(began).Seconds())
	return nil
}

// grow writes down that the lab has one more node.
func grow(ctx context.Context, lab *state.Lab, runtime string) (*config.Config, error) {
	unlock, err := state.Lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	record, err := lab.Load()
	if err != nil {
		return nil, err
	}
	c, err := config.Load((&config.Config{State: lab.Dir}).Path())
	if err != nil {
		return nil, err
	}
	c.Runtimes = slices.Clone(c.Runtimes)
	for len(c.Runtimes) < c.Nodes {
		c.Runtimes = append(c.Runtimes, topology.Runtimes[0].Name)
	}
	c.Nodes, c.Runtimes = c.Nodes+1, append(c.Runtimes, runtime)
	if err := c.Check(); err != nil {
		return nil, err
	}
	if c.Newer() {
		set, err := build.Ensure(ctx, parts.Containerd)
		if err != nil {
			return nil, err
		}
		c.Containerd = set.Path(parts.Containerd)
	}
	if err := pki.IssueNode(c.Authority, lab.PKIDir(), last(c)); err != nil {
		return nil, err
	}
	if err := c.Save(); err != nil {
		return nil, err
	}
	record.Shape = c.Shape
	return c, lab.Save(record)
}

// last is the node that joined last.
func last(c *config.Config) topology.Host {
	hosts := topology.Hosts(c.Nodes)
	return hosts[len(hosts)-1]
}

// introduce tells the hosts that run of the new one; those that start later read it.
func introduce(ctx context.Context, lab *state.Lab, c *config.Config, node topology.Host) error {
	const script = `ip route replace "$1" via "$2" && echo "$2 $3" >>/etc/hosts`
	command := []string{"sh", "-c", script, "sh", node.PodSubnet(), node.Address(), node.Name}
	for _, host := range topology.Names(c.Nodes - 1) {
		if hostEnded(lab, host) != nil {
			continue
		}
		if err := runQuietly(ctx, lab, host, command); err != nil {
			return fmt.Errorf("tell %s of %s: %w", host, node.Name, err)
		}
	}
	return nil
}
