// SPDX-License-Identifier: Apache-2.0

// Package remote carries requests from the lab's command line to the inits of a lab and of
// its hosts: one message per packet over a unix socket, with open files where a request
// hands some over.
package remote

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// maxMessage bounds one packet; a command line with its environment is far smaller.
const maxMessage = 128 << 10

// maxFiles is how many open files one message can hand over.
const maxFiles = 8

// Conn is one conversation.
type Conn struct {
	socket *net.UnixConn
}

// Listen makes a socket called name in dir. The detour through an open folder keeps the
// address short however deep dir lies: unix socket addresses end at 107 bytes.
func Listen(dir, name string) (*net.UnixListener, error) {
	var listener *net.UnixListener
	err := inFolder(dir, func(short string) (err error) {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
		address := net.UnixAddr{Name: filepath.Join(short, name), Net: "unixpacket"}
		listener, err = net.ListenUnix("unixpacket", &address)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", filepath.Join(dir, name), err)
	}
	listener.SetUnlinkOnClose(false)
	return listener, nil
}

// Dial connects to the socket called name in dir.
func Dial(dir, name string) (*Conn, error) {
	var socket *net.UnixConn
	err := inFolder(dir, func(short string) (err error) {
		address := net.UnixAddr{Name: filepath.Join(short, name), Net: "unixpacket"}
		socket, err = net.DialUnix("unixpacket", nil, &address)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reach %s: %w", name, err)
	}
	return &Conn{socket}, nil
}

func inFolder(dir string, use func(short string) error) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	return use(fmt.Sprintf("/proc/self/fd/%d", folder.Fd()))
}

// Accept waits for the next conversation.
func Accept(listener *net.UnixListener) (*Conn, error) {
	socket, err := listener.AcceptUnix()
	if err != nil {
		return nil, err
	}
	return &Conn{socket}, nil
}

// Close ends the conversation; the other side reads io.EOF.
func (c *Conn) Close() error { return c.socket.Close() }

// Send sends one message and hands over copies of files.
func (c *Conn) Send(message any, files ...*os.File) error {
	text, err := json.Marshal(message)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	if len(text) > maxMessage {
		return fmt.Errorf("command line and environment are too long: %d bytes of %d", len(text), maxMessage)
	}
	var rights []byte
	if len(files) > 0 {
		var numbers []int
		for _, file := range files {
			numbers = append(numbers, int(file.Fd()))
		}
		rights = syscall.UnixRights(numbers...)
	}
	if _, _, err := c.socket.WriteMsgUnix(text, rights, nil); err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	return nil
}

// Receive waits for the next message and returns the files that came with it, which the
// caller closes. io.EOF when the other side has gone.
func (c *Conn) Receive(message any) ([]*os.File, error) {
	text := make([]byte, maxMessage+1)
	rights := make([]byte, syscall.CmsgSpace(maxFiles*4))
	n, nRights, _, _, err := c.socket.ReadMsgUnix(text, rights)
	if errors.Is(err, syscall.ECONNRESET) || (err == nil && n == 0) {
		return nil, io.EOF
	}
	if err != nil {
		return nil, err
	}
	files, err := received(rights[:nRights])
	if err != nil {
		return nil, fmt.Errorf("receive files: %w", err)
	}
	if err := json.Unmarshal(text[:n], message); err != nil {
		closeAll(files)
		return nil, fmt.Errorf("decode message: %w", err)
	}
	return files, nil
}

// received turns what the kernel passed along into files; they are close-on-exec already.
func received(rights []byte) ([]*os.File, error) {
	if len(rights) == 0 {
		return nil, nil
	}
	messages, err := syscall.ParseSocketControlMessage(rights)
	if err != nil {
		return nil, err
	}
	var files []*os.File
	for _, message := range messages {
		numbers, err := syscall.ParseUnixRights(&message)
		if err != nil {
			return files, err
		}
		for _, number := range numbers {
			files = append(files, os.NewFile(uintptr(number), "received"))
		}
	}
	return files, nil
}

func closeAll(files []*os.File) {
	for _, file := range files {
		file.Close()
	}
}
