// SPDX-License-Identifier: Apache-2.0

// Package labinit is pid 1 of a lab: it holds the network that joins the hosts, and starts
// and kills them. Whatever ends it ends the whole lab.
package labinit

import (
	"context"
	"fmt"
	"net"
	"os/signal"
	"syscall"

	"sandstrap.dev/lab/config"
	"sandstrap.dev/lab/gate"
	"sandstrap.dev/lab/netns"
	"sandstrap.dev/lab/remote"
	"sandstrap.dev/lab/topology"
)

// Command is the hidden subcommand that becomes a lab's init.
const Command = "lab-init"

// Flags are the namespaces that a lab's init is started in.
const Flags = syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET |
	syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC

// Run is the lab's life: it returns only when the lab cannot be set up.
func Run(_ context.Context, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%s wants a configuration", Command)
	}
	c, err := config.Load(args[0])
	if err != nil {
		return err
	}
	if err := gate.Wait(); err != nil {
		return fmt.Errorf("wait for the lab's cgroups and record: %w", err)
	}
	// pid 1 gets only signals that it asks for; the terminal's must not reach it at all.
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	if err := setUp(c); err != nil {
		return fmt.Errorf("set up lab %s: %w", c.Name, err)
	}
	lab := &lab{config: c, running: map[string]*runningHost{}}
	if err := lab.startAll(); err != nil {
		return err
	}
	listener, err := remote.Listen(c.Lab().SocketDir(), remote.LabSocket)
	if err != nil {
		return err
	}
	return lab.serve(listener)
}

// setUp gives the lab a view of its own: processes, sockets below /run, and the disk that
// holds the hosts' roots, which is memory and goes with the lab.
func setUp(c *config.Config) error {
	mounts := []struct {
		source, target, kind string
		flags                uintptr
		options              string
	}{
		{"", "/", "", syscall.MS_REC | syscall.MS_PRIVATE, ""},
		{"proc", "/proc", "proc", syscall.MS_NOSUID | syscall.MS_NODEV | syscall.MS_NOEXEC, ""},
		{"roots", c.Lab().RootsDir(), "tmpfs", 0, "mode=755,size=75%"},
		{"run", "/run", "tmpfs", syscall.MS_NOSUID | syscall.MS_NODEV, "mode=755"},
	}
	for _, m := range mounts {
		if err := syscall.Mount(m.source, m.target, m.kind, m.flags, m.options); err != nil {
			return fmt.Errorf("mount %s: %w", m.target, err)
		}
	}
	if err := syscall.Sethostname([]byte("lab-" + c.Name)); err != nil {
		return fmt.Errorf("set the host name: %w", err)
	}
	return netns.PrepareLab()
}

func (l *lab) startAll() error {
	for _, host := range topology.Hosts(l.config.Nodes) {
		if err := l.start(host); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) serve(listener *net.UnixListener) error {
	for {
		conn, err := remote.Accept(listener)
		if err != nil {
			return fmt.Errorf("accept on the control socket: %w", err)
		}
		go l.converse(conn)
	}
}

func (l *lab) converse(conn *remote.Conn) {
	defer conn.Close()
	var request remote.Request
	if _, err := conn.Receive(&request); err != nil {
		return // the caller has gone
	}
	reply, err := l.answer(request)
	if err != nil {
		reply.Error = err.Error()
	}
	_ = conn.Send(reply) // a caller that has gone wants no answer
}

// on does something to the host of that name. Nodes may have joined meanwhile: it reads the
// configuration anew.
func (l *lab) on(name string, do func(topology.Host) error) error {
	grown, err := config.Load(l.config.Path())
	if err != nil {
		return err
	}
	host, err := topology.Find(grown.Nodes, name)
	if err != nil {
		return err
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.config.Shape = grown.Shape
	return do(host)
}

func (l *lab) filter() netns.Filter { return netns.Filter(l.config.Debian) }

func (l *lab) answer(request remote.Request) (remote.Reply, error) {
	switch {
	case request.Status != nil:
		return remote.Reply{Hosts: l.status()}, nil
	case request.StartHost != nil:
		return remote.Reply{}, l.on(request.StartHost.Host, l.start)
	case request.KillHost != nil:
		return remote.Reply{}, l.on(request.KillHost.Host, l.kill)
	case request.Link != nil:
		return remote.Reply{}, l.on(request.Link.Host, func(host topology.Host) error {
			return netns.SetLink(host, request.Link.State, l.filter())
		})
	case request.Dropped != nil:
		dropped, err := l.filter().Dropped()
		return remote.Reply{Dropped: dropped}, err
	}
	return remote.Reply{}, fmt.Errorf("a lab's init cannot do that")
}
