// SPDX-License-Identifier: Apache-2.0

package daemons

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"sandstrap.dev/lab/config"
	"sandstrap.dev/lab/supervise"
)

// served is a configuration with content of the given folders.
func served(t *testing.T, folders ...string) *config.Config {
	t.Helper()
	dir := t.TempDir()
	for _, folder := range folders {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return &config.Config{Content: dir}
}

func TestOriginHasOneRegistryPerName(t *testing.T) {
	set := origin(served(t, "registry/ghcr.io", "registry/registry-1.docker.io", "git/example.org"))
	var names []string
	for _, daemon := range set.Daemons {
		names = append(names, daemon.Name)
	}
	want := []string{"git", "registry-ghcr.io", "registry-registry-1.docker.io", "nginx"}
	if !slices.Equal(names, want) {
		t.Errorf("daemons are %v, want %v", names, want)
	}
	nginx := set.Daemons[slices.IndexFunc(set.Daemons, func(d supervise.Daemon) bool { return d.Name == "nginx" })]
	if !slices.Equal(nginx.Needs, want[:3]) {
		t.Errorf("nginx needs %v, want %v", nginx.Needs, want[:3])
	}
}

func TestSitesServeAliasesFromTheirRegistry(t *testing.T) {
	c := served(t, "registry/registry-1.docker.io", "git/example.org")
	ports := map[string]int{"registry-1.docker.io": 5000}
	got := map[string]int{}
	for _, site := range sites(c, ports) {
		got[site.name] = site.registryPort
	}
	for name, port := range map[string]int{
		"registry-1.docker.io": 5000, "docker.io": 5000, "index.docker.io": 5000, "github.com": 0, "example.org": 0,
	} {
		if have, ok := got[name]; !ok || have != port {
			t.Errorf("%s is served from port %d (%v), want %d", name, have, ok, port)
		}
	}
}
