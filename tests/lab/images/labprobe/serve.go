// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"
)

// crashDelay leaves time for the container to be seen running before it crashes.
const crashDelay = time.Second

// serve is the life of a server's container. It is alive at once and ready after a while.
func serve(ctx context.Context, flags *flag.FlagSet, args []string) error {
	listen := flags.String("listen", ":8080", "the address to listen on")
	readyAfter := flags.Duration("ready-after", 0, "how long until ready")
	mode := flags.String("mode", "ok", "ok, crash or unready")
	files := flags.String("files", "", "a folder to serve below /files/")
	if err := parse(flags, args, 0); err != nil {
		return err
	}
	mux := http.NewServeMux()
	switch *mode {
	case "ok":
		mux.HandleFunc("/readyz", readiness(time.Now().Add(*readyAfter)))
	case "unready":
		mux.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "told to stay unready", http.StatusServiceUnavailable)
		})
	case "crash":
		time.Sleep(crashDelay)
		return errors.New("told to crash")
	default:
		return fmt.Errorf("serve: mode %q is none of ok, crash, unready", *mode)
	}
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("/{$}", greet)
	if *files != "" {
		mux.Handle("/files/", http.StripPrefix("/files/", http.FileServer(http.Dir(*files))))
	}
	return listenUntil(ctx, &http.Server{Addr: *listen, Handler: mux})
}

func readiness(at time.Time) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if wait := time.Until(at); wait > 0 {
			http.Error(w, fmt.Sprintf("ready in %s", wait.Round(time.Second)), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	}
}

func greet(w http.ResponseWriter, _ *http.Request) {
	name, err := os.Hostname()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprintln(w, name)
}

// listenUntil serves until ctx ends.
func listenUntil(ctx context.Context, server *http.Server) error {
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	fmt.Println("labprobe: serving on", server.Addr)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return server.Close()
	}
}
