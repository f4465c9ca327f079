// SPDX-License-Identifier: Apache-2.0

package content

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sandstrap.dev/lab/images"
)

// Inputs are what the origin serves besides the look-alikes, and what these are made with.
type Inputs struct {
	Umbrella string // the folder tests/lab/umbrella
	Probe    string // the program labprobe
	Releases string // release files at HOST/PATH of their URL
	// Built are folders with OCI image layouts at layouts/HOST/REPOSITORY/TAG, and with files of
	// packages' charts at charts/NAME.
	Built []string
}

// Write fills the folder out with all that the origin serves: git/HOST/PATH.git are bare
// repositories, registry/HOST the file storage of one docker-registry, files/HOST/PATH files.
func Write(ctx context.Context, in Inputs, out string) error {
	w := writer{source: in.Umbrella, dir: out, probe: in.Probe, built: in.Built}
	if err := w.write(ctx); err != nil {
		return err
	}
	for _, folder := range in.Built {
		if err := addLayouts(filepath.Join(folder, "layouts"), w.registries()); err != nil {
			return err
		}
	}
	return os.CopyFS(filepath.Join(out, "files"), os.DirFS(in.Releases))
}

// addLayouts puts every image layout below a folder into the registry of its host.
func addLayouts(folder string, to registries) error {
	return filepath.WalkDir(folder, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != "oci-layout" {
			return err
		}
		layout := filepath.Dir(file)
		name, err := filepath.Rel(folder, layout)
		if err != nil {
			return err
		}
		host, rest, _ := strings.Cut(filepath.ToSlash(name), "/")
		tag := strings.LastIndex(rest, "/")
		return to.adder(name)(to.of(host), layout, rest[:tag], rest[tag+1:])
	})
}

// of is the registry of a host. docker.io is a name for people: its registry has another.
func (r registries) of(host string) images.Registry {
	if host == "docker.io" {
		host = "registry-1.docker.io"
	}
	return images.Registry(filepath.Join(string(r), host))
}
