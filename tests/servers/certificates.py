# SPDX-License-Identifier: Apache-2.0
"""No server, only certificates and keys of every kind; they go when standard input ends."""

import tempfile

import certs
import serving


def main():
    with tempfile.TemporaryDirectory() as folder:
        authority = certs.Authority(folder, "ours")
        authority.issue("ec", None)
        authority.issue("rsa", None, key=("rsa:2048",))
        authority.issue("ed25519", None, key=("ed25519",))
        certs.openssl("pkey", "-in", authority.folder / "ec.key", "-aes256", "-passout", "pass:x",
                      "-out", authority.folder / "encrypted.key")
        serving.wait(certs=authority.folder)


main()
