// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pair connects the two ends of a conversation through a folder with a very long name.
func pair(t *testing.T) (caller, answerer *Conn) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), strings.Repeat("long/", 40))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	listener, err := Listen(dir, "host")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	if caller, err = Dial(dir, "host"); err != nil {
		t.Fatal(err)
	}
	if answerer, err = Accept(listener); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { caller.Close(); answerer.Close() })
	return caller, answerer
}

func TestFilesTravelWithMessages(t *testing.T) {
	caller, answerer := pair(t)
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := caller.Send(Request{Exec: &ExecRequest{Command: []string{"true"}}}, writer); err != nil {
		t.Fatal(err)
	}
	writer.Close()
	var request Request
	files, err := answerer.Receive(&request)
	if err != nil || len(files) != 1 || request.Exec == nil || request.Exec.Command[0] != "true" {
		t.Fatalf("got %+v with %d files: %v", request, len(files), err)
	}
	files[0].WriteString("through")
	files[0].Close()
	if text, err := io.ReadAll(reader); err != nil || string(text) != "through" {
		t.Errorf("got %q: %v", text, err)
	}
}

func TestEndOfConversationIsEOF(t *testing.T) {
	caller, answerer := pair(t)
	caller.Close()
	var request Request
	if _, err := answerer.Receive(&request); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want EOF", err)
	}
}

func TestTooLongMessageIsRefused(t *testing.T) {
	caller, _ := pair(t)
	huge := ExecRequest{Command: []string{strings.Repeat("x", maxMessage)}}
	if err := caller.Send(Request{Exec: &huge}); err == nil {
		t.Error("a message that the other side cannot receive is sent")
	}
}
