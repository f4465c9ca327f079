# SPDX-License-Identifier: Apache-2.0
"""Debian packages that the tests stand on: found, or installed without starting any service."""

import contextlib
import os
import pathlib
import subprocess
import sys

LIST = pathlib.Path(__file__).resolve().parent.parent / "packages.txt"
POLICY = pathlib.Path("/usr/sbin/policy-rc.d")


def packages(groups=(), path=LIST):
    """The packages below the [group] headings that are named, or all."""
    found, group = [], None
    for line in path.read_text().splitlines():
        word = line.split("#")[0].strip()
        if word.startswith("["):
            group = word.strip("[]")
        elif word and (not groups or group in groups):
            found.append(word)
    return found


def missing(names):
    query = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\\n", *names]
    output = subprocess.run(query, capture_output=True, text=True).stdout
    installed = {line.split()[0] for line in output.splitlines() if line.endswith(" installed")}
    return [name for name in names if name not in installed]


@contextlib.contextmanager
def no_services():
    """Debian's own switch against starting daemons on install; one that is there stays."""
    ours = not POLICY.exists()
    if ours:
        POLICY.write_text("#!/bin/sh\nexit 101\n")
        POLICY.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            POLICY.unlink(missing_ok=True)


def apt(*arguments):
    command = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300", "--no-install-recommends", *arguments]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, env=environment)
    if result.returncode:
        print(result.stdout[-3000:])
    return result.returncode == 0


def prepare(install=True, groups=()):
    """Whether every package of the groups is there in the end; says which are not."""
    absent = missing(packages(groups))
    if not absent:
        return True
    print(f"installing {' '.join(absent)}", flush=True)
    if not install or os.geteuid() != 0:
        print(f"install them first: apt-get install {' '.join(absent)}")
        return False
    with no_services():
        return apt("install", *absent) or (apt("update") and apt("install", *absent))


if __name__ == "__main__":
    raise SystemExit(0 if prepare(groups=sys.argv[1:]) else 1)
