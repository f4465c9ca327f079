// SPDX-License-Identifier: Apache-2.0

// Faults is a proxy between sandstrap and the lab's API server that does to requests what a bad
// network, a busy or a restarting API server does: by a script, and the same each time for the
// same seed. It runs on the operator's host.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("faults", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:7201", "the address to listen on")
	upstream := flags.String("upstream", "/root/.kube/config", "kubeconfig of the API server behind it")
	kubeconfig := flags.String("kubeconfig", "faults.kubeconfig", "where to write the one for its clients")
	seed := flags.Uint64("seed", 1, "decides where chances strike")
	file := flags.String("script", "", "file with the rules; none: everything passes")
	if err := flags.Parse(args); err != nil {
		return err
	}
	rules, err := loadScript(*file)
	if err != nil {
		return err
	}
	behind, err := loadUpstream(*upstream)
	if err != nil {
		return err
	}
	front, err := newFront(*listen)
	if err != nil {
		return err
	}
	log := newJournal(os.Stdout)
	p := &proxy{script: newScript(rules, *seed), upstream: behind, log: log}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	if err := os.WriteFile(*kubeconfig, front.kubeconfig(), 0o600); err != nil {
		return err
	}
	log.write(entry{What: "listening", Path: *listen})
	return serve(ctx, p, front, listener)
}

// serve answers until ctx ends; what is in flight then ends with it.
func serve(ctx context.Context, p *proxy, front *front, listener net.Listener) error {
	server := &http.Server{
		Handler:     p,
		TLSConfig:   front.tls(),
		ConnContext: keepConnection,
		ErrorLog:    quiet(),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.ServeTLS(&faultyListener{listener, p}, "", "") }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return server.Close()
	}
}
