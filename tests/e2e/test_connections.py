# SPDX-License-Identifier: Apache-2.0
"""What becomes of `up` when the way to the API server, or the API server itself, is not well: it
goes on where that can help, says what it waits for, and ends at once where waiting cannot help."""

import base64
import json
import re
import sys
import time
import zlib

import pytest
import yaml

from faults import through
from lab import CHECKOUT
from scenarios.objects import config, deployment, namespace, placed, serves
from trees import Small

sys.path.insert(0, str(CHECKOUT / "tests/servers"))
import certs  # noqa: E402

TIMEOUT_S = 150
LIMITS = ("--timeout", f"{TIMEOUT_S}s", "--fail-after", "60s")
WAITED_S = TIMEOUT_S / 5  # whoever ends sooner has not waited for anything, on a busy machine either


@pytest.fixture
def bed(lab, request):
    """A small tree in a namespace of its own, whose Deployment is ready after a second."""
    made = Bed(lab, f"way-{zlib.crc32(request.node.name.encode()):08x}")
    yield made
    made.remove()


class Bed:
    def __init__(self, lab, name, ready_after=1):
        self.lab, self.name = lab, name
        self.make(ready_after)

    def make(self, ready_after):
        objects = [config("settings", a="b"), deployment(serves(ready_after))]
        self.tree = Small(self.lab, self.name, {"objects": [
            namespace(self.name), *(placed(one, self.name) for one in objects)]})

    def up(self, kubeconfig=None, code=0, limits=LIMITS, **options):
        where = ("--kubeconfig", getattr(kubeconfig, "kubeconfig", kubeconfig)) if kubeconfig else ()
        return self.tree.run("up", *limits, *where, code=code, **options)

    def start(self, kubeconfig=None):
        where = ("--kubeconfig", kubeconfig.kubeconfig) if kubeconfig else ()
        return self.tree.start("up", *LIMITS, *where)

    def remove(self):
        self.lab.kubectl("delete", "namespace", self.name, self.tree.record, "--ignore-not-found",
                         "--wait=false")

    def user(self, **fields):
        """A kubeconfig for the API server itself, with these fields of the user."""
        config = yaml.safe_load(self.lab.on("operator", "cat", "/root/.kube/config").stdout)
        config["users"][0]["user"] = fields
        return self.write("user", config)

    def write(self, name, config):
        (self.lab.work / f"{self.name}-{name}").write_text(yaml.safe_dump(config))
        return f"/work/{self.name}-{name}"


def says(result, *patterns):
    """The patterns are found in this order."""
    at = 0
    for pattern in patterns:
        found = re.compile(pattern).search(result.stderr, at)
        assert found, f"no {pattern!r} in {result!r}"
        at = found.end()


# --- an API server that is away, or silent ---


@pytest.mark.full
def test_an_api_server_that_restarts_is_waited_for(lab, bed):
    bed.make(15)
    running = bed.start()
    running.wait_for("Deployment .*created", 60)
    lab.tool("daemon", "cp", "kube-apiserver", "stop")
    running.wait_for("the API server is unreachable since", 60)
    time.sleep(10)
    lab.tool("daemon", "cp", "kube-apiserver", "start")
    result = running.finish()
    assert result.code == 0, repr(result)
    says(result, r"the API server is unreachable since \d\d:\d\d:\d\d: ", r"answers again after")


def test_an_api_server_that_says_nothing_is_told_of(lab, bed):
    bed.make(20)
    running = bed.start()
    running.wait_for("Deployment .*created", 60)
    lab.tool("daemon", "cp", "kube-apiserver", "pause")
    try:
        line = running.wait_for("the API server does not answer since", 100)
        assert "(no byte for 15 s)" in line
    finally:
        lab.tool("daemon", "cp", "kube-apiserver", "resume")
    result = running.finish()
    assert result.code == 0, repr(result)
    says(result, "does not answer since", "answers again after")
    assert result.stderr.count("does not answer") == 1, repr(result)


@pytest.mark.full
def test_a_connection_that_goes_silent_is_given_up(lab, bed):
    bed.make(10)
    stalls = {"verb": "connect", "fault": "stall", "times": 1, "after_s": 3, "for_s": 300}
    with through(lab, stalls) as proxy:
        result = bed.up(proxy)
    says(result, "does not answer since", "answers again after")  # it ends before its --timeout


@pytest.mark.full
@pytest.mark.parametrize("for_s", [60, 200])
def test_watches_that_stall_hide_nothing_for_long(lab, bed, for_s):
    """Less than the --timeout: what it takes to find out does not depend on how long they stall."""
    bed.make(10)
    with through(lab, {"verb": "watch", "fault": "stall", "for_s": for_s}) as proxy:
        bed.up(proxy)


# --- what passes when it is repeated ---

REPEATED = {
    "first connection reset": [{"verb": "connect", "fault": "reset-before", "times": 1}],
    "first request reset": [{"fault": "reset-before", "times": 1}],
    "first answer reset": [{"fault": "reset-within", "times": 1}],
    "each write reset after it": [{"verb": "patch", "fault": "reset-after", "times": 3}],
    "one in ten reset": [{"chance": 0.1, "fault": "reset-before"}],
    "one in ten cut": [{"chance": 0.1, "fault": "truncate"}],
    "one in ten aborted": [{"chance": 0.1, "fault": "abort-within"}],
    "one refusal of the credentials": [{"path": "/deployments/", "fault": "status", "code": 401,
                                        "times": 1}],
    "one refusal at first": [{"fault": "status", "code": 401, "times": 1}],
    "busy for a while": [{"until_s": 8, "fault": "status", "code": 429, "retry_after_s": 2}],
    "one in three busy": [{"chance": 0.3, "fault": "status", "code": 429}],
    "one in ten defective": [{"chance": 0.1, "fault": "status", "code": 500}],
    "one in ten unavailable": [{"chance": 0.1, "fault": "status", "code": 503,
                                "retry_after_s": 1}],
    "watches end": [{"verb": "watch", "fault": "end", "after_s": 1, "times": 20}],
    "watches expire": [{"verb": "watch", "fault": "gone", "after_s": 1, "times": 20}],
    "watches refused as too old": [{"verb": "watch", "fault": "status", "code": 410, "times": 9}],
    "sent elsewhere": [{"chance": 0.2, "fault": "goaway"}],
    "slow bytes": [{"verb": "list", "fault": "slow", "bytes": 2000, "for_s": 0.05}],
    "far away": [{"fault": "latency", "for_s": 0.3}],
}
QUICK = {"first connection reset", "one in ten cut", "one refusal of the credentials",
         "watches expire"}


@pytest.mark.parametrize("story", [
    pytest.param(story, marks=[] if story in QUICK else pytest.mark.full) for story in REPEATED])
def test_repeated(lab, bed, story):
    with through(lab, *REPEATED[story]) as proxy:
        bed.up(proxy)
        assert proxy.struck(), proxy.requests


@pytest.mark.full
def test_a_server_that_stays_busy_is_an_error_in_the_end(lab, bed):
    with through(lab, {"fault": "status", "code": 429}) as proxy:
        result = bed.up(proxy, code=7, limits=("--timeout", "10s"))
    says(result, "version: too many requests")


# --- what does not pass ---


def test_nobody_listens(lab, bed):
    config = yaml.safe_load(lab.on("operator", "cat", "/root/.kube/config").stdout)
    config["clusters"][0]["cluster"]["server"] = "https://10.78.0.3:6444"
    result = bed.up(bed.write("nobody", config), code=7)
    says(result, "cannot connect to 10.78.0.3:6444: Connection refused")
    assert "unreachable since" not in result.stderr and result.seconds < WAITED_S, repr(result)


@pytest.mark.full
def test_an_authority_that_is_not_the_clusters(lab, bed, tmp_path):
    config = yaml.safe_load(lab.on("operator", "cat", "/root/.kube/config").stdout)
    other = certs.Authority(tmp_path, "other").certificate.read_text()
    cluster = config["clusters"][0]["cluster"]
    cluster.pop("certificate-authority-data")
    (lab.work / "other.crt").write_text(other)
    cluster["certificate-authority"] = "/work/other.crt"
    result = bed.up(bed.write("stranger", config), code=7)
    says(result, "the certificate of 10.78.0.3 is not trusted: CN=kube-apiserver")


@pytest.mark.parametrize(("start", "end", "words"), [
    pytest.param("20200101000000Z", "20210101000000Z", r"expired on 2021-01-01 00:00:00 UTC",
                 id="expired"),
    pytest.param("20900101000000Z", "20910101000000Z", r"is not valid before 2090-01-01",
                 id="early", marks=pytest.mark.full),
])
def test_a_client_certificate_out_of_its_time(lab, bed, tmp_path, start, end, words):
    pair = certs.Authority(tmp_path, "old").issue("user", None, start=start, end=end)
    for name, file in zip(("user.crt", "user.key"), pair):
        (lab.work / name).write_text(file.read_text())
    with through(lab) as proxy:
        config = yaml.safe_load((lab.work / "faults-7201.kubeconfig").read_text())
        config["users"][0]["user"] = {"client-certificate": "user.crt", "client-key": "user.key"}
        result = bed.up(bed.write("dated", config), code=7)
        assert not proxy.requests, "it was sent for all that"
    says(result, r"the client certificate of user \"sandstrap\" of /work/\S+ " + words,
         r"this host's clock says \d{4}-")


@pytest.mark.full
def test_credentials_that_are_wrong_for_good(lab, bed):
    with through(lab) as proxy:
        config = yaml.safe_load((lab.work / "faults-7201.kubeconfig").read_text())
        config["users"][0]["user"] = {"token": "wrong"}
        result = bed.up(bed.write("wrong", config), code=7)
        asked = [entry for entry in proxy.requests if entry.get("path")]
        assert 1 <= len(asked) <= 2, asked  # a refusal is repeated once
    says(result, "Unauthorized", "the credentials of user \"sandstrap\" .* are wrong or have expired")


@pytest.mark.full
def test_credentials_that_expire_on_the_way(lab, bed):
    """Nothing is seen any more: what was seen last is not what it waits for until its --timeout."""
    bed.make(60)
    rules = ({"from_s": 10, "fault": "status", "code": 401}, {"verb": "watch", "fault": "end", "after_s": 4})
    with through(lab, *rules) as proxy:
        result = bed.up(proxy, code=7)
    says(result, "Unauthorized", "the credentials of user \"sandstrap\" .* are wrong or have expired")


# --- credentials that change ---

PLUGIN = """\
#!/bin/sh
date >>{log}
cat <<'EOF'
{credential}
EOF
"""


def plugin(lab, bed, status, script=""):
    credential = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                  "status": status}
    file, log = lab.work / f"{bed.name}-plugin", f"/work/{bed.name}-runs"
    file.write_text(script or PLUGIN.format(log=log, credential=json.dumps(credential)))
    file.chmod(0o755)
    return bed.user(exec={"apiVersion": "client.authentication.k8s.io/v1",
                          "command": f"/work/{file.name}", "interactiveMode": "Never"})


@pytest.mark.full
def test_a_plugin_gives_a_certificate(lab, bed):
    config = yaml.safe_load(lab.on("operator", "cat", "/root/.kube/config").stdout)
    own = config["users"][0]["user"]
    cert, key = (base64.b64decode(own[name]).decode()
                 for name in ("client-certificate-data", "client-key-data"))
    bed.up(plugin(lab, bed, {"clientCertificateData": cert, "clientKeyData": key}))


@pytest.mark.full
def test_a_plugin_that_gives_an_expired_certificate_is_run_again(lab, bed, tmp_path):
    pair = certs.Authority(tmp_path, "old").issue("user", None, start="20200101000000Z",
                                                  end="20210101000000Z")
    cert, key = (file.read_text() for file in pair)
    result = bed.up(plugin(lab, bed, {"clientCertificateData": cert, "clientKeyData": key}), code=7)
    says(result, "expired on 2021-01-01")
    runs = lab.on("operator", "cat", f"/work/{bed.name}-runs").stdout.splitlines()
    assert len(runs) == 2, runs


@pytest.mark.full
def test_a_plugin_that_fails(lab, bed):
    script = "#!/bin/sh\necho 'login expired: run sso login' >&2\nexit 1\n"
    result = bed.up(plugin(lab, bed, {}, script), code=7)
    says(result, "login expired: run sso login", "exit code 1")


@pytest.fixture
def account(lab):
    """Makes tokens of an account that may do everything."""
    lab.kubectl("create", "serviceaccount", "way", "-n", "default")
    lab.kubectl("create", "clusterrolebinding", "way", "--clusterrole=cluster-admin",
                "--serviceaccount=default:way")
    yield lambda: lab.kubectl("create", "token", "way", "-n", "default").strip()
    lab.kubectl("delete", "clusterrolebinding", "way")
    lab.kubectl("delete", "serviceaccount", "way", "-n", "default")


@pytest.mark.full
def test_a_token_file_that_changes(lab, bed, account):
    bed.make(25)
    token, later = lab.work / f"{bed.name}-token", account()
    token.write_text(account())
    with through(lab, {"verb": "watch", "from_s": 15, "times": 3, "fault": "status", "code": 401},
                 {"verb": "watch", "fault": "end", "after_s": 8, "times": 20}) as proxy:
        config = yaml.safe_load((lab.work / "faults-7201.kubeconfig").read_text())
        config["users"][0]["user"] = {"tokenFile": f"/work/{token.name}"}
        proxy.kubeconfig = bed.write("tokens", config)
        running = bed.start(proxy)
        running.wait_for("Deployment .*created", 60)
        token.write_text(later)
        result = running.finish()
        assert proxy.struck("status"), proxy.requests
    assert result.code == 0, repr(result)


# --- what is told by the way ---


@pytest.mark.full
@pytest.mark.parametrize(("ahead_s", "words"), [(3600, "ahead of"), (-3600, "behind")])
def test_clocks_that_differ_are_told_once(lab, bed, ahead_s, words):
    with through(lab, {"fault": "clock", "for_s": ahead_s}) as proxy:
        result = bed.up(proxy)
    says(result, rf"the API server's clock is 3[56]\d\d s {words} this host's")
    assert result.stderr.count("clock is") == 1, repr(result)
