// SPDX-License-Identifier: Apache-2.0

// Package storage keeps artifacts as files in a folder: <kind>/<namespace>/<name>/<file>.
//
// It stands in for the published module of the same path, which is not available: same names,
// same behaviour towards source-controller, written for the lab.
package storage

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	securejoin "github.com/cyphar/filepath-securejoin"
	"github.com/fluxcd/pkg/apis/meta"
	"github.com/opencontainers/go-digest"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fluxcd/pkg/artifact/config"
)

// Storage is a folder of artifacts and the host that they are served from.
type Storage struct {
	// BasePath is the folder.
	BasePath string
	// Hostname is the host, or host and port, in the URLs of artifacts.
	Hostname string
	// ArtifactRetentionTTL and ArtifactRetentionRecords bound what GarbageCollect leaves.
	ArtifactRetentionTTL     time.Duration
	ArtifactRetentionRecords int
}

// New returns the storage that options describe, whose folder must exist. Without a path it is
// a temporary folder, which options then name.
func New(options *config.Options) (*Storage, error) {
	if options.StoragePath == "" {
		dir, err := os.MkdirTemp("", "artifacts-")
		if err != nil {
			return nil, err
		}
		options.StoragePath = dir
	}
	info, err := os.Stat(options.StoragePath)
	if err != nil {
		return nil, fmt.Errorf("storage path: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("storage path %s: %w", options.StoragePath, syscall.ENOTDIR)
	}
	hostname, err := advertised(options)
	if err != nil {
		return nil, err
	}
	return &Storage{
		BasePath: options.StoragePath, Hostname: hostname,
		ArtifactRetentionTTL:     options.ArtifactRetentionTTL,
		ArtifactRetentionRecords: options.ArtifactRetentionRecords,
	}, nil
}

// advertised returns the address that others reach the server at.
func advertised(options *config.Options) (string, error) {
	if options.StorageAdvAddress != "" {
		return options.StorageAdvAddress, nil
	}
	host, port, err := net.SplitHostPort(options.StorageAddress)
	if err != nil {
		return "", fmt.Errorf("storage address: %w", err)
	}
	if host != "" && !net.ParseIP(host).IsUnspecified() {
		return net.JoinHostPort(host, port), nil
	}
	machine, err := os.Hostname()
	return net.JoinHostPort(cmp.Or(os.Getenv("HOSTNAME"), machine, "localhost"), port), err
}

// NewArtifactFor returns an artifact of the object metadata for the file fileName, without
// digest and size.
func (s *Storage) NewArtifactFor(kind string, metadata metav1.Object, revision, fileName string) meta.Artifact {
	artifact := meta.Artifact{
		Path:     path.Join(strings.ToLower(kind), metadata.GetNamespace(), metadata.GetName(), fileName),
		Revision: revision,
	}
	s.SetArtifactURL(&artifact)
	return artifact
}

// SetArtifactURL sets the URL of artifact, if there is one, from its path.
func (s *Storage) SetArtifactURL(artifact *meta.Artifact) {
	if artifact == nil || artifact.Path == "" {
		return
	}
	artifact.URL = fmt.Sprintf("http://%s/%s", s.Hostname, strings.TrimLeft(artifact.Path, "/"))
}

// SetHostname returns rawURL with its host replaced by the storage's; an invalid one is returned
// empty.
func (s *Storage) SetHostname(rawURL string) string {
	parsed, err := url.Parse(rawURL)
	if err != nil || rawURL == "" {
		return ""
	}
	parsed.Host = s.Hostname
	return parsed.String()
}

// LocalPath returns the file of artifact, or nothing if it has no path. A path cannot lead out
// of the storage's folder.
func (s *Storage) LocalPath(artifact meta.Artifact) string {
	if artifact.Path == "" {
		return ""
	}
	local, err := securejoin.SecureJoin(s.BasePath, artifact.Path)
	if err != nil {
		return ""
	}
	return local
}

// MkdirAll makes the folder of artifact.
func (s *Storage) MkdirAll(artifact meta.Artifact) error {
	return os.MkdirAll(filepath.Dir(s.LocalPath(artifact)), 0o700)
}

// Remove removes the file of artifact.
func (s *Storage) Remove(artifact meta.Artifact) error {
	return os.Remove(s.LocalPath(artifact))
}

// RemoveAll removes the folder of artifact's object and returns it, or nothing if there was none.
func (s *Storage) RemoveAll(artifact meta.Artifact) (string, error) {
	dir := filepath.Dir(s.LocalPath(artifact))
	if _, err := os.Stat(dir); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return "", nil
		}
		return "", err
	}
	return dir, os.RemoveAll(dir)
}

// ArtifactExist tells whether artifact's file is there as a regular file.
func (s *Storage) ArtifactExist(artifact meta.Artifact) bool {
	info, err := os.Lstat(s.LocalPath(artifact))
	return err == nil && info.Mode().IsRegular()
}

// VerifyArtifact checks the content of artifact's file against its digest.
func (s *Storage) VerifyArtifact(artifact meta.Artifact) error {
	want, err := digest.Parse(artifact.Digest)
	if err != nil {
		return fmt.Errorf("artifact digest %q: %w", artifact.Digest, err)
	}
	file, err := os.Open(s.LocalPath(artifact))
	if err != nil {
		return err
	}
	defer file.Close()
	got, err := want.Algorithm().FromReader(file)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("artifact has digest %s, want %s", got, want)
	}
	return nil
}

// Symlink makes linkName, beside artifact's file, lead to it, and returns the link's URL.
func (s *Storage) Symlink(artifact meta.Artifact, linkName string) (string, error) {
	file := s.LocalPath(artifact)
	link := filepath.Join(filepath.Dir(file), linkName)
	next := link + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err := os.Symlink(filepath.Base(file), next); err != nil {
		return "", err
	}
	if err := os.Rename(next, link); err != nil {
		return "", err
	}
	return fmt.Sprintf("http://%s/%s", s.Hostname, path.Join(path.Dir(artifact.Path), linkName)), nil
}

// Lock takes the lock of artifact, waiting for it.
func (s *Storage) Lock(artifact meta.Artifact) (unlock func(), err error) {
	file, err := os.OpenFile(s.LocalPath(artifact)+lockSuffix, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		file.Close()
		return nil, fmt.Errorf("lock %s: %w", file.Name(), err)
	}
	return func() { file.Close() }, nil
}
