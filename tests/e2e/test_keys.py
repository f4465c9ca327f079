# SPDX-License-Identifier: Apache-2.0
"""Sealing keys and SealedSecrets, with the controller of sealed-secrets and its kubeseal.

The tests are one story: the sandbox of the first one is rotated, robbed of its keys and rebuilt.
"""

import base64
import json

import pytest
import yaml

from lab import SANDSTRAP, until
from trees import Small

CONTROLLER = "https://github.com/bitnami-labs/sealed-secrets/releases/download/v0.27.1/controller.yaml"
LABEL = "sealedsecrets.bitnami.com/sealed-secrets-key"
AT_ONCE = {"kind": "Deployment"}, [{"op": "replace", "path": "/spec/minReadySeconds", "value": 0}]
SCOPES = ("strict", "namespace-wide", "cluster-wide")
TOOLS = ("sandstrap", "kubeseal")
PASSPHRASE = "correct horse"
NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
OTHER = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "other", "namespace": "shop"}}
OPENS_WITHIN_S = 60


def secret(name):
    return {"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": {"name": name, "namespace": "shop", "labels": {"app": "shop"}},
            "stringData": {"password": f"of {name}", "empty": ""},
            "data": {"bytes": base64.b64encode(bytes(range(256))).decode()}}


def content_of(name):
    return {"password": base64.b64encode(f"of {name}".encode()).decode(), "empty": "",
            "bytes": secret(name)["data"]["bytes"]}


class Sealed:
    """A tree of the controller and of SealedSecrets, made by both tools in all scopes."""

    def __init__(self, lab):
        self.lab = lab
        self.tree = Small(lab, "keys", {"controller": [NAMESPACE], "secrets": [OTHER]}, made=False,
                          record="sandstrap-system")
        folder = lab.work / "keys"
        for name in ("plain.json", "sandbox.keys"):
            (lab.work / name).unlink(missing_ok=True)
        target, patch = AT_ONCE
        (folder / "controller" / "kustomization.yaml").write_text(yaml.safe_dump(
            {"resources": ["objects.yaml", CONTROLLER],
             "patches": [{"target": target, "patch": yaml.safe_dump(patch)}]}))
        self.secrets = folder / "secrets" / "objects.yaml"
        self.names = []

    def keys(self, command, *arguments, code=0):
        result = self.lab.on("operator", "env", f"SANDSTRAP_PASSPHRASE={PASSPHRASE}", SANDSTRAP, "keys", command,
                             *arguments, check=False)
        assert result.code == code, repr(result)
        return result

    def listed(self, *arguments):
        return json.loads(self.keys("list", "--output", "json", *arguments).stdout)["keys"]

    def seal(self, tool, scope, *options):
        """Seals a Secret into the tree with one of the tools; returns its name."""
        name = f"{tool}-{scope}"
        (self.lab.work / "secret.json").write_text(json.dumps(secret(name)))
        words = {"sandstrap": (SANDSTRAP, "seal", "-f", "/work/secret.json"),
                 "kubeseal": ("kubeseal", "-o", "yaml", "-f", "/work/secret.json")}[tool]
        text = self.lab.on("operator", *words, "--scope", scope, *options).stdout
        assert f"of {name}" not in text and base64.b64encode(f"of {name}".encode()).decode() not in text
        self.names.append(name)
        self.secrets.write_text(self.secrets.read_text() + "---\n" + text.removeprefix("---\n"))
        return name

    def up(self):
        failed = self.tree.make()
        assert not failed, repr(failed)
        self.tree.run("up", "--timeout", "180s")

    def check_opened(self):
        for name in self.names:
            until(lambda: self.lab.kubectl("get", "secret", "-n", "shop", "--ignore-not-found", name),
                  OPENS_WITHIN_S, f"Secret {name}")
            found = self.lab.get("secret", "-n", "shop", name)[0]
            assert found["data"] == content_of(name), name
            assert found["metadata"]["labels"] == {"app": "shop"}

    def check_closed(self, name):
        """The controller has tried, and could not."""
        def failed():
            found = self.lab.get("sealedsecret", "-n", "shop", name)[0]
            return any(one["type"] == "Synced" and one["status"] == "False" and "no key could decrypt" in one["message"]
                       for one in found.get("status", {}).get("conditions", []))
        until(failed, OPENS_WITHIN_S, f"a failure of {name}")
        assert not self.lab.kubectl("get", "secret", "-n", "shop", "--ignore-not-found", name)

    def forget_opened(self):
        """Removes what was opened: the controller makes it again, if it can."""
        self.lab.kubectl("delete", "secret", "-n", "shop", *self.names)

    def restart(self):
        controller = ("pod", "-n", "kube-system", "-l", "name=sealed-secrets-controller")
        self.lab.kubectl("delete", *controller)
        until(lambda: self.lab.on("operator", "kubectl", "wait", "--for=condition=Ready", "--timeout=60s", *controller,
                                  check=False).code == 0, OPENS_WITHIN_S, "the controller")


@pytest.fixture(scope="module")
def sealed(lab):
    sealed = Sealed(lab)
    sealed.up()
    for tool in TOOLS:
        for scope in SCOPES:
            sealed.seal(tool, scope)
    sealed.up()
    return sealed


def test_what_both_tools_seal_is_opened(sealed):
    sealed.check_opened()
    key, = sealed.listed()
    assert key["seals"] and key["state"] == "active" and key["namespace"] == "kube-system"


def test_kubeseal_opens_it_with_the_exported_key(sealed):
    sealed.keys("export", "--plain", "/work/plain.json")
    for name in sealed.names:
        text = sealed.lab.kubectl("get", "sealedsecret", "-n", "shop", name, "-o", "yaml")
        (sealed.lab.work / "one.yaml").write_text(text)
        opened = sealed.lab.on("operator", "sh", "-c", "kubeseal --recovery-unseal --recovery-private-key "
                               "/work/plain.json -o json </work/one.yaml").stdout
        data = {key: value or "" for key, value in json.loads(opened)["data"].items()}  # Go's nil
        assert data == content_of(name)


def test_a_new_key_seals_and_the_old_one_still_opens(sealed):
    old, = sealed.listed()
    sealed.keys("rotate")
    new = next(key for key in sealed.listed() if key["seals"])
    assert new["publicKey"] != old["publicKey"]
    # The controller has it, too: kubeseal is told the new certificate.
    (sealed.lab.work / "cert.pem").write_text(sealed.lab.on("operator", "kubeseal", "--fetch-cert").stdout)
    sealed.keys("export", "--plain", "--overwrite", "/work/plain.json")
    exported = json.loads((sealed.lab.work / "plain.json").read_text())["items"]
    by_name = {one["metadata"]["name"]: base64.b64decode(one["data"]["tls.crt"]).decode() for one in exported}
    assert by_name[new["name"]].strip() == (sealed.lab.work / "cert.pem").read_text().strip()
    sealed.restart()
    sealed.forget_opened()
    sealed.check_opened()


def test_exported_keys_open_again_where_they_were_lost(sealed):
    lab = sealed.lab
    sealed.keys("export", "/work/sandbox.keys")
    assert (lab.work / "sandbox.keys").stat().st_mode & 0o777 == 0o600
    before = {key["publicKey"] for key in sealed.listed()}
    lab.kubectl("delete", "secret", "-n", "kube-system", "-l", LABEL)
    sealed.restart()
    sealed.forget_opened()
    sealed.check_closed(sealed.names[0])
    assert not before & {key["publicKey"] for key in sealed.listed()}
    result = sealed.keys("import", "/work/sandbox.keys")
    assert "2 keys added, 0 there already" in result.stderr
    assert "has taken the keys up" in result.stderr
    sealed.check_opened()
    assert before < {key["publicKey"] for key in sealed.listed()}
    again = sealed.keys("import", "/work/sandbox.keys")
    assert "0 keys added, 2 there already" in again.stderr and "restarted" not in again.stderr


def test_a_rebuild_keeps_what_is_sealed(sealed):
    before = {key["publicKey"] for key in sealed.listed()}
    sealed.tree.run("rebuild", "--data", "--timeout", "300s")
    sealed.check_opened()
    assert before <= {key["publicKey"] for key in sealed.listed()}
    assert not sealed.lab.kubectl("get", "secret", "-n", "sandstrap-system", "--ignore-not-found", "sealing-keys")


def test_without_its_keys_nothing_opens(sealed):
    """The same as a rebuild, but for the keys: so the test before cannot pass by luck."""
    sealed.tree.run("down", "--data")
    assert not sealed.lab.kubectl("get", "secret", "-A", "-l", LABEL, "-o", "name")
    failed = sealed.tree.run("up", "--timeout", "60s", code=8)
    assert "no key could decrypt" in failed.stderr
    sealed.check_closed(sealed.names[0])
    sealed.keys("import", "/work/sandbox.keys")
    sealed.check_opened()
    sealed.tree.run("down", "--data")
