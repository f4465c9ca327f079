// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"sandstrap.dev/lab/netns"
	"sandstrap.dev/lab/remote"
	"sandstrap.dev/lab/state"
	"sandstrap.dev/lab/supervise"
)

// Status shows every host with its daemons. It fails when something is not as it should be.
func Status(_ context.Context, name string, args []string) error {
	if len(args) > 0 {
		return usage("lab status")
	}
	lab, err := running(name)
	if err != nil {
		return err
	}
	reply, err := remote.Ask(lab.SocketDir(), remote.LabSocket, remote.Request{Status: &remote.StatusRequest{}})
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	healthy := true
	for _, host := range reply.Hosts {
		healthy = showHost(table, lab, host) && healthy
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if !healthy {
		return exitStatus(1)
	}
	return nil
}

func showHost(table io.Writer, lab *state.Lab, host remote.HostStatus) (healthy bool) {
	condition := "up"
	if !host.Running {
		condition = "down"
	}
	fmt.Fprintf(table, "%s\t%s\t%s\tlink %s\n", host.Name, host.Address, condition, host.Link)
	if !host.Running {
		return false
	}
	reply, err := remote.Ask(lab.SocketDir(), host.Name, remote.Request{Status: &remote.StatusRequest{}})
	if err != nil {
		fmt.Fprintf(table, "  \t%s\n", err)
		return false
	}
	healthy = host.Link == netns.Up
	for _, daemon := range reply.Daemons {
		fmt.Fprintf(table, "  %s\t%s\t%d restarts\t%s\n", daemon.Name, daemon.State, daemon.Restarts, daemon.Why)
		healthy = healthy && daemon.State == supervise.Ready
	}
	return healthy
}

// Dropped shows what closed links have dropped: source, destination, protocol, port, packets; nothing
// when nothing was sent.
func Dropped(_ context.Context, name string, args []string) error {
	if len(args) > 0 {
		return usage("lab dropped")
	}
	lab, err := running(name)
	if err != nil {
		return err
	}
	reply, err := remote.Ask(lab.SocketDir(), remote.LabSocket, remote.Request{Dropped: &remote.StatusRequest{}})
	if err != nil {
		return err
	}
	for _, d := range reply.Dropped {
		fmt.Println(d.Source, d.Destination, d.Protocol, d.Port, d.Packets)
	}
	return nil
}

// Logs shows the lab's own log, or those of a host, or one of them.
func Logs(_ context.Context, name string, args []string) error {
	lab, err := state.Open(name)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return show(lab.InitLog(), "")
	}
	if len(args) > 2 || strings.Contains(args[0], "/") {
		return usage("lab logs [HOST [DAEMON]]")
	}
	if len(args) == 2 {
		return show(filepath.Join(lab.LogDir(args[0]), filepath.Base(args[1])+".log"), "")
	}
	logs, err := filepath.Glob(filepath.Join(lab.LogDir(args[0]), "*.log"))
	if err != nil || len(logs) == 0 {
		return fmt.Errorf("lab %s has no logs of a host %q", name, args[0])
	}
	for _, log := range logs {
		if err := show(log, "==> "+filepath.Base(log)+" <==\n"); err != nil {
			return err
		}
	}
	return nil
}

func show(path, heading string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("show a log: %w", err)
	}
	defer file.Close()
	fmt.Print(heading)
	_, err = io.Copy(os.Stdout, file)
	return err
}
