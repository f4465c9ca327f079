// SPDX-License-Identifier: Apache-2.0

// Package state knows where a lab keeps its files on the machine, which process is its
// init, and how to clear away what a lab has left there.
package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"syscall"

	"sandstrap.dev/lab/cgroup"
	"sandstrap.dev/lab/topology"
)

const defaultRoot = "/var/lib/sandstrap-lab"

// names keeps lab names fit for cgroups, host names and paths.
var names = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)

// Lab is the state folder of one lab.
type Lab struct {
	Name string
	Dir  string
}

// Record is what a lab remembers about itself in lab.json.
type Record struct {
	topology.Shape
	Name    string  `json:"name"`
	Content string  `json:"content"` // what origin serves
	Init    Process `json:"init"`
	Created string  `json:"created"` // RFC 3339
}

// Root is the folder that holds one folder per lab.
func Root() string {
	if root := os.Getenv("SANDSTRAP_LAB_STATE"); root != "" {
		return root
	}
	return defaultRoot
}

// Open names the state of a lab; nothing is made yet.
func Open(name string) (*Lab, error) {
	if !names.MatchString(name) {
		return nil, fmt.Errorf("lab name %q: use up to 32 lower-case letters, digits and hyphens", name)
	}
	root, err := filepath.Abs(Root())
	if err != nil {
		return nil, fmt.Errorf("find the state folder: %w", err)
	}
	return &Lab{Name: name, Dir: filepath.Join(root, name)}, nil
}

// All lists the labs that have a state folder.
func All() ([]*Lab, error) {
	entries, err := os.ReadDir(Root())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list labs: %w", err)
	}
	var labs []*Lab
	for _, entry := range entries {
		if lab, err := Open(entry.Name()); err == nil && entry.IsDir() {
			labs = append(labs, lab)
		}
	}
	return labs, nil
}

// Path joins a path inside the state folder.
func (l *Lab) Path(parts ...string) string {
	return filepath.Join(append([]string{l.Dir}, parts...)...)
}

// LogDir is where a host's /var/log lives, so that logs outlast a killed lab.
func (l *Lab) LogDir(host string) string { return l.Path("log", host) }

// InitLog is the log of the lab's init and of each host's init before its own root is up.
func (l *Lab) InitLog() string { return l.Path("log", "lab.log") }

// SocketDir holds a control socket for the lab ("lab") and for each host.
func (l *Lab) SocketDir() string { return l.Path("run") }

// RootsDir is the mount point of the tmpfs with the hosts' roots; only the lab sees it.
func (l *Lab) RootsDir() string { return l.Path("roots") }

// WorkDir is the operator's /work.
func (l *Lab) WorkDir() string { return l.Path("work") }

// PKIDir holds certificates and kubeconfigs.
func (l *Lab) PKIDir() string { return l.Path("pki") }

// Cgroup is the lab's group, above those of its hosts.
func (l *Lab) Cgroup() (*cgroup.Group, error) {
	return cgroup.NewGroup("sandstrap-lab-" + l.Name)
}

// Create makes the state folder with the folders inside it.
func (l *Lab) Create() error {
	for _, dir := range []string{l.SocketDir(), l.RootsDir(), l.WorkDir(), l.PKIDir(), l.Path("log")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("make the lab's state folder: %w", err)
		}
	}
	if err := os.Chmod(l.Dir, 0o700); err != nil { // it holds keys
		return fmt.Errorf("make the lab's state folder: %w", err)
	}
	return nil
}

// Save writes the record, whole or not at all.
func (l *Lab) Save(record Record) error {
	text, err := json.MarshalIndent(record, "", "  ")
	if err != nil {
		return fmt.Errorf("save the lab's record: %w", err)
	}
	temporary := l.Path("lab.json.new")
	if err := os.WriteFile(temporary, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("save the lab's record: %w", err)
	}
	return os.Rename(temporary, l.Path("lab.json"))
}

// Load reads the record; fs.ErrNotExist when there is none.
func (l *Lab) Load() (Record, error) {
	var record Record
	text, err := os.ReadFile(l.Path("lab.json"))
	if err != nil {
		return record, err
	}
	if err := json.Unmarshal(text, &record); err != nil {
		return record, fmt.Errorf("read %s: %w", l.Path("lab.json"), err)
	}
	return record, nil
}

// Running returns the record of a lab whose init lives, or false.
func (l *Lab) Running() (Record, bool) {
	record, err := l.Load()
	return record, err == nil && record.Init.Alive()
}

// Lock keeps others from bringing labs up or down until the returned function is called.
// It locks the root folder itself: a lock file would be one more thing to leave behind.
func Lock() (unlock func(), err error) {
	for {
		if err := os.MkdirAll(Root(), 0o755); err != nil {
			return nil, fmt.Errorf("make the state folder: %w", err)
		}
		folder, err := os.Open(Root())
		if errors.Is(err, fs.ErrNotExist) {
			continue // the last lab went down in between
		}
		if err != nil {
			return nil, fmt.Errorf("open the state folder: %w", err)
		}
		if err := syscall.Flock(int(folder.Fd()), syscall.LOCK_EX); err != nil {
			folder.Close()
			return nil, fmt.Errorf("lock %s: %w", Root(), err)
		}
		if sameFolder(folder, Root()) {
			return func() { folder.Close() }, nil
		}
		folder.Close() // removed while we waited for it
	}
}

func sameFolder(folder *os.File, path string) bool {
	mine, err := folder.Stat()
	if err != nil {
		return false
	}
	current, err := os.Stat(path)
	return err == nil && os.SameFile(mine, current)
}
