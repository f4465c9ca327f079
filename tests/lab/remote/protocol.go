// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"errors"
	"fmt"
)

// LabSocket is the name of the socket of the lab's init; a host's has the host's name.
const LabSocket = "lab"

// Request is the first message of a conversation. Exactly one field is set.
type Request struct {
	Status    *StatusRequest `json:"status,omitempty"`    // both inits
	StartHost *HostRequest   `json:"startHost,omitempty"` // the lab's init
	KillHost  *HostRequest   `json:"killHost,omitempty"`  // the lab's init
	Link      *LinkRequest   `json:"link,omitempty"`      // the lab's init
	Dropped   *StatusRequest `json:"dropped,omitempty"`   // the lab's init
	Daemon    *DaemonRequest `json:"daemon,omitempty"`    // a host's init
	Exec      *ExecRequest   `json:"exec,omitempty"`      // a host's init; then Input and Output follow
}

// StatusRequest asks how things are.
type StatusRequest struct{}

// HostRequest names a host.
type HostRequest struct {
	Host string `json:"host"`
}

// LinkRequest makes a host's link one of the states of package netns.
type LinkRequest struct {
	Host  string `json:"host"`
	State string `json:"state"`
}

// DaemonRequest does something to a daemon: stop, start, pause or resume.
type DaemonRequest struct {
	Daemon string `json:"daemon"`
	Action string `json:"action"`
}

// ExecRequest runs a command. Without a terminal, its three standard files come along.
type ExecRequest struct {
	Command  []string `json:"command"`
	Dir      string   `json:"dir,omitempty"`
	Env      []string `json:"env,omitempty"`
	Terminal *Size    `json:"terminal,omitempty"`
}

// Size is that of a terminal.
type Size struct {
	Rows    uint16 `json:"rows"`
	Columns uint16 `json:"columns"`
}

// Input is what the caller of a running command sends.
type Input struct {
	Signal int `json:"signal"`
}

// Output ends a command, or says that it could not start. An Output with Started set comes
// first, with the terminal's own end when the command got one.
type Output struct {
	Started bool   `json:"started,omitempty"`
	Error   string `json:"error,omitempty"`
	Code    int    `json:"code"` // as a shell tells it: 128 + signal when killed, 126 and 127
}

// Reply answers every other request.
type Reply struct {
	Error   string         `json:"error,omitempty"`
	Hosts   []HostStatus   `json:"hosts,omitempty"`
	Daemons []DaemonStatus `json:"daemons,omitempty"`
	Dropped []Dropped      `json:"dropped,omitempty"`
}

// HostStatus is one host as the lab's init sees it.
type HostStatus struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	Running bool   `json:"running"`
	Link    string `json:"link"` // a state of package netns
}

// Dropped is what a closed link has dropped for one pair of addresses, protocol and port.
type Dropped struct {
	Source      string `json:"source"`
	Destination string `json:"destination"`
	Protocol    string `json:"protocol"`
	Port        int    `json:"port"`
	Packets     int64  `json:"packets"`
}

// DaemonStatus is one daemon as its host's init sees it.
type DaemonStatus struct {
	Name     string `json:"name"`
	State    string `json:"state"`
	Restarts int    `json:"restarts"`
	Why      string `json:"why,omitempty"` // how it ended last, or why it is not ready
}

// Ask sends one request to the socket called name in dir and returns the reply.
func Ask(dir, name string, request Request) (Reply, error) {
	var reply Reply
	conn, err := Dial(dir, name)
	if err != nil {
		return reply, err
	}
	defer conn.Close()
	if err := conn.Send(request); err != nil {
		return reply, err
	}
	if _, err := conn.Receive(&reply); err != nil {
		return reply, fmt.Errorf("%s ended the conversation: %w", name, err)
	}
	if reply.Error != "" {
		return reply, errors.New(reply.Error)
	}
	return reply, nil
}
