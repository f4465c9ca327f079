// SPDX-License-Identifier: Apache-2.0

package cgroup

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// MountAll mounts every hierarchy below target, laid out as on the machine. Called inside a
// cgroup namespace, so that what is seen there is the namespace's own part.
func MountAll(all []Hierarchy, target string) error {
	flags := uintptr(syscall.MS_NOSUID | syscall.MS_NODEV | syscall.MS_NOEXEC)
	if !PureV2(all) {
		if err := syscall.Mount("tmpfs", target, "tmpfs", flags, "mode=755"); err != nil {
			return fmt.Errorf("mount tmpfs on %s: %w", target, err)
		}
	}
	for _, hierarchy := range all {
		path := filepath.Join(target, strings.TrimPrefix(hierarchy.Mount, Root))
		if err := os.MkdirAll(path, 0o755); err != nil {
			return fmt.Errorf("mount cgroups: %w", err)
		}
		kind := "cgroup"
		if hierarchy.Unified {
			kind = "cgroup2"
		}
		if err := syscall.Mount(kind, path, kind, flags, hierarchy.Options); err != nil {
			return fmt.Errorf("mount %s (%s) on %s: %w", kind, hierarchy.Options, path, err)
		}
		if err := linkControllers(target, path); err != nil {
			return err
		}
	}
	return nil
}

// linkControllers makes cpu and cpuacct lead to a mount called cpu,cpuacct.
func linkControllers(target, path string) error {
	base := filepath.Base(path)
	if !strings.Contains(base, ",") {
		return nil
	}
	for controller := range strings.SplitSeq(base, ",") {
		if err := os.Symlink(base, filepath.Join(target, controller)); err != nil {
			return fmt.Errorf("link cgroup controller: %w", err)
		}
	}
	return nil
}

// Delegate prepares the root of a cgroup namespace for a kubelet: where version 2 has the
// controllers, it moves the calling process into a leaf, since a group with processes of its
// own cannot hand controllers down.
func Delegate(all []Hierarchy) error {
	if !PureV2(all) {
		return nil
	}
	leaf := filepath.Join(Root, "host")
	if err := os.MkdirAll(leaf, 0o755); err != nil {
		return fmt.Errorf("make cgroup: %w", err)
	}
	pid := []byte(strconv.Itoa(os.Getpid()))
	if err := os.WriteFile(filepath.Join(leaf, "cgroup.procs"), pid, 0); err != nil {
		return fmt.Errorf("move the host's init into a cgroup: %w", err)
	}
	return EnableControllers(Root)
}
