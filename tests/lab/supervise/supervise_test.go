// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"errors"
	"os"
	"syscall"
	"testing"
)

// TestReaper starts many short programs at once: none may lose its status to another.
func TestReaper(t *testing.T) {
	reaper := NewReaper()
	type child struct {
		want  int
		ended <-chan syscall.WaitStatus
	}
	var children []child
	for i := range 50 {
		code := i % 3
		argv := []string{"sh", "-c", "exit " + string(rune('0'+code))}
		_, ended, err := reaper.Start(argv, &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}})
		if err != nil {
			t.Fatal(err)
		}
		children = append(children, child{code, ended})
	}
	for _, c := range children {
		if status := <-c.ended; status.ExitStatus() != c.want {
			t.Errorf("%s, want exit status %d", Describe(status), c.want)
		}
	}
	if _, _, err := reaper.Start([]string{"no-such-program"}, &syscall.ProcAttr{}); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("an unknown program gives %v", err)
	}
}
