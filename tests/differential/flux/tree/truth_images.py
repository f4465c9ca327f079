# SPDX-License-Identifier: Apache-2.0
"""Which images objects can make a cluster run, read on its own: nothing here is of sandstrap's code or tables.

What counts: containers of pods and of pod templates, image volumes; custom resources whose operators start pods, by
STARTS; texts that name an image in full (operators are told so what to start). A custom resource that has a field
with "image" in its name, and is neither in STARTS nor in STARTS_NONE, is told: nothing is passed over in silence.
"""

import re

import yaml

LISTS = ("containers", "initContainers", "ephemeralContainers")
REFERENCE = re.compile(r"(?<![\w./:@-])((?:[\w-]+\.)+[a-z]{2,}(?::\d+)?/[a-z0-9][a-z0-9._/-]*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?)(?![\w/:@])")
NOTHING = ("CustomResourceDefinition",)  # describes what could be
POLICIES = ("kyverno.io", "constraints.gatekeeper.sh", "templates.gatekeeper.sh", "policies.kyverno.io")
FLUX = ".toolkit.fluxcd.io"


def joined(fields):
    """An image out of registry, repository, tag and digest, as charts write it."""
    if isinstance(fields, str):
        return fields
    if not isinstance(fields, dict) or not fields.get("repository"):
        return None
    text = f"{fields['registry']}/{fields['repository']}" if fields.get("registry") else fields["repository"]
    text += f":{fields['tag']}" if fields.get("tag") else ""
    return text + (f"@{fields['digest']}" if fields.get("digest") else "")


def field(found, *path):
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return found


def monitoring(spec):
    return [spec.get("image"), field(spec, "thanos", "image")]


def alloy(spec):
    return [joined(spec.get("image")), joined(field(spec, "configReloader", "image"))]


def kiali(spec):
    deployment = spec.get("deployment") or {}
    if not deployment.get("image_name"):
        return []
    digest = deployment.get("image_digest")
    mark = f"@{digest}:" if digest else ":"
    return [deployment["image_name"] + mark + str(deployment.get("image_version", ""))]


def mattermost(spec):
    return [f"{spec['image']}:{spec['version']}" if spec.get("image") and spec.get("version") else spec.get("image")]


def tenant(spec):
    return [spec.get("image"), field(spec, "kes", "image"), field(spec, "sideCars", "image")]


def one_image(spec):
    return [spec.get("image")]


# By group and kind: which images an operator starts, by the fields that its definition has for them.
STARTS = {
    ("monitoring.coreos.com", "Prometheus"): monitoring, ("monitoring.coreos.com", "PrometheusAgent"): monitoring,
    ("monitoring.coreos.com", "Alertmanager"): monitoring, ("monitoring.coreos.com", "ThanosRuler"): monitoring,
    ("collectors.grafana.com", "Alloy"): alloy,
    ("kiali.io", "Kiali"): kiali,
    ("installation.mattermost.com", "Mattermost"): mattermost,
    ("elasticsearch.k8s.elastic.co", "Elasticsearch"): one_image, ("kibana.k8s.elastic.co", "Kibana"): one_image,
    ("apm.k8s.elastic.co", "ApmServer"): one_image, ("logstash.k8s.elastic.co", "Logstash"): one_image,
    ("minio.min.io", "Tenant"): tenant,
}
# Custom resources that hold the word and start nothing.
STARTS_NONE = ()


def strings(value, path=""):
    """All texts with their paths."""
    if isinstance(value, dict):
        for k, v in value.items():
            yield from strings(v, f"{path}.{k}")
    elif isinstance(value, list):
        for v in value:
            yield from strings(v, f"{path}[]")
    elif isinstance(value, str):
        yield path, value


def containers(value, top=True):
    """The images of containers and of image volumes below a value."""
    if isinstance(value, list):
        for v in value:
            yield from containers(v, False)
    if not isinstance(value, dict):
        return
    for k, v in value.items():
        if top and k in ("metadata", "status"):
            continue
        if k in LISTS and isinstance(v, list):
            yield from (c["image"] for c in v if isinstance(c, dict) and isinstance(c.get("image"), str) and c["image"])
        if k == "volumes" and isinstance(v, list):
            yield from (i for c in v if isinstance(i := field(c, "image", "reference"), str))
        yield from containers(v, False)


def is_custom(group):
    return "." in group and not group.endswith(".k8s.io")


class Truth:
    """Images by how they are known: "runs", "started" or "named", each with who."""

    def __init__(self, objects):
        self.images, self.unknown = {}, []
        for found in objects:
            self.see(found)

    def add(self, image, how, who):
        self.images.setdefault(image, {}).setdefault(how, set()).add(who)

    def see(self, found):
        group = found.get("apiVersion", "").rpartition("/")[0]
        who = f"{found['kind']}/{found['metadata']['name']}"
        if found["kind"] in NOTHING or group in POLICIES or group.endswith(FLUX) or "WebhookConfiguration" in found["kind"]:
            return
        for image in containers(found):
            self.add(image, "runs", who)
        starts = STARTS.get((group, found["kind"]))
        for image in starts(found.get("spec") or {}) if starts else []:
            if image:
                self.add(image, "started", who)
        for path, text in strings(found):
            if "image" in path.rpartition(".")[2].lower() and is_custom(group) and not starts and \
                    (group, found["kind"]) not in STARTS_NONE and not path.endswith(".imagePullPolicy"):
                self.unknown.append(f"{who} ({group}): {path} is {text[:80]!r}")
            for image in REFERENCE.findall(text):
                if ":" in image.rpartition("/")[2]:
                    self.add(image, "named", f"{who}{path}")


def of_lock(file):
    with open(file, encoding="utf-8") as stream:
        lock = yaml.load(stream, yaml.CSafeLoader)
    return {entry["name"]: entry for entry in lock["artifacts"] if entry["kind"] == "image"}


def compare(file, objects):
    """Prints how the images of a lock and those of the objects differ; whether they do."""
    truth, locked = Truth(objects), of_lock(file)
    placeholders = {"auto"}  # what Istio's webhook replaces
    surely = {i for i, how in truth.images.items() if "runs" in how or "started" in how} - placeholders
    named = set(truth.images) - surely - placeholders
    missing, more = sorted((surely | named) - set(locked)), sorted(set(locked) - surely - named)
    for image in missing:
        print(f"image missing in the lock: {image}: {truth.images[image]}")
    for image in more:
        print(f"image too much in the lock: {image}: {locked[image].get('usedBy')}")
    for line in truth.unknown:
        print(f"custom resource that this script does not know: {line}")
    for image in sorted(named):
        print(f"only named: {image} by {', '.join(sorted(truth.images[image]['named']))[:200]}")
    print(f"{len(locked)} images in the lock, {len(surely)} run ({len([i for i in surely if 'runs' not in truth.images[i]])} "
          f"of them by operators alone), {len(named)} only named; {len(missing)} missing, {len(more)} too many")
    return bool(missing or more or truth.unknown)
