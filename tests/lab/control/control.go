// SPDX-License-Identifier: Apache-2.0

// Package control is what a person or a test does with a lab from outside: bring it up and
// down, look at it, run commands in it, and break it on purpose.
package control

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"sandstrap.dev/lab/netns"
	"sandstrap.dev/lab/remote"
	"sandstrap.dev/lab/state"
)

const usageCode = 2

// failure is an error with an exit code of its own.
type failure struct {
	text string
	code int
}

func (f *failure) Error() string { return f.text }

// ExitCode is the status that the lab tool ends with.
func (f *failure) ExitCode() int { return f.code }

// usage says how a subcommand is called.
func usage(line string) error { return &failure{text: "usage: " + line, code: usageCode} }

// exitStatus ends the tool as a command in the lab ended, without a word.
func exitStatus(code int) error { return &failure{code: code} }

// running returns the lab, if it runs.
func running(name string) (*state.Lab, error) {
	lab, err := state.Open(name)
	if err != nil {
		return nil, err
	}
	if _, running := lab.Running(); !running {
		return nil, fmt.Errorf("lab %s is not up", name)
	}
	return lab, nil
}

// Down takes a lab down and leaves nothing of it; one that is not up is fine.
func Down(_ context.Context, name string, args []string) error {
	if len(args) > 0 {
		return usage("lab down")
	}
	lab, err := state.Open(name)
	if err != nil {
		return err
	}
	return remove(lab)
}

func remove(lab *state.Lab) error {
	unlock, err := state.Lock()
	if err != nil {
		return err
	}
	defer unlock()
	return lab.Remove()
}

// Kill ends a host at once, as a power cut does.
func Kill(_ context.Context, name string, args []string) error {
	if len(args) != 1 {
		return usage("lab kill HOST")
	}
	return ask(name, remote.LabSocket, remote.Request{KillHost: &remote.HostRequest{Host: args[0]}})
}

// Start brings a killed host up again and returns when its daemons serve.
func Start(ctx context.Context, name string, args []string) error {
	if len(args) != 1 {
		return usage("lab start HOST")
	}
	lab, err := running(name)
	if err != nil {
		return err
	}
	request := remote.Request{StartHost: &remote.HostRequest{Host: args[0]}}
	if _, err := remote.Ask(lab.SocketDir(), remote.LabSocket, request); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, upPatience)
	defer cancel()
	return waitForDaemons(ctx, lab, args)
}

// Link takes a host's link up or down, as one plugs a cable, or closes it: nothing passes, and what
// tries to is counted.
func Link(_ context.Context, name string, args []string) error {
	if len(args) != 2 || !slices.Contains([]string{netns.Up, netns.Down, netns.Closed}, args[1]) {
		return usage("lab link HOST up|down|closed")
	}
	return ask(name, remote.LabSocket, remote.Request{Link: &remote.LinkRequest{Host: args[0], State: args[1]}})
}

// Daemon stops, starts, pauses or resumes one daemon of a host.
func Daemon(_ context.Context, name string, args []string) error {
	if len(args) != 3 {
		return usage("lab daemon HOST DAEMON stop|start|pause|resume")
	}
	return ask(name, args[0], remote.Request{Daemon: &remote.DaemonRequest{Daemon: args[1], Action: args[2]}})
}

func ask(name, socket string, request remote.Request) error {
	lab, err := running(name)
	if err != nil {
		return err
	}
	_, err = remote.Ask(lab.SocketDir(), socket, request)
	return err
}

// Kubeconfig prints the administrator's kubeconfig. Its server address is known inside the
// lab only: use it there, as `lab in operator kubectl` does.
func Kubeconfig(_ context.Context, name string, args []string) error {
	if len(args) > 0 {
		return usage("lab kubeconfig")
	}
	lab, err := running(name)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(lab.PKIDir(), "admin.kubeconfig"))
	if err != nil {
		return fmt.Errorf("read the lab's kubeconfig: %w", err)
	}
	_, err = os.Stdout.Write(text)
	return err
}
