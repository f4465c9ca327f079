// SPDX-License-Identifier: Apache-2.0

// Package images writes container images and what holds them: OCI image layouts, archives for
// containerd, and the storage of a registry. The same inputs give the same bytes: all times are
// [Epoch], entries are sorted, and nothing of the machine gets in.
package images

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"
)

// Epoch is the time of all that images hold.
var Epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Media types of the OCI image specification.
const (
	typeIndex    = "application/vnd.oci.image.index.v1+json"
	typeManifest = "application/vnd.oci.image.manifest.v1+json"
	typeConfig   = "application/vnd.oci.image.config.v1+json"
	typeLayer    = "application/vnd.oci.image.layer.v1.tar+gzip"
)

// Image describes an image for linux/amd64 with one layer.
type Image struct {
	Files      []File
	Entrypoint []string
	Cmd        []string
	User       string
	Labels     map[string]string
}

// File is a regular file of an image: the content of the file Source, or else Data. Folders
// above it come by themselves, with mode 0755, and an empty /tmp.
type File struct {
	Path   string // absolute
	Mode   int64  // 0644 when zero
	Source string
	Data   []byte
}

// Program is the File that holds the executable source.
func Program(path, source string) File {
	return File{Path: path, Mode: 0o755, Source: source}
}

// descriptor refers to a blob.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// manifest is an image manifest. Field order is the order of the JSON.
type manifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Config        descriptor   `json:"config"`
	Layers        []descriptor `json:"layers"`
}

// index is the index.json of a layout.
type index struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Manifests     []descriptor `json:"manifests"`
}

// config is an image configuration.
type config struct {
	Created      time.Time     `json:"created"`
	Architecture string        `json:"architecture"`
	OS           string        `json:"os"`
	Config       runtimeConfig `json:"config"`
	RootFS       rootFS        `json:"rootfs"`
	History      []history     `json:"history"`
}

type runtimeConfig struct {
	User       string            `json:"User,omitempty"`
	Env        []string          `json:"Env"`
	Entrypoint []string          `json:"Entrypoint,omitempty"`
	Cmd        []string          `json:"Cmd,omitempty"`
	WorkingDir string            `json:"WorkingDir"`
	Labels     map[string]string `json:"Labels,omitempty"`
}

type rootFS struct {
	Type    string   `json:"type"`
	DiffIDs []string `json:"diff_ids"`
}

type history struct {
	Created   time.Time `json:"created"`
	CreatedBy string    `json:"created_by"`
}

// WriteLayout writes the image as an OCI image layout into the folder dir, which it makes. The
// name ref in the layout is a tag.
func (i Image) WriteLayout(dir, ref string) error {
	l, err := newLayout(dir)
	if err != nil {
		return err
	}
	layer, diffID, err := l.addLayer(i.Files)
	if err != nil {
		return fmt.Errorf("layer: %w", err)
	}
	configuration, err := l.addJSON(typeConfig, i.config(diffID))
	if err != nil {
		return err
	}
	top, err := l.addJSON(typeManifest, manifest{
		SchemaVersion: 2, MediaType: typeManifest,
		Config: configuration, Layers: []descriptor{layer},
	})
	if err != nil {
		return err
	}
	return l.finish(top, ref)
}

func (i Image) config(diffID string) config {
	return config{
		Created: Epoch, Architecture: "amd64", OS: "linux",
		Config: runtimeConfig{
			User: i.User, Env: []string{"PATH=/usr/local/bin:/usr/bin:/bin"},
			Entrypoint: i.Entrypoint, Cmd: i.Cmd, WorkingDir: "/", Labels: i.Labels,
		},
		RootFS:  rootFS{Type: "layers", DiffIDs: []string{diffID}},
		History: []history{{Created: Epoch, CreatedBy: "lab"}},
	}
}

// Ref is an image reference with a tag, split up.
type Ref struct {
	Host, Repository, Tag string
}

// ParseRef splits a reference of the form HOST/REPOSITORY:TAG.
func ParseRef(text string) (Ref, error) {
	host, rest, _ := strings.Cut(text, "/")
	repository, tag, ok := strings.Cut(rest, ":")
	if !ok || host == "" || repository == "" || tag == "" || !fs.ValidPath(repository) {
		return Ref{}, fmt.Errorf("image reference %q is not of the form HOST/REPOSITORY:TAG", text)
	}
	return Ref{host, repository, tag}, nil
}

func (r Ref) String() string {
	return r.Host + "/" + r.Repository + ":" + r.Tag
}

func encodeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
