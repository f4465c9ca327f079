// SPDX-License-Identifier: Apache-2.0

package state

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"sandstrap.dev/lab/topology"
)

func TestOpenRefusesNamesThatAreNoFolders(t *testing.T) {
	for _, name := range []string{"", "..", "a/b", "-a", "a-", "A", "a b"} {
		if _, err := Open(name); err == nil {
			t.Errorf("%q is taken for a lab's name", name)
		}
	}
	if _, err := Open("e2e-1"); err != nil {
		t.Error(err)
	}
}

func TestAliveLooksAtTheStartTime(t *testing.T) {
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	process, err := Identify(child.Process.Pid)
	if err != nil || !process.Alive() {
		t.Fatalf("a running process is not alive: %v", err)
	}
	if (Process{PID: process.PID, Start: "another/1"}).Alive() {
		t.Error("another process with this pid is taken for it")
	}
	if err := process.Kill(5 * time.Second); err != nil {
		t.Fatal(err)
	}
	if process.Alive() { // a zombie until it is waited for
		t.Error("a zombie is taken for alive")
	}
	_ = child.Wait()
}

func TestRecordSurvives(t *testing.T) {
	t.Setenv("SANDSTRAP_LAB_STATE", filepath.Join(t.TempDir(), "labs"))
	lab, err := Open("one")
	if err != nil {
		t.Fatal(err)
	}
	if _, running := lab.Running(); running {
		t.Error("a lab without state runs")
	}
	if err := lab.Create(); err != nil {
		t.Fatal(err)
	}
	want := Record{Shape: topology.Shape{Nodes: 2, Runtimes: []string{"containerd-2.4"}}, Name: "one", Init: Process{PID: os.Getpid(), Start: "x/1"}}
	if err := lab.Save(want); err != nil {
		t.Fatal(err)
	}
	if got, err := lab.Load(); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	if _, running := lab.Running(); running {
		t.Error("a lab whose init is another process runs")
	}
	if labs, err := All(); err != nil || len(labs) != 1 || labs[0].Name != "one" {
		t.Errorf("got labs %v: %v", labs, err)
	}
}

func TestLockKeepsOthersOut(t *testing.T) {
	t.Setenv("SANDSTRAP_LAB_STATE", filepath.Join(t.TempDir(), "labs"))
	unlock, err := Lock()
	if err != nil {
		t.Fatal(err)
	}
	second := make(chan error, 1)
	go func() {
		unlock, err := Lock()
		if err == nil {
			unlock()
		}
		second <- err
	}()
	select {
	case <-second:
		t.Fatal("two hold the lock")
	case <-time.After(50 * time.Millisecond):
	}
	removeEmpty(Root()) // as the last lab that goes down does, with the lock held
	unlock()
	if err := <-second; err != nil {
		t.Errorf("the second does not get the lock: %v", err)
	}
}
