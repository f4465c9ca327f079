// SPDX-License-Identifier: Apache-2.0
// The rows, by what people see first: images, containers, pods that are not made or not placed,
// releases, sources, the rest. Words are in lower case; a row without words is the last of its
// reasons.
#include "cluster/told/advice.h"

#define PULL "ErrImagePull ImagePullBackOff RegistryUnavailable ImageInspectError"
#define ENDED                                                                                      \
    "CrashLoopBackOff Error OOMKilled StartError ContainerCannotRun RunContainerError "            \
    "CreateContainerError PodFailed"
#define JOB_ENDED                                                                                  \
    "BackoffLimitExceeded DeadlineExceeded PodFailurePolicy FailedIndexes "                        \
    "MaxFailedIndexesExceeded"
#define UNPLACED "Unschedulable SchedulerError"
#define ATTEMPT                                                                                    \
    "InstallFailed UpgradeFailed RollbackFailed UninstallFailed TestFailed RetriesExceeded "       \
    "ReconciliationFailed HealthCheckFailed BuildFailed PruneFailed RESTClientError FactoryError"
#define FETCH                                                                                      \
    "OCIArtifactPullFailed OCIArtifactLayerOperationFailed GitOperationFailed IndexationFailed "   \
    "ChartPullError BucketOperationFailed AuthenticationFailed IncludeUnavailable"
#define SPECIFIED                                                                                  \
    "URLInvalid InvalidChartReference ValuesFilesError InvalidCELExpression "                      \
    "InvalidProviderConfiguration InvalidSTSConfiguration InvalidVerificationMode "                \
    "UnsupportedSourceKind FeatureGateDisabled"
#define UNSEEN "NotObserved LatestGenerationNotObserved ChangeNotSeen"
#define SOURCES "GitRepository OCIRepository HelmRepository HelmChart Bucket"

const struct advice_row advice_rows[] = {
    // --- pods of before ---
    {"OldPodKept", NULL, NULL,
     "delete the pod, and the StatefulSet makes one of the newest revision: {kubectl} delete pod "
     "{pod}"},
    {"ContainerNotReady Unhealthy InitRunning " UNPLACED, "StatefulSet", "(of an older revision)",
     "the StatefulSet may wait for this pod of before; to have it made anew, {kubectl} delete pod "
     "{pod}"},

    // --- hooks that Helm runs while it uninstalls ---
    {NULL, "Job", "(uninstallfailed: ",
     "put right what the hook fails of, and helm-controller tries again; to go on without it, "
     "sandstrap down --force-finalizers"},

    // --- images ---
    {PULL, NULL, "toomanyrequests|too many requests|429|rate limit",
     "the registry limits how much is pulled: wait, or give the nodes a login or a mirror"},
    {PULL, NULL, "x509|certificate",
     "the nodes do not trust the certificate of the registry: give its CA to containerd on each "
     "node"},
    {PULL, NULL, "no such host|server misbehaving|name resolution|lookup ",
     "the nodes cannot resolve the name of the registry: put the image's name right in {source}, "
     "or the DNS of the nodes"},
    {PULL, NULL,
     "unauthorized|401|403|denied|authentication required|authorization failed|no basic auth",
     "the registry wants a login for this image, or does not have it: check its name, the "
     "imagePullSecrets of the pod, and what is in them"},
    {PULL, NULL, "no match for platform|no matching manifest",
     "the image is not made for the processor of the node: name one that is in {source}"},
    {PULL, NULL, "no space left", "the disk of the node is full: make room on it"},
    {PULL, NULL, "not found|manifest unknown|name unknown|404",
     "the registry does not have this image: put its name and tag right in {source}"},
    {PULL, NULL, "http response to https",
     "the registry speaks plain http: let containerd on each node do so, for this registry"},
    {PULL, NULL,
     "refused|no route|unreachable|timeout|timed out|deadline exceeded|reset by peer|dial tcp|eof",
     "the nodes cannot reach the registry: check route, proxy and firewall from the nodes to it"},
    {PULL, NULL, NULL, "{kubectl} describe pod {pod} shows what the node met when it pulled"},
    {"ErrImageNeverPull", NULL, NULL,
     "the node does not have the image and may not pull it: load it there, or change "
     "imagePullPolicy in {source}"},
    {"InvalidImageName", NULL, NULL, "this is not the name of an image: put it right in {source}"},

    // --- containers ---
    {"OOMKilled", NULL, NULL,
     "the container needs more memory than it may have: raise resources.limits.memory in {source}"},
    {ENDED " BackoffLimitExceeded", NULL, "oomkilled|oom-killed",
     "the container needs more memory than it may have: raise resources.limits.memory in {source}"},
    {ENDED, NULL, "exec format error",
     "the image is not made for the processor of the node: name one that is in {source}"},
    {ENDED, NULL, "no such file or directory|executable file not found",
     "the image has no such file: put command, args or mounts of the container right in {source}"},
    {ENDED, NULL, "permission denied|operation not permitted|read-only file system",
     "the user of the container lacks this permission: check its securityContext in {source}, and "
     "who owns its volumes (fsGroup does nothing for a hostPath)"},
    {ENDED, NULL, "liveness probe",
     "the kubelet restarts it because its liveness probe fails: put the probe right in {source}, "
     "or "
     "give it more time by a startupProbe"},
    {"CreateContainerError", NULL, NULL,
     "{kubectl} describe pod {pod} shows what the node cannot make"},
    // A pod of a Job mostly runs once.
    {"Error", "Job", NULL,
     "read why it ended, and put that right: {kubectl} logs {pod}{container}"},
    {"CrashLoopBackOff Error", NULL, NULL,
     "read why it ended, and put that right: {kubectl} logs {pod}{container} --previous"},
    {ENDED, NULL, NULL, "read why it ended, and put that right: {kubectl} logs {pod}{container}"},
    {"CreateContainerConfigError", NULL, "couldn't find key|key not found|references non-existent",
     "that Secret or ConfigMap lacks the key: add it, or put the key right in {source}"},
    {"CreateContainerConfigError FailedMount", NULL, "secret|configmap|config map",
     "make what is not found in namespace {ns}, or put its name right in {source}"},
    {"CreateContainerConfigError", NULL, "runasnonroot|run as root|non-numeric user",
     "the image runs as root, and the pod forbids that: set securityContext.runAsUser in {source}"},
    {"CreateContainerConfigError", NULL, NULL,
     "put right in {source} what the container refers to"},
    {"ContainerNotReady Unhealthy", NULL, NULL,
     "see what the container does: {kubectl} logs {pod}{container}; if it is only slow, --timeout "
     "gives more time"},
    {"ReadinessGateFalse", NULL, NULL,
     "the controller that sets this condition of the pod does not, or sets it to False: look for "
     "it, or take the readiness gate out of {source}"},
    {"InitRunning", NULL, NULL, "see what it waits for: {kubectl} logs {pod}{container}"},

    // --- pods on their node ---
    {"FailedMount FailedAttachVolume FailedMapVolume", NULL, NULL,
     "the volume cannot be had on this node: {kubectl} describe pod {pod}; check its claim and the "
     "driver of its StorageClass"},
    {"FailedCreatePodSandBox", NULL, "oom-killed|memory limit too low",
     "the memory limit of the pod is too low for anything to start: raise "
     "resources.limits.memory in {source}"},
    {"FailedCreatePodSandBox", NULL, "sandbox image",
     "the node does not get its pause image: give it its registry, or another one, in the "
     "configuration of its runtime"},
    {"FailedCreatePodSandBox", NULL, "no runtime for|runtimehandler",
     "the node does not have the runtime that the pod's RuntimeClass names: install it there, or "
     "take runtimeClassName out of {source}"},
    {"FailedCreatePodSandBox", NULL, "no space left",
     "the disk of the node is full: make room on it"},
    {"FailedCreatePodSandBox NetworkNotReady", NULL, "network|cni|plugin type",
     "the network of the node does not work: check the pods of the network plugin (CNI) on it: "
     "kubectl get pods -A -o wide"},
    {"FailedCreatePodSandBox", NULL, NULL,
     "the runtime of the node cannot make the pod: see its log there, and kubectl describe pod "
     "{pod}"},
    {"NodeNotReady NodeLost", NULL, NULL,
     "the kubelet of the node does not answer: check the node (systemctl status kubelet), its "
     "power and its network"},
    {"Evicted", NULL, NULL,
     "the node ran short of memory or disk: kubectl describe nodes shows of which; make room, or "
     "add a node"},

    // --- pods that are not made ---
    {"FailedCreate", NULL, "exceeded quota",
     "a ResourceQuota of the namespace leaves too little: raise it, or ask for less; {kubectl} "
     "describe resourcequota"},
    {"FailedCreate", NULL, "failed quota",
     "a ResourceQuota of the namespace wants the pods to state their requests and limits: set "
     "resources in {source}"},
    {"FailedCreate", NULL, "podsecurity",
     "the Pod Security level of the namespace forbids such pods: put their securityContext right "
     "in {source}, or lower the label pod-security.kubernetes.io/enforce of the namespace"},
    {"FailedCreate", NULL, "serviceaccount|service account",
     "make the ServiceAccount in namespace {ns}, or put serviceAccountName right in {source}"},
    {"FailedCreate", NULL, "failed calling webhook",
     "an admission webhook does not answer: check the pods behind its service"},
    {"FailedCreate", NULL, "denied the request|denied request",
     "an admission policy of the cluster refuses the pods: do as it says in {source}, or except "
     "the namespace"},
    {"FailedCreate", NULL, "usage per|ratio per",
     "a LimitRange of the namespace refuses the pods: {kubectl} describe limitrange"},
    {"FailedCreate", NULL, "priorityclass",
     "make the PriorityClass, or put priorityClassName right in {source}"},
    {"FailedCreate", NULL, NULL,
     "what is refused has to be put right in {source}: {kubectl} describe {kind} {name}"},

    // --- pods without a place ---
    {UNPLACED, NULL, "storageclass",
     "make the StorageClass (kubectl get storageclass shows what there is), or put "
     "storageClassName right in {source}"},
    {UNPLACED, NULL, "persistentvolumeclaim|unbound",
     "its volume claim has no volume: {kubectl} describe pvc shows why"},
    {UNPLACED, NULL, "volume node affinity",
     "its volume is on a node that cannot take the pod: make room on that one, or move the volume"},
    {UNPLACED, NULL, "insufficient|too many pods",
     "no node has so much left: ask for less in {source} (resources.requests), or add a node"},
    {UNPLACED, NULL, "taint",
     "the nodes are tainted: take the taint away (kubectl describe nodes shows it), or tolerate it "
     "in {source}"},
    {UNPLACED, NULL, "affinity/selector|node affinity|node selector",
     "no node has the labels that it asks for: put nodeSelector or affinity right in {source}, or "
     "label a node"},
    {UNPLACED, NULL, "free ports",
     "another pod has this port of the node: change hostPort in {source}, or add a node"},
    {UNPLACED, NULL, "affinity|topology spread",
     "its rules of affinity or spread leave it no node: loosen them in {source}, or add a node"},
    {UNPLACED, NULL, "no nodes available|0/0",
     "the cluster has no node that takes pods: kubectl get nodes"},
    {UNPLACED, NULL, NULL, "{kubectl} describe pod {pod} shows why no node takes it"},

    // --- workloads ---
    {"ProgressDeadlineExceeded", NULL, NULL,
     "its pods were not ready in time: {kubectl} describe {kind} {name}, and the log of a pod; if "
     "they are only slow, raise progressDeadlineSeconds in {source}"},
    {"ScaledToZero", NULL, NULL,
     "scale it up again: {kubectl} scale {kind} {name} --replicas=1 (or as many as it had)"},
    {"Paused", NULL, NULL,
     "resume it: {kubectl} rollout resume {kind}/{name}, and take spec.paused out of {source} if "
     "it is there"},
    {JOB_ENDED, NULL, NULL,
     "read why it failed: {kubectl} logs job/{name}{container}; then delete it, so that it runs "
     "again: {kubectl} delete job {name}"},
    {"Lost", "PersistentVolumeClaim", NULL,
     "its volume was deleted: delete the claim too, and restore what was stored in it"},
    {"ClaimPending Pending", "PersistentVolumeClaim", NULL,
     "{kubectl} describe pvc {name} shows what it waits for"},

    // --- suspended ---
    {"Suspended", "Job", NULL,
     "resume it: {kubectl} patch job {name} -p '{\"spec\":{\"suspend\":false}}', and take "
     "spec.suspend out of "
     "{source} if it is there"},
    {"Suspended", NULL, NULL,
     "resume it: flux resume {flux} {name} -n {ns}, and take spec.suspend out of {source} if it is "
     "there"},

    // --- releases and Kustomizations ---
    {"ValuesError", NULL, "not found|missing|could not find",
     "make what spec.valuesFrom names, or put its name or key right in {source}"},
    {"ValuesError", NULL, NULL,
     "put what spec.valuesFrom names right: it cannot be read as values"},
    {ATTEMPT, "HelmRelease", "specifications of the schema|, want ",
     "the values do not fit the schema of the chart: put them right in the values of {object}"},
    {ATTEMPT, NULL, "not declared in schema|unknown field",
     "the cluster knows no such field of that kind: bring the definition that {object} is made "
     "for, an older one is there, or leave the field out"},
    {ATTEMPT, "HelmRelease", "expected numeric|expected string|expected map|typed patch",
     "the chart makes an object that the API server refuses: a value has the wrong type; put it "
     "right in the values of {object}"},
    {ATTEMPT, "HelmRelease",
     "execution error at|can't evaluate field|error calling|parse error|nil p",
     "the templates of the chart do not take these values: put them right in the values of "
     "{object}"},
    {ATTEMPT, NULL, "no matches for kind",
     "the cluster does not know this kind: bring its CustomResourceDefinition in an earlier layer, "
     "or by what {object} depends on"},
    {ATTEMPT, NULL, "cannot be imported|invalid ownership|already exists",
     "somebody else made this object: delete it, or let the release own it (label "
     "app.kubernetes.io/managed-by=Helm, annotations meta.helm.sh/release-name and "
     "-namespace)"},
    {ATTEMPT, NULL, "another operation",
     "an attempt was interrupted: flux reconcile {flux} {name} -n {ns} --force"},
    {ATTEMPT, NULL, "immutable|may not change once set",
     "a field that cannot be changed has changed: delete that object, and it is made anew"},
    {ATTEMPT, NULL, "failed calling webhook",
     "an admission webhook does not answer: check the pods behind its service"},
    {ATTEMPT, NULL, "denied the request|denied request",
     "an admission policy of the cluster refuses it: do as it says, or except the namespace"},
    {ATTEMPT, NULL, "exceeded quota|failed quota",
     "a ResourceQuota of the namespace leaves too little: raise it, or ask for less"},
    {ATTEMPT, NULL, "forbidden",
     "the account that {object} works with lacks this permission: give it a Role that has it"},
    {ATTEMPT, NULL, "namespaces \"",
     "make the namespace, bring it in an earlier layer, or set spec.install.createNamespace"},
    {"BuildFailed", NULL, NULL,
     "kustomize cannot build what the source has: put spec.path or the files there right"},
    {ATTEMPT, NULL, "hook",
     "a hook of the chart failed: {kubectl} get jobs,pods, and read their logs"},
    {"RetriesExceeded", NULL, NULL,
     "put the cause right; when the tree does not change by that, start again with flux reconcile "
     "{flux} {name} -n {ns} --force"},
    {ATTEMPT, "HelmRelease", "[helmrelease/",
     "its own releases took longer than its spec.timeout, and an installation is undone with all "
     "of them: see to the slowest, or set spec.install.disableWait of {object}"},
    {ATTEMPT, NULL, "timed out|timeout|deadline exceeded|not ready|still creating",
     "it waited in vain for what it made: {kubectl} get pods, and put right what is not ready"},
    {ATTEMPT, NULL, NULL, "put right what it says, in {source} or in the cluster"},
    {"FormerVersion", "Kustomization", NULL,
     "to cut that short, kubectl -n flux-system rollout restart deployment kustomize-controller: "
     "the new one goes on with the present version"},
    {"FormerVersion", NULL, NULL,
     "to cut that short, kubectl -n flux-system rollout restart deployment helm-controller: the "
     "new one goes on with the present values"},
    {"MissingRollbackTarget", NULL, NULL,
     "there is no release to roll back to: put the cause right, then flux reconcile {flux} {name} "
     "-n {ns} --force"},
    {"DependencyCycle", NULL, NULL, "take one of these out of spec.dependsOn in {source}"},
    {"DependencyNotReady", NULL, "unable to get|not found|does not exist",
     "what it depends on is not there: put spec.dependsOn right in {source}, or add it to the "
     "tree"},
    {"DependencyNotReady", NULL, NULL,
     "it waits for what it depends on: put that right, and this goes on"},
    {"AccessDenied", NULL, NULL,
     "cross-namespace references are refused here: put the source into namespace {ns}"},
    {"RevisionNotApplied", NULL, NULL,
     "flux reconcile {flux} {name} -n {ns} asks for it now; if that does not help, is its "
     "controller at work? kubectl get pods -n flux-system"},

    // --- sources ---
    {FETCH, NULL, "no such host|server misbehaving|name resolution|lookup ",
     "the name of the source cannot be resolved from inside the cluster: put spec.url right, or "
     "the DNS of the cluster"},
    {FETCH, NULL, "x509|certificate",
     "the certificate of the source is not trusted: give its CA by spec.certSecretRef "
     "(GitRepository: "
     "spec.secretRef)"},
    {FETCH, NULL, "unauthorized|401|403|denied|authentication|authorization failed",
     "the source wants a login: check the Secret of spec.secretRef"},
    {FETCH, NULL, "429|too many requests", "the source limits requests: wait, or give it a login"},
    {FETCH, NULL, "not found|404|unknown|couldn't find remote ref|no match|no chart version",
     "the source does not have what is asked for: put spec.url and the tag, branch or version "
     "right in {source}"},
    {FETCH, NULL,
     "refused|no route|unreachable|timeout|timed out|deadline exceeded|reset by peer|dial tcp|eof",
     "source-controller cannot reach the source: check the network from inside the cluster to it "
     "(route, proxy, NetworkPolicy); it tries again by itself"},
    {FETCH, NULL, NULL, "flux get {flux} {name} -n {ns} shows it; put the source right"},
    {"VerificationError", NULL, NULL,
     "the signature of the source is not as spec.verify wants it: check both, and use nothing "
     "unsigned"},
    {"SourceNotReady ArtifactFailed SourceUnavailable NoSourceArtifact ChartNotReady", NULL, NULL,
     "its source is not ready: flux get sources all -n {ns}"},
    {SPECIFIED, NULL, NULL, "the object itself is wrong: put it right in {source}"},
    {"StorageOperationFailed", NULL, NULL,
     "source-controller cannot store it: has its disk room? kubectl -n flux-system logs "
     "deployment/source-controller"},

    // --- controllers that do not act ---
    {UNSEEN, "HelmRelease", NULL,
     "its controller does not act: kubectl -n flux-system get deployment helm-controller"},
    {UNSEEN, "Kustomization", NULL,
     "its controller does not act: kubectl -n flux-system get deployment kustomize-controller"},
    {UNSEEN, SOURCES, NULL,
     "its controller does not act: kubectl -n flux-system get deployment source-controller"},
    {UNSEEN, "Deployment StatefulSet DaemonSet ReplicaSet Job PodDisruptionBudget", NULL,
     "kube-controller-manager does not act: kubectl -n kube-system get pods"},
    {UNSEEN, NULL, NULL, "its controller does not act: is it running?"},
    {"NotLookedAt", NULL, "forbidden",
     "the user of the kubeconfig may not read it: kubectl auth can-i --list shows what it may"},

    // --- kinds of the cluster ---
    {"ShortNamesConflict SingularConflict PluralConflict KindConflict ListKindConflict "
     "NotAccepted",
     "CustomResourceDefinition", NULL,
     "another definition has this name: kubectl get crd; delete the one that is not needed"},
    {"MissingEndpoints FailedDiscoveryCheck ServiceNotFound EndpointsNotFound ServicePortError",
     "APIService", NULL,
     "the service behind this API does not answer: check its pods, or delete the APIService when "
     "nothing serves it any more"},
    {"NamespaceFinalizersRemaining NamespaceContentRemaining Terminating", "Namespace", NULL,
     "what is left in it has to go first: have the controllers of those finalizers run, or take "
     "the finalizers off; kubectl get namespace {name} -o yaml names them"},
    {"NamespaceDeletionDiscoveryFailure NamespaceDeletionContentFailure "
     "NamespaceDeletionGroupVersionParsingFailure",
     "Namespace", NULL,
     "an API of the cluster does not answer, and the namespace waits for it: kubectl get "
     "apiservice"},
    {"FinalizersRemain", "PersistentVolumeClaim", NULL,
     "a claim goes when no pod uses it any more: delete those pods"},
    {"FinalizersRemain ControllerDown", SOURCES " HelmRelease Kustomization", NULL,
     "its controller has to run: {kubectl} describe {kind} {name}, and kubectl -n flux-system get "
     "pods"},
    {"FinalizersRemain", NULL, NULL,
     "have those run that its finalizers are of; without them, sandstrap down --force-finalizers "
     "takes them off"},
    {"Uninstalling", "HelmRelease", NULL,
     "helm-controller waits for its hooks and objects until the timeout of the release is over, "
     "even when they are gone by then: wait for that; or have it leave the hooks out, {kubectl} "
     "patch helmrelease {name} --type merge -p '{\"spec\":{\"uninstall\":{\"disableHooks\":"
     "true}}}', and begin anew: kubectl -n flux-system delete pod -l app=helm-controller --force"},
    {"RecordsRemain", NULL, NULL,
     "the release is not uninstalled as long as Helm has a record of it: run 'sandstrap down' "
     "again"},
    {"PodsRemain", NULL, NULL,
     "a pod that does not end waits for its node: {kubectl} get pods -o wide"},
    {"DeletionRefused", NULL, " cannot ",
     "the user of the kubeconfig may not delete it: kubectl auth can-i --list shows what it may"},
    {"DeletionRefused", NULL, NULL,
     "a policy or webhook of the cluster keeps it: take that away, then run 'sandstrap down' "
     "again"},
    {"Terminating", NULL, NULL,
     "somebody deletes it; its finalizers say who has to let it go: {kubectl} get {kind} {name} -o "
     "yaml"},
    {"NotFound", NULL, NULL,
     "it was deleted, or not made yet: 'sandstrap up' applies the tree again"},
};

const size_t advice_row_count = ARRAY_LEN(advice_rows);
