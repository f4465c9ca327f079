// SPDX-License-Identifier: Apache-2.0

package labinit

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"sandstrap.dev/lab/cgroup"
	"sandstrap.dev/lab/config"
	"sandstrap.dev/lab/gate"
	"sandstrap.dev/lab/hostinit"
	"sandstrap.dev/lab/netns"
	"sandstrap.dev/lab/remote"
	"sandstrap.dev/lab/topology"
)

const (
	hostFlags = syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET |
		syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC
	cgroupPatience = 10 * time.Second
)

// lab is what the init knows about its hosts.
type lab struct {
	config *config.Config

	mutex   sync.Mutex // held while something is done to a host; guards the configuration's shape
	running map[string]*runningHost
}

// runningHost is a host's init; ended is closed when it and all its processes have gone.
type runningHost struct {
	process *os.Process
	ended   chan struct{}
}

func (r *runningHost) alive() bool {
	if r == nil {
		return false
	}
	select {
	case <-r.ended:
		return false
	default:
		return true
	}
}

// start brings a host up; its daemons are then on their way. The caller holds the mutex.
func (l *lab) start(host topology.Host) error {
	if l.running[host.Name].alive() {
		return fmt.Errorf("%s runs already", host.Name)
	}
	group, err := l.group(host)
	if err != nil {
		return err
	}
	// The groups of its containers make a node look busy with what died long ago.
	if err := group.Remove(cgroupPatience); err != nil {
		return fmt.Errorf("start %s: %w", host.Name, err)
	}
	if err := group.Make(true); err != nil {
		return fmt.Errorf("start %s: %w", host.Name, err)
	}
	started, err := l.launch(host, group)
	if err != nil {
		return fmt.Errorf("start %s: %w", host.Name, err)
	}
	l.running[host.Name] = started
	return nil
}

// launch starts the host's init behind a gate, and opens the gate when the init is in its
// cgroups and has its link.
func (l *lab) launch(host topology.Host, group *cgroup.Group) (*runningHost, error) {
	gate, err := gate.New()
	if err != nil {
		return nil, err
	}
	defer gate.Close()
	listener, err := remote.Listen(l.config.Lab().SocketDir(), host.Name)
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	socket, err := listener.File()
	if err != nil {
		return nil, err
	}
	defer socket.Close()
	init := exec.Command("/proc/self/exe", hostinit.GateCommand, l.config.Path(), host.Name)
	init.Args[0] = "lab"
	init.Stdout, init.Stderr = os.Stdout, os.Stderr     // the lab's log
	init.ExtraFiles = []*os.File{gate.Waiter(), socket} // gate.File, hostinit.SocketFile
	init.SysProcAttr = &syscall.SysProcAttr{Cloneflags: hostFlags, Setsid: true}
	if err := init.Start(); err != nil {
		return nil, err
	}
	started := &runningHost{process: init.Process, ended: make(chan struct{})}
	go func() {
		err := init.Wait()
		fmt.Fprintf(os.Stderr, "lab: %s ended: %v\n", host.Name, err)
		close(started.ended)
	}()
	if err := errors.Join(group.Add(init.Process.Pid), netns.Attach(host, init.Process.Pid)); err != nil {
		return nil, err // the gate closes on the init
	}
	return started, gate.Open()
}

// kill ends a host at once, as a power cut does, with everything on it. The caller holds the mutex.
func (l *lab) kill(host topology.Host) error {
	running := l.running[host.Name]
	if !running.alive() {
		return fmt.Errorf("%s does not run", host.Name)
	}
	if err := running.process.Kill(); err != nil {
		return fmt.Errorf("kill %s: %w", host.Name, err)
	}
	<-running.ended
	return nil
}

func (l *lab) group(host topology.Host) (*cgroup.Group, error) {
	above, err := l.config.Lab().Cgroup()
	if err != nil {
		return nil, err
	}
	return above.Child(host.Name), nil
}

func (l *lab) status() []remote.HostStatus {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	var all []remote.HostStatus
	for _, host := range topology.Hosts(l.config.Nodes) {
		running, link := l.running[host.Name].alive(), netns.Down
		if running {
			link = netns.LinkState(host, l.filter())
		}
		all = append(all, remote.HostStatus{Name: host.Name, Address: host.Address(), Running: running, Link: link})
	}
	return all
}
