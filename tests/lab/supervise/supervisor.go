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

// New takes charge of daemons, which log to a file each in dir; nothing runs before Start.
func New(reaper *Reaper, dir string, daemons []Daemon) (*Supervisor, error) {
	s := &Supervisor{reaper: reaper}
	s.change = sync.NewCond(&s.mutex)
	for _, daemon := range daemons {
		log, err := openLog(dir, daemon.Name)
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
		return k.restart()
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

// waitForNeeds waits until all that the daemon needs is ready, or the daemon is not wanted.
func (k *keeper) waitForNeeds() {
	k.host.mutex.Lock()
	defer k.host.mutex.Unlock()
	for _, name := range k.Needs {
		for needed := k.host.find(name); k.isWanted() && needed.status().State != Ready; {
			k.host.change.Wait()
		}
	}
}

// restart makes a stopped daemon run again.
func (k *keeper) restart() error {
	if now := k.status().State; now != Stopped {
		return fmt.Errorf("%s is %s, not %s", k.Name, now, Stopped)
	}
	k.want(true)
	return nil
}

func (k *keeper) want(wanted bool) {
	k.mutex.Lock()
	k.wanted = wanted
	if !wanted && k.abandon != nil {
		k.abandon()
	}
	k.mutex.Unlock()
	select {
	case k.wake <- struct{}{}:
	default: // a token waits there already
	}
	k.host.changed()
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
	k.signalGroup(syscall.SIGTERM)
	k.signalGroup(syscall.SIGCONT) // it may have been paused
	polite := time.Now().Add(stopPatience)
	for k.status().State != Stopped {
		if time.Now().After(polite) {
			k.signalGroup(syscall.SIGKILL)
		}
		if time.Now().After(polite.Add(stopPatience)) {
			return fmt.Errorf("%s does not stop: it is %s", k.Name, k.status().State)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

func (k *keeper) signalGroup(sig syscall.Signal) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.pid != 0 {
		_ = syscall.Kill(-k.pid, sig) // gone meanwhile is as good
	}
}
