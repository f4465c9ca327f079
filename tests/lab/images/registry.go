// SPDX-License-Identifier: Apache-2.0

package images

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Registry is the folder of a registry of the distribution project (Debian's docker-registry)
// that keeps its content in the file system. It is written as the registry itself would, so
// that a read-only registry can serve it.
type Registry string

// Add puts the image of the layout in the folder dir into the registry as repository:tag. Blobs
// are linked, not copied, where the file system allows it.
func (r Registry) Add(dir, repository, tag string) error {
	top, m, err := readLayout(dir)
	if err != nil {
		return err
	}
	root := filepath.Join(string(r), "docker", "registry", "v2")
	repo := filepath.Join(root, "repositories", repository)
	blobs := append([]descriptor{m.Config}, m.Layers...)
	for _, blob := range blobs {
		if err := writeLink(blob.Digest, repo, "_layers", digestPath(blob.Digest)); err != nil {
			return err
		}
	}
	tagged := filepath.Join("_manifests", "tags", tag)
	for _, place := range []string{
		filepath.Join("_manifests", "revisions", digestPath(top.Digest)),
		filepath.Join(tagged, "current"),
		filepath.Join(tagged, "index", digestPath(top.Digest)),
	} {
		if err := writeLink(top.Digest, repo, place); err != nil {
			return err
		}
	}
	for _, blob := range append(blobs, top) {
		if err := storeBlob(dir, root, blob.Digest); err != nil {
			return err
		}
	}
	return nil
}

// digestPath is a digest as two path elements.
func digestPath(digest string) string {
	return strings.Replace(digest, ":", "/", 1)
}

// writeLink writes the file link, which holds a digest, in the folder of place.
func writeLink(digest string, place ...string) error {
	dir := filepath.Join(place...)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "link"), []byte(digest), 0o644)
}

// storeBlob puts a blob of the layout dir where the registry keeps the blobs of all its
// repositories.
func storeBlob(dir, root, digest string) error {
	algorithm, hash, _ := strings.Cut(digest, ":")
	folder := filepath.Join(root, "blobs", algorithm, hash[:2], hash)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	target := filepath.Join(folder, "data")
	err := os.Link(blobPath(dir, digest), target)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	return copyFile(blobPath(dir, digest), target)
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}
