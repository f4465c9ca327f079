// SPDX-License-Identifier: Apache-2.0

package tests

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestHosts breaks one lab in many ways, one after the other, and mends it each time.
func TestHosts(t *testing.T) {
	s := newSandbox(t, "hosts")
	s.run("up", "--nodes", "2")
	for _, part := range []struct {
		name string
		run  func(*testing.T, *sandbox)
	}{
		{"commands pass everything through", commandsPassThrough},
		{"commands end with their caller", commandsEndWithCaller},
		{"origin serves under upstream names", originServes},
		{"pods resolve upstream names", podsResolve},
		{"a link that is down isolates its host", linkIsolates},
		{"a link that is closed counts what it drops", closedLinkCounts},
		{"a paused API server hangs, a stopped one refuses", apiServerPauses},
		{"a killed node comes back with its pods", nodeComesBack},
		{"a killed control plane comes back with its objects", controlPlaneComesBack},
		{"a node joins later", nodeJoins},
		{"users can be told apart in the audit log", auditLogTellsUsers},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, &sandbox{t, s.name, s.state}) })
	}
	s.run("status")
}

func commandsPassThrough(t *testing.T, s *sandbox) {
	for script, want := range map[string]int{"exit 0": 0, "exit 7": 7, "kill -9 $$": 128 + 9} {
		if got := exitCode(s.command("in", "cp", "sh", "-c", script).Run()); got != want {
			t.Errorf("%s: exit code %d, want %d", script, got, want)
		}
	}
	if got := exitCode(s.command("in", "cp", "no-such-program").Run()); got != 127 {
		t.Errorf("unknown program: exit code %d, want 127", got)
	}
	echo := s.command("in", "operator", "cat")
	input := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	echo.Stdin = bytes.NewReader(input)
	if out, err := echo.Output(); err != nil || !bytes.Equal(out, input) {
		t.Errorf("cat returned %d of %d bytes: %v", len(out), len(input), err)
	}
	if out := s.run("in", "operator", "pwd"); out != "/src\n" {
		t.Errorf("a command on the operator starts in %q, want /src", out)
	}
	if out := s.run("in", "node-2", "-C", "/tmp", "sh", "-c", "pwd; hostname"); out != "/tmp\nnode-2\n" {
		t.Errorf("got %q", out)
	}
	if _, err := s.try("in", "operator", "touch", "/src/written"); err == nil {
		t.Error("the checkout can be written from inside the lab")
	}
}

func commandsEndWithCaller(t *testing.T, s *sandbox) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGKILL} {
		command := s.command("in", "operator", "sh", "-c", "sleep 4321 & sleep 4321")
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		counted := func(want bool) func() error {
			return func() error {
				if out, _ := s.try("in", "operator", "pgrep", "-f", "^sleep 4321"); (out != "") != want {
					return fmt.Errorf("sleep runs: %v, want %v", out != "", want)
				}
				return nil
			}
		}
		eventually(t, "the command starts", 10*time.Second, counted(true))
		if err := command.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		_ = command.Wait()
		eventually(t, "the command ends after "+sig.String(), 10*time.Second, counted(false))
	}
}

func originServes(t *testing.T, s *sandbox) {
	s.run("in", "operator", "git", "ls-remote", "--tags", "https://repo1.dso.mil/big-bang/bigbang.git")
	s.run("in", "operator", "curl", "-sSf", "-o", "/dev/null", "https://ghcr.io/v2/")
	s.run("in", "node-1", "curl", "-sSf", "-o", "/dev/null", "https://registry-1.docker.io/v2/")
	out := s.run("in", "operator", "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "https://quay.io/nothing")
	if out != "404" {
		t.Errorf("what is not served is answered with %s, want 404", out)
	}
	if _, err := s.try("in", "operator", "curl", "-sS", "-m", "5", "http://1.1.1.1/"); err == nil {
		t.Error("the lab reaches the outside")
	}
}

func podsResolve(t *testing.T, s *sandbox) {
	s.runPods()
	resolves(t, s, "node-2")
}

func resolves(t *testing.T, s *sandbox, node string) {
	// The image has no resolver: ask the cluster's DNS from a pod's network namespace.
	const script = `exec nsenter --target "$(pgrep --newest --exact busybox)" --net busybox nslookup github.com 10.96.0.10`
	out := s.run("in", node, "sh", "-c", script)
	if !strings.Contains(out, "10.78.0.2") {
		t.Errorf("github.com is not origin for pods: %s", out)
	}
}

func linkIsolates(t *testing.T, s *sandbox) {
	fetch := []string{"in", "operator", "curl", "-sS", "-m", "3", "-o", "/dev/null", "https://ghcr.io/v2/"}
	s.run(fetch...) // positive control
	s.run("link", "origin", "down")
	if _, err := s.try(fetch...); err == nil {
		t.Error("origin answers with its link down")
	}
	if _, err := s.try("status"); err == nil {
		t.Error("status finds a lab with a link down well")
	}
	s.kubectl("get", "nodes") // nobody else is cut off
	s.run("link", "origin", "up")
	eventually(t, "origin is back", 20*time.Second, func() error {
		_, err := s.try(fetch...)
		return err
	})
}

func closedLinkCounts(t *testing.T, s *sandbox) {
	fetch := []string{"in", "operator", "curl", "-sS", "-m", "2", "-o", "/dev/null", "https://ghcr.io/v2/"}
	s.run("link", "origin", "closed")
	defer s.run("link", "origin", "up")
	s.kubectl("get", "nodes") // nobody else is cut off
	if out := s.run("dropped"); out != "" {
		t.Errorf("counted before anybody tried: %s", out)
	}
	if _, err := s.try(fetch...); err == nil {
		t.Error("origin answers through a closed link")
	}
	if out := s.run("dropped"); !strings.HasPrefix(out, "10.78.0.4 10.78.0.2 tcp 443 ") {
		t.Errorf("an attempt of the operator's was not counted: %q", out)
	}
	s.try("in", "node-1", "curl", "-sS", "-m", "2", "http://192.0.2.1/")
	if out := s.run("dropped"); !strings.Contains(out, "10.78.0.11 192.0.2.1 tcp 80 ") {
		t.Errorf("an attempt to leave the lab was not counted: %q", out)
	}
	s.run("link", "origin", "up")
	s.run(fetch...)
}

// nodeJoins looks for what a node that comes later needs: its runtime, and routes there and back.
func nodeJoins(t *testing.T, s *sandbox) {
	s.run("add-node", "containerd-2.4")
	s.runPods()
	nodes := s.kubectl("get", "nodes", "-o", "custom-columns=R:.status.nodeInfo.containerRuntimeVersion")
	if strings.Count(nodes, "containerd://1.6.") != 2 || strings.Count(nodes, "containerd://2.4.") != 1 {
		t.Errorf("the nodes run %s", nodes)
	}
	resolves(t, s, "node-3")
}

func apiServerPauses(t *testing.T, s *sandbox) {
	ask := []string{"in", "operator", "curl", "-sS", "-k", "-m", "2", "https://cp:6443/livez"}
	s.run(ask...)
	for action, undo := range map[string]string{"pause": "resume", "stop": "start"} {
		s.run("daemon", "cp", "kube-apiserver", action)
		if out, err := s.try(ask...); err == nil {
			t.Errorf("after %s the API server answers: %s", action, out)
		}
		s.run("daemon", "cp", "kube-apiserver", undo)
		eventually(t, "the API server answers after "+undo, time.Minute, func() error {
			_, err := s.try("in", "operator", "kubectl", "get", "--raw", "/readyz")
			return err
		})
	}
	eventually(t, "all is well again", time.Minute, func() error {
		_, err := s.try("status")
		return err
	})
}

func nodeComesBack(t *testing.T, s *sandbox) {
	s.runPods()
	started := func() (string, error) {
		return s.try("in", "operator", "kubectl", "get", "pods", "-n", "default", "-l", "app=idle",
			"--field-selector=spec.nodeName=node-2", "-o", "jsonpath={.items[*].status.containerStatuses[0].state.running.startedAt}")
	}
	before, err := started()
	if err != nil || before == "" {
		t.Fatalf("no pod runs on node-2: %v", err)
	}
	s.run("kill", "node-2")
	if _, err := s.try("in", "node-2", "true"); err == nil {
		t.Error("a killed host runs commands")
	}
	s.run("start", "node-2")
	eventually(t, "the pod starts anew", 2*time.Minute, func() error {
		now, err := started()
		if err == nil && (now == "" || now == before) {
			err = fmt.Errorf("started at %q, before the kill at %q", now, before)
		}
		return err
	})
}

func controlPlaneComesBack(t *testing.T, s *sandbox) {
	s.kubectl("create", "configmap", "kept", "-n", "default")
	s.run("kill", "cp")
	s.run("start", "cp")
	s.kubectl("get", "configmap", "kept", "-n", "default")
	s.kubectl("wait", "--for=condition=Ready", "nodes", "--all", "--timeout=60s")
}

func auditLogTellsUsers(t *testing.T, s *sandbox) {
	s.run("in", "operator", "/opt/kubernetes/bin/kubectl", "create", "configmap", "audited", "-n", "default", "--dry-run=server")
	s.kubectl("get", "configmap", "kept", "-n", "default")
	log := s.run("in", "cp", "cat", "/var/log/audit.log")
	for _, want := range []string{`"username":"sandstrap"`, `"username":"admin"`, `dryRun=All`, `"objectRef"`, `"responseStatus"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the audit log has no %s", want)
		}
	}
}

func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		return -1
	}
	return 0
}
