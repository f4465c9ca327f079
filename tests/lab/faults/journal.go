// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"io"
	"sync"
	"time"
)

// entry is one line of the log: a request or connection, and the fault that struck it, if one did.
type entry struct {
	AtS   float64 `json:"at_s"` // from the start of the proxy on
	What  string  `json:"what"` // the verb; "listening": the proxy is ready
	Path  string  `json:"path,omitempty"`
	Fault string  `json:"fault,omitempty"`
}

// journal writes entries as JSON, one a line.
type journal struct {
	mu      sync.Mutex
	out     *json.Encoder
	started time.Time
}

func newJournal(out io.Writer) *journal {
	return &journal{out: json.NewEncoder(out), started: time.Now()}
}

func (j *journal) write(e entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e.AtS = time.Since(j.started).Round(time.Millisecond).Seconds()
	_ = j.out.Encode(e) // whoever reads it may be gone
}
