{{- define "kyverno.labels" -}}
app.kubernetes.io/name: kyverno-admission-controller
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: admission-controller
app.kubernetes.io/part-of: kyverno
{{- end }}

{{- define "kyverno.environment" -}}
- {name: INIT_CONFIG, value: kyverno}
- {name: METRICS_CONFIG, value: kyverno-metrics}
- {name: KYVERNO_SERVICEACCOUNT_NAME, value: kyverno-admission-controller}
- {name: KYVERNO_ROLE_NAME, value: "kyverno:admission-controller"}
- {name: KYVERNO_SVC, value: kyverno-svc}
- {name: KYVERNO_DEPLOYMENT, value: kyverno-admission-controller}
- name: KYVERNO_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
- name: KYVERNO_POD_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
{{- end }}

{{- define "kyverno.container" -}}
imagePullPolicy: {{ default "IfNotPresent" .Values.imagePullPolicy }}
env:
  {{- include "kyverno.environment" . | nindent 2 }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  runAsUser: 65534
  capabilities: {drop: [ALL]}
  seccompProfile: {type: RuntimeDefault}
{{- end }}
