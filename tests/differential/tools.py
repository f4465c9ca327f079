# SPDX-License-Identifier: Apache-2.0
"""Finds the programs that are compared: sandstrap, kustomize v5.8.1, Helm v4.2.4 and Flux's libraries; and asks them."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess

VERSION = "v5.8.1"
HELM_VERSION = "v4.2.4"
HERE = pathlib.Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
LIMIT_S = 100  # for all questions at once


def cache():
    """Where what is built once is kept."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(os.environ.get("SANDSTRAP_CACHE") or f"{base}/sandstrap")


def go_build(name, command, source, folder="oracle"):
    """A Go program of a folder here, built once per source."""
    key = hashlib.sha256(source.encode()).hexdigest()[:16]
    binary = cache() / "differential" / key / name
    if not binary.exists():
        binary.parent.mkdir(parents=True, exist_ok=True)
        env = {**os.environ, "GOBIN": str(binary.parent), "GOFLAGS": "-mod=mod", "CGO_ENABLED": "0"}
        go = shutil.which("go") or "/usr/local/go/bin/go"
        subprocess.run([go, *command, *(["-o", str(binary), "."] if "build" in command else [])],
                       cwd=HERE / folder, env=env, check=True)
    return str(binary)


def kustomize():
    """The kustomize command: $KUSTOMIZE, or built from its Go module."""
    target = f"sigs.k8s.io/kustomize/kustomize/v5@{VERSION}"
    return os.environ.get("KUSTOMIZE") or go_build("kustomize", ["install", target], target)


def built_oracle(variable, folder, command, files=("main.go",)):
    """$variable, or a program of a folder here, built anew when its files change."""
    source = "".join((HERE / folder / file).read_text() for file in (*files, "go.mod"))
    return os.environ.get(variable) or go_build("oracle", command, source, folder)


def oracle():
    """The program that builds many trees with kustomize's library."""
    return built_oracle("ORACLE", "oracle", ["build"])


HELM_NAME = f"-ldflags=-s -w -X helm.sh/helm/v4/internal/version.version={HELM_VERSION}"


def helm():
    """The helm command: $HELM, or built from its Go module with the versions that Helm pins."""
    command = ["install", "-trimpath", HELM_NAME, f"helm.sh/helm/v4/cmd/helm@{HELM_VERSION}"]
    return os.environ.get("HELM") or go_build("helm", command, " ".join(command))


def helm_oracle():
    """The program that renders many templates, or many charts, with Helm's own code."""
    return built_oracle("HELM_ORACLE", "charts/oracle", ["build", "-trimpath", HELM_NAME], ("main.go", "helm.go"))


def flux_kustomization_oracle():
    """The program that builds Flux Kustomizations with the libraries of kustomize-controller."""
    return built_oracle("FLUX_KUSTOMIZATION_ORACLE", "flux/kustomization/oracle", ["build", "-trimpath"])


def flux_release_oracle():
    """The program that installs HelmReleases with helm-controller's own code, without a cluster."""
    return built_oracle("FLUX_RELEASE_ORACLE", "flux/release/oracle", ["build", "-trimpath"])


def flux_source_oracle():
    """The program that answers questions about sources with the libraries of source-controller."""
    return built_oracle("FLUX_SOURCE_ORACLE", "flux/source/oracle", ["build", "-trimpath"])


def template_driver():
    """The program that renders many templates with sandstrap: $TEMPLATE_DRIVER, or the newest build."""
    return driver("charts", "template_driver")


def driver(folder, name):
    """A program of a folder here that answers many questions with sandstrap's code: the newest build."""
    built = [p for preset in ("release", "dev")
             if (p := CHECKOUT / "build" / preset / "tests/differential" / folder / name).exists()]
    given = os.environ.get(name.upper())
    if not given and not built:
        raise SystemExit(f"no {name}: build a preset with its tests, or set {name.upper()}")
    return given or str(max(built, key=lambda p: p.stat().st_mtime))


def scratch():
    """A folder in memory when there is one."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def sandstrap():
    """$SANDSTRAP, or the newest build in the checkout."""
    given = os.environ.get("SANDSTRAP")
    if given:
        return given.split()
    for preset in ("release", "dev"):
        binary = CHECKOUT / "build" / preset / "sandstrap"
        if binary.exists():
            return [str(binary), "render"]
    raise SystemExit("no sandstrap binary: build a preset, or set SANDSTRAP='<binary> render'")


def ask(command, questions):
    """The answers of a program; where it dies, an answer says so and the rest is asked anew."""
    answers = []
    while len(answers) < len(questions):
        rest = "".join(json.dumps(q) + "\n" for q in questions[len(answers):])
        try:
            r = subprocess.run(command, input=rest.encode(), capture_output=True, timeout=LIMIT_S, check=False)
            output, error = r.stdout, f"status {r.returncode}: {r.stderr.decode(errors='replace')[-1500:]}"
        except subprocess.TimeoutExpired as e:
            output, error = e.stdout or b"", f"no answer within {LIMIT_S} s"
        lines = output.decode().split("\n")[:-1]
        answers += [json.loads(line) for line in lines]
        if len(answers) < len(questions):
            answers.append({"died": error})
    return answers
