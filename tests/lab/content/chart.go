// SPDX-License-Identifier: Apache-2.0

package content

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"

	"sigs.k8s.io/yaml"

	"sandstrap.dev/lab/images"
)

// The media types of a Helm chart in an OCI registry.
const (
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

// chartArtifact packs a chart as Helm does.
func chartArtifact(name string, chart tree) (images.Artifact, error) {
	config, err := yaml.YAMLToJSON(chart["Chart.yaml"])
	if err != nil {
		return images.Artifact{}, err
	}
	archive, err := packChart(name, chart)
	return images.Artifact{
		ConfigType: typeChartConfig, Config: config,
		LayerType: typeChart, Layer: archive,
	}, err
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
		header := &tar.Header{
			Name: name + "/" + file, Mode: 0o644, Size: int64(len(chart[file])), ModTime: images.Epoch,
		}
		if err := archive.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := archive.Write(chart[file]); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(archive.Close(), zip.Close()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
