// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/fluxcd/pkg/sourceignore"
	"github.com/fluxcd/pkg/sourceignore/gitignore"
	"github.com/fluxcd/pkg/tar"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fluxcd/pkg/artifact/digest"
)

// ArchiveFileFilter tells whether the file or folder path is left out of an archive.
type ArchiveFileFilter func(path string, info os.FileInfo) bool

// SourceIgnoreFilter leaves out what patterns match below domain, and what version control keeps
// there; without any pattern, what sourceignore leaves out by default.
func SourceIgnoreFilter(patterns []gitignore.Pattern, domain []string) ArchiveFileFilter {
	matcher := sourceignore.NewDefaultMatcher(nil, domain)
	if len(patterns) > 0 {
		matcher = sourceignore.NewMatcher(append(sourceignore.VCSPatterns(domain), patterns...))
	}
	return func(path string, info os.FileInfo) bool {
		return matcher.Match(strings.Split(path, string(filepath.Separator)), info.IsDir())
	}
}

// Archive writes the files of dir that filter, if there is one, does not leave out as a gzipped
// tar to the file of artifact, and sets its digest, size and time. Equal folders give equal
// archives.
func (s *Storage) Archive(artifact *meta.Artifact, dir string, filter ArchiveFileFilter) error {
	return s.write(artifact, func(w io.Writer) error {
		var options []tar.Option
		if filter != nil {
			options = append(options, tar.WithFilter(filter))
		}
		_, err := tar.Tar(dir, w, options...)
		return err
	})
}

// Copy writes what reader holds to the file of artifact, and sets its digest, size and time.
func (s *Storage) Copy(artifact *meta.Artifact, reader io.Reader) error {
	return s.write(artifact, func(w io.Writer) error {
		_, err := io.Copy(w, reader)
		return err
	})
}

// AtomicWriteFile is Copy, with the mode of the file.
func (s *Storage) AtomicWriteFile(artifact *meta.Artifact, reader io.Reader, mode os.FileMode) error {
	if err := s.Copy(artifact, reader); err != nil {
		return err
	}
	return os.Chmod(s.LocalPath(*artifact), mode)
}

// CopyFromPath is Copy of the file path.
func (s *Storage) CopyFromPath(artifact *meta.Artifact, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return s.Copy(artifact, file)
}

// CopyToPath unpacks the archive of artifact and moves what it holds at subPath to toPath.
func (s *Storage) CopyToPath(artifact *meta.Artifact, subPath, toPath string) (err error) {
	scratch, err := os.MkdirTemp("", "artifact-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	file, err := os.Open(s.LocalPath(*artifact))
	if err != nil {
		return err
	}
	defer file.Close()
	if err := tar.Untar(file, scratch, tar.WithMaxUntarSize(-1)); err != nil {
		return err
	}
	from := filepath.Join(scratch, filepath.Join("/", subPath))
	if err := os.MkdirAll(filepath.Dir(toPath), 0o700); err != nil {
		return err
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return os.CopyFS(toPath, os.DirFS(from))
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(toPath, data, info.Mode().Perm())
}

// write lets fill write the file of artifact beside its place, moves it there when it is
// complete, and sets artifact's digest, size and time.
func (s *Storage) write(artifact *meta.Artifact, fill func(w io.Writer) error) error {
	path := s.LocalPath(*artifact)
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.new")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // fails when the file has moved to its place
	digester := digest.Canonical.Digester()
	counter := &counter{}
	err = fill(io.MultiWriter(file, digester.Hash(), counter))
	if err := errors.Join(err, file.Chmod(0o600), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return err
	}
	artifact.Digest = digester.Digest().String()
	artifact.LastUpdateTime = metav1.NewTime(time.Now())
	artifact.Size = &counter.bytes
	return nil
}

// counter counts what is written to it.
type counter struct{ bytes int64 }

func (c *counter) Write(data []byte) (int, error) {
	c.bytes += int64(len(data))
	return len(data), nil
}
