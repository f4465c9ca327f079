// SPDX-License-Identifier: Apache-2.0

package images

import (
	"archive/tar"
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
)

// entry is one entry of a layer.
type entry struct {
	header tar.Header
	file   *File // nil for a folder
}

// writeLayer writes files as a gzipped tar to compressed, and the tar itself to plain. The
// fastest compression is good enough, because most of a lab's images are pulled once.
func writeLayer(compressed, plain io.Writer, files []File) error {
	zip, err := gzip.NewWriterLevel(compressed, gzip.BestSpeed)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(io.MultiWriter(zip, plain))
	for _, e := range entries(files) {
		if err := e.write(archive); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), zip.Close())
}

// entries lists files and the folders that they are in, sorted, each folder before what it
// holds.
func entries(files []File) []entry {
	folders := map[string]int64{"tmp": 0o1777}
	var list []entry
	for i := range files {
		name := strings.TrimPrefix(path.Clean(files[i].Path), "/")
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if _, ok := folders[dir]; !ok {
				folders[dir] = 0o755
			}
		}
		list = append(list, entry{
			tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: cmp.Or(files[i].Mode, 0o644)}, &files[i],
		})
	}
	for dir, mode := range folders {
		list = append(list, entry{tar.Header{Typeflag: tar.TypeDir, Name: dir + "/", Mode: mode}, nil})
	}
	slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(a.header.Name, b.header.Name) })
	return list
}

func (e *entry) write(archive *tar.Writer) error {
	e.header.ModTime = Epoch
	if e.file == nil {
		return archive.WriteHeader(&e.header)
	}
	content, size, err := e.file.open()
	if err != nil {
		return err
	}
	defer content.Close()
	e.header.Size = size
	if err := archive.WriteHeader(&e.header); err != nil {
		return err
	}
	if _, err := io.Copy(archive, content); err != nil {
		return fmt.Errorf("%s: %w", e.file.Path, err)
	}
	return nil
}

func (f *File) open() (io.ReadCloser, int64, error) {
	if f.Source == "" {
		return io.NopCloser(bytes.NewReader(f.Data)), int64(len(f.Data)), nil
	}
	file, err := os.Open(f.Source)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, 0, err
	}
	return file, info.Size(), nil
}
