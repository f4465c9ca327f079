// SPDX-License-Identifier: Apache-2.0

package storage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
)

// lockSuffix ends the name of an artifact's lock file.
const lockSuffix = ".lock"

// stored is one artifact file of an object.
type stored struct {
	path    string
	changed time.Time
}

// GarbageCollect removes the files of artifact's object that are neither artifact's own nor
// younger than the retention time nor among the youngest that are kept, with their locks, and
// returns them. It gives up after timeout.
func (s *Storage) GarbageCollect(ctx context.Context, artifact meta.Artifact, timeout time.Duration) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	garbage, err := s.garbage(artifact)
	if err != nil {
		return nil, fmt.Errorf("list artifacts: %w", err)
	}
	var removed []string
	for _, path := range garbage {
		if err := ctx.Err(); err != nil {
			return removed, err
		}
		if err := os.Remove(path); err != nil {
			return removed, err
		}
		removed = append(removed, path)
		if err := os.Remove(path + lockSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return removed, err
		}
	}
	return removed, nil
}

// garbage lists what GarbageCollect removes, oldest first.
func (s *Storage) garbage(artifact meta.Artifact) ([]string, error) {
	current := s.LocalPath(artifact)
	entries, err := os.ReadDir(filepath.Dir(current))
	if err != nil {
		return nil, err
	}
	var others []stored
	for _, entry := range entries {
		path := filepath.Join(filepath.Dir(current), entry.Name())
		if path == current || !entry.Type().IsRegular() || strings.HasSuffix(path, lockSuffix) {
			continue
		}
		info, err := entry.Info()
		if err != nil {
			return nil, err
		}
		others = append(others, stored{path, info.ModTime()})
	}
	slices.SortFunc(others, func(a, b stored) int { return a.changed.Compare(b.changed) })
	excess := len(others) + 1 - s.ArtifactRetentionRecords
	var garbage []string
	for i, other := range others {
		if i < excess || time.Since(other.changed) > s.ArtifactRetentionTTL {
			garbage = append(garbage, other.path)
		}
	}
	return garbage, nil
}
