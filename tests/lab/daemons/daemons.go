// SPDX-License-Identifier: Apache-2.0

// Package daemons is the table of what runs on each kind of host, with the files that
// configure it. Paths are those inside the host.
package daemons

import (
	"path/filepath"

	"sandstrap.dev/lab/config"
	"sandstrap.dev/lab/rootfs"
	"sandstrap.dev/lab/supervise"
	"sandstrap.dev/lab/topology"
)

// Set is what one host runs.
type Set struct {
	Daemons []supervise.Daemon
	Files   map[string]rootfs.File // by path below the host's root
}

// For returns what a host runs. Called before the host takes its own root, while content that
// decides about daemons can be looked at.
func For(c *config.Config, host topology.Host) Set {
	switch host.Kind {
	case topology.Origin:
		return origin(c)
	case topology.ControlPlane:
		return controlPlane(c, host)
	case topology.Node:
		return node(c, host)
	}
	return Set{} // the operator is a person's desk: nothing runs on it by itself
}

// kubernetes is the path of one component of Kubernetes.
func kubernetes(component string) string {
	return filepath.Join("/opt/kubernetes/bin", component)
}

func text(content string) rootfs.File { return rootfs.File{Text: content, Mode: 0o644} }
