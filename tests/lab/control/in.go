// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"sandstrap.dev/lab/remote"
	"sandstrap.dev/lab/state"
)

const usageIn = "lab in HOST [-C DIR] COMMAND [ARGUMENT…]"

// In runs a command on a host: standard files, signals, terminal and exit code are passed
// through, and nothing of it outlives this process.
func In(_ context.Context, name string, args []string) error {
	if len(args) < 2 {
		return usage(usageIn)
	}
	host, args := args[0], args[1:]
	var request remote.ExecRequest
	if args[0] == "-C" && len(args) > 2 {
		request.Dir, args = args[1], args[2:]
	}
	if args[0] == "--" && len(args) > 1 {
		args = args[1:]
	}
	request.Command = args
	lab, err := running(name)
	if err != nil {
		return err
	}
	if term := os.Getenv("TERM"); term != "" {
		request.Env = append(request.Env, "TERM="+term)
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT,
		syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGWINCH)
	if isTerminal(os.Stdin) && isTerminal(os.Stdout) {
		return inTerminal(lab, host, request, signals)
	}
	session, err := begin(lab, host, request, os.Stdin, os.Stdout, os.Stderr)
	if err != nil {
		return err
	}
	go session.forward(signals)
	return finish(session)
}

// inTerminal runs a command on a terminal of the host's own, of which ours is the far end.
func inTerminal(lab *state.Lab, host string, request remote.ExecRequest, signals chan os.Signal) error {
	size, err := terminalSize(os.Stdin)
	if err != nil {
		return err
	}
	request.Terminal = &size
	session, err := begin(lab, host, request)
	if err != nil {
		return err
	}
	restore, err := makeRaw(os.Stdin)
	if err != nil {
		return err
	}
	defer restore()
	go io.Copy(session.terminal, os.Stdin)
	shown := make(chan struct{})
	go func() {
		io.Copy(os.Stdout, session.terminal) // ends when the command's side is closed
		close(shown)
	}()
	go func() {
		for sig := range signals {
			if sig == syscall.SIGWINCH {
				copyTerminalSize(os.Stdin, session.terminal)
				continue
			}
			session.send(sig)
		}
	}()
	err = finish(session)
	<-shown
	return err
}

func finish(session *session) error {
	defer session.conn.Close()
	code, err := session.wait()
	if err != nil {
		return err
	}
	if code != 0 {
		return exitStatus(code)
	}
	return nil
}

// session is a command that runs on a host.
type session struct {
	conn     *remote.Conn
	terminal *os.File // only when one was asked for
}

// begin starts a command on a host, on these standard files or on a terminal.
func begin(lab *state.Lab, host string, request remote.ExecRequest, files ...*os.File) (*session, error) {
	conn, err := remote.Dial(lab.SocketDir(), host)
	if err != nil {
		return nil, fmt.Errorf("%s does not answer; see lab status: %w", host, err)
	}
	if err := conn.Send(remote.Request{Exec: &request}, files...); err != nil {
		conn.Close()
		return nil, err
	}
	var output remote.Output
	received, err := conn.Receive(&output)
	if err == nil && output.Error != "" {
		err = &failure{text: output.Error, code: output.Code}
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	started := &session{conn: conn}
	if len(received) > 0 {
		started.terminal = received[0]
	}
	return started, nil
}

// wait returns the command's exit code.
func (s *session) wait() (int, error) {
	var output remote.Output
	if _, err := s.conn.Receive(&output); err != nil {
		return 0, fmt.Errorf("the host went away while the command ran: %w", err)
	}
	return output.Code, nil
}

func (s *session) forward(signals chan os.Signal) {
	for sig := range signals {
		if sig != syscall.SIGWINCH {
			s.send(sig)
		}
	}
}

func (s *session) send(sig os.Signal) {
	_ = s.conn.Send(remote.Input{Signal: int(sig.(syscall.Signal))}) // gone meanwhile is as good
}
