// SPDX-License-Identifier: Apache-2.0

package content

import (
	"fmt"
	"path/filepath"
	"sort"

	"sigs.k8s.io/yaml"
)

// Images lists every container image that the look-alikes run, as full references with tags,
// sorted. It comes from the same annotation helm.sh/images in which Big Bang's charts list theirs.
func Images(source string) ([]string, error) {
	umbrella := filepath.Join(source, "umbrella")
	files, err := chartFiles(umbrella)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, file := range files {
		chart, err := readTree(filepath.Dir(file))
		if err != nil {
			return nil, err
		}
		refs, err := annotatedImages(chart)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for _, ref := range refs {
			seen[ref] = true
		}
	}
	images := make([]string, 0, len(seen))
	for ref := range seen {
		images = append(images, ref)
	}
	sort.Strings(images)
	return images, nil
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
