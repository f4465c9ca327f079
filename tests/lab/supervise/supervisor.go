// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"time"

	"sandstrap.dev/lab/remote"
)

// Supervisor keeps all daemons of a host.
type Supervisor struct {
	reaper  *Reaper
	keepers []*keeper

	mutex  sync.Mutex
	change *sync.Cond // broadcast at each change of a daemon's state
}

// New takes charge of daemons; nothing runs before Start.
func New(reaper *Reaper, daemons []Daemon) (*Supervisor, error) {
	s := &Supervisor{reaper: reaper}
	s.change = sync.NewCond(&s.mutex)
	for _, daemon := range daemons {
		log, err := openLog(daemon.Name)
		if err != nil {
			return nil, err
		}
		s.keepers = append(s.keepers, &keeper{
			Daemon: daemon, host: s, log: log, state: Waiting, wanted: true, wake: make(chan struct{}, 1),
		})
	}
	return s, nil
}

// Start runs the daemons until ctx ends or, in practice, the host does.
func (s *Supervisor) Start(ctx context.Context) {
	for _, keeper := range s.keepers {
		go keeper.keep(ctx)
	}
}

// Status tells how each daemon is.
func (s *Supervisor) Status() []remote.DaemonStatus {
	var all []remote.DaemonStatus
	for _, keeper := range s.keepers {
		all = append(all, keeper.status())
	}
	return all
}

// Act does what a person or a test asks for: stop, start, pause or resume one daemon.
// A stopped daemon stays so until it is started; a paused one keeps its sockets, unanswered.
func (s *Supervisor) Act(name, action string) error {
	k := s.find(name)
	if k == nil {
		return fmt.Errorf("no daemon %q on this host: it has %v", name, s.names())
	}
	switch action {
	case "stop":
		return k.stop()
	case "start":
		return k.resume(Stopped, func() { k.want(true) })
	case "pause":
		return k.signal(Ready, Paused, syscall.SIGSTOP)
	case "resume":
		return k.signal(Paused, Ready, syscall.SIGCONT)
	}
	return fmt.Errorf("daemons can be stopped, started, paused and resumed, not %q", action)
}

func (s *Supervisor) find(name string) *keeper {
	for _, keeper := range s.keepers {
		if keeper.Name == name {
			return keeper
		}
	}
	return nil
}

func (s *Supervisor) names() []string {
	var names []string
	for _, keeper := range s.keepers {
		names = append(names, keeper.Name)
	}
	return names
}

func (s *Supervisor) changed() {
	s.mutex.Lock()
	s.change.Broadcast()
	s.mutex.Unlock()
}

// waitFor waits until all of these daemons are ready.
func (s *Supervisor) waitFor(names []string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, name := range names {
		for needed := s.find(name); needed != nil && needed.status().State != Ready; {
			s.change.Wait()
		}
	}
}

// resume runs do if the daemon is in the given state.
func (k *keeper) resume(from string, do func()) error {
	if now := k.status().State; now != from {
		return fmt.Errorf("%s is %s, not %s", k.Name, now, from)
	}
	do()
	return nil
}

func (k *keeper) want(wanted bool) {
	k.mutex.Lock()
	k.wanted = wanted
	k.mutex.Unlock()
	select {
	case k.wake <- struct{}{}:
	default: // a token waits there already
	}
}

// signal sends a signal to the daemon's process group and notes the new state.
func (k *keeper) signal(from, to string, sig syscall.Signal) error {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.state != from || k.pid == 0 {
		return fmt.Errorf("%s is %s, not %s", k.Name, k.state, from)
	}
	if err := syscall.Kill(-k.pid, sig); err != nil {
		return fmt.Errorf("signal %s: %w", k.Name, err)
	}
	k.state = to
	return nil
}

// stop ends the daemon, first politely, and returns when it is gone.
func (k *keeper) stop() error {
	k.want(false)
	deadline := time.Now().Add(stopPatience)
	for sig := syscall.SIGTERM; ; {
		k.mutex.Lock()
		pid, state := k.pid, k.state
		if pid != 0 {
			_ = syscall.Kill(-pid, sig)
			_ = syscall.Kill(-pid, syscall.SIGCONT) // it may have been paused
		}
		k.mutex.Unlock()
		if state == Stopped {
			return nil
		}
		if time.Now().After(deadline) {
			sig = syscall.SIGKILL
		}
		time.Sleep(20 * time.Millisecond)
	}
}
