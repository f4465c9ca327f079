# SPDX-License-Identifier: Apache-2.0
"""Objects of many kinds, and what becomes of them when a person edits the tree.

Nothing that is made here runs: no replicas, suspended, or for nodes that do not exist.
"""

import copy
import random

import yaml

NAMESPACE = "pairs"
# Parts of objects that name or select them: others could not be applied over the first one.
FIXED = {"apiVersion", "kind", "name", "namespace"}
TOP = {"apiVersion", "kind", "metadata"}
# Texts that somebody could take for equal.
LOOKALIKES = {
    "1": ["1000m", "1.0", "01", "1e0", 1], "2": ["2000m", "2.0", 2], "500m": ["0.5", "500000u"],
    "1Gi": ["1024Mi", "1G", "1073741824"], "2.3": ["2.30", "2.3.0"], "true": [True, "True"],
    "128Mi": ["131072Ki", "134217728", "0.125Gi"], "1500m": ["1.5", "1.500"], "100k": ["100000"],
    "2026-01-01T00:00:00Z": ["2026-01-01T00:00:01Z", "2026-01-01T00:00:00.0Z"],
}
EMPTY = [None, "", 0, False, {}, []]
LABELS = ["app", "tier", "team"]


def objects():
    """The objects to start from, with every structure that server-side apply tells apart."""
    found = [one for one in yaml.safe_load_all(OBJECTS) if one]
    template = next(one for one in found if one["kind"] == "Deployment")["spec"]["template"]
    for one in found:
        if one["kind"] in ("StatefulSet", "DaemonSet", "Job", "CronJob"):
            spec = one["spec"]
            if one["kind"] == "CronJob":
                spec = spec["jobTemplate"]["spec"]
            own = spec.setdefault("template", {})
            spec["template"] = copy.deepcopy(template)
            spec["template"]["spec"].update(own.get("spec", {}))
            if one["kind"] in ("Job", "CronJob"):
                del spec["template"]["metadata"]
    return found


def places(node, path=()):
    """Every map and list below a node, with the path to it."""
    if isinstance(node, (dict, list)):
        yield path, node
    children = node.items() if isinstance(node, dict) else enumerate(node)
    for key, child in children:
        if isinstance(child, (dict, list)):
            yield from places(child, (*path, key))


def editable(path, key):
    if not path:
        return key not in TOP
    return not (path == ("metadata",) and key in FIXED)


def change_scalar(value, chance):
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return chance.choice([value + 1, max(value - 1, 0), str(value), 0])
    if value is None:
        return chance.choice(EMPTY[1:])
    return chance.choice([*LOOKALIKES.get(value, []), value + "x", value + "0", value.upper(), ""])


def edit_map(path, node, chance):
    keys = [key for key in node if editable(path, key)]
    what = chance.randrange(8)
    if path[-1:] in (("labels",), ("annotations",), ("matchLabels",), ("data",)) and what < 2:
        node[chance.choice(LABELS)] = chance.choice(["a", "b", "2.3"])
    elif keys and what < 4:
        del node[chance.choice(keys)]
    elif keys and what < 5:
        node[chance.choice(keys)] = copy.deepcopy(chance.choice(EMPTY))
    elif keys:
        key = chance.choice(keys)
        if not isinstance(node[key], (dict, list)):
            node[key] = change_scalar(node[key], chance)


def edit_list(node, chance):
    what = chance.randrange(6)
    if len(node) > 1 and what < 3:
        one, other = chance.sample(range(len(node)), 2)
        node[one], node[other] = node[other], node[one]
    elif node and what < 4:
        del node[chance.randrange(len(node))]
    elif node and what < 5:
        again = copy.deepcopy(chance.choice(node))
        if isinstance(again, dict):
            for key in ("name", "key", "port", "containerPort", "mountPath"):
                if isinstance(again.get(key), str):
                    again[key] += "-2"
                elif isinstance(again.get(key), int):
                    again[key] += 1
        else:
            again = change_scalar(again, chance)
        node.insert(chance.randrange(len(node) + 1), again)
    elif node:
        at = chance.randrange(len(node))
        if not isinstance(node[at], (dict, list)):
            node[at] = change_scalar(node[at], chance)


def reorder_keys(node, chance):
    """The same object, written in another order."""
    if isinstance(node, list):
        return [reorder_keys(child, chance) for child in node]
    if not isinstance(node, dict):
        return node
    keys = list(node)
    chance.shuffle(keys)
    return {key: reorder_keys(node[key], chance) for key in keys}


def edited(wanted, chance):
    """The object after an edit or a few; now and then after none."""
    wanted = copy.deepcopy(wanted)
    for _ in range(chance.choice([0, 1, 1, 1, 1, 2, 3])):
        # Small parts first: each leaf of a large template counts as much as a small object.
        path, node = chance.choice(list(places(wanted)))
        if isinstance(node, dict):
            edit_map(path, node, chance)
        else:
            edit_list(node, chance)
    return reorder_keys(wanted, chance)


def meddled(wanted, chance):
    """A merge patch by somebody else, or None."""
    if chance.random() < 0.6:
        return None
    patch = {"metadata": {"labels": {"other": "x", **chance.choice([{}, {"app": "other"}])}}}
    if wanted["kind"] in ("ConfigMap", "Secret"):
        patch["data"] = {"other": "Zm9v", **chance.choice([{}, {"a": "YmFy"}, {"a": None}])}
    return patch


def pairs(rounds, states, seed):
    """Lines for the program pairs: each object `rounds` times, with `states` edits of it each."""
    chance = random.Random(seed)
    number = 0
    for _ in range(rounds):
        for base in objects():
            number += 1
            first = edited(base, chance) if chance.random() < 0.7 else copy.deepcopy(base)
            rename(first, f"p{number}")
            wanted = [edited(first, chance) for _ in range(states)]
            if chance.random() < 0.5:
                # what there was before was taken out of the tree
                wanted[0] = rename(copy.deepcopy(base), f"p{number}")
            yield {"object": first, "other": meddled(first, chance), "wanted": wanted}


def rename(wanted, name):
    metadata = wanted["metadata"]
    if wanted["kind"] == "CustomResourceDefinition":
        if "group" not in (wanted.get("spec") or {}) or not wanted["spec"].get("names"):
            return wanted
        plural = f"{name}things"
        wanted["spec"]["names"].update(plural=plural, singular=f"{name}thing", kind=f"{name}Thing".title())
        metadata["name"] = f"{plural}.{wanted['spec']['group']}"
        return wanted
    metadata["name"] = f"pairs-{name}"
    if wanted["kind"] not in CLUSTER_KINDS:
        metadata["namespace"] = NAMESPACE
    return wanted


CLUSTER_KINDS = {
    "ClusterRole", "ClusterRoleBinding", "StorageClass", "PriorityClass", "PersistentVolume",
    "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "RuntimeClass", "IngressClass",
    "CustomResourceDefinition",
}

OBJECTS = """
apiVersion: v1
kind: ConfigMap
metadata: {name: x, labels: {app: a, version: "2.3"}, annotations: {at: "2026-01-01T00:00:00Z", n: "1"}}
data: {a: "2", b: "1Gi", c: "true", d: "", e: "500m"}
binaryData: {z: Zm9v}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: x, finalizers: [], annotations: {}, creationTimestamp: null}
data: {}
immutable: false
---
apiVersion: v1
kind: Secret
metadata: {name: x}
type: Opaque
data: {a: Zm9v, b: YmFy}
stringData: {c: "2", d: "x"}
---
apiVersion: v1
kind: Secret
metadata: {name: x, labels: {app: a}}
stringData: {a: "1", b: "2.3"}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: x}
automountServiceAccountToken: false
imagePullSecrets: [{name: a}, {name: b}]
secrets: [{name: s}]
---
apiVersion: v1
kind: Service
metadata: {name: x, annotations: {a: b}}
spec:
  selector: {app: a, tier: "1"}
  type: ClusterIP
  publishNotReadyAddresses: false
  externalIPs: [192.0.2.1, 192.0.2.2]
  ports:
    - {name: dns, port: 53, protocol: UDP}
    - {name: dns-tcp, port: 53}
    - {name: http, port: 80, targetPort: "http"}
    - {name: other, port: 81, targetPort: 8081, appProtocol: "h2"}
---
apiVersion: v1
kind: Service
metadata: {name: x}
spec: {clusterIP: None, selector: {app: a}, ports: [{port: 80}], ipFamilyPolicy: SingleStack, sessionAffinity: None}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: x, creationTimestamp: null, labels: {app: a}}
spec:
  replicas: 0
  minReadySeconds: 0
  revisionHistoryLimit: 2
  strategy: {}
  selector: {matchLabels: {app: a}}
  template:
    metadata: {creationTimestamp: null, labels: {app: a, tier: "1"}, annotations: {n: "2.3", t: "true"}}
    spec:
      hostNetwork: false
      serviceAccountName: default
      automountServiceAccountToken: false
      nodeSelector: {nowhere: "1"}
      securityContext: {runAsNonRoot: true, supplementalGroups: [1, 2], sysctls: [{name: a, value: "1"}, {name: b, value: "2"}]}
      tolerations: [{key: a, operator: Exists, effect: NoSchedule}, {key: b, operator: Equal, value: "1"}]
      imagePullSecrets: [{name: a}, {name: b}]
      hostAliases: [{ip: 192.0.2.1, hostnames: [a, b]}, {ip: 192.0.2.2, hostnames: [c]}]
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In, values: ["1", "2"]}]}]
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - {weight: 1, podAffinityTerm: {topologyKey: a, labelSelector: {matchLabels: {app: a, tier: "1"}}}}
      topologySpreadConstraints:
        - {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: a}}}
        - {maxSkew: 1, topologyKey: host, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: a}}}
      initContainers:
        - {name: one, image: "i:2.3", command: [a, b], resources: {limits: {cpu: "1"}}}
        - {name: two, image: "i:1", env: [{name: A, value: ""}, {name: B, value: "1"}]}
        - {name: three, image: "i:1", restartPolicy: Always}
      containers:
        - name: c
          image: "i:2.3"
          args: ["--a=1", "--b=2", "1"]
          env:
            - {name: A, value: "1"}
            - {name: B, value: ""}
            - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
            - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
            - {name: S, valueFrom: {secretKeyRef: {name: s, key: k, optional: true}}}
          envFrom: [{configMapRef: {name: a}}, {secretRef: {name: b, optional: false}, prefix: P_}]
          ports: [{name: http, containerPort: 80}, {name: dns, containerPort: 53, protocol: UDP}, {name: tcp, containerPort: 53}]
          resources: {limits: {cpu: 1000m, memory: 1Gi}, requests: {cpu: 0.5, memory: 128Mi, ephemeral-storage: "1500m"}}
          readinessProbe: {httpGet: {path: /, port: http, httpHeaders: [{name: A, value: "1"}, {name: B, value: "2"}]}, initialDelaySeconds: 0, periodSeconds: 5}
          livenessProbe: {exec: {command: [a, b]}}
          lifecycle: {preStop: {exec: {command: [sleep, "1"]}}}
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [A, B]}}
          tty: false
          volumeMounts:
            - {name: e, mountPath: /e, readOnly: false}
            - {name: cm, mountPath: /cm, readOnly: true, subPath: a}
            - {name: p, mountPath: /p}
        - {name: d, image: d, imagePullPolicy: IfNotPresent, resources: {}}
      volumes:
        - {name: e, emptyDir: {}}
        - {name: m, emptyDir: {medium: Memory, sizeLimit: 1024Mi}}
        - {name: cm, configMap: {name: a, defaultMode: 420, items: [{key: a, path: a}, {key: b, path: b, mode: 256}]}}
        - {name: s, secret: {secretName: s, optional: false}}
        - name: p
          projected:
            sources:
              - {serviceAccountToken: {path: t}}
              - {downwardAPI: {items: [{path: l, fieldRef: {fieldPath: metadata.labels}}, {path: c, resourceFieldRef: {containerName: c, resource: limits.cpu, divisor: 1000m}}]}}
              - {configMap: {name: a, items: [{key: k, path: p}]}}
        - {name: d, downwardAPI: {items: [{path: n, fieldRef: {fieldPath: metadata.name}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: x}
spec:
  replicas: 0
  paused: false
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 25%}}
  selector: {matchLabels: {app: a}, matchExpressions: [{key: tier, operator: In, values: [a, b]}]}
  template:
    metadata: {labels: {app: a, tier: a}}
    spec: {containers: [{name: c, image: i}, {name: d, image: i, securityContext: {}}], nodeSelector: {}, volumes: [], securityContext: {}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: x}
spec:
  replicas: 0
  serviceName: s
  updateStrategy: {}
  selector: {matchLabels: {app: a}}
  volumeClaimTemplates:
    - {metadata: {name: v}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1024Mi}}}}
    - {metadata: {name: w}, spec: {accessModes: [ReadWriteOnce, ReadOnlyMany], storageClassName: "", resources: {requests: {storage: 1Gi}}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: x, labels: {app: a}}
spec:
  updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1}}
  selector: {matchLabels: {app: a}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: x}
spec: {suspend: true, backoffLimit: 1, ttlSecondsAfterFinished: 100, parallelism: 1, template: {spec: {restartPolicy: Never}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: x}
spec: {suspend: true, schedule: "1 1 1 1 1", concurrencyPolicy: Forbid, jobTemplate: {spec: {template: {spec: {restartPolicy: OnFailure}}}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: x, annotations: {a: "true"}}
spec:
  ingressClassName: a
  tls: [{hosts: [a.example.com, b.example.com], secretName: s}, {hosts: [c.example.com]}]
  rules:
    - {host: a.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: s, port: {number: 80}}}}, {path: /b, pathType: Exact, backend: {service: {name: t, port: {name: http}}}}]}}
    - {host: b.example.com, http: {paths: [{path: /, pathType: ImplementationSpecific, backend: {service: {name: s, port: {number: 80}}}}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: x}
spec:
  podSelector: {matchLabels: {app: a, tier: "1"}}
  policyTypes: [Ingress, Egress]
  ingress:
    - {from: [{podSelector: {}}, {namespaceSelector: {matchLabels: {team: a}}, podSelector: {matchLabels: {app: b}}}], ports: [{port: 80}, {port: 53, protocol: UDP}, {port: http, protocol: TCP}]}
    - {from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.0.0/16]}}]}
  egress: [{to: [], ports: [{port: 443, endPort: 444}]}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: x}
spec: {podSelector: {}, ingress: [{}], policyTypes: [Ingress]}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: x, labels: {}}
spec: {controller: example.com/x, parameters: {apiGroup: example.com, kind: P, name: p}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: x}
rules:
  - {apiGroups: [""], resources: [pods, services], verbs: [get, list]}
  - {apiGroups: [apps], resources: [deployments], resourceNames: [a, b], verbs: ["*"]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: x, labels: {app: a}}
rules:
  - {apiGroups: [""], resources: [pods], verbs: [get], resourceNames: []}
  - {nonResourceURLs: [/metrics], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: x}
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: x}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {none: a}}, {matchLabels: {none: b}}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: x}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects: [{kind: ServiceAccount, name: a, namespace: n}, {kind: User, name: u}, {kind: Group, name: g, apiGroup: rbac.authorization.k8s.io}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: x}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: a, namespace: n, apiGroup: ""}, {kind: ServiceAccount, name: b, namespace: n}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: x}
spec: {accessModes: [ReadWriteOnce], storageClassName: none, resources: {requests: {storage: 1024Mi}, limits: {storage: 2Gi}}, selector: {matchLabels: {a: b}}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: x}
spec:
  capacity: {storage: 1024Mi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  storageClassName: none
  mountOptions: [a, b]
  hostPath: {path: /x, type: ""}
  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In, values: [b]}]}]}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: x}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: none}
  minReplicas: 1
  maxReplicas: 3
  metrics:
    - {type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 1024Mi}}}
    - {type: Pods, pods: {metric: {name: m, selector: {matchLabels: {a: b}}}, target: {type: AverageValue, averageValue: 1000m}}}
    - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}
  behavior: {scaleDown: {stabilizationWindowSeconds: 300, policies: [{type: Pods, value: 1, periodSeconds: 60}, {type: Percent, value: 10, periodSeconds: 60}]}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: x}
spec: {minAvailable: 1, selector: {matchLabels: {app: a, tier: "1"}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: x}
spec: {maxUnavailable: 50%, selector: {}}
---
apiVersion: v1
kind: LimitRange
metadata: {name: x}
spec:
  limits:
    - {type: Container, default: {cpu: 1000m, memory: 1Gi}, defaultRequest: {cpu: 500m}, max: {cpu: "2"}, min: {cpu: 0.1}}
    - {type: Pod, max: {memory: 1024Mi}}
    - {type: PersistentVolumeClaim, min: {storage: 1Gi}, max: {storage: 2048Mi}}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: x}
spec: {hard: {requests.cpu: 1000m, limits.memory: 1024Mi, count/configmaps: "1000", pods: 1000}, scopes: [NotTerminating, NotBestEffort]}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: x}
provisioner: example.com/p
parameters: {a: "1", b: "2.3"}
mountOptions: [a, b]
allowVolumeExpansion: false
allowedTopologies: [{matchLabelExpressions: [{key: zone, values: [a, b]}]}]
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: x}
provisioner: example.com/p
parameters: {}
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: x}
value: 0
globalDefault: false
description: ""
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: x}
handler: h
overhead: {podFixed: {cpu: 1000m, memory: 1024Mi}}
scheduling: {nodeSelector: {a: b}, tolerations: [{key: a, operator: Exists}]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: x, annotations: {a: b}}
webhooks:
  - &webhook
    name: a.example.com
    admissionReviewVersions: [v1, v1beta1]
    sideEffects: None
    failurePolicy: Ignore
    timeoutSeconds: 1
    clientConfig: {service: {name: s, namespace: n, path: /a}}
    namespaceSelector: {matchLabels: {nowhere: "1"}}
    matchConditions: [{name: a, expression: "true"}, {name: b, expression: "1 == 1"}]
    rules: [{apiGroups: [x.example.com], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [z]}, {apiGroups: [y.example.com], apiVersions: ["*"], operations: [CREATE], resources: [z], scope: Namespaced}]
  - {<<: *webhook, name: b.example.com, objectSelector: {}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: x}
webhooks:
  - name: a.example.com
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Ignore
    reinvocationPolicy: Never
    clientConfig: {url: "https://example.com/x"}
    namespaceSelector: {matchLabels: {nowhere: "1"}}
    rules: [{apiGroups: [x.example.com], apiVersions: [v1], operations: [CREATE], resources: [z]}]
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: x, labels: {app: a}}
spec:
  suspend: true
  interval: 10m
  timeout: 5m0s
  chart: {spec: {chart: c, version: "2.3", sourceRef: {kind: GitRepository, name: s}, valuesFiles: [a.yaml, b.yaml]}}
  install: {remediation: {retries: -1}, createNamespace: false, crds: CreateReplace}
  dependsOn: [{name: a}, {name: b, namespace: n}]
  valuesFrom: [{kind: Secret, name: a}, {kind: ConfigMap, name: b, valuesKey: k, optional: true}]
  values: {a: "1", b: 1, c: {d: [1, 2, {e: null}], f: {}, g: null, h: ""}, cpu: 1000m, list: [{name: a}, {name: b}]}
  postRenderers: [{kustomize: {patches: [{patch: "x", target: {kind: Deployment}}], images: [{name: a, newTag: "2.3"}]}}]
  driftDetection: {mode: enabled, ignore: [{paths: [/spec/replicas], target: {kind: Deployment}}]}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: x}
spec: {suspend: true, interval: 1m0s, url: "https://example.com/x.git", ref: {tag: "2.3"}, ignore: "a\\nb\\n", include: [{repository: {name: a}, fromPath: b}]}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: x, annotations: {a: "1"}}
spec:
  suspend: true
  interval: 10m
  prune: true
  path: ./x
  wait: false
  sourceRef: {kind: GitRepository, name: s}
  dependsOn: [{name: a}, {name: b}]
  patches: [{patch: "x", target: {kind: Deployment, labelSelector: "a=b"}}, {patch: "y"}]
  images: [{name: a, newTag: "2.3"}, {name: b, newName: c}]
  postBuild: {substitute: {a: "1", b: "2.3"}, substituteFrom: [{kind: ConfigMap, name: a}, {kind: Secret, name: b, optional: true}]}
  healthChecks: [{apiVersion: apps/v1, kind: Deployment, name: a, namespace: n}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: x, creationTimestamp: null}
spec:
  group: pairs.example.com
  scope: Namespaced
  preserveUnknownFields: false
  names: {plural: things, kind: Thing, shortNames: [], categories: [all]}
  versions:
    - name: v1
      served: true
      storage: true
      additionalPrinterColumns: [{name: A, type: string, jsonPath: .spec.a, priority: 0}, {name: B, type: date, jsonPath: .spec.b}]
      subresources: {status: {}}
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, required: [a], properties: {a: {type: string, default: "1", enum: ["1", "2"]}, b: {type: integer, minimum: 0, maximum: 10}, c: {type: array, items: {type: string}}}}}}}
    - {name: v2, served: false, storage: false, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
status: {acceptedNames: {kind: "", plural: ""}, conditions: [], storedVersions: []}
"""
