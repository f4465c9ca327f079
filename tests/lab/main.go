// SPDX-License-Identifier: Apache-2.0

// Lab runs a real Kubernetes with real Flux on one Debian host, for tests and for the
// quickstart. This file is the table of subcommands; what they do lives in the packages.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"sandstrap.dev/lab/build"
	"sandstrap.dev/lab/build/parts"
	"sandstrap.dev/lab/cluster"
	"sandstrap.dev/lab/control"
	"sandstrap.dev/lab/hostinit"
	"sandstrap.dev/lab/labinit"
)

// command is one subcommand: run gets the lab's name and what follows on the command line.
type command struct {
	name    string
	args    string
	summary string
	run     func(ctx context.Context, lab string, args []string) error
}

var commands = []command{
	{"up", "[OPTION…]", "bring the lab up; returns when pods can run", control.Up},
	{"add-node", "[RUNTIME]", "a further node joins the lab", control.AddNode},
	{"down", "", "take the lab down and leave nothing of it", control.Down},
	{"status", "", "show hosts and daemons; fails when one is not well", control.Status},
	{"in", "HOST [-C DIR] CMD…", "run a command on a host", control.In},
	{"logs", "[HOST [DAEMON]]", "show logs, also those of a lab that was killed", control.Logs},
	{"kill", "HOST", "cut a host's power", control.Kill},
	{"start", "HOST", "bring a killed host up again", control.Start},
	{"link", "HOST up|down|closed", "plug or pull a host's cable; closed counts what it drops", control.Link},
	{"dropped", "", "show what closed links have dropped", control.Dropped},
	{"daemon", "HOST DAEMON ACTION", "stop, start, pause or resume a daemon", control.Daemon},
	{"kubeconfig", "", "print the administrator's kubeconfig", control.Kubeconfig},
	{
		"build", "[--list] [--prune] [COMPONENT…]", "build what the lab is made of into the cache",
		nameless(build.Command(parts.All...)),
	},
}

// hidden are what the lab starts itself: its two kinds of init, and a helper on cp.
var hidden = []command{
	{name: labinit.Command, run: nameless(labinit.Run)},
	{name: hostinit.GateCommand, run: nameless(hostinit.Gate)},
	{name: hostinit.InitCommand, run: nameless(hostinit.Run)},
	{name: cluster.Command, run: nameless(cluster.Run)},
}

const defaultName = "sandbox"

// nameless adapts a subcommand that is not about one lab.
func nameless(run func(context.Context, []string) error) func(context.Context, string, []string) error {
	return func(ctx context.Context, _ string, args []string) error { return run(ctx, args) }
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(dispatch(ctx, os.Args[1:]))
}

func dispatch(ctx context.Context, args []string) int {
	name, args := labName(args)
	if len(args) == 0 || args[0] == "--help" || args[0] == "help" {
		usage()
		return 0
	}
	for _, c := range slices.Concat(commands, hidden) {
		if c.name == args[0] {
			return report(c.run(ctx, name, args[1:]))
		}
	}
	fmt.Fprintf(os.Stderr, "lab: unknown command %q; see lab --help\n", args[0])
	return 2
}

// labName takes --name NAME from the front of the command line; else LAB_NAME decides.
func labName(args []string) (string, []string) {
	if len(args) > 0 && strings.HasPrefix(args[0], "--name=") {
		return strings.TrimPrefix(args[0], "--name="), args[1:]
	}
	if len(args) > 1 && args[0] == "--name" {
		return args[1], args[2:]
	}
	if name := os.Getenv("LAB_NAME"); name != "" {
		return name, args
	}
	return defaultName, args
}

// report prints err and returns the exit status that stands for it.
func report(err error) int {
	var status interface{ ExitCode() int }
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		if text := err.Error(); text != "" {
			fmt.Fprintln(os.Stderr, "lab:", text)
		}
		return status.ExitCode()
	default:
		fmt.Fprintln(os.Stderr, "lab:", err)
		return 1
	}
}

func usage() {
	fmt.Println("usage: lab [--name NAME] COMMAND [ARGUMENT…]")
	for _, c := range commands {
		fmt.Printf("  %-32s %s\n", c.name+" "+c.args, c.summary)
	}
}
