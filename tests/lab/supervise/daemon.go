// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"sandstrap.dev/lab/remote"
)

// Daemon is one long-running program of a host.
type Daemon struct {
	Name    string
	Command []string
	Dir     string   // where it runs; "/" when empty
	Env     []string // added to the host's own
	Needs   []string // daemons of the same host that must be ready before it starts

	// Prepare runs before each start; nil: nothing to do.
	Prepare func(ctx context.Context, run func(argv ...string) error) error
	// Ready tells why the daemon does not serve yet; nil: it serves once it runs.
	Ready func(ctx context.Context) error
}

// The states of a daemon.
const (
	Waiting  = "waiting" // for what it needs
	Starting = "starting"
	Ready    = "ready"
	Paused   = "paused"
	Failed   = "failed" // and about to be started again
	Stopped  = "stopped"
)

// How a daemon that ends is started again.
const (
	firstRestartDelay = 200 * time.Millisecond
	maxRestartDelay   = 5 * time.Second
	settledAfter      = 20 * time.Second // after which the delay starts small again
	stopPatience      = 5 * time.Second  // between SIGTERM and SIGKILL
	probeInterval     = 50 * time.Millisecond
	probeTimeout      = 2 * time.Second
)

// keeper keeps one daemon running.
type keeper struct {
	Daemon
	host *Supervisor
	log  *os.File

	mutex    sync.Mutex
	state    string
	why      string
	pid      int // leads its process group; 0 when none runs
	restarts int
	wanted   bool
	abandon  context.CancelFunc // ends the preparation of a daemon that is not wanted any more
	wake     chan struct{}      // a token arrives when wanted changes
}

// keep runs the daemon whenever it is wanted, for as long as the host lives.
func (k *keeper) keep(ctx context.Context) {
	delay := firstRestartDelay
	for {
		if !k.isWanted() {
			k.set(Stopped, "")
			<-k.wake
			continue
		}
		began := time.Now()
		err := k.runOnce(ctx)
		if !k.isWanted() {
			continue
		}
		if time.Since(began) > settledAfter {
			delay = firstRestartDelay
		}
		k.fail(err)
		select {
		case <-time.After(delay):
		case <-k.wake:
		}
		delay = min(2*delay, maxRestartDelay)
	}
}

// runOnce starts the daemon when what it needs is ready, and waits for its end.
func (k *keeper) runOnce(ctx context.Context) error {
	ctx, abandon := context.WithCancel(ctx)
	defer abandon()
	k.mutex.Lock()
	k.abandon = abandon
	k.mutex.Unlock()
	k.set(Waiting, "")
	k.waitForNeeds()
	k.set(Starting, "")
	if k.Prepare != nil {
		if err := k.Prepare(ctx, k.host.reaper.Run); err != nil {
			return fmt.Errorf("prepare %s: %w", k.Name, err)
		}
	}
	pid, ended, err := k.start()
	if err != nil {
		return err
	}
	go k.probe(ctx)
	status := <-ended
	k.mutex.Lock()
	k.pid = 0
	k.mutex.Unlock()
	_ = syscall.Kill(-pid, syscall.SIGKILL) // what it left in its group
	return fmt.Errorf("%s ended: %s", k.Name, Describe(status))
}

func (k *keeper) start() (int, <-chan syscall.WaitStatus, error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, nil, fmt.Errorf("start %s: %w", k.Name, err)
	}
	defer null.Close()
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if !k.wanted {
		return 0, nil, fmt.Errorf("%s was stopped before it started", k.Name)
	}
	dir := k.Dir
	if dir == "" {
		dir = "/"
	}
	pid, ended, err := k.host.reaper.Start(k.Command, &syscall.ProcAttr{
		Dir:   dir,
		Env:   append(os.Environ(), k.Env...),
		Files: []uintptr{null.Fd(), k.log.Fd(), k.log.Fd()},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return 0, nil, err
	}
	k.pid = pid
	return pid, ended, nil
}

// probe asks until the daemon serves.
func (k *keeper) probe(ctx context.Context) {
	for k.Ready != nil {
		limited, cancel := context.WithTimeout(ctx, probeTimeout)
		err := k.Ready(limited)
		cancel()
		if err == nil {
			break
		}
		k.setIf(Starting, Starting, err.Error())
		select {
		case <-ctx.Done():
			return
		case <-time.After(probeInterval):
		}
	}
	k.setIf(Starting, Ready, "")
}

func (k *keeper) isWanted() bool {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	return k.wanted
}

func (k *keeper) set(state, why string) {
	k.mutex.Lock()
	k.state, k.why = state, why
	k.mutex.Unlock()
	k.host.changed()
}

// setIf changes the state only from the one that is expected.
func (k *keeper) setIf(from, state, why string) {
	k.mutex.Lock()
	if k.state != from || k.pid == 0 {
		k.mutex.Unlock()
		return
	}
	k.state, k.why = state, why
	k.mutex.Unlock()
	k.host.changed()
}

func (k *keeper) fail(err error) {
	fmt.Fprintf(k.log, "init: %s\n", err)
	k.mutex.Lock()
	k.restarts++
	k.mutex.Unlock()
	k.set(Failed, err.Error())
}

func (k *keeper) status() remote.DaemonStatus {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	return remote.DaemonStatus{Name: k.Name, State: k.state, Restarts: k.restarts, Why: k.why}
}

func openLog(dir, name string) (*os.File, error) {
	path := filepath.Join(dir, name+".log")
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the log of %s: %w", name, err)
	}
	return file, nil
}
