// SPDX-License-Identifier: Apache-2.0

package rootfs

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"strings"

	"sandstrap.dev/lab/config"
	"sandstrap.dev/lab/topology"
)

// File is a file that the lab writes itself.
type File struct {
	Text string
	Mode fs.FileMode
}

const passwd = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
`

const group = `root:x:0:
daemon:x:1:
tty:x:5:
www-data:x:33:
nogroup:x:65534:
`

const nsswitch = `passwd: files
group: files
hosts: files dns
protocols: files
services: files
ethers: files
`

// kubectl as a person or a test uses it: its user differs from sandstrap's, so that the audit
// log tells them apart.
const kubectl = `#!/bin/sh
# kubectl as user admin, unless KUBECONFIG or --kubeconfig says otherwise.
export KUBECONFIG="${KUBECONFIG:-/etc/kubernetes/admin.kubeconfig}"
exec /opt/kubernetes/bin/kubectl "$@"
`

// files are the files that every host has, by path below its root.
func files(c *config.Config, host topology.Host) map[string]File {
	files := map[string]File{
		"etc/passwd":        {passwd, 0o644},
		"etc/group":         {group, 0o644},
		"etc/nsswitch.conf": {nsswitch, 0o644},
		"etc/hostname":      {host.Name + "\n", 0o644},
		"etc/hosts":         {hostsFile(c, host), 0o644},
		"etc/resolv.conf":   {"", 0o644}, // nothing but /etc/hosts resolves
		"etc/machine-id":    {machineID(c, host) + "\n", 0o444},
	}
	if host.Kind == topology.Operator || host.Kind == topology.ControlPlane {
		files["opt/lab/bin/kubectl"] = File{kubectl, 0o755}
	}
	return files
}

// hostsFile names the lab's hosts, and leads every upstream name to origin.
func hostsFile(c *config.Config, self topology.Host) string {
	var text strings.Builder
	text.WriteString("127.0.0.1 localhost\n")
	for _, host := range topology.Hosts(c.Nodes) {
		fmt.Fprintf(&text, "%s %s\n", host.Address(), host.Name)
	}
	if self.Kind == topology.Operator || self.Kind == topology.Node {
		for _, name := range c.UpstreamNames() {
			fmt.Fprintf(&text, "%s %s\n", topology.OriginAddress(), name)
		}
	}
	return text.String()
}

// machineID is the same each time for the same host of the same lab.
func machineID(c *config.Config, host topology.Host) string {
	sum := sha256.Sum256([]byte("sandstrap lab " + c.Name + " " + host.Name))
	return fmt.Sprintf("%x", sum[:16])
}
