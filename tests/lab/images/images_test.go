// SPDX-License-Identifier: Apache-2.0

package images

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

var example = Image{
	Files: []File{
		{Path: "/usr/bin/tool", Mode: 0o755, Data: []byte("program")},
		{Path: "/etc/passwd", Data: []byte("root:x:0:0:root:/:/\n")},
	},
	Entrypoint: []string{"/usr/bin/tool"}, User: "65534",
}

func writeExample(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "layout")
	if err := example.WriteLayout(dir, "1"); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestSameImageSameBytes(t *testing.T) {
	ref := Ref{"ghcr.io", "example/tool", "1"}
	var first, second bytes.Buffer
	if err := WriteArchive(&first, writeExample(t), ref); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(example.Files) // order of files must not matter
	defer slices.Reverse(example.Files)
	if err := WriteArchive(&second, writeExample(t), ref); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("two archives of the same image differ")
	}
}

func TestLayerHoldsFilesBelowTheirFolders(t *testing.T) {
	dir := writeExample(t)
	_, m, err := readLayout(dir)
	if err != nil {
		t.Fatal(err)
	}
	plain := unzip(t, blobPath(dir, m.Layers[0].Digest))
	archive := tar.NewReader(bytes.NewReader(plain))
	var names []string
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, header.Name)
		if !header.ModTime.Equal(Epoch) || header.Uid != 0 || header.Uname != "" {
			t.Errorf("%s: time %s, owner %d %q", header.Name, header.ModTime, header.Uid, header.Uname)
		}
	}
	want := []string{"etc/", "etc/passwd", "tmp/", "usr/", "usr/bin/", "usr/bin/tool"}
	if !slices.Equal(names, want) {
		t.Errorf("layer holds %q, want %q", names, want)
	}
	var c config
	if err := readJSON(blobPath(dir, m.Config.Digest), &c); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(plain)
	if c.RootFS.DiffIDs[0] != digestOf(sum[:]) {
		t.Errorf("diff id is %s, the layer's tar has %s", c.RootFS.DiffIDs[0], digestOf(sum[:]))
	}
}

func unzip(t *testing.T, path string) []byte {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func TestParseRef(t *testing.T) {
	ref, err := ParseRef("registry1.dso.mil/ironbank/opensource/loki:3.7.2")
	want := Ref{"registry1.dso.mil", "ironbank/opensource/loki", "3.7.2"}
	if err != nil || ref != want {
		t.Errorf("got %v, %v", ref, err)
	}
	for _, bad := range []string{"", "loki", "ghcr.io/loki", "ghcr.io/:1", "ghcr.io/../x:1", "/loki:1"} {
		if ref, err := ParseRef(bad); err == nil {
			t.Errorf("%q was taken as %v", bad, ref)
		}
	}
}
