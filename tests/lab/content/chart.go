// SPDX-License-Identifier: Apache-2.0

package content

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"sigs.k8s.io/yaml"
)

// The media types of a Helm chart in an OCI registry.
const (
	typeIndex       = "application/vnd.oci.image.index.v1+json"
	typeManifest    = "application/vnd.oci.image.manifest.v1+json"
	typeChartConfig = "application/vnd.cncf.helm.config.v1+json"
	typeChart       = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
)

type metadata struct {
	Name        string            `json:"name"`
	Version     string            `json:"version"`
	Annotations map[string]string `json:"annotations"`
}

func chartMetadata(chart tree) (*metadata, error) {
	var meta metadata
	if err := yaml.Unmarshal(chart["Chart.yaml"], &meta); err != nil {
		return nil, fmt.Errorf("Chart.yaml: %w", err)
	}
	if meta.Name == "" || meta.Version == "" {
		return nil, errors.New("Chart.yaml: name or version is missing")
	}
	return &meta, nil
}

// writeChart packs a chart as Helm does and writes it as the image layout parent/NAME/VERSION.
func writeChart(chart tree, parent string) error {
	meta, err := chartMetadata(chart)
	if err != nil {
		return err
	}
	config, err := yaml.YAMLToJSON(chart["Chart.yaml"])
	if err != nil {
		return err
	}
	archive, err := packChart(meta.Name, chart)
	if err != nil {
		return err
	}
	layout := layout{dir: filepath.Join(parent, meta.Name, meta.Version)}
	manifest := map[string]any{
		"schemaVersion": 2,
		"mediaType":     typeManifest,
		"config":        layout.blob(typeChartConfig, config),
		"layers":        []descriptor{layout.blob(typeChart, archive)},
		"annotations": map[string]string{
			"org.opencontainers.image.title":   meta.Name,
			"org.opencontainers.image.version": meta.Version,
			"org.opencontainers.image.created": firstCommit.Format(time.RFC3339),
		},
	}
	encoded, err := json.Marshal(manifest)
	if err != nil {
		return err
	}
	top := layout.blob(typeManifest, encoded)
	top.Annotations = map[string]string{"org.opencontainers.image.ref.name": meta.Version}
	return layout.finish(top)
}

// packChart makes the archive: everything in a folder of the chart's name, Chart.yaml first.
func packChart(name string, chart tree) ([]byte, error) {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	archive := tar.NewWriter(zip)
	write := func(file string) error {
		header := &tar.Header{
			Name: name + "/" + file, Mode: 0o644, Size: int64(len(chart[file])), ModTime: firstCommit,
		}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		_, err := archive.Write(chart[file])
		return err
	}
	if err := write("Chart.yaml"); err != nil {
		return nil, err
	}
	for _, file := range chart.paths() {
		if file == "Chart.yaml" {
			continue
		}
		if err := write(file); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(archive.Close(), zip.Close()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int               `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// layout is an OCI image layout that is being written. It keeps its first error for finish.
type layout struct {
	dir string
	err error
}

func (l *layout) blob(mediaType string, data []byte) descriptor {
	sum := sha256.Sum256(data)
	digest := hex.EncodeToString(sum[:])
	l.write(filepath.Join("blobs", "sha256", digest), data)
	return descriptor{MediaType: mediaType, Digest: "sha256:" + digest, Size: len(data)}
}

func (l *layout) write(name string, data []byte) {
	if l.err != nil {
		return
	}
	file := filepath.Join(l.dir, name)
	if l.err = os.MkdirAll(filepath.Dir(file), 0o755); l.err == nil {
		l.err = os.WriteFile(file, data, 0o644)
	}
}

func (l *layout) finish(top descriptor) error {
	index := map[string]any{
		"schemaVersion": 2, "mediaType": typeIndex, "manifests": []descriptor{top},
	}
	encoded, err := json.Marshal(index)
	if err != nil {
		return err
	}
	l.write("index.json", encoded)
	l.write("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`))
	return l.err
}
