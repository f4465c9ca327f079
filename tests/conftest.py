# SPDX-License-Identifier: Apache-2.0
"""What holds for all tests in Python."""

import signal


def pytest_configure():
    """What a shell starts in the background ignores SIGINT, what nohup starts ignores SIGHUP, and so does
    what those start, until it asks for signals. A handler of our own is undone for every program that is
    started from here, pytest-xdist's workers among them: those import what they test in any thread, where
    no handler can be set."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)
