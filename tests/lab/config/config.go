// SPDX-License-Identifier: Apache-2.0

// Package config is what a lab's inits are told: its shape, and where on the machine the parts
// lie that make up its hosts.
package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"sandstrap.dev/lab/cgroup"
	"sandstrap.dev/lab/state"
	"sandstrap.dev/lab/topology"
)

// ContentKinds are the folders of what origin serves; each has a folder per upstream name.
var ContentKinds = []string{"git", "registry", "files"}

// Config describes one lab. All paths are absolute and on the machine.
type Config struct {
	topology.Shape
	Name  string `json:"name"`
	State string `json:"state"` // the lab's state folder

	Checkout   string `json:"checkout"`   // the operator's /src
	Debian     string `json:"debian"`     // programs that are laid over /usr
	Kubernetes string `json:"kubernetes"` // bin/ with a link per component
	Tools      string `json:"tools"`      // bin/ with clients for the operator
	Containerd string `json:"containerd"` // bin/ with the newer containerd; empty: no node has it
	Images     string `json:"images"`     // archives that nodes import
	Authority  string `json:"authority"`  // the lab's CA and origin's certificate
	Content    string `json:"content"`    // what origin serves: git/, registry/ and files/

	Hierarchies []cgroup.Hierarchy `json:"hierarchies"`
}

// Load reads what Save wrote.
func Load(path string) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load the lab's configuration: %w", err)
	}
	var c Config
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, fmt.Errorf("load the lab's configuration %s: %w", path, err)
	}
	return &c, nil
}

// Save writes the configuration to the lab's state folder, whole or not at all.
func (c *Config) Save() error {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("save the lab's configuration: %w", err)
	}
	if err := os.WriteFile(c.Path()+".new", append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("save the lab's configuration: %w", err)
	}
	return os.Rename(c.Path()+".new", c.Path())
}

// Path is the file of the configuration.
func (c *Config) Path() string { return filepath.Join(c.State, "config.json") }

// Lab is the state folder as an object.
func (c *Config) Lab() *state.Lab { return &state.Lab{Name: c.Name, Dir: c.State} }

// Root is a host's root folder.
func (c *Config) Root(host topology.Host) string {
	return filepath.Join(c.Lab().RootsDir(), host.Name)
}

// UpstreamNames are all names that lead to origin: the usual ones and those with content.
func (c *Config) UpstreamNames() []string {
	var served []string
	for _, kind := range ContentKinds {
		served = append(served, c.Served(kind)...)
	}
	return topology.WithUpstream(served)
}

// Served lists the host names with content of one kind: git, registry or files.
func (c *Config) Served(kind string) []string {
	entries, _ := os.ReadDir(filepath.Join(c.Content, kind)) // none is fine
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
