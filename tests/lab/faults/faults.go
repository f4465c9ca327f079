// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// kind is how a fault happens, at one of these places.
type kind struct {
	// connection replaces a connection that was just made; nil: it is gone.
	connection func(r *rule, conn net.Conn) net.Conn
	// before acts before the request is passed on, and returns whether that was all.
	before func(x *exchange) bool
	// answer acts when the API server has answered, before a byte of it goes out.
	answer func(x *exchange, answer *http.Response)
	// body passes the body on.
	body func(x *exchange, body io.Reader)
}

// kinds are the faults by their name in scripts. Filled in by init: what they do refers to them.
var kinds map[string]kind

func init() {
	kinds = map[string]kind{
		"latency":      {before: func(x *exchange) bool { return !x.sleep(x.rule.For) }},
		"status":       {before: sendStatus},
		"reset-before": {before: func(x *exchange) bool { return x.reset() }, connection: resetConnection},
		"reset-after":  {answer: func(x *exchange, _ *http.Response) { x.reset() }},
		"reset-within": {answer: dropLength, body: resetWithin},
		"abort-within": {answer: dropLength, body: abortWithin},
		"truncate":     {answer: dropLength, body: func(x *exchange, body io.Reader) { x.half(body) }},
		"goaway":       {answer: sayGoAway},
		"clock":        {answer: shiftClock},
		"slow":         {body: slow},
		"stall":        {body: stall, connection: stallConnection},
		"end":          {body: endWatch},
		"gone":         {answer: dropLength, body: expireWatch},
	}
}

// sendStatus answers in the API server's stead.
func sendStatus(x *exchange) bool {
	if x.rule.RetryAfter != nil {
		x.w.Header().Set("Retry-After", strconv.Itoa(int(*x.rule.RetryAfter)))
	}
	x.w.Header().Set("Content-Type", "application/json")
	x.w.WriteHeader(x.rule.Code)
	_, _ = x.w.Write(statusObject(x.rule.Code))
	return true
}

// statusObject is what the API server sends along with such a status.
func statusObject(code int) []byte {
	reasons := map[int][2]string{
		http.StatusUnauthorized:        {"Unauthorized", "Unauthorized"},
		http.StatusGone:                {"Expired", "too old resource version: 1 (2)"},
		http.StatusTooManyRequests:     {"TooManyRequests", "too many requests, please try again later"},
		http.StatusInternalServerError: {"InternalError", "Internal error occurred: etcdserver: leader changed"},
		http.StatusServiceUnavailable:  {"ServiceUnavailable", "the server is currently unable to handle the request"},
		http.StatusGatewayTimeout:      {"Timeout", "the request did not complete within 60s"},
	}
	reason, known := reasons[code]
	if !known {
		reason = [2]string{"", http.StatusText(code)}
	}
	text, _ := json.Marshal(map[string]any{
		"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{},
		"status": "Failure", "message": reason[1], "reason": reason[0], "code": code,
	})
	return append(text, '\n')
}

// dropLength is for answers that do not become as long as they say.
func dropLength(_ *exchange, answer *http.Response) { answer.Header.Del("Content-Length") }

// resetWithin breaks the connection, with all that is on it, in the middle of an answer.
func resetWithin(x *exchange, body io.Reader) {
	x.half(body)
	x.sleep(0.05) // what was written is on its way
	x.reset()
}

// abortWithin breaks one HTTP/2 stream in the middle of an answer, not its connection.
func abortWithin(x *exchange, body io.Reader) {
	x.half(body)
	panic(http.ErrAbortHandler)
}

// sayGoAway is how the API server sends clients to another of its replicas (--goaway-chance).
func sayGoAway(_ *exchange, answer *http.Response) { answer.Header.Set("Connection", "close") }

// shiftClock sets the server's clock ahead by For, or back.
func shiftClock(x *exchange, answer *http.Response) {
	at := time.Now().Add(seconds(x.rule.For)).UTC()
	answer.Header.Set("Date", at.Format(http.TimeFormat))
}

// slow passes a few bytes at a time.
func slow(x *exchange, body io.Reader) {
	piece := make([]byte, max(x.rule.Bytes, 1))
	for {
		n, err := body.Read(piece)
		if n > 0 && (!x.send(piece[:n]) || !x.sleep(x.rule.For)) {
			return
		}
		if err != nil {
			return
		}
	}
}

// stall passes nothing for a while, After after the answer began, and all of it later.
func stall(x *exchange, body io.Reader) {
	from := time.Now().Add(seconds(x.rule.After))
	until := from.Add(seconds(x.rule.For))
	x.pass(body, func() bool {
		if now := time.Now(); now.Before(from) || now.After(until) {
			return true
		}
		return x.sleep(time.Until(until).Seconds())
	})
}

// endWatch ends a watch, as the API server does when its time is over.
func endWatch(x *exchange, body io.Reader) {
	timer := time.AfterFunc(seconds(x.rule.After), x.cancel)
	defer timer.Stop()
	x.pass(body, nil)
}

// expireWatch ends a watch with the event that tells that its version is too old.
func expireWatch(x *exchange, body io.Reader) {
	endWatch(x, body)
	event := fmt.Appendf(nil, `{"type":"ERROR","object":%s}`+"\n", trimmed(statusObject(http.StatusGone)))
	x.send(event)
}

// resetConnection resets a connection that was just made, before TLS.
func resetConnection(_ *rule, conn net.Conn) net.Conn {
	resetTCP(conn)
	return nil
}

// stallConnection accepts a connection and says nothing on it for a while, After it was made.
func stallConnection(r *rule, conn net.Conn) net.Conn {
	from := time.Now().Add(seconds(r.After))
	return &deafConn{Conn: conn, from: from, until: from.Add(seconds(r.For))}
}

// deafConn neither hears nor says anything for its time.
type deafConn struct {
	net.Conn
	from, until time.Time
}

func (c *deafConn) hold() {
	if time.Now().After(c.from) {
		time.Sleep(time.Until(c.until))
	}
}

func (c *deafConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.hold()
	return n, err
}

func (c *deafConn) Write(p []byte) (int, error) {
	c.hold()
	return c.Conn.Write(p)
}

func (c *deafConn) NetConn() net.Conn { return c.Conn }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func trimmed(line []byte) []byte { return line[:len(line)-1] }
