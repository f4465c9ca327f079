// SPDX-License-Identifier: Apache-2.0

package control

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"sandstrap.dev/lab/remote"
)

func isTerminal(file *os.File) bool {
	var settings syscall.Termios
	return ioctl(file, syscall.TCGETS, unsafe.Pointer(&settings)) == nil
}

// makeRaw hands every key through to the host's terminal; restore undoes it.
func makeRaw(file *os.File) (restore func(), err error) {
	var before syscall.Termios
	if err := ioctl(file, syscall.TCGETS, unsafe.Pointer(&before)); err != nil {
		return nil, fmt.Errorf("read the terminal's settings: %w", err)
	}
	raw := before
	raw.Iflag &^= syscall.IGNBRK | syscall.BRKINT | syscall.PARMRK | syscall.ISTRIP |
		syscall.INLCR | syscall.IGNCR | syscall.ICRNL | syscall.IXON
	raw.Oflag &^= syscall.OPOST
	raw.Lflag &^= syscall.ECHO | syscall.ECHONL | syscall.ICANON | syscall.ISIG | syscall.IEXTEN
	raw.Cflag = raw.Cflag&^(syscall.CSIZE|syscall.PARENB) | syscall.CS8
	if err := ioctl(file, syscall.TCSETS, unsafe.Pointer(&raw)); err != nil {
		return nil, fmt.Errorf("change the terminal's settings: %w", err)
	}
	return func() { _ = ioctl(file, syscall.TCSETS, unsafe.Pointer(&before)) }, nil
}

// window is the kernel's struct winsize.
type window struct{ rows, columns, x, y uint16 }

func terminalSize(file *os.File) (remote.Size, error) {
	var w window
	if err := ioctl(file, syscall.TIOCGWINSZ, unsafe.Pointer(&w)); err != nil {
		return remote.Size{}, fmt.Errorf("read the terminal's size: %w", err)
	}
	return remote.Size{Rows: w.rows, Columns: w.columns}, nil
}

func copyTerminalSize(from, to *os.File) {
	var w window
	if ioctl(from, syscall.TIOCGWINSZ, unsafe.Pointer(&w)) == nil {
		_ = ioctl(to, syscall.TIOCSWINSZ, unsafe.Pointer(&w))
	}
}

func ioctl(file *os.File, request uintptr, argument unsafe.Pointer) error {
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, file.Fd(), request, uintptr(argument)); errno != 0 {
		return errno
	}
	return nil
}
