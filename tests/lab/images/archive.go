// SPDX-License-Identifier: Apache-2.0

package images

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path"
)

// containerdAnnotation is the name that "ctr images import" gives an image.
const containerdAnnotation = "io.containerd.image.name"

// WriteArchive writes the layout in the folder dir as one OCI archive, in which the image is
// called ref. "ctr images import" reads it.
func WriteArchive(w io.Writer, dir string, ref Ref) error {
	top, m, err := readLayout(dir)
	if err != nil {
		return err
	}
	digests := []string{top.Digest, m.Config.Digest}
	for _, layer := range m.Layers {
		digests = append(digests, layer.Digest)
	}
	top.Annotations = map[string]string{containerdAnnotation: ref.String(), refAnnotation: ref.Tag}
	var text bytes.Buffer
	if err := encodeJSON(&text, index{2, typeIndex, []descriptor{top}}); err != nil {
		return err
	}
	archive := tar.NewWriter(w)
	if err := addFile(archive, "oci-layout", []byte(layoutVersion)); err != nil {
		return err
	}
	if err := addFile(archive, "index.json", text.Bytes()); err != nil {
		return err
	}
	for _, digest := range digests {
		data, err := os.ReadFile(blobPath(dir, digest))
		if err != nil {
			return err
		}
		if err := addFile(archive, path.Clean(blobPath("", digest)), data); err != nil {
			return err
		}
	}
	return archive.Close()
}

func addFile(archive *tar.Writer, name string, data []byte) error {
	header := tar.Header{Name: name, Mode: 0o644, Size: int64(len(data)), ModTime: Epoch}
	if err := archive.WriteHeader(&header); err != nil {
		return err
	}
	_, err := archive.Write(data)
	return err
}
