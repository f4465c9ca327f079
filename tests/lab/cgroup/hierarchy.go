// SPDX-License-Identifier: Apache-2.0

// Package cgroup gives a lab and each of its hosts control groups of their own in every
// hierarchy that the machine has: version 1 controllers, named hierarchies and version 2,
// alone or mixed.
package cgroup

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Root is where the hierarchies are mounted, on the machine and in each host.
const Root = "/sys/fs/cgroup"

// Hierarchy is one mounted cgroup tree.
type Hierarchy struct {
	Mount   string // where it is mounted, e.g. /sys/fs/cgroup/memory
	Unified bool   // version 2
	Options string // version 1: what to mount it with, e.g. "cpu,cpuacct" or "none,name=systemd"
}

// Hierarchies lists what is mounted on this machine, each hierarchy once.
func Hierarchies() ([]Hierarchy, error) {
	file, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil, fmt.Errorf("list cgroup hierarchies: %w", err)
	}
	defer file.Close()
	var found []Hierarchy
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		hierarchy, ok := parseMount(lines.Text())
		if ok && !slices.ContainsFunc(found, hierarchy.same) {
			found = append(found, hierarchy)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read /proc/self/mountinfo: %w", err)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no cgroup hierarchy is mounted below %s", Root)
	}
	return found, nil
}

// parseMount reads one line of mountinfo: fixed fields, optional fields up to " - ", then
// file system, source and its own options.
func parseMount(line string) (Hierarchy, bool) {
	head, tail, ok := strings.Cut(line, " - ")
	left, right := strings.Fields(head), strings.Fields(tail)
	if !ok || len(left) < 5 || len(right) < 3 {
		return Hierarchy{}, false
	}
	mount := left[4]
	if mount != Root && filepath.Dir(mount) != Root {
		return Hierarchy{}, false
	}
	switch right[0] {
	case "cgroup2":
		return Hierarchy{Mount: mount, Unified: true}, true
	case "cgroup":
		return Hierarchy{Mount: mount, Options: controllerOptions(right[2])}, true
	}
	return Hierarchy{}, false
}

// controllerOptions keeps of a mount's options those that choose the hierarchy.
func controllerOptions(options string) string {
	var chosen []string
	for option := range strings.SplitSeq(options, ",") {
		switch {
		case strings.HasPrefix(option, "name="):
			chosen = append(chosen, "none", option)
		case isController(option):
			chosen = append(chosen, option)
		}
	}
	return strings.Join(chosen, ",")
}

func isController(option string) bool {
	return slices.Contains([]string{"blkio", "cpu", "cpuacct", "cpuset", "devices", "freezer",
		"hugetlb", "memory", "misc", "net_cls", "net_prio", "perf_event", "pids", "rdma"}, option)
}

func (h Hierarchy) same(other Hierarchy) bool {
	return h.Unified == other.Unified && h.Options == other.Options
}

// PureV2 says whether version 2 is all the machine has, as on a stock Debian with systemd.
func PureV2(all []Hierarchy) bool {
	return !slices.ContainsFunc(all, func(h Hierarchy) bool { return !h.Unified })
}
