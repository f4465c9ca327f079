// SPDX-License-Identifier: Apache-2.0

package cgroup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Group is one cgroup by the same name in every hierarchy: "LAB" or "LAB/HOST".
type Group struct {
	name string
	all  []Hierarchy
}

// NewGroup names a group; nothing is made yet.
func NewGroup(name string) (*Group, error) {
	all, err := Hierarchies()
	if err != nil {
		return nil, err
	}
	return &Group{name: name, all: all}, nil
}

// Child names a group below this one.
func (g *Group) Child(name string) *Group {
	return &Group{name: filepath.Join(g.name, name), all: g.all}
}

// Make creates the group where it is missing. With leaf false, groups below it get every
// controller of version 2 (which then allows no process in this group itself).
func (g *Group) Make(leaf bool) error {
	for _, hierarchy := range g.all {
		path := filepath.Join(hierarchy.Mount, g.name)
		if err := os.Mkdir(path, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("make cgroup: %w", err)
		}
		var err error
		switch {
		case hierarchy.Unified && !leaf:
			err = errors.Join(EnableControllers(filepath.Dir(path)), EnableControllers(path))
		case !hierarchy.Unified && strings.Contains(hierarchy.Options, "cpuset"):
			err = inheritCpuset(path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inheritCpuset copies the parent's processors and memory nodes: a version 1 cpuset without
// them takes no process.
func inheritCpuset(path string) error {
	if err := os.WriteFile(filepath.Join(path, "cgroup.clone_children"), []byte("1"), 0); err != nil {
		return fmt.Errorf("prepare cpuset: %w", err)
	}
	for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
		value, err := os.ReadFile(filepath.Join(filepath.Dir(path), file))
		if err == nil {
			err = os.WriteFile(filepath.Join(path, file), value, 0)
		}
		if err != nil {
			return fmt.Errorf("prepare cpuset: %w", err)
		}
	}
	return nil
}

// handedDown are the version 2 controllers that a kubelet and its containers use.
var handedDown = []string{"cpuset", "cpu", "io", "memory", "hugetlb", "pids"}

// EnableControllers gives the groups below a version 2 group the controllers that it has.
func EnableControllers(path string) error {
	available, err := os.ReadFile(filepath.Join(path, "cgroup.controllers"))
	if err != nil {
		return fmt.Errorf("list controllers: %w", err)
	}
	for controller := range strings.FieldsSeq(string(available)) {
		if !slices.Contains(handedDown, controller) {
			continue
		}
		file := filepath.Join(path, "cgroup.subtree_control")
		err := os.WriteFile(file, []byte("+"+controller), 0)
		if errors.Is(err, syscall.EBUSY) {
			err = fmt.Errorf("%w: it has processes of its own; move them to a group below it first", err)
		}
		if err != nil {
			return fmt.Errorf("enable controller %s: %w", controller, err)
		}
	}
	return nil
}

// Add moves a process into the group, in every hierarchy.
func (g *Group) Add(pid int) error {
	for _, hierarchy := range g.all {
		file := filepath.Join(hierarchy.Mount, g.name, "cgroup.procs")
		if err := os.WriteFile(file, []byte(strconv.Itoa(pid)), 0); err != nil {
			return fmt.Errorf("move process %d into its cgroup: %w", pid, err)
		}
	}
	return nil
}

// Processes lists the processes in the group and below, as this pid namespace numbers them
// (0 for one that it cannot see).
func (g *Group) Processes() []int {
	var pids []int
	for _, hierarchy := range g.all {
		for _, path := range g.folders(hierarchy) {
			text, _ := os.ReadFile(filepath.Join(path, "cgroup.procs"))
			for field := range strings.FieldsSeq(string(text)) {
				if pid, err := strconv.Atoi(field); err == nil {
					pids = append(pids, pid)
				}
			}
		}
	}
	slices.Sort(pids)
	return slices.Compact(pids)
}

// Remove removes the group with all below it, waiting up to patience for the last processes
// to be gone. A group that does not exist is fine.
func (g *Group) Remove(patience time.Duration) error {
	deadline := time.Now().Add(patience)
	for {
		err := g.removeOnce()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (g *Group) removeOnce() error {
	for _, hierarchy := range g.all {
		folders := g.folders(hierarchy)
		slices.Reverse(folders) // children before their parents
		for _, path := range folders {
			if err := syscall.Rmdir(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("remove cgroup %s: %w", path, err)
			}
		}
	}
	return nil
}

// folders lists the group and all below it in one hierarchy, parents first.
func (g *Group) folders(hierarchy Hierarchy) []string {
	var folders []string
	walk := func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			folders = append(folders, path)
		}
		return nil // a folder that went meanwhile is no error
	}
	_ = filepath.WalkDir(filepath.Join(hierarchy.Mount, g.name), walk)
	return folders
}
