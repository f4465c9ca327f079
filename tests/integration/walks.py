# SPDX-License-Identifier: Apache-2.0
"""Trees whose images `bundle lock` finds: the images of a lock, those that upstream has, and a chart that runs
each of its values that is one."""

import yaml
from bundles import release, source


def images(tree):
    return {name.removeprefix(tree.upstream.host + "/") for name in tree.pinned("image")}


def offer(tree, *names):
    for name in names:
        tree.upstream.add_image(*name.rsplit(":", 1), [name.encode()])


def at(tree, name):
    return f"{tree.upstream.host}/{name}"


# Runs an image for each map with a repository and a tag in the values of its chart.
RUNS_ALL = """\
{{- define "images" -}}
{{- if kindIs "map" . -}}
{{- if and (hasKey . "repository") (hasKey . "tag") }}
{{ .registry }}/{{ .repository }}:{{ .tag }}
{{- else -}}{{- range . }}{{ include "images" . }}{{ end -}}{{- end -}}
{{- end -}}
{{- end -}}
"""
RUNS = RUNS_ALL + """\
{{- range $i, $image := splitList "\\n" (include "images" (omit .Values "global" | merge dict) | trim) }}
{{- if $image }}
---
apiVersion: v1
kind: Pod
metadata: {name: {{ printf "%s-%s-%d" $.Release.Name $.Chart.Name $i }}}
spec: {containers: [{name: c, image: {{ $image | quote }}}]}
{{- end }}
{{- end }}
"""


def values(**top):
    return {"values.yaml": yaml.safe_dump(top), "templates/run.yaml": RUNS}


def image_values(tree, name):
    repository, tag = name.rsplit(":", 1)
    return {"image": {"registry": tree.upstream.host, "repository": repository, "tag": tag}}


def oci_release(tree, chart, **spec):
    name, version = chart.rsplit(":", 1)
    return [source("OCIRepository", "s", {"url": f"oci://{at(tree, name)}", "ref": {"tag": version}}),
            release("r", chartRef={"kind": "OCIRepository", "name": "s"}, **spec)]
