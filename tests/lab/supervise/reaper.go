// SPDX-License-Identifier: Apache-2.0

// Package supervise is what a host's init does all day: it reaps every process that ends,
// and keeps the host's daemons running.
package supervise

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
)

// Reaper collects the exit status of every child, its own and orphans, as pid 1 must. All
// children have to be started through it: os/exec would lose their status to it.
type Reaper struct {
	mutex   sync.Mutex // held from fork until the child is known, so that no exit is missed
	waiting map[int]chan syscall.WaitStatus
}

// NewReaper returns a reaper that works until the process ends.
func NewReaper() *Reaper {
	r := &Reaper{waiting: map[int]chan syscall.WaitStatus{}}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGCHLD)
	go func() {
		for range ended {
			r.reap()
		}
	}()
	return r
}

// Start starts a program and returns a channel that tells how it ended.
func (r *Reaper) Start(argv []string, attr *syscall.ProcAttr) (int, <-chan syscall.WaitStatus, error) {
	program, err := lookup(argv[0])
	if err != nil {
		return 0, nil, err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	pid, err := syscall.ForkExec(program, argv, attr)
	if err != nil {
		return 0, nil, fmt.Errorf("start %s: %w", argv[0], err)
	}
	status := make(chan syscall.WaitStatus, 1)
	r.waiting[pid] = status
	return pid, status, nil
}

// Run runs a program to its end; what it printed becomes part of the error.
func (r *Reaper) Run(argv ...string) error {
	out, err := os.CreateTemp("", "output-")
	if err != nil {
		return fmt.Errorf("run %s: %w", argv[0], err)
	}
	defer out.Close()
	defer os.Remove(out.Name())
	null, err := os.Open(os.DevNull)
	if err != nil {
		return fmt.Errorf("run %s: %w", argv[0], err)
	}
	defer null.Close()
	attr := &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{null.Fd(), out.Fd(), out.Fd()}}
	_, ended, err := r.Start(argv, attr)
	if err != nil {
		return err
	}
	if status := <-ended; status.ExitStatus() != 0 {
		text, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s: %s: %s", strings.Join(argv, " "), Describe(status), bytes.TrimSpace(text))
	}
	return nil
}

func (r *Reaper) reap() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		if waiting, ok := r.waiting[pid]; ok {
			delete(r.waiting, pid)
			waiting <- status
		}
	}
}

// lookup finds a program as exec would: by PATH, unless its name has a slash.
func lookup(name string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil // relative to where the child starts
	}
	program, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, syscall.ENOENT)
	}
	return program, nil
}

// Describe says how a process ended.
func Describe(status syscall.WaitStatus) string {
	if status.Signaled() {
		return "killed by " + status.Signal().String()
	}
	return fmt.Sprintf("exit status %d", status.ExitStatus())
}
