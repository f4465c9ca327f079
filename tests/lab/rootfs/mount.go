// SPDX-License-Identifier: Apache-2.0

package rootfs

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"sandstrap.dev/lab/cgroup"
	"sandstrap.dev/lab/config"
	"sandstrap.dev/lab/topology"
)

const (
	secure = syscall.MS_NOSUID | syscall.MS_NODEV | syscall.MS_NOEXEC
	bind   = syscall.MS_BIND | syscall.MS_REC
)

// Mount mounts a host's root and everything in it. Called in the host's own namespaces,
// whose mounts are private.
func Mount(c *config.Config, host topology.Host) error {
	root := c.Root(host)
	if err := mount(root, root, "", bind, ""); err != nil { // pivot_root wants a mount point
		return err
	}
	programs := fmt.Sprintf("lowerdir=%s:/usr", filepath.Join(c.Debian, "usr"))
	steps := []struct {
		source, target, kind string
		flags                uintptr
		options              string
	}{
		{"overlay", "usr", "overlay", syscall.MS_RDONLY, programs},
		{"proc", "proc", "proc", secure, ""},
		{"sysfs", "sys", "sysfs", secure, ""},
		{"tmpfs", "run", "tmpfs", syscall.MS_NOSUID | syscall.MS_NODEV, "mode=755"},
		{c.Lab().LogDir(host.Name), "var/log", "", bind, ""},
	}
	for _, step := range steps {
		if err := mount(step.source, filepath.Join(root, step.target), step.kind, step.flags, step.options); err != nil {
			return err
		}
	}
	if err := mountDevices(filepath.Join(root, "dev")); err != nil {
		return err
	}
	if err := cgroup.MountAll(c.Hierarchies, filepath.Join(root, "sys/fs/cgroup")); err != nil {
		return err
	}
	return mountParts(c, host, root)
}

// mountParts binds the folders of the machine that this kind of host needs.
func mountParts(c *config.Config, host topology.Host, root string) error {
	readOnly := map[string]string{"opt/kubernetes": c.Kubernetes}
	switch host.Kind {
	case topology.Node:
		readOnly["opt/images"] = c.Images
		if c.Runtime(host).Newer {
			readOnly["opt/runtime"] = c.Containerd
		}
	case topology.Origin:
		readOnly["srv"] = c.Content
	case topology.Operator:
		readOnly["opt/tools"] = c.Tools
		readOnly["src"] = c.Checkout
		if err := mount(c.Lab().WorkDir(), filepath.Join(root, "work"), "", bind, ""); err != nil {
			return err
		}
	}
	for target, source := range readOnly {
		if source == "" {
			continue // not part of this lab
		}
		if err := mountReadOnly(source, filepath.Join(root, target)); err != nil {
			return err
		}
	}
	return nil
}

func mountReadOnly(source, target string) error {
	if err := mount(source, target, "", bind, ""); err != nil {
		return err
	}
	return mount("", target, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, "")
}

// devices are the nodes of a host's /dev: name, major, minor.
var devices = []struct {
	name         string
	major, minor int
}{
	{"null", 1, 3},
	{"zero", 1, 5},
	{"full", 1, 7},
	{"random", 1, 8},
	{"urandom", 1, 9},
	{"kmsg", 1, 11}, // the kubelet looks there for processes that ran out of memory
	{"tty", 5, 0},
	{"fuse", 10, 229},
}

// mountDevices makes a /dev of the host's own, with terminals and shared memory of its own.
func mountDevices(dev string) error {
	if err := mount("tmpfs", dev, "tmpfs", syscall.MS_NOSUID|syscall.MS_NOEXEC, "mode=755"); err != nil {
		return err
	}
	for _, device := range devices {
		path := filepath.Join(dev, device.name)
		if err := syscall.Mknod(path, syscall.S_IFCHR|0o666, device.major<<8|device.minor); err != nil {
			return fmt.Errorf("make device %s: %w", path, err)
		}
		if err := os.Chmod(path, 0o666); err != nil {
			return fmt.Errorf("make device %s: %w", path, err)
		}
	}
	for _, folder := range []string{"pts", "shm", "mqueue"} {
		if err := os.Mkdir(filepath.Join(dev, folder), 0o755); err != nil {
			return fmt.Errorf("make a host's /dev: %w", err)
		}
	}
	links := map[string]string{
		"ptmx": "pts/ptmx", "fd": "/proc/self/fd", "stdin": "/proc/self/fd/0",
		"stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
	}
	for name, to := range links {
		if err := os.Symlink(to, filepath.Join(dev, name)); err != nil {
			return fmt.Errorf("make a host's /dev: %w", err)
		}
	}
	const terminal = syscall.MS_NOSUID | syscall.MS_NOEXEC
	if err := mount("devpts", filepath.Join(dev, "pts"), "devpts", terminal, "newinstance,ptmxmode=0666,mode=620,gid=5"); err != nil {
		return err
	}
	if err := mount("tmpfs", filepath.Join(dev, "shm"), "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, "mode=1777"); err != nil {
		return err
	}
	return mount("mqueue", filepath.Join(dev, "mqueue"), "mqueue", secure, "")
}

// Enter makes the mounted root the only one that the host sees.
func Enter(c *config.Config, host topology.Host) error {
	root := c.Root(host)
	if err := os.Chdir(root); err != nil {
		return fmt.Errorf("enter the root of %s: %w", host.Name, err)
	}
	if err := syscall.PivotRoot(".", ".old"); err != nil {
		return fmt.Errorf("enter the root of %s: pivot_root: %w", host.Name, err)
	}
	if err := os.Chdir("/"); err != nil {
		return fmt.Errorf("enter the root of %s: %w", host.Name, err)
	}
	if err := syscall.Unmount("/.old", syscall.MNT_DETACH); err != nil {
		return fmt.Errorf("leave the machine's root: %w", err)
	}
	// Pods with mounts that propagate expect what a booted system has.
	return mount("", "/", "", syscall.MS_REC|syscall.MS_SHARED, "")
}

func mount(source, target, kind string, flags uintptr, options string) error {
	if err := syscall.Mount(source, target, kind, flags, options); err != nil {
		return fmt.Errorf("mount %s on %s: %w", source, target, err)
	}
	return nil
}
