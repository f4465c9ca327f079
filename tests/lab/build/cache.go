// SPDX-License-Identifier: Apache-2.0

package build

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Cache returns the folder that components are built into, and makes it. It is the folder lab
// of $SANDSTRAP_CACHE, by default $XDG_CACHE_HOME/sandstrap or ~/.cache/sandstrap.
func Cache() (string, error) {
	root := os.Getenv("SANDSTRAP_CACHE")
	if root == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("no cache folder: %w; set SANDSTRAP_CACHE", err)
		}
		root = filepath.Join(user, "sandstrap")
	}
	root, err := filepath.Abs(filepath.Join(root, "lab"))
	if err != nil {
		return "", err
	}
	return root, os.MkdirAll(root, 0o755)
}

// Source returns the folder tests/lab of the checkout, with elem joined to it. The wrapper
// script says where it is; without it, as in tests, it is found upwards of the working folder.
func Source(elem ...string) string {
	root := os.Getenv("SANDSTRAP_LAB_SOURCE")
	if root == "" {
		root = findUp("pins.txt")
	}
	return filepath.Join(append([]string{root}, elem...)...)
}

// findUp returns the nearest folder at or above the working folder that holds name.
func findUp(name string) string {
	dir, err := os.Getwd()
	for ; err == nil && dir != "/"; dir = filepath.Dir(dir) {
		if exists(filepath.Join(dir, name)) {
			return dir
		}
	}
	return "."
}

// RemoveAll removes dir with all that is in it, also where folders are read-only, as in Go's
// module cache.
func RemoveAll(dir string) error {
	err := os.RemoveAll(dir)
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	walk := func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return err
	}
	return errors.Join(filepath.WalkDir(dir, walk), os.RemoveAll(dir))
}

// lock takes an exclusive lock on the file path, calling waiting once if another process holds
// it. The lock goes with the process, so a killed one leaves none behind.
func lock(ctx context.Context, path string, waiting func()) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|syscall.O_CLOEXEC, 0o644)
	if err != nil {
		return nil, err
	}
	for said := false; ; said = true {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { file.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			file.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if !said {
			waiting()
		}
		select {
		case <-ctx.Done():
			file.Close()
			return nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}
