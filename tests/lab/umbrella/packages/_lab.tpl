{{/*
The workloads of the look-alike packages. The lab copies this file into every package's chart.

A component of a chart is an entry of its values:
    image: {repository, tag}
    replicas: 1
    readyAfter: 0s    how long a pod needs to become ready, or a Job to end
    mode: ok          ok, or one of the ways to fail: badImage, crash, unready
Each template takes a dictionary: root (the chart's context), name, and component.
*/}}
{{- define "lab.labels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{- define "lab.metadata" -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "lab.labels" . | nindent 2 }}
  app.kubernetes.io/managed-by: {{ .root.Release.Service }}
  helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "lab.mode" -}}
{{- $mode := default "ok" .component.mode }}
{{- if not (has $mode (list "ok" "badImage" "crash" "unready")) }}
  {{- fail (printf "%s: mode %s is none of ok, badImage, crash, unready" .name $mode) }}
{{- end }}
{{- $mode }}
{{- end }}

{{- define "lab.container" -}}
name: {{ .name }}
image: {{ .component.image.repository }}:{{ .component.image.tag }}{{ if eq (include "lab.mode" .) "badImage" }}-missing{{ end }}
imagePullPolicy: {{ default "IfNotPresent" .root.Values.imagePullPolicy }}
resources:
  requests: {cpu: 1m, memory: 8Mi}
  limits: {memory: 48Mi}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{- define "lab.pod" -}}
terminationGracePeriodSeconds: 5
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65534
  seccompProfile: {type: RuntimeDefault}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "lab.service-pod" -}}
metadata:
  labels:
    {{- include "lab.labels" . | nindent 4 }}
spec:
  {{- include "lab.pod" . | nindent 2 }}
  containers:
    - {{- include "lab.container" . | nindent 6 }}
      args:
        - serve
        - --listen=:8080
        - --ready-after={{ default "0s" .component.readyAfter }}
        {{- with include "lab.mode" . }}
        {{- if has . (list "crash" "unready") }}
        - --mode={{ . }}
        {{- end }}
        {{- end }}
      ports:
        - {name: http, containerPort: 8080}
      readinessProbe:
        httpGet: {path: /readyz, port: http}
        periodSeconds: 1
      livenessProbe:
        httpGet: {path: /healthz, port: http}
        periodSeconds: 10
{{- end }}

{{- define "lab.service" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "lab.metadata" . | nindent 2 }}
spec:
  {{- if .headless }}
  clusterIP: None
  {{- end }}
  selector:
    {{- include "lab.labels" . | nindent 4 }}
  ports:
    - {name: http, port: 80, targetPort: http}
{{- end }}

{{- define "lab.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "lab.metadata" . | nindent 2 }}
spec:
  replicas: {{ .component.replicas }}
  selector:
    matchLabels:
      {{- include "lab.labels" . | nindent 6 }}
  template:
    {{- include "lab.service-pod" . | nindent 4 }}
{{- end }}

{{- define "lab.statefulset" -}}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  {{- include "lab.metadata" . | nindent 2 }}
spec:
  replicas: {{ .component.replicas }}
  serviceName: {{ .name }}
  selector:
    matchLabels:
      {{- include "lab.labels" . | nindent 6 }}
  template:
    {{- include "lab.service-pod" . | nindent 4 }}
{{- end }}

{{- define "lab.daemonset" -}}
apiVersion: apps/v1
kind: DaemonSet
metadata:
  {{- include "lab.metadata" . | nindent 2 }}
spec:
  selector:
    matchLabels:
      {{- include "lab.labels" . | nindent 6 }}
  template:
    {{- include "lab.service-pod" . | nindent 4 }}
{{- end }}

{{- define "lab.job" -}}
apiVersion: batch/v1
kind: Job
metadata:
  {{- include "lab.metadata" . | nindent 2 }}
  {{- with .hook }}
  annotations:
    helm.sh/hook: {{ . }}
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
  {{- end }}
spec:
  backoffLimit: 2
  template:
    metadata:
      labels:
        {{- include "lab.labels" . | nindent 8 }}
    spec:
      {{- include "lab.pod" . | nindent 6 }}
      restartPolicy: Never
      containers:
        - {{- include "lab.container" . | nindent 10 }}
          args:
            - run
            - --for={{ default "0s" .component.readyAfter }}
            - --exit={{ ternary 1 0 (eq (include "lab.mode" .) "crash") }}
{{- end }}
