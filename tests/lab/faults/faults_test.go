// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const wholeBody = "0123456789"

// behind stands for the API server: a watch has an event now and one after a while.
type behind struct {
	requests, withCert atomic.Int64
}

func (b *behind) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.requests.Add(1)
	if len(r.TLS.PeerCertificates) > 0 {
		b.withCert.Add(1)
	}
	if r.URL.Query().Get("watch") != "true" {
		w.Header().Set("Content-Length", fmt.Sprint(len(wholeBody)))
		_, _ = io.WriteString(w, wholeBody)
		return
	}
	_, _ = io.WriteString(w, "first\n")
	_ = http.NewResponseController(w).Flush()
	select {
	case <-time.After(300 * time.Millisecond):
		_, _ = io.WriteString(w, "second\n")
	case <-r.Context().Done():
	}
}

// seen is what a client saw of one answer.
type seen struct {
	status  int
	header  http.Header
	body    string
	err     error // of the request, or of reading its body
	took    time.Duration
	version int
}

// through starts a proxy with such a script and returns its client.
func through(t *testing.T, script string) (*behind, func(path string) seen) {
	t.Helper()
	b := &behind{}
	server := httptest.NewUnstartedServer(b)
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	server.StartTLS()
	t.Cleanup(server.Close)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	up, err := newUpstream(server.URL, ca, server.TLS.Certificates[0])
	if err != nil {
		t.Fatal(err)
	}
	rules, err := parseScript(script)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	front, err := newFront(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error)
	p := &proxy{script: newScript(rules, 1), upstream: up, log: newJournal(io.Discard)}
	go func() { done <- serve(ctx, p, front, listener) }()
	t.Cleanup(func() { stop(); <-done })
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(front.ca)
	client := &http.Client{Transport: &http.Transport{
		ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots},
	}}
	return b, func(path string) seen { return ask(client, "https://"+front.address+path) }
}

func ask(client *http.Client, url string) seen {
	began := time.Now()
	// Not repeated by Go's client, which does so for what it calls idempotent.
	r, _ := http.NewRequest(http.MethodPatch, url, http.NoBody)
	if strings.Contains(url, "watch=true") {
		r.Method = http.MethodGet
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := client.Do(r)
	if err != nil {
		return seen{err: err, took: time.Since(began)}
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return seen{answer.StatusCode, answer.Header, string(body), err, time.Since(began), answer.ProtoMajor}
}

func TestWithoutARuleAllPasses(t *testing.T) {
	b, get := through(t, `[]`)
	got := get("/a")
	if got.err != nil || got.body != wholeBody || got.version != 2 {
		t.Errorf("%+v", got)
	}
	if got := get("/a?watch=true"); got.err != nil || got.body != "first\nsecond\n" {
		t.Errorf("%+v", got)
	}
	if b.withCert.Load() != 2 {
		t.Errorf("%d of 2 requests came with the user's certificate", b.withCert.Load())
	}
}

func TestFaults(t *testing.T) {
	// Whichever of writing and reading comes first is told of the reset; for the other it is the end.
	isReset := func(s seen) bool {
		return errors.Is(s.err, syscall.ECONNRESET) || errors.Is(s.err, syscall.EPIPE) || errors.Is(s.err, io.ErrUnexpectedEOF)
	}
	for _, c := range []struct {
		rule  string
		path  string
		reach int64 // requests that get to the API server
		right func(seen) bool
	}{
		{`"reset-before"`, "/", 0, isReset},
		{`"reset-after"`, "/", 1, isReset},
		{`"reset-within"`, "/", 1, func(s seen) bool { return s.status == 200 && s.err != nil }},
		{`"reset-within"`, "/?watch=true", 1, func(s seen) bool { return s.status == 200 && s.err != nil }},
		{`"reset-before", "verb": "connect"`, "/", 0, isReset},
		{`"abort-within"`, "/", 1, func(s seen) bool { return s.body == "01234" && s.err != nil }},
		{`"truncate"`, "/", 1, func(s seen) bool { return s.body == "01234" && s.err == nil }},
		{`"status", "code": 503`, "/", 0, func(s seen) bool { return s.status == 503 && s.header.Get("Retry-After") == "" }},
		{`"status", "code": 429, "retry_after_s": 2`, "/", 0, func(s seen) bool { return s.header.Get("Retry-After") == "2" }},
		{`"latency", "for_s": 0.2`, "/", 1, func(s seen) bool { return s.body == wholeBody && s.took >= 200*time.Millisecond }},
		{`"slow", "bytes": 3, "for_s": 0.05`, "/", 1, func(s seen) bool { return s.body == wholeBody && s.took >= 150*time.Millisecond }},
		{`"stall", "for_s": 0.5`, "/?watch=true", 1, func(s seen) bool { return s.body == "first\nsecond\n" && s.took >= 500*time.Millisecond }},
		{`"stall", "verb": "connect", "for_s": 0.2`, "/", 1, func(s seen) bool { return s.body == wholeBody && s.took >= 200*time.Millisecond }},
		{`"end", "after_s": 0.1`, "/?watch=true", 1, func(s seen) bool { return s.body == "first\n" && s.err == nil }},
		{`"gone", "after_s": 0.1`, "/?watch=true", 1, func(s seen) bool { return strings.Contains(s.body, `first`) && strings.Contains(s.body, `"code":410`) }},
		{`"clock", "for_s": 3600`, "/", 1, func(s seen) bool {
			at, err := http.ParseTime(s.header.Get("Date"))
			return err == nil && time.Until(at) > 59*time.Minute
		}},
	} {
		t.Run(c.rule, func(t *testing.T) {
			b, get := through(t, `[{"fault": `+c.rule+`}]`)
			if got := get(c.path); !c.right(got) || b.requests.Load() != c.reach {
				t.Errorf("%s: %+v, %v, %d requests", c.path, got, got.err, b.requests.Load())
			}
		})
	}
}

func TestAfterGoAwayClientsConnectAnew(t *testing.T) {
	_, get := through(t, `[{"fault": "goaway", "times": 1},
		{"verb": "connect", "skip": 1, "fault": "reset-before"}]`)
	if got := get("/"); got.err != nil || got.body != wholeBody {
		t.Fatalf("%+v", got)
	}
	if got := get("/"); got.err == nil {
		t.Errorf("the old connection was used again: %+v", got)
	}
}
