// SPDX-License-Identifier: Apache-2.0

// Labprobe is the workload of the lab's look-alike packages, and a client for people and tests
// that are inside a pod. It is the only program in its image.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const usage = `usage: labprobe COMMAND
  serve [--listen ADDRESS] [--ready-after TIME] [--mode ok|crash|unready] [--files FOLDER]
  run [--for TIME] [--exit STATUS]
  get [--ca FILE] [--timeout TIME] URL
  lookup [--timeout TIME] NAME
  write FILE TEXT
`

// status is an error that only sets the exit status.
type status int

func (s status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:])
	var code status
	switch {
	case errors.As(err, &code):
		os.Exit(int(code))
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "labprobe:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	commands := map[string]func(context.Context, *flag.FlagSet, []string) error{
		"serve": serve, "run": sleep, "get": get, "lookup": lookup, "write": write,
	}
	if len(args) == 0 || commands[args[0]] == nil {
		fmt.Fprint(os.Stderr, usage)
		return status(2)
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	return commands[args[0]](ctx, flags, args[1:])
}

// sleep is the life of a Job's container: it takes a while, then ends with a status.
func sleep(ctx context.Context, flags *flag.FlagSet, args []string) error {
	length := flags.Duration("for", 0, "how long to run")
	exit := flags.Int("exit", 0, "the exit status")
	if err := parse(flags, args, 0); err != nil {
		return err
	}
	select {
	case <-time.After(*length):
	case <-ctx.Done():
		return nil
	}
	if *exit != 0 {
		fmt.Fprintf(os.Stderr, "labprobe: told to exit with status %d\n", *exit)
	}
	return status(*exit)
}

// write writes a file, for tests of volumes.
func write(_ context.Context, flags *flag.FlagSet, args []string) error {
	if err := parse(flags, args, 2); err != nil {
		return err
	}
	return os.WriteFile(flags.Arg(0), []byte(flags.Arg(1)+"\n"), 0o644)
}

// parse parses flags and refuses any number of further arguments but want.
func parse(flags *flag.FlagSet, args []string, want int) error {
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != want {
		return fmt.Errorf("%s: %d arguments, want %d", flags.Name(), flags.NArg(), want)
	}
	return nil
}
