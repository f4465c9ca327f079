# SPDX-License-Identifier: Apache-2.0
"""Files of keys: who may read them, and passphrases that are typed."""

import fcntl
import os
import pty
import subprocess
import termios
import time

LIMIT_S = 120


class Terminal:
    """The binary on a terminal of its own."""

    def __init__(self, binary, *arguments):
        self.master, slave = pty.openpty()
        environment = {name: value for name, value in os.environ.items() if name != "SANDSTRAP_PASSPHRASE"}
        self.process = subprocess.Popen(
            [binary, *arguments], stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=environment,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        self.seen = ""

    def wait_for(self, text, times=1):
        deadline = time.monotonic() + LIMIT_S
        while self.seen.count(text) < times:
            assert time.monotonic() < deadline, self.seen
            self.seen += os.read(self.master, 4096).decode()

    def echoes(self):
        return bool(termios.tcgetattr(self.master)[3] & termios.ECHO)

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self):
        code = self.process.wait(LIMIT_S)
        try:
            while chunk := os.read(self.master, 4096):
                self.seen += chunk.decode()
        except OSError:  # as Linux tells the end of a terminal
            pass
        os.close(self.master)
        return code


def test_a_passphrase_is_typed_twice_and_not_shown(binary, tmp_path):
    file = tmp_path / "sandbox.keys"
    terminal = Terminal(binary, "keys", "new", file)
    terminal.wait_for("passphrase for")
    assert not terminal.echoes()
    terminal.type("open sesame\n")
    terminal.wait_for("again, for")
    terminal.type("open sesame\n")
    assert terminal.end() == 0 and "open sesame" not in terminal.seen
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE" not in file.read_bytes() and b"tls.key" not in file.read_bytes()
    terminal = Terminal(binary, "keys", "list", file)
    terminal.wait_for("passphrase for")
    terminal.type("open sesame\n")
    assert terminal.end() == 0 and "sealed-secrets-key" in terminal.seen


def test_two_passphrases_that_differ_write_nothing(binary, tmp_path):
    file = tmp_path / "sandbox.keys"
    terminal = Terminal(binary, "keys", "new", file)
    terminal.wait_for("passphrase for")
    terminal.type("one\n")
    terminal.wait_for("again, for")
    terminal.type("other\n")
    assert terminal.end() == 2 and "the two passphrases differ" in terminal.seen
    assert not file.exists()


def test_an_interrupt_while_it_asks_gives_the_echo_back(binary, tmp_path):
    terminal = Terminal(binary, "keys", "new", tmp_path / "sandbox.keys")
    terminal.wait_for("passphrase for")
    assert not terminal.echoes()
    terminal.type("\x03")
    assert terminal.process.wait(LIMIT_S) == 130
    assert terminal.echoes()
    terminal.end()
