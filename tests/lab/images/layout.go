// SPDX-License-Identifier: Apache-2.0

package images

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// refAnnotation names an image in a layout's index.
const refAnnotation = "org.opencontainers.image.ref.name"

// layout is an OCI image layout that is being written.
type layout struct{ dir string }

func newLayout(dir string) (*layout, error) {
	if err := os.MkdirAll(filepath.Join(dir, "blobs", "sha256"), 0o755); err != nil {
		return nil, err
	}
	return &layout{dir}, nil
}

// blobPath is the file of the blob with the digest sha256:….
func blobPath(dir, digest string) string {
	return filepath.Join(dir, "blobs", "sha256", strings.TrimPrefix(digest, "sha256:"))
}

// addLayer adds a layer made of files and returns its descriptor and the digest of its tar.
func (l *layout) addLayer(files []File) (layer descriptor, diffID string, err error) {
	plain := sha256.New()
	layer, err = l.add(typeLayer, func(w io.Writer) error { return writeLayer(w, plain, files) })
	return layer, digestOf(plain.Sum(nil)), err
}

func (l *layout) addJSON(mediaType string, value any) (descriptor, error) {
	return l.add(mediaType, func(w io.Writer) error { return encodeJSON(w, value) })
}

// add writes a blob and returns its descriptor.
func (l *layout) add(mediaType string, fill func(w io.Writer) error) (descriptor, error) {
	file, err := os.CreateTemp(l.dir, "blob-")
	if err != nil {
		return descriptor{}, err
	}
	hash := sha256.New()
	err = fill(io.MultiWriter(file, hash))
	size, seekErr := file.Seek(0, io.SeekCurrent)
	if err := errors.Join(err, seekErr, file.Chmod(0o644), file.Close()); err != nil {
		return descriptor{}, err
	}
	digest := digestOf(hash.Sum(nil))
	blob := descriptor{MediaType: mediaType, Digest: digest, Size: size}
	return blob, os.Rename(file.Name(), blobPath(l.dir, digest))
}

// finish writes the index, in which top is called ref.
func (l *layout) finish(top descriptor, ref string) error {
	top.Annotations = map[string]string{refAnnotation: ref}
	var text bytes.Buffer
	if err := encodeJSON(&text, index{2, typeIndex, []descriptor{top}}); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(l.dir, "index.json"), text.Bytes(), 0o644),
		os.WriteFile(filepath.Join(l.dir, "oci-layout"), []byte(layoutVersion), 0o644),
	)
}

const layoutVersion = `{"imageLayoutVersion":"1.0.0"}`

// readLayout returns the descriptor of the one manifest of the layout dir, and the manifest.
func readLayout(dir string) (descriptor, manifest, error) {
	var top index
	if err := readJSON(filepath.Join(dir, "index.json"), &top); err != nil {
		return descriptor{}, manifest{}, err
	}
	if len(top.Manifests) != 1 {
		return descriptor{}, manifest{}, fmt.Errorf("%s: %d manifests, want 1", dir, len(top.Manifests))
	}
	var m manifest
	err := readJSON(blobPath(dir, top.Manifests[0].Digest), &m)
	return top.Manifests[0], m, err
}

func readJSON(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func digestOf(sum []byte) string {
	return "sha256:" + hex.EncodeToString(sum)
}
