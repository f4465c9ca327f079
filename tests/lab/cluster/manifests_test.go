// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"strings"
	"testing"
)

func TestCorefileLeadsNamesToOrigin(t *testing.T) {
	got := corefile([]string{"ghcr.io", "github.com"})
	for _, want := range []string{
		"    cluster.local in-addr.arpa ip6.arpa {\n",
		"    ghcr.io github.com {\n",
		"        10.78.0.2 ghcr.io\n        10.78.0.2 github.com\n      }\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the Corefile lacks %q:\n%s", want, got)
		}
	}
}

func TestConditions(t *testing.T) {
	ready := []condition{{Type: "MemoryPressure", Status: "False"}, {Type: "Ready", Status: "True"}}
	if err := met(ready, "Ready"); err != nil {
		t.Errorf("a ready node is said not to be: %v", err)
	}
	waiting := []condition{{Type: "Ready", Status: "Unknown", Message: "no status yet"}}
	if err := met(waiting, "Ready"); err == nil || !strings.Contains(err.Error(), "no status yet") {
		t.Errorf("the reason is not told: %v", err)
	}
	if met(nil, "Ready") == nil {
		t.Error("a node without conditions is taken for ready")
	}
}
