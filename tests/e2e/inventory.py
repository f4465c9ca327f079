# SPDX-License-Identifier: Apache-2.0
"""All objects of a cluster: what there is, what came, what went. It knows nothing of sandstrap's own
list of what does not count: what is left out here has to be left out there for the same reason."""

import hashlib
import re

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
METADATA = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
# Made and removed all the time by the cluster itself, whatever is installed.
NOBODYS = {("", "Event"), ("events.k8s.io", "Event"), ("coordination.k8s.io", "Lease"),
           ("discovery.k8s.io", "EndpointSlice"), ("", "Endpoints"), ("metrics.k8s.io", "PodMetrics"),
           ("metrics.k8s.io", "NodeMetrics"), ("", "ComponentStatus")}


class Inventory:
    """The objects at one moment: by group, kind, namespace and name."""

    def __init__(self, api):
        self.objects, self.unknown, self.places = {}, [], {}
        for group, version, resource in resources(api, self.unknown):
            path = f"/apis/{group}/{version}" if group else f"/api/{version}"
            self.places[group, resource["kind"]] = path, resource["name"]
            answer = api.get(f"{path}/{resource['name']}", {"Accept": METADATA})
            # a definition may have gone since; what is refused otherwise would seem to be empty
            assert answer["kind"] != "Status" or answer["code"] == 404, answer
            for one in answer.get("items") or []:
                meta = one["metadata"]
                key = group, resource["kind"], meta.get("namespace", ""), meta["name"]
                self.objects[key] = meta

    def came(self, before):
        """What is here and was not there before, an object of the same name and another UID too."""
        return sorted(key for key, meta in self.objects.items()
                      if before.objects.get(key, {}).get("uid") != meta["uid"])

    def path(self, key):
        """Where one of the objects is in the API."""
        group, kind, namespace, name = key
        base, resource = self.places[group, kind]
        return "/".join([base, *(["namespaces", namespace] if namespace else []), resource, name])

    def went(self, before):
        return sorted(key for key, meta in before.objects.items()
                      if self.objects.get(key, {}).get("uid") != meta["uid"])

    def normal(self):
        """What an installation makes, as lines: without what objects make of themselves, and without
        the part of a name that is new each time."""
        lines = set()
        for (group, kind, namespace, name), meta in self.objects.items():
            if any(owner.get("controller") for owner in meta.get("ownerReferences", [])):
                continue
            if meta.get("generateName"):
                name = meta["generateName"] + "*"
            elif kind == "Secret" and name.startswith("sh.helm.release.v1."):
                name = name.rpartition(".")[0]  # how often it was tried
            elif kind == "PersistentVolume":
                name = UUID.sub("*", name)
            elif kind == "IPAddress":
                continue  # of a Service, whatever it got
            lines.add("/".join((group, kind, namespace, name)))
        return sorted(lines)

    def digest(self):
        return hashlib.sha256("\n".join(self.normal()).encode()).hexdigest()


def resources(api, unknown):
    """Everything that can be listed, in the version that the API prefers."""
    groups = [("", "v1")]
    groups += [(group["name"], group["preferredVersion"]["version"])
               for group in api.get("/apis")["groups"]]
    for group, version in groups:
        listed = api.get(f"/apis/{group}/{version}" if group else f"/api/{version}")
        if "resources" not in listed:
            unknown.append(group)  # an API service that does not answer
            continue
        for resource in listed["resources"]:
            if ("/" not in resource["name"] and "list" in resource["verbs"]
                    and (group, resource["kind"]) not in NOBODYS):
                yield group, version, resource
