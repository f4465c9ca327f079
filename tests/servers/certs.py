# SPDX-License-Identifier: Apache-2.0
"""Certificates for the scripted servers, made with the openssl command in a folder of their own."""

import pathlib
import subprocess

CA_CONFIG = """[ca]
default_ca = main
[main]
database = {folder}/index.txt
new_certs_dir = {folder}
serial = {folder}/serial
policy = any
default_md = sha256
[any]
commonName = supplied
organizationName = optional
"""


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Authority:
    """A CA with the certificates that it issues: <name>.crt and <name>.key in `folder`."""

    def __init__(self, folder, name):
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir()
        self.certificate = self.folder / "ca.crt"
        self.key = self.folder / "ca.key"
        (self.folder / "index.txt").write_text("")
        (self.folder / "serial").write_text("1000\n")
        (self.folder / "config").write_text(CA_CONFIG.format(folder=self.folder))
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                self.key, "-out", self.certificate, "-subj", f"/CN={name}", "-days", 30)

    def issue(self, name, names, subject=None, start=None, end=None, key=("ec", "-pkeyopt", "ec_paramgen_curve:P-256")):
        """Issues a certificate; start and end as 20200101000000Z."""
        request, certificate, private = (self.folder / f"{name}{end_}" for end_ in (".csr", ".crt", ".key"))
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={names}\n" if names else "basicConstraints=CA:FALSE\n")
        openssl("req", "-newkey", *key, "-nodes", "-keyout", private, "-out", request,
                "-subj", subject or f"/CN={name}")
        times = ["-startdate", start, "-enddate", end] if start else ["-days", 30]
        openssl("ca", "-batch", "-config", self.folder / "config", "-cert", self.certificate, "-keyfile", self.key,
                "-in", request, "-out", certificate, "-extfile", extensions, "-notext", "-preserveDN", *times)
        return certificate, private
