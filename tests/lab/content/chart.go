// SPDX-License-Identifier: Apache-2.0

package content

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"time"

	"sigs.k8s.io/yaml"
)

// The media types of a Helm chart in an OCI registry.
const (
	typeOCIManifest = "application/vnd.oci.image.manifest.v1+json"
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

// pushChart packs a chart as Helm does and puts it at parent/NAME:VERSION.
func pushChart(chart tree, registries, parent string) error {
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
	to := openRepository(registries, parent+"/"+meta.Name)
	return to.tag(meta.Version, to.manifest(typeOCIManifest, map[string]any{
		"schemaVersion": 2,
		"mediaType":     typeOCIManifest,
		"config":        to.blob(typeChartConfig, config),
		"layers":        []descriptor{to.blob(typeChart, archive)},
		"annotations": map[string]string{
			"org.opencontainers.image.title":   meta.Name,
			"org.opencontainers.image.version": meta.Version,
			"org.opencontainers.image.created": firstCommit.Format(time.RFC3339),
		},
	}))
}

// packChart makes the archive: everything in a folder of the chart's name, Chart.yaml first.
func packChart(name string, chart tree) ([]byte, error) {
	files := []string{"Chart.yaml"}
	for _, file := range chart.paths() {
		if file != "Chart.yaml" {
			files = append(files, file)
		}
	}
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	archive := tar.NewWriter(zip)
	for _, file := range files {
		if err := addFile(archive, name+"/"+file, 0o644, chart[file]); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(archive.Close(), zip.Close()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func addFile(archive *tar.Writer, name string, mode int64, data []byte) error {
	header := &tar.Header{Name: name, Mode: mode, Size: int64(len(data)), ModTime: firstCommit}
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	_, err := archive.Write(data)
	return err
}
