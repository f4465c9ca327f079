// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// A rule says what happens to which requests. The first rule of the script that strikes decides;
// what none strikes passes unchanged.
type rule struct {
	// Which: all that is given must match.
	Verb   string  `json:"verb"`   // get list watch create patch update delete, or connect; "": all but connect
	Path   string  `json:"path"`   // regular expression that the path with its query contains
	Skip   int     `json:"skip"`   // so many that match pass first
	Times  int     `json:"times"`  // strikes so often at most; 0: always
	Chance float64 `json:"chance"` // strikes with that probability; 0: always
	From   float64 `json:"from_s"` // not before, in seconds from the first request on
	Until  float64 `json:"until_s"`

	// What: one of the faults of the table in faults.go, and its measures.
	Fault      string   `json:"fault"`
	Code       int      `json:"code"`          // status
	RetryAfter *float64 `json:"retry_after_s"` // status; null: no such header
	After      float64  `json:"after_s"`       // of an answer, before it begins
	For        float64  `json:"for_s"`         // how long it lasts
	Bytes      int      `json:"bytes"`         // slow: at a time, For apart

	path *regexp.Regexp
}

var verbs = []string{"", "get", "list", "watch", "create", "patch", "update", "delete", connect}

// connect is the verb of a connection that is made, before a request is known.
const connect = "connect"

// loadScript reads a JSON list of rules; an unknown field or value is an error.
func loadScript(file string) ([]rule, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	rules, err := parseScript(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return rules, nil
}

func parseScript(text string) ([]rule, error) {
	var rules []rule
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&rules); err != nil {
		return nil, err
	}
	for i := range rules {
		if err := rules[i].check(); err != nil {
			return nil, fmt.Errorf("rule %d: %w", i+1, err)
		}
	}
	return rules, nil
}

func (r *rule) check() (err error) {
	kind, known := kinds[r.Fault]
	switch {
	case !known:
		return fmt.Errorf("no fault is called %q", r.Fault)
	case !slices.Contains(verbs, r.Verb):
		return fmt.Errorf("no verb is called %q", r.Verb)
	case r.Verb == connect && kind.connection == nil:
		return fmt.Errorf("%s does not happen to a connection that is made", r.Fault)
	case r.Verb != connect && kind.before == nil && kind.answer == nil && kind.body == nil:
		return fmt.Errorf("%s only happens to a connection that is made", r.Fault)
	case r.Fault == "status" && r.Code < 400:
		return fmt.Errorf("status wants a code of 400 and more")
	}
	r.path, err = regexp.Compile(r.Path)
	return err
}

// A script decides about requests one after another. The n-th request of a verb and path has the
// same fate with the same seed, whatever else happens beside it.
type script struct {
	rules []rule
	seed  uint64
	now   func() time.Time

	mu      sync.Mutex
	started time.Time
	seen    map[string]uint64 // requests, by verb and path
	matched []int             // by rule
	struck  []int
}

func newScript(rules []rule, seed uint64) *script {
	return &script{
		rules: rules, seed: seed, now: time.Now, seen: map[string]uint64{},
		matched: make([]int, len(rules)), struck: make([]int, len(rules)),
	}
}

// choose returns the rule that strikes a request, or nil. full is the path with its query.
func (s *script) choose(verb, path, full string) *rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started.IsZero() {
		s.started = s.now()
	}
	at := s.now().Sub(s.started).Seconds()
	key := verb + " " + path
	s.seen[key]++
	for i := range s.rules {
		r := &s.rules[i]
		if !r.is(verb, full) || at < r.From || (r.Until > 0 && at >= r.Until) {
			continue
		}
		s.matched[i]++
		if s.matched[i] <= r.Skip || (r.Times > 0 && s.struck[i] >= r.Times) ||
			(r.Chance > 0 && s.dice(i, key) >= r.Chance) {
			continue
		}
		s.struck[i]++
		return r
	}
	return nil
}

func (r *rule) is(verb, full string) bool {
	if r.Verb != verb && (r.Verb != "" || verb == connect) {
		return false
	}
	return r.path.MatchString(full)
}

// dice is a number from 0 up to 1 that only depends on the seed, the rule, and how many such
// requests there were.
func (s *script) dice(rule int, key string) float64 {
	hash := fnv.New64a()
	fmt.Fprintf(hash, "%d %d %s %d", s.seed, rule, key, s.seen[key])
	var sum [8]byte
	binary.BigEndian.PutUint64(sum[:], hash.Sum64())
	return float64(mix(binary.BigEndian.Uint64(sum[:]))>>11) / math.Exp2(53)
}

// mix spreads what differs in the last bytes over all bits, which FNV alone does not (splitmix64).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
