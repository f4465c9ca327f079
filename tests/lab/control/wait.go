// SPDX-License-Identifier: Apache-2.0

package control

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"sandstrap.dev/lab/remote"
	"sandstrap.dev/lab/state"
	"sandstrap.dev/lab/supervise"
)

const (
	pollInterval = 50 * time.Millisecond
	logTail      = 15 // lines of a log that help to see why something does not start
)

// waitForDaemons returns when every daemon of these hosts serves, or says which does not and
// what its log says.
func waitForDaemons(ctx context.Context, lab *state.Lab, hosts []string) error {
	for _, host := range hosts {
		if err := waitForInit(ctx, lab, host); err != nil {
			return err
		}
		for {
			lagging, err := laggingDaemon(lab, host)
			if err != nil {
				return fmt.Errorf("%s went away: %w; %s", host, err, tail(lab.InitLog()))
			}
			if lagging == nil {
				break
			}
			select {
			case <-time.After(pollInterval):
				continue
			case <-ctx.Done():
			}
			return fmt.Errorf("%s on %s is %s (%w): %s; %s", lagging.Name, host, lagging.State, ctx.Err(),
				lagging.Why, tail(filepath.Join(lab.LogDir(host), lagging.Name+".log")))
		}
	}
	return nil
}

// waitForInit returns when the host's init answers.
func waitForInit(ctx context.Context, lab *state.Lab, host string) error {
	for {
		_, err := laggingDaemon(lab, host)
		if err == nil {
			return nil
		}
		if ended := hostEnded(lab, host); ended != nil {
			return fmt.Errorf("%w; %s", ended, tail(lab.InitLog()))
		}
		select {
		case <-time.After(pollInterval):
		case <-ctx.Done():
			return fmt.Errorf("%s is not up (%w): %w; %s", host, ctx.Err(), err, tail(lab.InitLog()))
		}
	}
}

// hostEnded says that a host, or the whole lab, will not answer any more.
func hostEnded(lab *state.Lab, host string) error {
	if _, running := lab.Running(); !running {
		return errors.New("the lab's init has ended")
	}
	reply, err := remote.Ask(lab.SocketDir(), remote.LabSocket, remote.Request{Status: &remote.StatusRequest{}})
	if err != nil {
		return nil // the lab's init has not come as far
	}
	for _, status := range reply.Hosts {
		if status.Name == host && !status.Running {
			return fmt.Errorf("the init of %s has ended", host)
		}
	}
	return nil
}

// laggingDaemon returns a daemon of the host that does not serve yet, or nil.
func laggingDaemon(lab *state.Lab, host string) (*remote.DaemonStatus, error) {
	reply, err := remote.Ask(lab.SocketDir(), host, remote.Request{Status: &remote.StatusRequest{}})
	if err != nil {
		return nil, err
	}
	for _, daemon := range reply.Daemons {
		if daemon.State != supervise.Ready {
			return &daemon, nil
		}
	}
	return nil, nil
}

// tail is the end of a log, for an error message.
func tail(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return "its log ends with:\n" + strings.Join(lines[max(0, len(lines)-logTail):], "\n")
}

// runQuietly runs a command on a host and keeps what it prints for the error.
func runQuietly(ctx context.Context, lab *state.Lab, host string, command []string) error {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer null.Close()
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	defer reader.Close()
	printed := make(chan []byte, 1)
	go func() {
		text, _ := io.ReadAll(reader)
		printed <- text
	}()
	request := remote.ExecRequest{Command: command, Dir: "/"}
	running, err := begin(lab, host, request, null, writer, writer)
	writer.Close()
	if err != nil {
		return err
	}
	defer running.conn.Close()
	stop := context.AfterFunc(ctx, func() { running.send(syscall.SIGTERM) }) // it then says why
	defer stop()
	code, err := running.wait()
	if err == nil && code != 0 {
		err = errors.New(string(bytes.TrimSpace(<-printed)))
	}
	return err
}
