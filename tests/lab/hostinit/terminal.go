// SPDX-License-Identifier: Apache-2.0

package hostinit

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"sandstrap.dev/lab/remote"
)

// terminal is a pair of connected ends: the command's and the caller's.
type terminal struct {
	command, caller *os.File
}

// openTerminal makes a terminal of the host's own /dev/pts.
func openTerminal(size remote.Size) (*terminal, error) {
	caller, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, fmt.Errorf("open a terminal: %w", err)
	}
	var number, locked uint32
	window := [4]uint16{size.Rows, size.Columns}
	err = ioctl(caller, syscall.TIOCSPTLCK, unsafe.Pointer(&locked))
	if err == nil {
		err = ioctl(caller, syscall.TIOCGPTN, unsafe.Pointer(&number))
	}
	if err == nil {
		err = ioctl(caller, syscall.TIOCSWINSZ, unsafe.Pointer(&window))
	}
	if err != nil {
		caller.Close()
		return nil, fmt.Errorf("set up a terminal: %w", err)
	}
	command, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		caller.Close()
		return nil, fmt.Errorf("open a terminal: %w", err)
	}
	return &terminal{command: command, caller: caller}, nil
}

func (t *terminal) close() {
	t.command.Close()
	t.caller.Close()
}

func ioctl(file *os.File, request uintptr, argument unsafe.Pointer) error {
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, file.Fd(), request, uintptr(argument)); errno != 0 {
		return errno
	}
	return nil
}
