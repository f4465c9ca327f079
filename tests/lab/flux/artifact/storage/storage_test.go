// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/sourceignore"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fluxcd/pkg/artifact/config"
)

var object = &metav1.ObjectMeta{Namespace: "bigbang", Name: "umbrella"}

func newStorage(t *testing.T) *Storage {
	t.Helper()
	s, err := New(&config.Options{
		StoragePath: t.TempDir(), StorageAdvAddress: "source-controller",
		ArtifactRetentionTTL: time.Hour, ArtifactRetentionRecords: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// put stores text as the artifact file of the object, last changed at age ago.
func put(t *testing.T, s *Storage, file, text string, age time.Duration) meta.Artifact {
	t.Helper()
	artifact := s.NewArtifactFor("GitRepository", object, "main@sha1:1", file)
	if err := s.MkdirAll(artifact); err != nil {
		t.Fatal(err)
	}
	if err := s.Copy(&artifact, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	then := time.Now().Add(-age)
	if err := os.Chtimes(s.LocalPath(artifact), then, then); err != nil {
		t.Fatal(err)
	}
	return artifact
}

func TestArtifactHasPathURLDigestAndSize(t *testing.T) {
	s := newStorage(t)
	artifact := put(t, s, "a.tar.gz", "content", 0)
	if want := "gitrepository/bigbang/umbrella/a.tar.gz"; artifact.Path != want {
		t.Errorf("path is %s, want %s", artifact.Path, want)
	}
	if want := "http://source-controller/" + artifact.Path; artifact.URL != want {
		t.Errorf("URL is %s, want %s", artifact.URL, want)
	}
	if *artifact.Size != int64(len("content")) || !s.ArtifactExist(artifact) {
		t.Errorf("size %d, exists %t", *artifact.Size, s.ArtifactExist(artifact))
	}
	if err := s.VerifyArtifact(artifact); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(s.LocalPath(artifact), []byte("Content"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.VerifyArtifact(artifact); err == nil {
		t.Error("a changed artifact was verified")
	}
}

func TestPathStaysInTheStorage(t *testing.T) {
	s := newStorage(t)
	local := s.LocalPath(meta.Artifact{Path: "../../etc/passwd"})
	if !strings.HasPrefix(local, s.BasePath+"/") {
		t.Errorf("path leads to %s", local)
	}
}

func TestArchiveIsTheSameEachTimeAndLeavesIgnoredFilesOut(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"kept.yaml", "dropped.md", "picture.png"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	domain := strings.Split(dir, "/")
	filter := SourceIgnoreFilter(sourceignore.ReadPatterns(strings.NewReader("*.md\n"), domain), domain)
	s := newStorage(t)
	first, second := put(t, s, "1.tar.gz", "", 0), put(t, s, "2.tar.gz", "", 0)
	for _, artifact := range []*meta.Artifact{&first, &second} {
		if err := s.Archive(artifact, dir, filter); err != nil {
			t.Fatal(err)
		}
	}
	if first.Digest != second.Digest {
		t.Errorf("digests are %s and %s", first.Digest, second.Digest)
	}
	// As in fluxcd/pkg/artifact v0.18.0: any pattern takes the place of the default ones.
	expectIn(t, s, &first, map[string]bool{"kept.yaml": true, "dropped.md": false, "picture.png": true})
	third := put(t, s, "3.tar.gz", "", 0)
	if err := s.Archive(&third, dir, SourceIgnoreFilter(nil, domain)); err != nil {
		t.Fatal(err)
	}
	expectIn(t, s, &third, map[string]bool{"kept.yaml": true, "dropped.md": true, "picture.png": false})
}

func expectIn(t *testing.T, s *Storage, artifact *meta.Artifact, names map[string]bool) {
	t.Helper()
	for name, want := range names {
		err := s.CopyToPath(artifact, name, filepath.Join(t.TempDir(), "copy"))
		if (err == nil) != want {
			t.Errorf("%s is in the archive: %t, want %t", name, err == nil, want)
		}
	}
}

func TestGarbageCollectKeepsTheCurrentAndTheYoungest(t *testing.T) {
	s := newStorage(t)
	oldest := put(t, s, "1.tar.gz", "1", 30*time.Minute)
	old := put(t, s, "2.tar.gz", "2", 20*time.Minute)
	current := put(t, s, "3.tar.gz", "3", 2*time.Hour)
	removed, err := s.GarbageCollect(t.Context(), current, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if len(removed) != 1 || s.ArtifactExist(oldest) || !s.ArtifactExist(old) || !s.ArtifactExist(current) {
		t.Errorf("removed %v", removed)
	}
	s.ArtifactRetentionTTL = time.Minute
	if _, err := s.GarbageCollect(t.Context(), current, time.Second); err != nil {
		t.Fatal(err)
	}
	if s.ArtifactExist(old) || !s.ArtifactExist(current) {
		t.Error("an outdated artifact was kept, or the current one was not")
	}
}

func TestSymlinkFollowsTheArtifact(t *testing.T) {
	s := newStorage(t)
	for _, text := range []string{"first", "second"} {
		artifact := put(t, s, text+".tar.gz", text, 0)
		url, err := s.Symlink(artifact, "latest.tar.gz")
		if err != nil {
			t.Fatal(err)
		}
		if want := "http://source-controller/gitrepository/bigbang/umbrella/latest.tar.gz"; url != want {
			t.Errorf("URL is %s, want %s", url, want)
		}
		data, err := os.ReadFile(filepath.Join(filepath.Dir(s.LocalPath(artifact)), "latest.tar.gz"))
		if err != nil || string(data) != text {
			t.Errorf("link leads to %q, %v", data, err)
		}
	}
}
