# SPDX-License-Identifier: Apache-2.0
"""Random Kubernetes objects that refer to each other, as YAML text."""

import re

import yaml

NAMES = ["web", "api", "db", "cache", "web-1", "job", "front.end", "x"]
NAMESPACES = ["", "", "", "default", "shop", "team-a"]
IMAGES = [
    "nginx", "nginx:1.25", "registry.example.com/team/app:v1", "busybox@sha256:0123abcd",
    "app:1.0@sha256:00ff", "localhost:5000/app", "localhost:5000/app:2", "nginx-proxy:3",
]
SCALARS = [
    "text", "1", "1.0", "true", "yes", "null", "~", "", "0755", "0x1F", "1e3", "on", "2020-01-01",
    "a: b", "# no", "multi\nline", "multi\nline\n", " lead", "trail ", "-", "- a", "*x", "&y", "é",
    "tab\there", "12:30:45", "1_000", ".5", "=", "<<", "'q'", '"d"', "a" * 90 + " " + "b" * 40,
]


RAW = re.compile("'?RAW<([^>]*)>'?")


def raw(text):
    """Stands for text that is written into the YAML as it is."""
    return f"RAW<{text}>"


class Dumper(yaml.SafeDumper):
    """Writes block style without aliases."""

    def ignore_aliases(self, data):
        return True


def dump(value):
    """One YAML document."""
    text = yaml.dump(value, Dumper=Dumper, default_flow_style=False, sort_keys=False,
                     allow_unicode=True)
    return RAW.sub(r"\1", text)


class Objects:
    """Makes objects with one source of chance."""

    def __init__(self, chance):
        self.chance = chance

    def one(self, options):
        return self.chance.choice(options)

    def maybe(self, probability=0.5):
        return self.chance.random() < probability

    def scalar(self):
        """A value of any type."""
        kind = self.chance.random()
        if kind < 0.5:
            return self.one(SCALARS)
        if kind < 0.6:
            return self.chance.randint(-10, 100000)
        if kind < 0.7:
            return self.maybe()
        if kind < 0.75:
            return None
        if kind < 0.85:
            return self.chance.random() * 10 ** self.chance.randint(-8, 25)
        return raw(self.one(["0755", "0x1F", "1.10", "1e3", "0o17", "+5", "1_000", "12e03", "0b11", "~", "yes"]))

    def strings(self, keys, low=0, high=2):
        """A map of texts, as labels are."""
        keys = self.chance.sample(keys, self.chance.randint(low, min(high, len(keys))))
        return {k: self.one(["a", "b", "v1", "1", "true", "web"]) for k in keys}

    def metadata(self, name, namespace=None):
        out = {"name": name}
        namespace = self.one(NAMESPACES) if namespace is None else namespace
        if namespace:
            out["namespace"] = namespace
        if self.maybe(0.4):
            out["labels"] = self.strings(["app", "tier", "team"])
        if self.maybe(0.3):
            out["annotations"] = {**self.strings(["note", "owner"], 0, 2)}
            if self.maybe(0.3):
                out["annotations"]["odd"] = self.scalar()
        return out

    def container(self, name):
        out = {"name": name, "image": self.one(IMAGES)}
        if self.maybe(0.4):
            out["env"] = self.env()
        if self.maybe(0.3):
            out["envFrom"] = [{self.one(["configMapRef", "secretRef"]): {"name": self.one(NAMES)}}]
        if self.maybe(0.3):
            out["ports"] = [{"containerPort": p} for p in self.chance.sample([80, 443, 8080], 2)]
        if self.maybe(0.3):
            out["args"] = [self.one(["--a", "$(NAME)", "x=$(HOST)", "$$(NAME)"]) for _ in range(2)]
        if self.maybe(0.2):
            out["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]
        return out

    def env(self):
        out = []
        for name in self.chance.sample(["A", "B", "C"], self.chance.randint(1, 3)):
            kind = self.chance.random()
            if kind < 0.5:
                out.append({"name": name, "value": self.one(["1", "x", "true", "$(HOST)", ""])})
            else:
                source = self.one(["configMapKeyRef", "secretKeyRef"])
                ref = {"name": self.one(NAMES), "key": "k"}
                out.append({"name": name, "valueFrom": {source: ref}})
        return out

    def pod(self):
        out = {"containers": [self.container(n) for n in self.chance.sample(["main", "side", "log"],
                                                                           self.chance.randint(1, 2))]}
        if self.maybe(0.3):
            out["initContainers"] = [self.container("init")]
        if self.maybe(0.3):
            out["serviceAccountName"] = self.one(NAMES)
        if self.maybe(0.4):
            out["volumes"] = [self.volume(n) for n in self.chance.sample(["data", "conf", "tmp"], 2)]
        if self.maybe(0.2):
            out["imagePullSecrets"] = [{"name": self.one(NAMES)}]
        if self.maybe(0.1):
            out["tolerations"] = [{"key": "k", "operator": "Exists", "effect": "NoSchedule"}]
        return out

    def volume(self, name):
        source = self.one([
            {"configMap": {"name": self.one(NAMES)}}, {"secret": {"secretName": self.one(NAMES)}},
            {"emptyDir": {}}, {"persistentVolumeClaim": {"claimName": self.one(NAMES)}},
            {"projected": {"sources": [{"configMap": {"name": self.one(NAMES)}}]}},
        ])
        return {"name": name, **source}

    def template(self):
        meta = {"labels": self.strings(["app", "tier"], 1, 2)}
        if self.maybe(0.2):
            meta["annotations"] = self.strings(["note"], 1, 1)
        return {"metadata": meta, "spec": self.pod()}

    def workload(self, kind):
        spec = {"selector": {"matchLabels": {"app": "a"}}, "template": self.template()}
        if kind != "DaemonSet" and self.maybe(0.6):
            spec["replicas"] = self.chance.randint(0, 5)
        if kind == "StatefulSet":
            spec["serviceName"] = self.one(NAMES)
            if self.maybe(0.4):
                spec["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": {}}]
        return "apps/v1", spec

    def other(self, kind):
        """apiVersion and the fields beside metadata."""
        name = self.one(NAMES)
        makers = {
            "Service": lambda: ("v1", {"spec": {"selector": {"app": "a"}, "ports": [
                {"port": p, "protocol": "TCP"} for p in self.chance.sample([80, 443], 2)]}}),
            "ConfigMap": lambda: ("v1", {"data": {k: str(self.one(SCALARS)) for k in "ab"}}),
            "Secret": lambda: ("v1", {"type": "Opaque", "data": {"k": "dg=="}}),
            "ServiceAccount": lambda: ("v1", {"secrets": [{"name": name}]}),
            "PersistentVolumeClaim": lambda: ("v1", {"spec": {"volumeName": name}}),
            "Namespace": lambda: ("v1", {}),
            "CustomResourceDefinition": lambda: ("apiextensions.k8s.io/v1", {"spec": {}}),
            "Foo": lambda: ("example.com/v1", {"spec": {
                "ref": {"name": name}, "list": [{"name": "a", "v": self.scalar()}, {"name": "b"}],
                "plain": [self.scalar(), "z"], "deep": {"er": self.scalar(), "x": {}}}}),
            "ClusterRole": lambda: ("rbac.authorization.k8s.io/v1", {"rules": [
                {"apiGroups": [""], "resources": ["secrets"], "resourceNames": [name]}]}),
            "Role": lambda: ("rbac.authorization.k8s.io/v1", {"rules": []}),
            "RoleBinding": lambda: self.binding("Role"),
            "ClusterRoleBinding": lambda: self.binding("ClusterRole"),
            "Ingress": lambda: ("networking.k8s.io/v1", {"spec": {
                "tls": [{"hosts": ["h"], "secretName": name}], "rules": [{"http": {"paths": [
                    {"path": "/", "backend": {"service": {"name": name}}}]}}]}}),
            "HorizontalPodAutoscaler": lambda: ("autoscaling/v2", {"spec": {
                "scaleTargetRef": {"kind": "Deployment", "name": name}}}),
            "NetworkPolicy": lambda: ("networking.k8s.io/v1", {"spec": {
                "podSelector": {"matchLabels": {"app": "a"}},
                "ingress": [{"from": [{"podSelector": {"matchLabels": {"b": "c"}}}]}]}}),
        }
        return makers[kind]()

    def binding(self, role):
        subjects = [{"kind": "ServiceAccount", "name": self.one(NAMES + ["default"])}
                    for _ in range(self.chance.randint(1, 2))]
        for subject in subjects:
            if self.maybe(0.6):
                subject["namespace"] = self.one(["default", "shop", "team-a"])
        return "rbac.authorization.k8s.io/v1", {
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role,
                        "name": self.one(NAMES)}, "subjects": subjects}

    KINDS = ["Deployment"] * 4 + [
        "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod", "Service", "Service", "ConfigMap",
        "ConfigMap", "Secret", "Secret", "ServiceAccount", "PersistentVolumeClaim", "Namespace",
        "CustomResourceDefinition", "Foo", "Foo", "ClusterRole", "Role", "RoleBinding",
        "ClusterRoleBinding", "Ingress", "HorizontalPodAutoscaler", "NetworkPolicy"]

    def object(self, kind=None, name=None, namespace=None):
        kind = kind or self.one(self.KINDS)
        fields = {}
        if kind in ("Deployment", "StatefulSet", "DaemonSet"):
            version, fields["spec"] = self.workload(kind)
        elif kind == "Job":
            version, fields["spec"] = "batch/v1", {"template": self.template()}
        elif kind == "CronJob":
            version = "batch/v1"
            fields["spec"] = {"jobTemplate": {"spec": {"template": self.template()}}}
        elif kind == "Pod":
            version, fields["spec"] = "v1", self.pod()
        else:
            version, fields = self.other(kind)
        meta = self.metadata(name or self.one(NAMES), namespace)
        return {"apiVersion": version, "kind": kind, "metadata": meta, **fields}
