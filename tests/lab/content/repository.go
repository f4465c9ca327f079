// SPDX-License-Identifier: Apache-2.0

package content

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"time"

	"sigs.k8s.io/yaml"

	"sandstrap.dev/lab/images"
)

// helmRepository is a Helm repository over https: a folder with archives of charts, and the
// index of them.
type helmRepository struct {
	dir     string
	entries map[string][]map[string]any
}

// add puts a chart into the folder. Its entry in the index is its Chart.yaml, where the archive is
// and what it hashes to.
func (r *helmRepository) add(chart tree) error {
	meta, err := chartMetadata(chart)
	if err != nil {
		return err
	}
	archive, err := packChart(meta.Name, chart)
	if err != nil {
		return err
	}
	var entry map[string]any
	if err := yaml.Unmarshal(chart["Chart.yaml"], &entry); err != nil {
		return err
	}
	file := meta.Name + "-" + meta.Version + ".tgz"
	sum := sha256.Sum256(archive)
	entry["urls"] = []string{file}
	entry["digest"] = hex.EncodeToString(sum[:])
	entry["created"] = images.Epoch.Format(time.RFC3339)
	if r.entries == nil {
		r.entries = map[string][]map[string]any{}
	}
	r.entries[meta.Name] = append(r.entries[meta.Name], entry)
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.dir, file), archive, 0o644)
}

// writeIndex writes index.yaml.
func (r *helmRepository) writeIndex() error {
	index, err := yaml.Marshal(map[string]any{
		"apiVersion": "v1",
		"generated":  images.Epoch.Format(time.RFC3339),
		"entries":    r.entries,
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.dir, "index.yaml"), index, 0o644)
}
