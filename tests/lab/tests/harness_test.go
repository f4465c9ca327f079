// SPDX-License-Identifier: Apache-2.0

// Package tests runs real labs. Each takes seconds once the cache is filled, and root; so they
// run only when SANDSTRAP_TEST_LAB is set, as tests/run does.
package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sandbox is one lab of a test, with a state folder of its own.
type sandbox struct {
	t     *testing.T
	name  string
	state string
}

// newSandbox names a lab that is taken down when the test ends, however it ends.
func newSandbox(t *testing.T, name string) *sandbox {
	t.Helper()
	if os.Getenv("SANDSTRAP_TEST_LAB") == "" {
		t.Skip("runs real labs: set SANDSTRAP_TEST_LAB=1")
	}
	if os.Geteuid() != 0 {
		t.Fatal("a lab needs root")
	}
	// The name keeps test runs on one machine apart: cgroups are named by it.
	s := &sandbox{t: t, name: fmt.Sprintf("%s-%d", name, os.Getpid()), state: filepath.Join(t.TempDir(), "labs")}
	t.Cleanup(func() {
		if t.Failed() {
			out, _ := s.command("logs").CombinedOutput()
			t.Logf("the lab's log:\n%s", out)
		}
		if out, err := s.command("down").CombinedOutput(); err != nil {
			t.Errorf("take the lab down: %v: %s", err, out)
		}
	})
	return s
}

// command prepares a call of the lab tool: the checkout's, or the one that LAB_TOOL names.
func (s *sandbox) command(args ...string) *exec.Cmd {
	tool := "../lab"
	if other := os.Getenv("LAB_TOOL"); other != "" {
		tool = other
	}
	command := exec.Command(tool, append([]string{"--name", s.name}, args...)...)
	command.Env = append(os.Environ(), "SANDSTRAP_LAB_STATE="+s.state)
	return command
}

// run calls the lab tool, which must succeed, and returns what it printed.
func (s *sandbox) run(args ...string) string {
	s.t.Helper()
	out, err := s.try(args...)
	if err != nil {
		s.t.Fatalf("lab %s: %v", strings.Join(args, " "), err)
	}
	return out
}

// try calls the lab tool and returns its standard output; the error holds the rest.
func (s *sandbox) try(args ...string) (string, error) {
	var out, problems bytes.Buffer
	command := s.command(args...)
	command.Stdout, command.Stderr = &out, &problems
	if err := command.Run(); err != nil {
		return out.String(), fmt.Errorf("%w: %s", err, bytes.TrimSpace(problems.Bytes()))
	}
	return out.String(), nil
}

// kubectl runs kubectl on the operator.
func (s *sandbox) kubectl(args ...string) string {
	s.t.Helper()
	return s.run(append([]string{"in", "operator", "kubectl"}, args...)...)
}

// apply hands a manifest to kubectl on the operator.
func (s *sandbox) apply(manifest string) {
	s.t.Helper()
	command := s.command("in", "operator", "kubectl", "apply", "-f", "-")
	command.Stdin = strings.NewReader(manifest)
	if out, err := command.CombinedOutput(); err != nil {
		s.t.Fatalf("kubectl apply: %v: %s", err, out)
	}
}

// initPID is the lab's init, as the machine numbers it.
func (s *sandbox) initPID() int {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.state, s.name, "lab.json"))
	if err != nil {
		s.t.Fatal(err)
	}
	var record struct{ Init struct{ PID int } }
	if err := json.Unmarshal(text, &record); err != nil {
		s.t.Fatal(err)
	}
	return record.Init.PID
}

// eventually wants a condition to come true.
func eventually(t *testing.T, what string, limit time.Duration, try func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if err = try(); err == nil {
			return
		}
	}
	t.Fatalf("%s: %v", what, err)
}

// pods keeps a container on every node, of the image that nodes always have.
const pods = `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: idle, namespace: default}
spec:
  selector: {matchLabels: {app: idle}}
  template:
    metadata: {labels: {app: idle}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: idle, image: "registry.k8s.io/pause:3.6", imagePullPolicy: IfNotPresent}]
`

func (s *sandbox) runPods() {
	s.t.Helper()
	s.apply(pods)
	s.kubectl("rollout", "status", "daemonset/idle", "--timeout=120s")
}
