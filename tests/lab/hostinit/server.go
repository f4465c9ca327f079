// SPDX-License-Identifier: Apache-2.0

package hostinit

import (
	"fmt"
	"net"
	"os"

	"sandstrap.dev/lab/remote"
	"sandstrap.dev/lab/supervise"
	"sandstrap.dev/lab/topology"
)

// server answers on the host's control socket.
type server struct {
	host       topology.Host
	reaper     *supervise.Reaper
	supervisor *supervise.Supervisor
}

func (s *server) serve(listener *net.UnixListener) error {
	for {
		conn, err := remote.Accept(listener)
		if err != nil {
			return fmt.Errorf("accept on the control socket: %w", err)
		}
		go s.converse(conn)
	}
}

func (s *server) converse(conn *remote.Conn) {
	defer conn.Close()
	var request remote.Request
	files, err := conn.Receive(&request)
	if err != nil {
		return // the caller has gone
	}
	defer closeFiles(files)
	switch {
	case request.Exec != nil:
		s.execute(conn, request.Exec, files)
	case request.Daemon != nil:
		reply(conn, remote.Reply{}, s.supervisor.Act(request.Daemon.Daemon, request.Daemon.Action))
	case request.Status != nil:
		reply(conn, remote.Reply{Daemons: s.supervisor.Status()}, nil)
	default:
		reply(conn, remote.Reply{}, fmt.Errorf("a host's init cannot do that"))
	}
}

func reply(conn *remote.Conn, answer remote.Reply, err error) {
	if err != nil {
		answer.Error = err.Error()
	}
	_ = conn.Send(answer) // a caller that has gone wants no answer
}

func closeFiles(files []*os.File) {
	for _, file := range files {
		file.Close()
	}
}
