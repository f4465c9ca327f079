// SPDX-License-Identifier: Apache-2.0

package tests

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// machine is what a lab could leave behind on the machine, apart from its own processes and
// namespaces. It holds only what other labs on the machine do not change.
type machine struct {
	links, mounts, rules string
	files                []string
	settings             map[string]string
}

func lookAtMachine(t *testing.T) machine {
	t.Helper()
	m := machine{settings: map[string]string{}}
	m.links = linkNames(readFile(t, "/proc/self/net/dev"))
	m.mounts = readFile(t, "/proc/self/mounts")
	m.rules = optional("/proc/self/net/ip_tables_names") + optional("/proc/self/net/ip6_tables_names")
	for _, dir := range []string{"/run", "/run/netns", "/var/run/netns", "/etc", "/etc/cni", "/var/lib/cni", "/var/lib/kubelet", "/var/lib/containerd"} {
		entries, _ := os.ReadDir(dir) // most do not exist, and must not afterwards
		for _, entry := range entries {
			m.files = append(m.files, filepath.Join(dir, entry.Name()))
		}
	}
	for _, name := range []string{"vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops", "kernel/hostname", "net/ipv4/ip_forward"} {
		m.settings[name] = optional(filepath.Join("/proc/sys", name))
	}
	return m
}

// sameAs tells what differs from an earlier look.
func (m machine) sameAs(before machine) error {
	for _, file := range m.files {
		if !slices.Contains(before.files, file) {
			return fmt.Errorf("left behind: %s", file)
		}
	}
	for name, value := range m.settings {
		if value != before.settings[name] {
			return fmt.Errorf("%s is %s, was %s", name, value, before.settings[name])
		}
	}
	switch {
	case m.links != before.links:
		return fmt.Errorf("links are %s, were %s", m.links, before.links)
	case m.mounts != before.mounts:
		return fmt.Errorf("mounts are\n%s, were\n%s", m.mounts, before.mounts)
	case m.rules != before.rules:
		return fmt.Errorf("firewall tables are %q, were %q", m.rules, before.rules)
	}
	return nil
}

// traces are a running lab's processes (pid and start time) and namespaces.
type traces struct {
	processes, namespaces map[string]bool
	newest                int // start time of the youngest process: a later one is not the lab's
}

var namespaceKinds = []string{"pid", "mnt", "net", "uts", "ipc", "cgroup"}

// tracesOf collects what a running lab must have plenty of.
func (s *sandbox) tracesOf() traces {
	s.t.Helper()
	found := s.tracesOfStarting()
	if len(found.processes) < 10 || len(found.namespaces) < 20 {
		s.t.Fatalf("only %d processes and %d namespaces found in a running lab", len(found.processes), len(found.namespaces))
	}
	return found
}

// tracesOfStarting collects everything that descends from the lab's init so far.
func (s *sandbox) tracesOfStarting() traces {
	s.t.Helper()
	found := traces{processes: map[string]bool{}, namespaces: map[string]bool{}}
	own := namespacesOf("self")
	family := map[int]bool{s.initPID(): true}
	for grown := true; grown; { // until no process adds a child
		grown = false
		for _, pid := range allPIDs() {
			parent, _, ok := statOf(pid)
			if ok && family[parent] && !family[pid] {
				family[pid], grown = true, true
			}
		}
	}
	for pid := range family {
		if _, start, ok := statOf(pid); ok {
			found.processes[fmt.Sprintf("%d@%d", pid, start)] = true
			found.newest = max(found.newest, start)
		}
		for _, namespace := range namespacesOf(strconv.Itoa(pid)) {
			if !slices.Contains(own, namespace) {
				found.namespaces[namespace] = true
			}
		}
	}
	return found
}

// gone says which process or namespace of the traces still exists. The kernel gives numbers of
// namespaces out again, to other labs on the machine for one: their processes are younger.
func (f traces) gone() error {
	for _, pid := range allPIDs() {
		_, start, ok := statOf(pid)
		if !ok || start > f.newest {
			continue
		}
		if f.processes[fmt.Sprintf("%d@%d", pid, start)] {
			return fmt.Errorf("process %d runs on: %s", pid, optional(fmt.Sprintf("/proc/%d/cmdline", pid)))
		}
		for _, namespace := range namespacesOf(strconv.Itoa(pid)) {
			if f.namespaces[namespace] {
				return fmt.Errorf("process %d lives in %s of the lab", pid, namespace)
			}
		}
	}
	return nil
}

// leftNothing wants no process, namespace, cgroup or file of the lab, and the machine as it was.
func (s *sandbox) leftNothing(f traces, before machine) {
	s.t.Helper()
	eventually(s.t, "processes and namespaces", 5*time.Second, f.gone)
	_ = filepath.WalkDir("/sys/fs/cgroup", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && entry.Name() == "sandstrap-lab-"+s.name {
			s.t.Errorf("cgroup %s is left", path)
		}
		return nil
	})
	if _, err := os.Stat(filepath.Join(s.state, s.name)); !os.IsNotExist(err) {
		s.t.Errorf("the state folder is left: %v", err)
	}
	if err := lookAtMachine(s.t).sameAs(before); err != nil {
		s.t.Error(err)
	}
}

func allPIDs() []int {
	entries, _ := os.ReadDir("/proc")
	var pids []int
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// statOf returns parent and start time of a process that is not a zombie.
func statOf(pid int) (parent, start int, ok bool) {
	stat := optional(fmt.Sprintf("/proc/%d/stat", pid))
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 || fields[0] == "Z" {
		return 0, 0, false
	}
	parent, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0, 0, false
	}
	start, err = strconv.Atoi(fields[19])
	return parent, start, err == nil
}

func namespacesOf(pid string) []string {
	var all []string
	for _, kind := range namespaceKinds {
		if link, err := os.Readlink(filepath.Join("/proc", pid, "ns", kind)); err == nil {
			all = append(all, link)
		}
	}
	return all
}

// linkNames keeps the names of /proc/net/dev, whose counters change all the time.
func linkNames(text string) string {
	var names []string
	for line := range strings.Lines(text) {
		if name, _, ok := strings.Cut(line, ":"); ok {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return strings.Join(names, " ")
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// optional is a file's text, or nothing where there is no such file.
func optional(path string) string {
	text, _ := os.ReadFile(path)
	return string(text)
}
