// SPDX-License-Identifier: Apache-2.0

package state

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"
)

// Process names one process for good: a pid alone may be another process by now.
type Process struct {
	PID   int    `json:"pid"`
	Start string `json:"start"` // boot id and ticks since boot
}

// Identify names the process that has this pid now.
func Identify(pid int) (Process, error) {
	start, _, err := inspect(pid)
	if err != nil {
		return Process{}, fmt.Errorf("identify process %d: %w", pid, err)
	}
	return Process{PID: pid, Start: start}, nil
}

// Alive says whether it is this very process that runs; a zombie does not.
func (p Process) Alive() bool {
	if p.PID <= 0 {
		return false
	}
	start, condition, err := inspect(p.PID)
	return err == nil && start == p.Start && condition != "Z" && condition != "X"
}

// Kill ends the process and waits until it is gone. The init of a pid namespace is gone only
// after everything in the namespace is.
func (p Process) Kill(patience time.Duration) error {
	deadline := time.Now().Add(patience)
	for p.Alive() {
		if err := syscall.Kill(p.PID, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
			return fmt.Errorf("kill process %d: %w", p.PID, err)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("process %d still runs %s after it was killed", p.PID, patience)
		}
		time.Sleep(5 * time.Millisecond)
	}
	return nil
}

// inspect reads start time and condition from /proc/PID/stat: fields 22 and 3, counted from
// behind the parenthesised name, which may hold anything.
func inspect(pid int) (start, condition string, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", "", err
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", "", err
	}
	_, rest, ok := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 20 {
		return "", "", fmt.Errorf("unexpected /proc/%d/stat", pid)
	}
	return strings.TrimSpace(string(boot)) + "/" + fields[19], fields[0], nil
}
