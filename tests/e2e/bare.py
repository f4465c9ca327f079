# SPDX-License-Identifier: Apache-2.0
"""A root folder on the operator's host with three files in it: the binary, a kubeconfig, a bundle."""

import os
import re
import shutil

from lab import BINARY

FOLDER, TRACE = "/work/bare", "/work/bare.trace"
CHROOT = ("/usr/bin/env", "-i", "/usr/sbin/chroot", FOLDER, "/sandstrap")
TRACED = ("/usr/bin/strace", "-f", "-e", "trace=execve,execveat", "-o", TRACE)
FILES = {"sandstrap", "kubeconfig", "bundle"}
EXECUTED = re.compile(r'\bexecve(?:at)?\(.*?"([^"]*)"')


class Bare:
    def __init__(self, lab, bundle):
        self.lab, self.folder = lab, lab.work / "bare"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        shutil.copy(BINARY, self.folder / "sandstrap")
        lab.on("operator", "cp", "/root/.kube/config", f"{FOLDER}/kubeconfig")
        os.link(lab.work / bundle.name, self.folder / "bundle")

    def cluster(self, *command):
        """Arguments of a command that needs the cluster."""
        return *command, "--lab", "--bundle", "/bundle", "--kubeconfig", "/kubeconfig"

    def start(self, *arguments, traced=False):
        """As Lab.start, in this root. A traced one outlives the tracer: it is not to be killed."""
        return self.lab.start(*arguments, program=TRACED + CHROOT if traced else CHROOT)

    def executed(self):
        """What the last traced command tried to execute, from itself on."""
        programs = EXECUTED.findall((self.lab.work / "bare.trace").read_text())
        assert programs[:2] == [CHROOT[0], CHROOT[2]], programs
        return programs[2:]

    def files(self):
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}
