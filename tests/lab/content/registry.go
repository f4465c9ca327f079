// SPDX-License-Identifier: Apache-2.0

package content

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// descriptor names a blob, as OCI and Docker manifests do.
type descriptor struct {
	MediaType string    `json:"mediaType"`
	Digest    string    `json:"digest"`
	Size      int       `json:"size"`
	Platform  *platform `json:"platform,omitempty"`
}

type platform struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
}

// repository writes one repository straight into the file storage of docker-registry. It keeps
// its first error, which tag returns.
type repository struct {
	store string // docker/registry/v2 below the registry's root
	name  string
	err   error
}

// openRepository takes a full reference without tag, such as ghcr.io/fluxcd/flux-cli. dir is the
// folder with one registry root per host.
func openRepository(dir, ref string) *repository {
	host, name, _ := strings.Cut(ref, "/")
	if host == "docker.io" {
		host = "registry-1.docker.io"
	}
	return &repository{store: filepath.Join(dir, host, "docker", "registry", "v2"), name: name}
}

// blob stores a config or a layer.
func (r *repository) blob(mediaType string, data []byte) descriptor {
	d := r.data(mediaType, data)
	r.link(d, "_layers", "sha256", d.hex())
	return d
}

// manifest stores a manifest or an index, encoded as JSON.
func (r *repository) manifest(mediaType string, value any) descriptor {
	data, err := json.Marshal(value)
	r.err = errors.Join(r.err, err)
	d := r.data(mediaType, data)
	r.link(d, "_manifests", "revisions", "sha256", d.hex())
	return d
}

// tag points a tag at a manifest and returns the first error of all that was written.
func (r *repository) tag(tag string, d descriptor) error {
	r.link(d, "_manifests", "tags", tag, "current")
	r.link(d, "_manifests", "tags", tag, "index", "sha256", d.hex())
	return r.err
}

func (r *repository) data(mediaType string, data []byte) descriptor {
	sum := sha256.Sum256(data)
	d := descriptor{MediaType: mediaType, Digest: "sha256:" + hex.EncodeToString(sum[:]), Size: len(data)}
	r.write(filepath.Join("blobs", "sha256", d.hex()[:2], d.hex(), "data"), data)
	return d
}

// link makes a folder below the repository's a pointer to d.
func (r *repository) link(d descriptor, elem ...string) {
	folder := filepath.Join(append([]string{"repositories", filepath.FromSlash(r.name)}, elem...)...)
	r.write(filepath.Join(folder, "link"), []byte(d.Digest))
}

func (r *repository) write(name string, data []byte) {
	if r.err != nil {
		return
	}
	file := filepath.Join(r.store, name)
	if r.err = os.MkdirAll(filepath.Dir(file), 0o755); r.err == nil {
		r.err = os.WriteFile(file, data, 0o644)
	}
}

func (d descriptor) hex() string {
	return strings.TrimPrefix(d.Digest, "sha256:")
}
