// SPDX-License-Identifier: Apache-2.0

// Package hostinit is pid 1 of one host: it sets the host up, keeps its daemons running,
// and runs commands in it.
package hostinit

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"syscall"

	"sandstrap.dev/lab/cgroup"
	"sandstrap.dev/lab/config"
	"sandstrap.dev/lab/daemons"
	"sandstrap.dev/lab/gate"
	"sandstrap.dev/lab/netns"
	"sandstrap.dev/lab/rootfs"
	"sandstrap.dev/lab/supervise"
	"sandstrap.dev/lab/topology"
)

// SocketFile is the open file that is the host's listening control socket.
const SocketFile = gate.File + 1

// The two stages of a host's init, as hidden subcommands: `host-gate` waits, takes its
// cgroup namespace and becomes `host-init`.
const (
	GateCommand = "host-gate"
	InitCommand = "host-init"
)

// environment is what every process of a host starts from.
var environment = []string{
	"PATH=/opt/lab/bin:/opt/runtime/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/opt/kubernetes/bin:/opt/tools/bin",
	"HOME=/root",
	"LANG=C.UTF-8",
}

// Gate waits until the process is in the host's cgroups, makes these the root of what the host
// sees, and goes on as host-init. A cgroup namespace belongs to one thread and is passed on by
// exec, hence the second stage.
func Gate(_ context.Context, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("%s wants a configuration and a host", GateCommand)
	}
	if err := gate.Wait(); err != nil {
		return fmt.Errorf("wait for the host's cgroups and link: %w", err)
	}
	runtime.LockOSThread()
	if err := syscall.Unshare(syscall.CLONE_NEWCGROUP); err != nil {
		return fmt.Errorf("take a cgroup namespace: %w", err)
	}
	again := append([]string{os.Args[0], InitCommand}, args...)
	return fmt.Errorf("start the second stage: %w", syscall.Exec("/proc/self/exe", again, environment))
}

// Run is the host's life: it returns only when the host cannot be set up.
func Run(ctx context.Context, args []string) error {
	c, err := config.Load(args[0])
	if err != nil {
		return err
	}
	host, err := topology.Find(c.Nodes, args[1])
	if err != nil {
		return err
	}
	listener, err := inheritedSocket()
	if err != nil {
		return err
	}
	set := daemons.For(c, host)
	if err := setUp(c, host, set); err != nil {
		return fmt.Errorf("set up %s: %w", host.Name, err)
	}
	reaper := supervise.NewReaper()
	supervisor, err := supervise.New(reaper, "/var/log", set.Daemons)
	if err != nil {
		return err
	}
	supervisor.Start(ctx)
	server := &server{host: host, reaper: reaper, supervisor: supervisor}
	return server.serve(listener)
}

func inheritedSocket() (*net.UnixListener, error) {
	syscall.CloseOnExec(SocketFile)
	file := os.NewFile(SocketFile, "control socket")
	defer file.Close()
	listener, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("take over the control socket: %w", err)
	}
	return listener.(*net.UnixListener), nil
}

// setUp turns bare namespaces into a host. It still uses os/exec, so it comes before the reaper.
func setUp(c *config.Config, host topology.Host, set daemons.Set) error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := os.MkdirAll(c.Lab().LogDir(host.Name), 0o755); err != nil {
		return fmt.Errorf("make the log folder: %w", err)
	}
	if err := syscall.Sethostname([]byte(host.Name)); err != nil {
		return fmt.Errorf("set the host name: %w", err)
	}
	if err := rootfs.Populate(c, host); err != nil {
		return err
	}
	if err := rootfs.WriteFiles(c.Root(host), set.Files); err != nil {
		return err
	}
	if err := rootfs.Mount(c, host); err != nil {
		return err
	}
	if err := rootfs.Enter(c, host); err != nil {
		return err
	}
	if err := rootfs.ShieldSysctls(); err != nil {
		return err
	}
	if err := cgroup.Delegate(c.Hierarchies); err != nil {
		return err
	}
	return netns.ConfigureHost(host, c.Nodes)
}
