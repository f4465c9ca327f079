# SPDX-License-Identifier: Apache-2.0
"""No server, only certificates and keys of every kind; they go when standard input ends."""

import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import certs  # noqa: E402


def main():
    with tempfile.TemporaryDirectory() as folder:
        authority = certs.Authority(folder, "ours")
        authority.issue("ec", None)
        authority.issue("rsa", None, key=("rsa:2048",))
        authority.issue("ed25519", None, key=("ed25519",))
        certs.openssl("pkey", "-in", authority.folder / "ec.key", "-aes256", "-passout", "pass:x",
                      "-out", authority.folder / "encrypted.key")
        print(f"certs={authority.folder}")
        print("ready", flush=True)
        os.read(0, 1)


main()
