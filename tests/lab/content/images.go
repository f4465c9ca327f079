// SPDX-License-Identifier: Apache-2.0

package content

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"sandstrap.dev/lab/images"
)

// registries is the folder with the storage of one registry per host.
type registries string

// multiArchHosts are the registries whose images have an index with one entry per platform, as most
// of the real ones' have. The others serve the image's manifest at once.
var multiArchHosts = []string{"ghcr.io", "registry.k8s.io"}

// putChart adds a chart to the registry that its reference names.
func (r registries) putChart(reference string, chart images.Artifact) error {
	return r.put(reference, chart.WriteLayout, images.Registry.Add)
}

// putImage adds an image to the registry that its reference names.
func (r registries) putImage(reference string, image images.Image) error {
	return r.put(reference, image.WriteLayout, r.adder(reference))
}

// adder is how images get into the registry of a reference.
func (r registries) adder(reference string) func(images.Registry, string, string, string) error {
	if host, _, _ := strings.Cut(reference, "/"); slices.Contains(multiArchHosts, host) {
		return images.Registry.AddMultiArch
	}
	return images.Registry.Add
}

// put writes a layout and has it added to the registry that the reference names.
func (r registries) put(reference string, write func(dir, tag string) error,
	add func(r images.Registry, dir, repository, tag string) error) error {
	ref, err := images.ParseRef(reference)
	if err != nil {
		return err
	}
	layout, err := os.MkdirTemp(string(r), ".layout-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(layout)
	if err := write(layout, ref.Tag); err != nil {
		return err
	}
	return add(r.of(ref.Host), layout, ref.Repository, ref.Tag)
}

// probeImage runs labprobe under the name of another program. The label makes each name an
// image of its own.
func probeImage(probe, ref string) images.Image {
	return images.Image{
		Files: []images.File{
			images.Program("/labprobe", probe),
			{Path: "/etc/passwd", Data: []byte("nobody:x:65534:65534:nobody:/:/sbin/nologin\n")},
		},
		Entrypoint: []string{"/labprobe"},
		User:       "65534:65534",
		Labels:     map[string]string{"org.opencontainers.image.title": ref},
	}
}

// chartFiles are the Chart.yaml of the packages and of the tenants' charts.
func chartFiles(umbrella string) ([]string, error) {
	var files []string
	for _, pattern := range []string{"packages/*/chart/Chart.yaml", "charts/*/Chart.yaml"} {
		found, err := filepath.Glob(filepath.Join(umbrella, pattern))
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	return files, nil
}

// annotatedImages lists the images of a chart from the annotation in which Big Bang's charts
// list theirs.
func annotatedImages(chart tree) ([]string, error) {
	meta, err := chartMetadata(chart)
	if err != nil {
		return nil, err
	}
	var entries []struct {
		Image string `json:"image"`
	}
	if err := yaml.Unmarshal([]byte(meta.Annotations["helm.sh/images"]), &entries); err != nil {
		return nil, fmt.Errorf("annotation helm.sh/images: %w", err)
	}
	refs := make([]string, 0, len(entries))
	for _, entry := range entries {
		refs = append(refs, entry.Image)
	}
	return refs, nil
}
