// SPDX-License-Identifier: Apache-2.0

// Package gate holds a new process back until its starter has done what must come first. A
// starter that dies before that takes the process with it.
package gate

import (
	"errors"
	"fmt"
	"os"
)

// File is the number of the open file at which a process waits.
const File = 3

// Gate is the starter's side.
type Gate struct {
	waiter, opener *os.File
}

// New makes a gate. Pass Waiter on as the first extra file, then Open or Close.
func New() (*Gate, error) {
	waiter, opener, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a gate: %w", err)
	}
	return &Gate{waiter, opener}, nil
}

// Waiter is the file at which the process waits.
func (g *Gate) Waiter() *os.File { return g.waiter }

// Open lets the process go on.
func (g *Gate) Open() error {
	if _, err := g.opener.Write([]byte{1}); err != nil {
		return fmt.Errorf("open a gate: %w", err)
	}
	return nil
}

// Close ends the process, unless the gate was opened before.
func (g *Gate) Close() {
	g.waiter.Close()
	g.opener.Close()
}

// Wait is the process's side: it returns nil when the gate is opened.
func Wait() error {
	file := os.NewFile(File, "gate")
	defer file.Close()
	if n, _ := file.Read(make([]byte, 1)); n != 1 {
		return errors.New("the process that was to open the gate has gone")
	}
	return nil
}
