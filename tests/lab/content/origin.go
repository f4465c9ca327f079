// SPDX-License-Identifier: Apache-2.0

package content

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Inputs are what the origin serves besides the look-alikes, and what these are made with.
type Inputs struct {
	Umbrella string // the folder tests/lab/umbrella
	Probe    string // the program labprobe
	Images   string // a folder of docker-archives, one tagged image each
	Releases string // release files by HOST/PATH of their URL
}

// localHost names images that nodes get otherwise than from a registry.
const localHost = "lab.local/"

// Write fills the folder out with all that the origin serves: git/HOST/PATH.git are bare
// repositories, registry/HOST the file storage of one docker-registry, files/HOST/PATH files.
func Write(ctx context.Context, in Inputs, out string) error {
	probe, err := os.ReadFile(in.Probe)
	if err != nil {
		return err
	}
	w := writer{source: in.Umbrella, dir: out, probe: probe}
	if err := w.write(ctx); err != nil {
		return err
	}
	if err := pushArchives(in.Images, w.registries()); err != nil {
		return err
	}
	return os.CopyFS(filepath.Join(out, "files"), os.DirFS(in.Releases))
}

// pushArchives puts the images of a folder into the registries that their tags name.
func pushArchives(folder, registries string) error {
	archives, err := filepath.Glob(filepath.Join(folder, "*.tar"))
	if err != nil {
		return err
	}
	for _, file := range archives {
		img, ref, err := readArchive(file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if strings.HasPrefix(ref, localHost) {
			continue
		}
		if err := img.push(registries, ref); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}
