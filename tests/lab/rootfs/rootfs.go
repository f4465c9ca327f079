// SPDX-License-Identifier: Apache-2.0

// Package rootfs makes a host's root: folders and files of its own on the lab's tmpfs, and
// the machine's programs mounted read-only where every Debian has them.
package rootfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sandstrap.dev/lab/config"
	"sandstrap.dev/lab/topology"
)

// folders that every host has; mount points among them.
var folders = []string{
	"dev", "etc/alternatives", "etc/kubernetes", "etc/ssl/certs", "mnt", "opt/cni", "opt/images",
	"opt/kubernetes", "opt/lab/bin", "opt/runtime", "opt/tools", "proc", "root", "run", "src", "srv", "sys", "tmp", "usr",
	"var/lib/etcd", "var/lib/kubelet", "var/lib/containerd", "var/log", "var/tmp", "work", ".old",
}

// Populate makes the folders and files of a host's root. It can be repeated: what is there,
// such as the data of etcd, stays.
func Populate(c *config.Config, host topology.Host) error {
	root := c.Root(host)
	for _, folder := range folders {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			return fmt.Errorf("make the root of %s: %w", host.Name, err)
		}
	}
	for _, folder := range []string{"tmp", "var/tmp"} {
		if err := os.Chmod(filepath.Join(root, folder), 0o777|fs.ModeSticky); err != nil {
			return fmt.Errorf("make the root of %s: %w", host.Name, err)
		}
	}
	links := map[string]string{
		"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64",
		"opt/cni/bin": "/usr/lib/cni", // where everybody but Debian has them
	}
	for link, to := range links {
		if err := symlink(to, filepath.Join(root, link)); err != nil {
			return fmt.Errorf("make the root of %s: %w", host.Name, err)
		}
	}
	if err := WriteFiles(root, files(c, host)); err != nil {
		return fmt.Errorf("make the root of %s: %w", host.Name, err)
	}
	return copyAll(c, host, root)
}

// WriteFiles writes files, by path below root.
func WriteFiles(root string, files map[string]File) error {
	for name, file := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("make a host's folder: %w", err)
		}
		if err := os.WriteFile(path, []byte(file.Text), file.Mode); err != nil {
			return fmt.Errorf("write a host's file: %w", err)
		}
	}
	return nil
}

// copyAll copies what the host takes from the machine, the lab's authority and its PKI.
func copyAll(c *config.Config, host topology.Host, root string) error {
	for _, file := range []string{"/etc/protocols", "/etc/services", "/etc/ethertypes", "/etc/ssl/openssl.cnf"} {
		if err := copyFile(file, filepath.Join(root, file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	bundle := filepath.Join(c.Authority, "ca-certificates.crt")
	if err := copyFile(bundle, filepath.Join(root, "etc/ssl/certs/ca-certificates.crt")); err != nil {
		return err
	}
	for source, target := range secrets(c, host) {
		if err := copyFile(source, filepath.Join(root, target)); err != nil {
			return err
		}
	}
	return copyLinks("/etc/alternatives", filepath.Join(root, "etc/alternatives"))
}

// secrets maps what a host gets of the lab's keys to where it finds them.
func secrets(c *config.Config, host topology.Host) map[string]string {
	var names []string
	files := map[string]string{}
	switch host.Kind {
	case topology.ControlPlane:
		names = []string{
			"ca.crt", "sa.key", "apiserver.crt", "apiserver.key", "apiserver-kubelet.crt",
			"apiserver-kubelet.key", "front-proxy.crt", "front-proxy.key",
			"admin.crt", "admin.key", "admin.kubeconfig",
			"controller-manager.kubeconfig", "scheduler.kubeconfig",
		}
	case topology.Node:
		names = []string{
			"ca.crt", host.Name + ".crt", host.Name + ".key", host.Name + ".kubeconfig", "proxy.kubeconfig",
		}
	case topology.Operator:
		names = []string{"ca.crt", "admin.kubeconfig"}
		files[filepath.Join(c.Lab().PKIDir(), "sandstrap.kubeconfig")] = "root/.kube/config"
	case topology.Origin:
		for _, name := range []string{"server.crt", "server.key"} {
			files[filepath.Join(c.Authority, name)] = "etc/origin/" + name
		}
	}
	for _, name := range names {
		files[filepath.Join(c.Lab().PKIDir(), name)] = "etc/kubernetes/" + name
	}
	return files
}

func copyFile(source, target string) error {
	text, err := os.ReadFile(source)
	if err != nil {
		return fmt.Errorf("copy to a host: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return fmt.Errorf("copy %s to a host: %w", source, err)
	}
	if err := os.WriteFile(target, text, 0o600); err != nil {
		return fmt.Errorf("copy %s to a host: %w", source, err)
	}
	return nil
}

// copyLinks copies the symbolic links of a folder; there may be none.
func copyLinks(source, target string) error {
	entries, err := os.ReadDir(source)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("copy links to a host: %w", err)
	}
	for _, entry := range entries {
		to, err := os.Readlink(filepath.Join(source, entry.Name()))
		if err != nil {
			continue // not a link
		}
		if err := symlink(to, filepath.Join(target, entry.Name())); err != nil {
			return fmt.Errorf("copy links to a host: %w", err)
		}
	}
	return nil
}

func symlink(to, path string) error {
	if err := os.Symlink(to, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
