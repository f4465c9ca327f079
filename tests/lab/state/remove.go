// SPDX-License-Identifier: Apache-2.0

package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// How long a killed lab may take to be gone.
const (
	killPatience   = 20 * time.Second
	cgroupPatience = 10 * time.Second
)

// Remove kills the lab, if it runs, and removes everything that is left of it: processes,
// cgroups, state folder. Namespaces, mounts, links and firewall rules go with the processes.
// It can be repeated; call it with the lock held.
func (l *Lab) Remove() error {
	record, err := l.Load()
	if err == nil {
		err = record.Init.Kill(killPatience)
	} else if os.IsNotExist(err) {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("take lab %s down: %w", l.Name, err)
	}
	if err := l.removeCgroups(); err != nil {
		return fmt.Errorf("take lab %s down: %w", l.Name, err)
	}
	if err := os.RemoveAll(l.Dir); err != nil {
		return fmt.Errorf("take lab %s down: %w", l.Name, err)
	}
	removeEmpty(Root())
	return nil
}

// removeCgroups ends what is still in the lab's cgroups (its init may have been killed before
// its record was written) and removes them.
func (l *Lab) removeCgroups() error {
	group, err := l.Cgroup()
	if err != nil {
		return err
	}
	for deadline := time.Now().Add(cgroupPatience); ; {
		alive := 0
		for _, pid := range group.Processes() {
			process, err := Identify(pid)
			if err != nil || !process.Alive() {
				continue
			}
			alive++
			_ = syscall.Kill(pid, syscall.SIGKILL) // gone meanwhile is as good
		}
		if alive == 0 || time.Now().After(deadline) {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return group.Remove(cgroupPatience)
}

// Sweep removes every lab whose init does not run any more. Call it with the lock held.
func Sweep() (swept []string, err error) {
	labs, err := All()
	if err != nil {
		return nil, err
	}
	for _, lab := range labs {
		if _, running := lab.Running(); running {
			continue
		}
		if failed := lab.Remove(); failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		swept = append(swept, lab.Name)
	}
	return swept, err
}

// removeEmpty removes the default root folder, and one given by the environment, when the last
// lab has gone. A folder that is not empty, or somebody's mount point, stays.
func removeEmpty(root string) {
	_ = syscall.Rmdir(filepath.Clean(root))
}
