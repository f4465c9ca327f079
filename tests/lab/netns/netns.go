// SPDX-License-Identifier: Apache-2.0

// Package netns wires a lab's hosts together: a bridge in the lab's network namespace and a
// pair of virtual links per host. It drives ip(8); links vanish with their namespaces.
package netns

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"sandstrap.dev/lab/topology"
)

const bridge = "br0"

// linkPatience is how long a link may take to go.
const linkPatience = 2 * time.Second

// PrepareMachine loads the one part of the kernel that nothing loads by itself: without it,
// services do not work between pods of one node. Called on the machine, outside the lab.
func PrepareMachine() error {
	const module, sign = "br_netfilter", "/proc/sys/net/bridge"
	if _, err := os.Stat(sign); err == nil {
		return nil // built in, or loaded
	}
	if out, err := exec.Command("modprobe", module).CombinedOutput(); err != nil {
		return fmt.Errorf("load kernel module %s: %w: %s", module, err, bytes.TrimSpace(out))
	}
	return nil
}

// PrepareLab makes the bridge. Called once, in the lab's network namespace. What leads out of
// the lab is answered as unreachable at once, rather than left to time out.
func PrepareLab() error {
	if err := SetSysctl("net/ipv4/ip_forward", "1"); err != nil {
		return err
	}
	return ip(
		"link set lo up",
		"link add "+bridge+" type bridge",
		fmt.Sprintf("addr add %s/%d dev %s", topology.Bridge, topology.HostPrefixLen, bridge),
		"link set "+bridge+" up",
		"route add unreachable default",
	)
}

// Attach gives the network namespace of process pid an eth0 on the bridge. The bridge's side
// carries the host's name. What a killed host left is removed first.
func Attach(host topology.Host, pid int) error {
	if err := removeLink(host.Name); err != nil {
		return fmt.Errorf("remove the old link of %s: %w", host.Name, err)
	}
	err := ip(
		fmt.Sprintf("link add %s type veth peer name eth0 address %s netns %d", host.Name, host.MAC(), pid),
		fmt.Sprintf("link set %s master %s up", host.Name, bridge),
	)
	if err != nil {
		return fmt.Errorf("connect %s: %w", host.Name, err)
	}
	return nil
}

// removeLink removes a link whose other end has died, unless the kernel, which does so in its
// own time, is faster.
func removeLink(name string) error {
	for deadline := time.Now().Add(linkPatience); linkExists(name); time.Sleep(10 * time.Millisecond) {
		if err := ip("link del " + name); err != nil && time.Now().After(deadline) {
			return err
		}
	}
	return nil
}

// linkExists asks /proc, which answers for the caller's namespace; /sys does for its mount's.
func linkExists(name string) bool {
	links, err := os.ReadFile("/proc/self/net/dev")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(links)) {
		if link, _, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(link) == name {
			return true
		}
	}
	return false
}

// The states of a link.
const (
	Up     = "up"
	Down   = "down"   // unplugged at the bridge
	Closed = "closed" // see [Filter]
)

// SetLink makes a host's link one of the states.
func SetLink(host topology.Host, state string, filter Filter) error {
	if state == Closed {
		return errors.Join(ip("link set "+host.Name+" up"), filter.Close(host))
	}
	return errors.Join(ip("link set "+host.Name+" "+state), filter.Open(host))
}

// LinkState is the state of a host's link.
func LinkState(host topology.Host, filter Filter) string {
	out, err := exec.Command("ip", "-o", "link", "show", "dev", host.Name, "up").Output()
	switch {
	case err != nil || len(bytes.TrimSpace(out)) == 0:
		return Down
	case filter.Closed(host):
		return Closed
	}
	return Up
}

// ConfigureHost gives a host its address and its routes. Called in the host's own namespace;
// without a default route, service addresses would not be routed at all.
func ConfigureHost(host topology.Host, nodes int) error {
	commands := []string{
		"link set lo up",
		fmt.Sprintf("addr add %s/%d dev eth0", host.Address(), topology.HostPrefixLen),
		"link set eth0 up",
		"route add default via " + topology.Bridge,
	}
	for _, other := range topology.Hosts(nodes) {
		if other.Kind == topology.Node && other.Name != host.Name {
			commands = append(commands, fmt.Sprintf("route add %s via %s", other.PodSubnet(), other.Address()))
		}
	}
	if err := ip(commands...); err != nil {
		return fmt.Errorf("configure the network of %s: %w", host.Name, err)
	}
	return nil
}

// SetSysctl writes a kernel setting of the calling namespace.
func SetSysctl(name, value string) error {
	if err := os.WriteFile(filepath.Join("/proc/sys", name), []byte(value), 0); err != nil {
		return fmt.Errorf("set %s: %w", strings.ReplaceAll(name, "/", "."), err)
	}
	return nil
}

// ip runs ip(8) commands in one batch; the first that fails ends it.
func ip(commands ...string) error {
	run := exec.Command("ip", "-batch", "-")
	run.Stdin = strings.NewReader(strings.Join(commands, "\n") + "\n")
	if out, err := run.CombinedOutput(); err != nil {
		return fmt.Errorf("ip: %s: %w", strings.TrimSpace(string(out)), err)
	}
	return nil
}
