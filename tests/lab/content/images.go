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
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sigs.k8s.io/yaml"
)

// The media types of container images.
const (
	typeOCIIndex       = "application/vnd.oci.image.index.v1+json"
	typeOCIConfig      = "application/vnd.oci.image.config.v1+json"
	typeOCILayer       = "application/vnd.oci.image.layer.v1.tar+gzip"
	typeDockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	typeDockerConfig   = "application/vnd.docker.container.image.v1+json"
	typeDockerLayer    = "application/vnd.docker.image.rootfs.diff.tar.gzip"
)

// image is a container image before it is pushed: its config and its layers, not compressed.
type image struct {
	config []byte
	layers [][]byte
}

// push puts an image at a reference with tag. Images of ghcr.io get an OCI index, as most of its
// images have one, others a plain Docker manifest, so that clients meet both.
func (img image) push(registries, ref string) error {
	name, tag, err := splitReference(ref)
	if err != nil {
		return err
	}
	oci := strings.HasPrefix(name, "ghcr.io/")
	manifestType, configType, layerType := typeDockerManifest, typeDockerConfig, typeDockerLayer
	if oci {
		manifestType, configType, layerType = typeOCIManifest, typeOCIConfig, typeOCILayer
	}
	to := openRepository(registries, name)
	var layers []descriptor
	for _, layer := range img.layers {
		compressed, err := compress(layer)
		if err != nil {
			return err
		}
		layers = append(layers, to.blob(layerType, compressed))
	}
	manifest := to.manifest(manifestType, map[string]any{
		"schemaVersion": 2,
		"mediaType":     manifestType,
		"config":        to.blob(configType, img.config),
		"layers":        layers,
	})
	if !oci {
		return to.tag(tag, manifest)
	}
	manifest.Platform = &platform{Architecture: "amd64", OS: "linux"}
	return to.tag(tag, to.manifest(typeOCIIndex, map[string]any{
		"schemaVersion": 2,
		"mediaType":     typeOCIIndex,
		"manifests":     []descriptor{manifest},
	}))
}

func splitReference(ref string) (name, tag string, err error) {
	colon := strings.LastIndex(ref, ":")
	if colon < strings.LastIndex(ref, "/") || colon < 0 {
		return "", "", fmt.Errorf("image reference %q has no tag", ref)
	}
	return ref[:colon], ref[colon+1:], nil
}

func compress(data []byte) ([]byte, error) {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	_, err := zip.Write(data)
	if err := errors.Join(err, zip.Close()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// probeImage is an image that runs labprobe under the name of another program.
func probeImage(probe []byte, ref string) (image, error) {
	var layer bytes.Buffer
	archive := tar.NewWriter(&layer)
	passwd := []byte("nobody:x:65534:65534:nobody:/:/sbin/nologin\n")
	err := errors.Join(
		addFile(archive, "etc/passwd", 0o644, passwd),
		addFile(archive, "labprobe", 0o755, probe),
		archive.Close(),
	)
	if err != nil {
		return image{}, err
	}
	sum := sha256.Sum256(layer.Bytes())
	config, err := json.Marshal(map[string]any{
		"architecture": "amd64",
		"os":           "linux",
		"created":      firstCommit.Format(time.RFC3339),
		"config": map[string]any{
			"User":       "65534:65534",
			"Entrypoint": []string{"/labprobe"},
			"Labels":     map[string]string{"org.opencontainers.image.title": ref},
		},
		"rootfs": map[string]any{
			"type": "layers", "diff_ids": []string{"sha256:" + hex.EncodeToString(sum[:])},
		},
	})
	return image{config: config, layers: [][]byte{layer.Bytes()}}, err
}

// readArchive reads a docker-archive with one image, and its first tag.
func readArchive(file string) (image, string, error) {
	f, err := os.Open(file)
	if err != nil {
		return image{}, "", err
	}
	defer f.Close()
	parts := tree{}
	for archive := tar.NewReader(f); ; {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return image{}, "", err
		}
		if parts[header.Name], err = io.ReadAll(archive); err != nil {
			return image{}, "", err
		}
	}
	var entries []struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	if err := json.Unmarshal(parts["manifest.json"], &entries); err != nil {
		return image{}, "", fmt.Errorf("manifest.json: %w", err)
	}
	if len(entries) != 1 || len(entries[0].RepoTags) == 0 {
		return image{}, "", errors.New("not one tagged image")
	}
	img := image{config: parts[entries[0].Config]}
	for _, name := range entries[0].Layers {
		img.layers = append(img.layers, parts[name])
	}
	return img, entries[0].RepoTags[0], nil
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
