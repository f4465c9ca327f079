{{/*
The packages of the look-alike: key in the values, resource name, release and namespace, and the
packages that each one waits for.
*/}}
{{- define "bigbang.table" }}
- {key: prometheusOperatorCRDs, name: prometheus-operator-crds, release: prometheus-operator-crds, namespace: monitoring, makesNamespace: true, component: core}
- {key: kyverno, name: kyverno, release: kyverno, namespace: kyverno, makesNamespace: true, component: cluster-utilities, after: [prometheus-operator-crds]}
- {key: kyvernoPolicies, name: kyverno-policies, release: kyverno-policies, namespace: kyverno, component: cluster-utilities, after: [kyverno]}
- {key: monitoring, name: monitoring, namespace: monitoring, component: core, after: [prometheus-operator-crds, kyverno-policies]}
- {key: grafana, name: grafana, namespace: monitoring, component: core, after: [monitoring, kyverno-policies]}
- {key: loki, name: loki, release: logging-loki, namespace: logging, makesNamespace: true, component: core, after: [monitoring, kyverno-policies]}
- {key: alloy, name: alloy, release: alloy, namespace: alloy, makesNamespace: true, component: core, after: [monitoring, loki, kyverno-policies]}
- {addon: metricsServer, name: metrics-server, release: metrics-server, namespace: kube-system, component: cluster-utilities, after: [kyverno-policies]}
{{- end }}

{{/*
The enabled packages as JSON: the table's entries, each with its values under `package` and `after`
reduced to what is enabled, then the customer's own.
*/}}
{{- define "bigbang.packages" }}
{{- $enabled := list }}
{{- $names := list }}
{{- range include "bigbang.table" . | fromYamlArray }}
  {{- $package := dict }}
  {{- if .addon }}
    {{- $package = index $.Values.addons .addon }}
  {{- else }}
    {{- $package = index $.Values .key }}
  {{- end }}
  {{- $on := $package.enabled | toString }}
  {{- if eq $on "auto" }}
    {{- $served := $.Capabilities.APIVersions.Has "metrics.k8s.io/v1beta1" }}
    {{- $ours := lookup "helm.toolkit.fluxcd.io/v2" "HelmRelease" $.Release.Namespace .name }}
    {{- $on = or (not $served) (not (empty $ours)) | toString }}
  {{- end }}
  {{- if eq $on "true" }}
    {{- $enabled = append $enabled (set . "package" $package) }}
    {{- $names = append $names .name }}
  {{- end }}
{{- end }}
{{- range $name, $package := .Values.packages }}
  {{- if dig "enabled" true $package }}
    {{- $space := dig "namespace" "name" $name $package }}
    {{- $after := list }}
    {{- range $package.dependsOn }}{{ $after = append $after .name }}{{ end }}
    {{- $enabled = append $enabled (dict "name" $name "release" $name "namespace" $space "makesNamespace" true "component" "package" "after" $after "package" $package) }}
    {{- $names = append $names $name }}
  {{- end }}
{{- end }}
{{- $packages := list }}
{{- range $enabled }}
  {{- $after := list }}
  {{- range .after }}
    {{- if has . $names }}{{ $after = append $after . }}{{ end }}
  {{- end }}
  {{- $packages = append $packages (set . "after" $after) }}
{{- end }}
{{- toJson $packages }}
{{- end }}

{{- define "bigbang.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.Version }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: bigbang
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/*
The three layers of a package's values, in the order in which they apply: what all packages share,
the umbrella's own choices, and the customer's. Takes root and package.
*/}}
{{- define "bigbang.values" }}
{{- $defaults := dict "domain" .root.Values.domain "imagePullPolicy" .root.Values.imagePullPolicy }}
{{- if .root.Values.registryCredentials }}
  {{- $_ := set $defaults "imagePullSecrets" (list (dict "name" "private-registry")) }}
{{- end }}
common: |
  {{- dict "networkPolicies" .root.Values.networkPolicies | toYaml | nindent 2 }}
defaults: |
  {{- toYaml $defaults | nindent 2 }}
overlays: |
  {{- default dict .package.package.values | toYaml | nindent 2 }}
{{- end }}
