// SPDX-License-Identifier: Apache-2.0

package hostinit

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"sandstrap.dev/lab/remote"
	"sandstrap.dev/lab/topology"
)

// Exit codes of commands that did not run, as a shell has them.
const (
	notExecutable = 126
	notFound      = 127
	signalled     = 128
)

// execute runs one command in a session of its own. It ends with the command or with the
// caller, whichever ends first, and leaves nothing of the command's process group behind.
func (s *server) execute(conn *remote.Conn, request *remote.ExecRequest, files []*os.File) {
	pid, ended, err := s.begin(conn, request, files)
	if err != nil {
		_ = conn.Send(remote.Output{Error: err.Error(), Code: startCode(err)})
		return
	}
	closeFiles(files) // or a pipe would never end
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for {
			var input remote.Input
			if _, err := conn.Receive(&input); err != nil {
				return
			}
			_ = syscall.Kill(-pid, syscall.Signal(input.Signal))
		}
	}()
	select {
	case status := <-ended:
		_ = syscall.Kill(-pid, syscall.SIGKILL)
		_ = conn.Send(remote.Output{Code: exitCode(status)})
	case <-gone:
		_ = syscall.Kill(-pid, syscall.SIGKILL)
	}
}

// begin starts the command on the caller's files, or on a new terminal whose other end it
// hands to the caller.
func (s *server) begin(conn *remote.Conn, request *remote.ExecRequest, files []*os.File) (int, <-chan syscall.WaitStatus, error) {
	if len(request.Command) == 0 {
		return 0, nil, errors.New("no command given")
	}
	attr := &syscall.ProcAttr{
		Dir: request.Dir,
		Env: append(os.Environ(), request.Env...),
		Sys: &syscall.SysProcAttr{Setsid: true},
	}
	if attr.Dir == "" {
		attr.Dir = s.defaultDir()
	}
	var handOver []*os.File
	if request.Terminal != nil {
		terminal, err := openTerminal(*request.Terminal)
		if err != nil {
			return 0, nil, err
		}
		defer terminal.close()
		attr.Sys.Setctty = true
		files = []*os.File{terminal.command, terminal.command, terminal.command}
		handOver = []*os.File{terminal.caller}
	}
	if len(files) != 3 {
		return 0, nil, fmt.Errorf("want three standard files, got %d", len(files))
	}
	for _, file := range files {
		attr.Files = append(attr.Files, file.Fd())
	}
	pid, ended, err := s.reaper.Start(request.Command, attr)
	if err != nil {
		return 0, nil, err
	}
	_ = conn.Send(remote.Output{Started: true}, handOver...)
	return pid, ended, nil
}

func (s *server) defaultDir() string {
	if s.host.Kind == topology.Operator {
		return "/src"
	}
	return "/root"
}

func startCode(err error) int {
	if errors.Is(err, syscall.ENOENT) {
		return notFound
	}
	return notExecutable
}

func exitCode(status syscall.WaitStatus) int {
	if status.Signaled() {
		return signalled + int(status.Signal())
	}
	return status.ExitStatus()
}
