// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestAScriptThatSaysWhatIsNotIsRefused(t *testing.T) {
	for text, why := range map[string]string{
		`[{"fault": "explode"}]`:                              `no fault is called "explode"`,
		`[{"fault": "slow", "verb": "look"}]`:                 `no verb is called "look"`,
		`[{"fault": "slow", "often": 1}]`:                     `unknown field "often"`,
		`[{"fault": "status"}]`:                               "wants a code",
		`[{"fault": "goaway", "verb": "connect"}]`:            "does not happen to a connection",
		`[{"fault": "slow"}, {"fault": "slow", "path": "("}]`: "rule 2: error parsing regexp",
	} {
		if _, err := parseScript(text); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v, want %q", text, err, why)
		}
	}
}

// fates asks a script about n requests of one path.
func fates(t *testing.T, text string, seed uint64, n int) string {
	t.Helper()
	rules, err := parseScript(text)
	if err != nil {
		t.Fatal(err)
	}
	s, out := newScript(rules, seed), ""
	for range n {
		if s.choose("get", "/a", "/a?x=1") != nil {
			out += "x"
		} else {
			out += "."
		}
	}
	return out
}

func TestRulesCountWhatTheyMatch(t *testing.T) {
	for text, want := range map[string]string{
		`[{"fault": "slow"}]`:                                          "xxxxx",
		`[{"fault": "slow", "skip": 1, "times": 2}]`:                   ".xx..",
		`[{"fault": "slow", "verb": "list"}]`:                          ".....",
		`[{"fault": "slow", "path": "^/a.x"}]`:                         "xxxxx",
		`[{"fault": "slow", "path": "^/b"}]`:                           ".....",
		`[{"fault": "stall", "verb": "connect"}]`:                      ".....",
		`[{"fault": "slow", "times": 1}, {"fault": "end", "skip": 1}]`: "x.xxx",
	} {
		if got := fates(t, text, 1, 5); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestRulesHaveTheirTime(t *testing.T) {
	rules, _ := parseScript(`[{"fault": "slow", "from_s": 5, "until_s": 7}]`)
	s, now, got := newScript(rules, 1), time.Now(), ""
	s.now = func() time.Time { return now }
	for range 9 {
		got += fmt.Sprint(s.choose("get", "/", "/") != nil, " ")
		now = now.Add(time.Second)
	}
	if want := "false false false false false true true false false "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestTheSameSeedStrikesTheSameRequests(t *testing.T) {
	const n, text = 2000, `[{"fault": "slow", "chance": 0.1}]`
	one := fates(t, text, 1, n)
	if one != fates(t, text, 1, n) {
		t.Error("seed 1 differs from itself")
	}
	if one == fates(t, text, 2, n) {
		t.Error("seeds 1 and 2 are the same")
	}
	if struck := strings.Count(one, "x"); struck < n/20 || struck > n/5 {
		t.Errorf("a chance of 0.1 struck %d of %d", struck, n)
	}
}

func TestOtherRequestsInBetweenChangeNothing(t *testing.T) {
	rules, _ := parseScript(`[{"fault": "slow", "chance": 0.3}]`)
	s, got := newScript(rules, 1), ""
	for range 50 {
		s.choose("get", "/b", "/b")
		s.choose("list", "/a", "/a?limit=1")
		if s.choose("get", "/a", "/a?x=1") != nil {
			got += "x"
		} else {
			got += "."
		}
	}
	if want := fates(t, `[{"fault": "slow", "chance": 0.3}]`, 1, 50); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
