// SPDX-License-Identifier: Apache-2.0

package tests

import (
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestDownLeavesNothing(t *testing.T) {
	s := newSandbox(t, "down")
	before := lookAtMachine(t)
	s.run("up", "--nodes", "2")
	s.runPods()
	found := s.tracesOf()
	if err := found.gone(); err == nil {
		t.Fatal("a running lab was taken for one that is gone")
	}
	s.run("down")
	s.leftNothing(found, before)
	if _, err := os.Stat(s.state); !os.IsNotExist(err) {
		t.Errorf("the folder of all labs is left: %v", err)
	}
	s.run("down") // once more is fine
}

func TestKilledInitIsSweptByTheNextUp(t *testing.T) {
	s := newSandbox(t, "swept")
	before := lookAtMachine(t)
	s.run("up")
	s.runPods()
	found := s.tracesOf()
	if err := syscall.Kill(s.initPID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all processes die with the init", 10*time.Second, found.gone)
	if out, err := s.try("status"); err == nil {
		t.Errorf("status of a killed lab succeeds: %s", out)
	}
	s.run("up")
	s.run("status")
	second := s.tracesOf()
	s.run("down")
	s.leftNothing(found, before)
	s.leftNothing(second, before)
}

func TestKilledProcessesDoNotOutliveDown(t *testing.T) {
	s := newSandbox(t, "wounded")
	before := lookAtMachine(t)
	s.run("up")
	s.runPods()
	found := s.tracesOf()
	s.run("in", "node-1", "sh", "-c", "kill -9 $(pidof containerd)") // its shims live on
	s.run("kill", "cp")
	s.run("down")
	s.leftNothing(found, before)
}

func TestInterruptedUpLeavesNothing(t *testing.T) {
	s := newSandbox(t, "interrupted")
	before := lookAtMachine(t)
	up := s.command("up")
	var said strings.Builder
	up.Stderr = &said
	if err := up.Start(); err != nil {
		t.Fatal(err)
	}
	record := s.state + "/" + s.name + "/run/cp"
	eventually(t, "the control plane starts", time.Minute, func() error {
		_, err := os.Stat(record)
		return err
	})
	found := s.tracesOfStarting()
	if err := up.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := up.Wait(); err == nil {
		t.Errorf("an interrupted up succeeds: %s", said.String())
	}
	s.leftNothing(found, before)
}

func TestTwoLabsSideBySide(t *testing.T) {
	before := lookAtMachine(t)
	first, second := newSandbox(t, "first"), newSandbox(t, "second")
	second.state = first.state // as two labs of one person
	var both sync.WaitGroup
	for _, s := range []*sandbox{first, second} {
		both.Go(func() {
			if _, err := s.try("up"); err != nil {
				t.Errorf("up: %v", err)
			}
		})
	}
	both.Wait()
	if t.Failed() {
		return
	}
	first.apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: mine, namespace: default}\n")
	if out := second.kubectl("get", "configmaps", "-n", "default", "-o", "name"); strings.Contains(out, "mine") {
		t.Error("an object of one lab is seen in the other")
	}
	traceOfFirst, traceOfSecond := first.tracesOf(), second.tracesOf()
	first.run("down")
	first.leftNothing(traceOfFirst, before)
	second.run("status")
	second.kubectl("get", "nodes")
	second.run("down")
	second.leftNothing(traceOfSecond, before)
}
