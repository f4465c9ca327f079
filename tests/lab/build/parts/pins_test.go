// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sandstrap.dev/lab/build"
)

func TestPinsOfUnknownFormAreRefused(t *testing.T) {
	for _, line := range []string{"debian", "debian a b", "module m v1", "helm v4", "go 1.26"} {
		path := filepath.Join(t.TempDir(), "pins.txt")
		if err := os.WriteFile(path, []byte("# comment\n\n"+line+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := readPins(path); err == nil || !strings.Contains(err.Error(), path+":3") {
			t.Errorf("%q: error is %v", line, err)
		}
	}
}

// The controllers that are compiled must be those that the pinned release of Flux consists of.
func TestFluxControllersAreThoseOfTheRelease(t *testing.T) {
	pin, err := pinnedModule(flux2Module)
	if err != nil {
		t.Fatal(err)
	}
	module, err := pin.download(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	refs, err := controllerRefs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range fluxControllers {
		text, err := os.ReadFile(filepath.Join(module, "manifests", "bases", name, "kustomization.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		released := regexp.MustCompile(`download/(\S+?)/`).FindSubmatch(text)
		if released == nil || string(released[1]) != refs[name].Tag {
			t.Errorf("%s: the release has %s, flux/go.mod %s", name, released, refs[name].Tag)
		}
	}
}

// A Go that is older than a module asks for would fail late, after minutes.
func TestPinnedToolchainIsNewEnoughForEveryModule(t *testing.T) {
	pinned := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "pins.txt"))
	for _, pattern := range []string{"go.mod", "*/go.mod", "build/modules/*/go.mod"} {
		paths, err := filepath.Glob(build.Source(pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, path := range paths {
			name, err := filepath.Rel(build.Source(), path)
			if err != nil {
				t.Fatal(err)
			}
			wanted := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, name))
			if wanted[1] != pinned[1] {
				t.Errorf("%s asks for Go %s, pins.txt has %s", name, wanted[1], pinned[1])
			}
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(build.Source(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
