// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// proxy passes requests on, except for what its script strikes.
type proxy struct {
	script   *script
	upstream *upstream
	log      *journal
}

// exchange is one request on its way, with the rule that strikes it.
type exchange struct {
	rule   *rule // nil: none
	w      http.ResponseWriter
	r      *http.Request
	ctx    context.Context // ends the request to the API server
	cancel context.CancelFunc
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	verb := verbOf(r)
	x := &exchange{p.script.choose(verb, r.URL.Path, r.URL.RequestURI()), w, r, ctx, cancel}
	note := entry{What: verb, Path: r.URL.RequestURI()}
	var how kind
	if x.rule != nil {
		how, note.Fault = kinds[x.rule.Fault], x.rule.Fault
	}
	p.log.write(note)
	if how.before != nil && how.before(x) {
		return
	}
	answer, err := p.upstream.send(ctx, r)
	if err != nil {
		panic(http.ErrAbortHandler) // as the API server itself would have broken off
	}
	defer answer.Body.Close()
	if how.answer != nil {
		how.answer(x, answer)
	}
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.StatusCode)
	x.flush()
	if how.body != nil {
		how.body(x, answer.Body)
	} else {
		x.pass(answer.Body, nil)
	}
}

// verbOf names a request as the API server's audit log does.
func verbOf(r *http.Request) string {
	switch r.Method {
	case http.MethodPost:
		return "create"
	case http.MethodPatch:
		return "patch"
	case http.MethodPut:
		return "update"
	case http.MethodDelete:
		return "delete"
	}
	query := r.URL.Query()
	if query.Get("watch") == "true" {
		return "watch"
	}
	if query.Has("limit") {
		return "list"
	}
	return "get"
}

// pass passes the body on as it comes. ready, if there is one, holds each piece back; false ends it.
func (x *exchange) pass(body io.Reader, ready func() bool) {
	piece := make([]byte, 32<<10)
	for {
		n, err := body.Read(piece)
		if n > 0 && ((ready != nil && !ready()) || !x.send(piece[:n])) {
			return
		}
		switch {
		case err == io.EOF || x.ctx.Err() != nil && x.r.Context().Err() == nil:
			return
		case err != nil:
			panic(http.ErrAbortHandler)
		}
	}
}

// half passes the first half of an answer on; of a watch, that of its first event.
func (x *exchange) half(body io.Reader) {
	var text []byte
	if verbOf(x.r) == "watch" {
		text = make([]byte, 32<<10)
		n, _ := body.Read(text)
		text = text[:n]
	} else {
		text, _ = io.ReadAll(body)
	}
	x.send(text[:len(text)/2])
}

// send writes and flushes; false when the client is gone.
func (x *exchange) send(text []byte) bool {
	_, err := io.Copy(x.w, bytes.NewReader(text))
	x.flush()
	return err == nil
}

func (x *exchange) flush() { _ = http.NewResponseController(x.w).Flush() }

// sleep waits; false when the client went away meanwhile.
func (x *exchange) sleep(s float64) bool {
	select {
	case <-time.After(seconds(s)):
		return true
	case <-x.ctx.Done():
		return false
	}
}

type connectionKey struct{}

// keepConnection lets a request find the connection that it came on.
func keepConnection(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, conn)
}

// reset breaks the connection of a request: its peer gets a TCP reset. It does not return.
func (x *exchange) reset() bool {
	resetTCP(x.r.Context().Value(connectionKey{}).(net.Conn))
	panic(http.ErrAbortHandler)
}

func resetTCP(conn net.Conn) {
	for {
		inner, ok := conn.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		conn = inner.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// faultyListener lets the script strike connections.
type faultyListener struct {
	net.Listener
	proxy *proxy
}

func (l *faultyListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		rule := l.proxy.script.choose(connect, "", "")
		if rule == nil {
			return conn, nil
		}
		l.proxy.log.write(entry{What: connect, Fault: rule.Fault})
		if conn = kinds[rule.Fault].connection(rule, conn); conn != nil {
			return conn, nil
		}
	}
}

// quiet is for the HTTP server, which tells of each connection that breaks: here that is the aim.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
