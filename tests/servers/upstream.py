# SPDX-License-Identifier: Apache-2.0
"""An upstream of everything that a bundle is made of: https files, a registry, git repositories.

Runs in threads of the test's own process. What it holds, how it misbehaves and what it was asked for
are plain attributes.
"""

import base64
import gzip
import hashlib
import http.server
import io
import json
import os
import pathlib
import re
import ssl
import subprocess
import tarfile
import threading
import time
import urllib.parse

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CHART_CONFIG = "application/vnd.cncf.helm.config.v1+json"
CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
CONFIG = b'{"os":"linux","architecture":"amd64"}'
GIT_ENVIRONMENT = {
    "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.org", "GIT_AUTHOR_DATE": "1700000000 +0000",
    "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.org", "GIT_COMMITTER_DATE": "1700000000 +0000",
    "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/nonexistent",
}


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def git(folder, *arguments):
    completed = subprocess.run(["git", "-C", folder, *map(str, arguments)], check=True, capture_output=True,
                               env={**os.environ, **GIT_ENVIRONMENT})
    return completed.stdout.decode(errors="replace").strip()


def archive(files):
    """A .tgz with fixed owners and times."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, text in sorted(files.items()):
            data = text if isinstance(text, bytes) else text.encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return gzip.compress(out.getvalue(), mtime=0)


class Upstream:
    def __init__(self, folder, certificate, private_key):
        self.folder = pathlib.Path(folder)
        self.files = {}
        self.blobs = {}  # digest to bytes
        self.manifests = {}  # (repository, tag or digest) to (media type, bytes)
        self.log = []  # "GET /v2/…", as asked
        self.users = {}  # repository to (user, password): only with these
        self.basic = False  # of a repository with users: basic instead of tokens
        self.token_seconds = 300
        self.redirect_blobs = False
        self.tags_page = 100  # tags in one answer
        self.git_v0 = False
        self.git_answer = None  # instead of git's answer to a POST
        self.break_after = {}  # path to bytes: the first answer ends there, in the middle
        self.slow = {}  # path to seconds before each 64 KiB
        self.status = {}  # path to a status that is answered instead
        self._tokens = {}
        self._lock = threading.Lock()
        upstream = self

        class Handler(_Handler):
            owner = upstream

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, private_key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True,
                                                  do_handshake_on_connect=False)
        self.host = f"localhost:{self._server.server_port}"
        self.url = f"https://{self.host}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def asked(self, part):
        """How many requests had `part` in them."""
        with self._lock:
            return sum(part in line for line in self.log)

    def note(self, line):
        with self._lock:
            self.log.append(line)

    # --- content ---

    def add_blob(self, data):
        self.blobs[digest(data)] = data
        return {"digest": digest(data), "size": len(data)}

    def add_manifest(self, repository, tag, manifest, media_type=MANIFEST):
        data = json.dumps(manifest).encode()
        for name in filter(None, (tag, digest(data))):
            self.manifests[repository, name] = (media_type, data)
        return {"mediaType": media_type, "digest": digest(data), "size": len(data)}

    def add_image(self, repository, tag, layers=(b"layer",), config=CONFIG):
        return self.add_manifest(repository, tag, {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **self.add_blob(config)},
            "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", **self.add_blob(layer)}
                       for layer in layers],
        })

    def add_index(self, repository, tag, manifests):
        """manifests: platform ("linux/amd64") to what add_image() returned."""
        entries = [{**entry, "platform": dict(zip(("os", "architecture", "variant"), platform.split("/")))}
                   for platform, entry in manifests.items()]
        return self.add_manifest(repository, tag, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries},
                                 INDEX)

    def add_chart(self, repository, version, files):
        """files: path in the chart to text; Chart.yaml and the folder are added."""
        name = repository.rsplit("/", 1)[-1]
        files = {"Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: {version}\n", **files}
        layer = archive({f"{name}/{path}": text for path, text in files.items()})
        config = json.dumps({"name": name, "version": version}).encode()
        return self.add_manifest(repository, version.replace("+", "_"), {
            "schemaVersion": 2,
            "config": {"mediaType": CHART_CONFIG, **self.add_blob(config)},
            "layers": [{"mediaType": CHART_LAYER, **self.add_blob(layer)}],
        })

    def add_git(self, name, files, tag=None, annotated=False):
        """A repository under /git/<name>.git with one commit more on main; returns its folder."""
        folder = self.folder / f"{name}.git"
        work = self.folder / f"{name}.work"
        if not folder.exists():
            folder.mkdir(parents=True)
            git(folder, "init", "--bare", "--initial-branch=main", ".")
            git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
            subprocess.run(["git", "clone", "-q", folder, work], check=True, capture_output=True)
        for path, text in files.items():
            (work / path).parent.mkdir(parents=True, exist_ok=True)
            (work / path).write_text(text)
        git(work, "add", "-A")
        git(work, "commit", "-q", "--allow-empty", "-m", "content")
        if tag:
            git(work, "tag", *(["-a", "-m", "release"] if annotated else []), tag)
        git(work, "push", "-q", "--tags", "origin", "HEAD:main")
        return folder


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.dispatch()

    do_HEAD = do_POST = do_GET

    def dispatch(self):
        self.owner.note(f"{self.command} {self.path} {self.headers.get('Range', '')}".strip())
        body = self.read_body()
        path = urllib.parse.urlsplit(self.path).path
        if path in self.owner.status:
            return self.answer(self.owner.status[path], b"not today, and here are some words on why")
        try:
            for start, method in (("/files/", self.file), ("/v2/", self.registry), ("/token", self.token),
                                  ("/git/", self.git), ("/moved/", self.git_moved), ("/cdn/", self.cdn)):
                if path.startswith(start):
                    return method(path, body)
            self.answer(404)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True

    def read_body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def answer(self, status, body=b"", kind="text/plain", **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.send(body)

    def send(self, body):
        path = urllib.parse.urlsplit(self.path).path
        pause = self.owner.slow.get(path)
        limit = self.owner.break_after.pop(path, None)
        if not pause and limit is None:
            return self.wfile.write(body)
        for at in range(0, len(body), 65536):
            if pause:
                time.sleep(pause)
            piece = body[at:at + 65536]
            if limit is not None and at + len(piece) > limit:
                self.wfile.write(piece[:max(0, limit - at)])
                self.close_connection = True
                return
            self.wfile.write(piece)

    def content(self, data, kind):
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if not wanted:
            return self.answer(200, data, kind, Accept_Ranges="bytes", ETag=f'"{digest(data)}"')
        start = int(wanted[1])
        self.answer(206, data[start:], kind, ETag=f'"{digest(data)}"',
                    Content_Range=f"bytes {start}-{len(data) - 1}/{len(data)}")

    def file(self, path, _):
        data = self.owner.files.get(path.removeprefix("/files/"))
        self.answer(404) if data is None else self.content(data, "application/octet-stream")

    # --- the registry ---

    def registry(self, path, _):
        if path == "/v2/":
            return self.answer(200)
        listed = re.fullmatch(r"/v2/(.+)/tags/list", path)
        if listed:
            return self.tags(listed[1])
        wanted = re.fullmatch(r"/v2/(.+)/(manifests|blobs)/([^/]+)", path)
        if not wanted:
            return self.answer(404)
        repository, what, name = wanted.groups()
        if repository in self.owner.users and not self.is_allowed(repository):
            return self.challenge(repository)
        if what == "manifests":
            found = self.owner.manifests.get((repository, name))
            return self.answer(200, found[1], found[0]) if found else self.answer(404)
        if name not in self.owner.blobs:
            return self.answer(404)
        if self.owner.redirect_blobs:
            return self.answer(307, Location=f"{self.owner.url}/cdn/{name}")
        self.content(self.owner.blobs[name], "application/octet-stream")

    def tags(self, repository):
        if repository in self.owner.users and not self.is_allowed(repository):
            return self.challenge(repository)
        last = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query)).get("last", "")
        tags = sorted(tag for name, tag in self.owner.manifests if name == repository and ":" not in tag)
        if not tags:
            return self.answer(404)
        page = [tag for tag in tags if tag > last][:self.owner.tags_page]
        more = {} if page[-1:] == tags[-1:] or not page else {
            "Link": f'</v2/{repository}/tags/list?last={urllib.parse.quote(page[-1])}>; rel="next"'}
        self.answer(200, json.dumps({"name": repository, "tags": page}).encode(), "application/json", **more)

    def cdn(self, path, _):
        # A CDN refuses what has credentials of another.
        if self.headers.get("Authorization") and "localhost" not in self.headers.get("Host", ""):
            return self.answer(400)
        self.content(self.owner.blobs[path.removeprefix("/cdn/")], "application/octet-stream")

    def is_allowed(self, repository):
        kind, _, text = self.headers.get("Authorization", "").partition(" ")
        if kind == "Bearer":
            scope, end = self.owner._tokens.get(text, (None, 0))
            return scope == repository and time.monotonic() < end
        return self.owner.basic and kind == "Basic" and self.login(text) == self.owner.users[repository]

    @staticmethod
    def login(text):
        return tuple(base64.b64decode(text).decode().split(":", 1))

    def challenge(self, repository):
        if self.owner.basic:
            return self.answer(401, WWW_Authenticate='Basic realm="registry"')
        self.answer(401, b'{"errors":[{"code":"UNAUTHORIZED"}]}', "application/json",
                    WWW_Authenticate=f'Bearer realm="{self.owner.url}/token",service="test registry",'
                                     f'scope="repository:{repository}:pull"')

    def token(self, _, __):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        repository = query["scope"].split(":")[1]
        kind, _, text = self.headers.get("Authorization", "").partition(" ")
        if kind != "Basic" or self.login(text) != self.owner.users[repository]:
            return self.answer(401, b'{"details":"incorrect username or password"}', "application/json")
        token = f"token-{len(self.owner._tokens)}"
        self.owner._tokens[token] = (repository, time.monotonic() + self.owner.token_seconds)
        self.answer(200, json.dumps({"token": token, "expires_in": self.owner.token_seconds}).encode(),
                    "application/json")

    # --- git ---

    def git_moved(self, path, _):
        self.answer(301, Location=self.owner.url + self.path.replace("/moved/", "/git/", 1))

    def git(self, path, body):
        url = urllib.parse.urlsplit(self.path)
        if self.command == "POST" and self.owner.git_answer is not None:
            return self.answer(200, self.owner.git_answer, "application/x-git-upload-pack-result")
        environment = {
            **os.environ, **GIT_ENVIRONMENT,
            "GIT_PROJECT_ROOT": str(self.owner.folder), "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path.removeprefix("/git"), "QUERY_STRING": url.query, "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
        }
        if not self.owner.git_v0:
            environment["GIT_PROTOCOL"] = self.headers.get("Git-Protocol", "")
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.answer(int(fields.pop("Status", "200").split()[0]), content,
                    fields.get("Content-Type", "text/plain"))
