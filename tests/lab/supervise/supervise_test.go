// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sandstrap.dev/lab/remote"
)

// reaper is the only one of the test program: two would take each other's children.
var reaper = sync.OnceValue(NewReaper)

// TestReaper starts many short programs at once: none may lose its status to another.
func TestReaper(t *testing.T) {
	ended := map[<-chan syscall.WaitStatus]int{}
	for i := range 50 {
		code := i % 3
		argv := []string{"sh", "-c", fmt.Sprintf("exit %d", code)}
		_, end, err := reaper().Start(argv, &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}})
		if err != nil {
			t.Fatal(err)
		}
		ended[end] = code
	}
	for end, code := range ended {
		if status := <-end; status.ExitStatus() != code {
			t.Errorf("%s, want exit status %d", Describe(status), code)
		}
	}
	_, _, err := reaper().Start([]string{"no-such-program"}, &syscall.ProcAttr{})
	if !errors.Is(err, syscall.ENOENT) {
		t.Errorf("an unknown program gives %v", err)
	}
	err = reaper().Run("sh", "-c", "echo the reason >&2; exit 3")
	if err == nil || !containsAll(err.Error(), "the reason", "exit status 3") {
		t.Errorf("a failed program gives %v", err)
	}
}

func TestDaemonThatEndsIsStartedAgain(t *testing.T) {
	s := supervise(t, Daemon{Name: "short", Command: []string{"sh", "-c", "exit 5"}})
	eventually(t, func() bool {
		now := s.Status()[0]
		return now.Restarts >= 2 && now.State == Failed && containsAll(now.Why, "short", "exit status 5")
	})
}

func TestDaemonWaitsForWhatItNeeds(t *testing.T) {
	ready := make(chan struct{})
	s := supervise(t,
		Daemon{Name: "second", Needs: []string{"first"}, Command: []string{"sleep", "1000"}},
		Daemon{Name: "first", Command: []string{"sleep", "1000"}, Ready: func(context.Context) error {
			select {
			case <-ready:
				return nil
			default:
				return errors.New("not yet")
			}
		}},
	)
	eventually(t, func() bool { return s.Status()[1].Why == "not yet" })
	if state := s.Status()[0].State; state != Waiting {
		t.Errorf("second is %s before first is ready", state)
	}
	close(ready)
	eventually(t, func() bool { return s.Status()[0].State == Ready })
}

func TestActions(t *testing.T) {
	s := supervise(t, Daemon{Name: "d", Command: []string{"sleep", "1000"}})
	state := func() remote.DaemonStatus { return s.Status()[0] }
	eventually(t, func() bool { return state().State == Ready })
	for _, step := range []struct{ action, want string }{
		{"pause", Paused}, {"resume", Ready}, {"pause", Paused}, {"stop", Stopped},
	} {
		if err := s.Act("d", step.action); err != nil || state().State != step.want {
			t.Fatalf("after %s it is %s, want %s: %v", step.action, state().State, step.want, err)
		}
	}
	for _, wrong := range []string{"pause", "resume", "explode"} {
		if s.Act("d", wrong) == nil {
			t.Errorf("a stopped daemon can %s", wrong)
		}
	}
	if s.Act("nobody", "stop") == nil {
		t.Error("an unknown daemon can be stopped")
	}
	if err := s.Act("d", "start"); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { return state().State == Ready })
}

// A daemon that cannot get ready to start can still be stopped.
func TestStopAbandonsPreparation(t *testing.T) {
	s := supervise(t, Daemon{
		Name: "d", Command: []string{"sleep", "1000"},
		Prepare: func(ctx context.Context, _ func(...string) error) error {
			<-ctx.Done()
			return ctx.Err()
		},
	})
	eventually(t, func() bool { return s.Status()[0].State == Starting })
	if err := s.Act("d", "stop"); err != nil {
		t.Error(err)
	}
}

// supervise runs daemons until the test ends.
func supervise(t *testing.T, daemons ...Daemon) *Supervisor {
	t.Helper()
	s, err := New(reaper(), t.TempDir(), daemons)
	if err != nil {
		t.Fatal(err)
	}
	s.Start(context.Background())
	t.Cleanup(func() {
		for _, daemon := range daemons {
			_ = s.Act(daemon.Name, "stop")
		}
	})
	return s
}

func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not come true")
		}
	}
}

func containsAll(text string, parts ...string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}
