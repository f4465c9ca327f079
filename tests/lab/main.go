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
	"syscall"

	"sandstrap.dev/lab/build"
	"sandstrap.dev/lab/build/parts"
)

// command is one subcommand: run gets what follows its name on the command line.
type command struct {
	name    string
	args    string
	summary string
	run     func(ctx context.Context, args []string) error
}

var commands = []command{
	{
		"build", "[--list] [--prune] [COMPONENT…]", "build what the lab is made of into the cache",
		build.Command(parts.All...),
	},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(dispatch(ctx, os.Args[1:]))
}

func dispatch(ctx context.Context, args []string) int {
	if len(args) == 0 || args[0] == "--help" || args[0] == "help" {
		usage()
		return 0
	}
	for _, c := range commands {
		if c.name == args[0] {
			return report(c.run(ctx, args[1:]))
		}
	}
	fmt.Fprintf(os.Stderr, "lab: unknown command %q; see lab --help\n", args[0])
	return 2
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
		fmt.Printf("  %-28s %s\n", c.name+" "+c.args, c.summary)
	}
}
