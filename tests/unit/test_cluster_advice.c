// SPDX-License-Identifier: Apache-2.0
// cluster/advice: each row of the table by a message as the cluster writes it.
#include "unit.h"

#include "cluster/told/advice.h"

static const struct {
    const char *reason, *object, *message, *want;
} cases[] = {
    {"BackoffLimitExceeded", "Job s/demo-clean",
     "Job has reached the specified backoff limit (UninstallFailed: Helm uninstall failed)",
     "what the hook fails of"},
    {"FinalizersRemain", "PersistentVolumeClaim s/data",
     "being deleted, held by finalizer kubernetes.io/pvc-protection; used by Pod s/web-0",
     "delete those pods"},
    {"ControllerDown", "HelmRelease s/demo", "no pod of Deployment flux-system/helm-controller",
     "its controller has to run: kubectl -n s describe helmrelease demo"},
    {"Uninstalling", "HelmRelease s/demo", "being deleted, held by finalizer finalizers.fluxcd.io",
     "kubectl -n s patch helmrelease demo --type merge"},
    {"FinalizersRemain", "Thing s/x", "being deleted, held by finalizer example.com/never",
     "sandstrap down --force-finalizers"},
    {"RecordsRemain", "HelmRelease s/demo", "Secret s/sh.helm.release.v1.demo.v1 is still there",
     "run 'sandstrap down' again"},
    {"PodsRemain", "Deployment s/web", "Pod s/web-1 is still there", "get pods -o wide"},
    {"DeletionRefused", "ConfigMap s/x",
     "configmaps \"x\" is forbidden: User \"u\" cannot delete resource", "may not delete it"},
    {"DeletionRefused", "ConfigMap s/x", "admission webhook \"a.b.c\" denied the request: no",
     "take that away"},
    {"ErrImagePull", "Deployment s/web",
     "failed to pull and unpack image \"docker.io/x/y:1\": failed to copy: httpReadSeeker: failed "
     "open: unexpected status code 429 Too Many Requests",
     "limits how much is pulled"},
    {"ErrImagePull", "Deployment s/web",
     "failed to do request: Head \"https://r.example/v2/a/manifests/1\": tls: failed to verify "
     "certificate: x509: certificate signed by unknown authority",
     "do not trust the certificate"},
    {"ImagePullBackOff", "Deployment s/web",
     "Back-off pulling image \"r.example/a:1\": ErrImagePull: dial tcp: lookup r.example on "
     "10.0.0.1:53: no such host",
     "cannot resolve the name"},
    {"ErrImagePull", "Deployment s/web", "dial tcp: lookup r.example: i/o timeout",
     "cannot resolve the name"},
    {"ErrImagePull", "Deployment s/web",
     "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to "
     "https://ghcr.io/token: 401 Unauthorized",
     "wants a login"},
    {"ErrImagePull", "Deployment s/web", "no match for platform in manifest: not found",
     "not made for the processor"},
    {"ErrImagePull", "Deployment s/web", "write /var/lib/containerd/x: no space left on device",
     "disk of the node is full"},
    {"ErrImagePull", "Deployment s/web",
     "rpc error: code = NotFound desc = failed to pull and unpack image \"ghcr.io/a/b:9\": "
     "ghcr.io/a/b:9: not found",
     "put its name and tag right in the tree"},
    {"ErrImagePull", "Deployment s/web", "http: server gave HTTP response to HTTPS client",
     "speaks plain http"},
    {"ErrImagePull", "Deployment s/web", "dial tcp 10.1.1.1:443: connect: connection refused",
     "cannot reach the registry"},
    {"ErrImagePull", "Deployment s/web", "something else", "kubectl -n s describe pod web-1"},
    {"ErrImageNeverPull", "Deployment s/web",
     "Container image \"a\" is not present with pull policy of Never", "imagePullPolicy"},
    {"InvalidImageName", "Deployment s/web",
     "Failed to apply default image tag \"A:B:C\": invalid reference format",
     "not the name of an image"},
    {"OOMKilled", "Deployment s/web", "", "resources.limits.memory"},
    {"CrashLoopBackOff", "Deployment s/web", "last run ended with exit code 137 (OOMKilled)",
     "resources.limits.memory"},
    {"StartError", "Deployment s/web",
     "failed to create containerd task: failed to create shim task: OCI runtime create failed: "
     "runc create failed: unable to start container process: container init was OOM-killed (memory "
     "limit too low?): unknown",
     "resources.limits.memory"},
    {"CrashLoopBackOff", "Deployment s/web", "exec /app: exec format error",
     "not made for the processor"},
    {"StartError", "Deployment s/web",
     "exec: \"/nosuch\": stat /nosuch: no such file or directory: unknown",
     "the image has no such file"},
    {"CrashLoopBackOff", "Deployment s/web", "open /data/x: permission denied", "securityContext"},
    {"CrashLoopBackOff", "Deployment s/web",
     "last run ended with exit code 137 (Error): Liveness probe failed: HTTP probe failed with "
     "statuscode: 500",
     "liveness probe fails"},
    {"CreateContainerError", "Deployment s/web", "container name is reserved",
     "describe pod web-1"},
    {"CrashLoopBackOff", "Deployment s/web",
     "last run ended with exit code 3 (Error): told to exit",
     "kubectl -n s logs web-1 -c app --previous"},
    {"Error", "Job s/web", "exit code 3", "put that right: kubectl -n s logs web-1 -c app"},
    {"ContainerCannotRun", "Deployment s/web", "x", "kubectl -n s logs web-1 -c app"},
    {"CreateContainerConfigError", "Deployment s/web", "couldn't find key password in Secret s/db",
     "lacks the key"},
    {"CreateContainerConfigError", "Deployment s/web", "secret \"db\" not found",
     "make what is not found in namespace s"},
    {"FailedMount", "Deployment s/web",
     "MountVolume.SetUp failed for volume \"c\" : configmap \"c\" not found",
     "make what is not found in namespace s"},
    {"CreateContainerConfigError", "Deployment s/web",
     "container has runAsNonRoot and image will run as root", "runAsUser"},
    {"CreateContainerConfigError", "Deployment s/web", "failed to prepare subPath",
     "what the container refers to"},
    {"ContainerNotReady", "Deployment s/web",
     "Readiness probe failed: HTTP probe failed with statuscode: 503",
     "logs web-1 -c app; if it is only slow"},
    {"ReadinessGateFalse", "Deployment s/web", "readiness gate example.com/gate is False",
     "readiness gate"},
    {"InitRunning", "Deployment s/web", "init container is running", "see what it waits for"},
    {"FailedAttachVolume", "Deployment s/web", "AttachVolume.Attach failed for volume \"v\"",
     "the volume cannot be had"},
    {"FailedCreatePodSandBox", "Deployment s/web", "plugin type=\"calico\" failed (add)",
     "network plugin"},
    {"FailedCreatePodSandBox", "Deployment s/web",
     "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create containerd "
     "task: failed to create shim task: OCI runtime create failed: runc create failed: unable to "
     "start container process: container init was OOM-killed (memory limit too low?): unknown",
     "memory limit of the pod is too low"},
    {"FailedCreatePodSandBox", "Deployment s/web",
     "Failed to create pod sandbox: rpc error: code = NotFound desc = failed to get sandbox image "
     "\"registry.k8s.io/pause:3.10\": failed to pull image \"registry.k8s.io/pause:3.10\"",
     "pause image"},
    {"FailedCreatePodSandBox", "Deployment s/web",
     "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox "
     "runtime: "
     "no runtime for \"gvisor\" is configured",
     "RuntimeClass"},
    {"FailedCreatePodSandBox", "Deployment s/web",
     "Failed to create pod sandbox: mkdir /run/containerd/x: no space left on device",
     "disk of the node"},
    {"FailedCreatePodSandBox", "Deployment s/web",
     "Failed to create pod sandbox: rpc error: code = DeadlineExceeded desc = context deadline "
     "exceeded",
     "kubectl describe pod web-1"},
    {"NodeNotReady", "Deployment s/web", "Kubelet stopped posting node status",
     "systemctl status kubelet"},
    {"Evicted", "Pod s/web-1", "The node was low on resource: memory", "ran short"},
    {"FailedCreate", "Deployment s/web",
     "pods \"web-1\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=0, limited: "
     "pods=0",
     "ResourceQuota of the namespace leaves too little"},
    {"FailedCreate", "Deployment s/web",
     "pods \"web-1\" is forbidden: failed quota: q: must specify cpu for: app",
     "wants the pods to state"},
    {"FailedCreate", "Deployment s/web",
     "pods \"web-1\" is forbidden: violates PodSecurity \"restricted:latest\": "
     "allowPrivilegeEscalation != false",
     "pod-security.kubernetes.io/enforce"},
    {"FailedCreate", "Deployment s/web",
     "pods \"web-1\" is forbidden: error looking up service account s/runner: serviceaccount "
     "\"runner\" not found",
     "make the ServiceAccount in namespace s"},
    {"FailedCreate", "Deployment s/web",
     "Internal error occurred: failed calling webhook \"a.b.c\": no endpoints available",
     "does not answer"},
    {"FailedCreate", "Deployment s/web",
     "admission webhook \"validate.kyverno.svc\" denied the request: no", "refuses the pods"},
    {"FailedCreate", "Deployment s/web",
     "pods \"web-1\" is forbidden: maximum cpu usage per Container is 1, but limit is 2",
     "LimitRange"},
    {"FailedCreate", "Deployment s/web",
     "pods \"web-1\" is forbidden: no PriorityClass with name high was found",
     "make the PriorityClass"},
    {"FailedCreate", "StatefulSet s/web", "Pod \"web-0\" is invalid: spec.x",
     "kubectl -n s describe statefulset web"},
    {"Unschedulable", "Deployment s/web",
     "PersistentVolumeClaim s/data: StorageClass fast-ssd does not exist", "make the StorageClass"},
    {"Unschedulable", "Deployment s/web",
     "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims", "describe pvc"},
    {"Unschedulable", "Deployment s/web",
     "0/2 nodes are available: 2 node(s) had volume node affinity conflict",
     "its volume is on a node"},
    {"Unschedulable", "Deployment s/web",
     "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available",
     "ask for less"},
    {"Unschedulable", "Deployment s/web",
     "0/1 nodes are available: 1 node(s) had untolerated taint(s)", "take the taint away"},
    {"Unschedulable", "Deployment s/web",
     "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector",
     "no node has the labels"},
    {"Unschedulable", "Deployment s/web",
     "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports",
     "hostPort"},
    {"Unschedulable", "Deployment s/web",
     "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules", "loosen them"},
    {"Unschedulable", "Deployment s/web", "no nodes available to schedule pods",
     "kubectl get nodes"},
    {"SchedulerError", "Deployment s/web", "x", "shows why no node takes it"},
    {"ProgressDeadlineExceeded", "Deployment s/web",
     "ReplicaSet \"web-1\" has timed out progressing", "kubectl -n s describe deployment web"},
    {"ScaledToZero", "StatefulSet s/web", "somebody scaled it to 0 replicas",
     "kubectl -n s scale statefulset web"},
    {"Paused", "Deployment s/web", "paused: 0 of 1", "kubectl -n s rollout resume deployment/web"},
    {"BackoffLimitExceeded", "Job s/once", "Job has reached the specified backoff limit",
     "kubectl -n s logs job/once"},
    {"Lost", "PersistentVolumeClaim s/data", "its volume is gone", "restore what was stored"},
    {"ClaimPending", "PersistentVolumeClaim s/data", "", "kubectl -n s describe pvc data"},
    {"Suspended", "Job s/once", "the job is suspended",
     "kubectl -n s patch job once -p '{\"spec\":{\"suspend\":false}}'"},
    {"Suspended", "HelmRelease s/podinfo", "suspended", "flux resume helmrelease podinfo -n s"},
    {"Suspended", "OCIRepository s/podinfo", "suspended", "flux resume source oci podinfo -n s"},
    {"ValuesError", "HelmRelease s/podinfo",
     "could not resolve Secret chart values reference 's/my-values': configmaps \"my-values\" not "
     "found",
     "make what spec.valuesFrom names"},
    {"ValuesError", "HelmRelease s/podinfo", "unable to merge", "cannot be read as values"},
    {"InstallFailed", "HelmRelease s/demo",
     "values don't meet the specifications of the schema(s) in the following chart(s): demo: - at "
     "'/replicas': got string, want integer",
     "do not fit the schema"},
    {"InstallFailed", "HelmRelease s/demo",
     "failed to create typed patch object (s/demo; apps/v1, Kind=Deployment): .spec.replicas: "
     "expected numeric (int or float), got string",
     "a value has the wrong type"},
    {"InstallFailed", "HelmRelease s/demo",
     "failed to create typed patch object (s/am; monitoring.coreos.com/v1, Kind=Alertmanager): "
     ".spec.hostNetwork: field not declared in schema",
     "knows no such field"},
    {"ReconciliationFailed", "Kustomization s/base",
     "Alertmanager/s/am dry-run failed: failed to create typed patch object: .spec.hostNetwork: "
     "field not declared in schema",
     "knows no such field"},
    {"UpgradeFailed", "HelmRelease bigbang/grafana",
     "execution error at (grafana/templates/x.yaml:1:4): mode bogus is none of",
     "the templates of the chart"},
    {"InstallFailed", "HelmRelease s/demo",
     "resource mapping not found for name: \"x\": no matches for kind \"Certificate\" in version "
     "\"cert-manager.io/v1\"",
     "does not know this kind"},
    {"InstallFailed", "HelmRelease s/demo",
     "Secret \"x\" in namespace \"s\" exists and cannot be imported into the current release: "
     "invalid ownership metadata",
     "somebody else made this object"},
    {"UpgradeFailed", "HelmRelease s/demo",
     "another operation (install/upgrade/rollback) is in progress",
     "flux reconcile helmrelease demo -n s --force"},
    {"UpgradeFailed", "HelmRelease s/demo",
     "cannot patch \"x\" with kind Job: Job.batch \"x\" is invalid: spec.template: field is "
     "immutable",
     "cannot be changed has changed"},
    {"ReconciliationFailed", "Kustomization s/base",
     "Deployment/s/x dry-run failed: failed calling webhook \"a.b.c\"", "does not answer"},
    {"ReconciliationFailed", "Kustomization s/base",
     "admission webhook \"a.b.c\" denied the request: no", "refuses it"},
    {"InstallFailed", "HelmRelease s/demo", "exceeded quota: q", "leaves too little"},
    {"ReconciliationFailed", "Kustomization s/base",
     "namespaces is forbidden: User \"x\" cannot list", "lacks this permission"},
    {"InstallFailed", "HelmRelease s/demo",
     "server-side apply failed for object x/podinfo /v1, Kind=Service: namespaces \"x\" not found",
     "make the namespace"},
    {"BuildFailed", "Kustomization s/base", "kustomization path not found",
     "kustomize cannot build"},
    {"InstallFailed", "HelmRelease s/demo", "failed pre-install: 1 error occurred: hook x",
     "a hook of the chart failed"},
    {"RetriesExceeded", "HelmRelease s/demo", "Failed to install after 2 attempt(s)",
     "put the cause right; when the tree does not change"},
    {"InstallFailed", "HelmRelease s/demo", "context deadline exceeded", "it waited in vain"},
    {"InstallFailed", "HelmRelease bigbang/bigbang",
     "Helm install failed for release bigbang/bigbang with chart bigbang@3.21.0: timeout waiting "
     "for: [HelmRelease/bigbang/monitoring status: 'InProgress']",
     "its own releases took longer"},
    {"UninstallFailed", "HelmRelease s/demo", "strange", "put right what it says"},
    {"MissingRollbackTarget", "HelmRelease s/demo", "", "no release to roll back to"},
    {"DependencyCycle", "HelmRelease s/a", "a and b depend on each other", "take one of these out"},
    {"DependencyNotReady", "HelmRelease s/a",
     "unable to get 's/nosuch' dependency: helmreleases \"nosuch\" not found", "is not there"},
    {"DependencyNotReady", "HelmRelease s/a",
     "depends on HelmRelease s/nosuch, which does not exist", "is not there"},
    {"DependencyNotReady", "HelmRelease s/a", "dependency 's/b' is not ready",
     "put that right, and this goes on"},
    {"AccessDenied", "HelmRelease s/a", "cross-namespace references are blocked",
     "into namespace s"},
    {"FormerVersion", "HelmRelease s/web",
     "helm-controller is still in the upgrade of the former values, until 09:34:54 at most",
     "rollout restart deployment helm-controller"},
    {"FormerVersion", "Kustomization s/web",
     "kustomize-controller is still in the health checks of the former version, until 06:33:30 at "
     "most",
     "rollout restart deployment kustomize-controller"},
    {"OldPodKept", "StatefulSet s/web", "the pod is of an older revision and fails",
     "newest revision: kubectl -n s delete pod web-1"},
    {"ContainerNotReady", "StatefulSet s/web", "running, but ... (of an older revision)",
     "may wait for this pod of before; to have it made anew, kubectl -n s delete pod web-1"},
    {"RevisionNotApplied", "Kustomization s/base", "revision a is applied, b is wanted",
     "flux reconcile kustomization base -n s"},
    {"OCIArtifactPullFailed", "OCIRepository s/p", "lookup registry.invalid.example: no such host",
     "DNS of the cluster"},
    {"GitOperationFailed", "GitRepository s/p", "x509: certificate signed by unknown authority",
     "is not trusted"},
    {"GitOperationFailed", "GitRepository s/p", "authentication required: Unauthorized",
     "spec.secretRef"},
    {"OCIArtifactPullFailed", "OCIRepository s/p", "429 Too Many Requests", "limits requests"},
    {"OCIArtifactPullFailed", "OCIRepository s/p", "manifest unknown", "put spec.url and the tag"},
    {"OCIArtifactPullFailed", "OCIRepository s/p",
     "dial tcp 10.78.0.2:443: connect: no route to host", "cannot reach the source"},
    {"BucketOperationFailed", "Bucket s/p", "strange", "flux get source bucket p -n s"},
    {"VerificationError", "OCIRepository s/p", "", "spec.verify"},
    {"SourceNotReady", "HelmRelease s/p", "HelmChart 's/s-p' is not ready",
     "flux get sources all -n s"},
    {"URLInvalid", "OCIRepository s/p", "", "the object itself is wrong"},
    {"StorageOperationFailed", "GitRepository s/p", "no space left",
     "deployment/source-controller"},
    {"NotObserved", "HelmRelease s/p", "", "get deployment helm-controller"},
    {"NotObserved", "Kustomization s/p", "", "get deployment kustomize-controller"},
    {"LatestGenerationNotObserved", "HelmChart s/p", "", "get deployment source-controller"},
    {"NotObserved", "Deployment s/p", "", "kube-controller-manager"},
    {"NotObserved", "Certificate s/p", "", "is it running?"},
    {"NotLookedAt", "Deployment s/p", "deployments.apps is forbidden: User \"x\" cannot list",
     "may not read it"},
    {"ShortNamesConflict", "CustomResourceDefinition foos.example.com", "\"ff\" is already in use",
     "kubectl get crd"},
    {"MissingEndpoints", "APIService v1.x", "", "the service behind this API"},
    {"NamespaceFinalizersRemaining", "Namespace s13", "example.com/never in 1 resource instances",
     "finalizers off; kubectl get namespace s13 -o yaml"},
    {"NamespaceDeletionDiscoveryFailure", "Namespace s13", "", "kubectl get apiservice"},
    {"Terminating", "ConfigMap s/c", "", "kubectl -n s get configmap c"},
    {"NotFound", "Deployment s/web", "not there (yet)", "applies the tree again"},
};

static struct finding finding_of(size_t i)
{
    return (struct finding){
        .state = READY_FAILING,
        .object = cases[i].object,
        .pod = "s/web-1",
        .container = "app",
        .reason = cases[i].reason,
        .message = cases[i].message,
    };
}

static void test_cluster_advice__each_says_what_to_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena *arena CLEANUP(arena_cleanup) = arena_new();
        struct finding f = finding_of(i);
        const char *next = advice_next(&f, arena);

        if (!next || !strstr(next, cases[i].want))
            fail_msg("%s: %s: %s", cases[i].reason, cases[i].message, next ? next : "nothing");
        // every name is filled in, but for braces of a JSON patch
        if (strchr(next, '{') && !strstr(next, "{\"spec\""))
            fail_msg("%s", next);
    }
}

// A row that no case reaches is wrong, or stands behind another one.
static void test_cluster_advice__every_row_is_reached(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    bool *reached = arena_array(arena, advice_row_count, sizeof(*reached));

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct finding f = finding_of(i);

        reached[advice_row(&f) - advice_rows] = true;
    }
    for (size_t i = 0; i < advice_row_count; i++)
        if (!reached[i])
            fail_msg("no case reaches: %s", advice_rows[i].next);
}

static void test_cluster_advice__where_to_change_it(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct finding f = {.object = "Deployment s/web",
                        .release = "HelmRelease s/podinfo",
                        .reason = "InvalidImageName",
                        .message = ""};

    (void)state;
    assert_string_equal(advice_next(&f, arena), "this is not the name of an image: put it right in "
                                                "the values of HelmRelease s/podinfo");
    f.release = NULL;
    assert_string_equal(advice_next(&f, arena),
                        "this is not the name of an image: put it right in the tree");
}

// Of a pod that is not started again there is no earlier run to read.
static void test_cluster_advice__a_pod_that_runs_once(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct finding f = {.object = "Job s/once",
                        .pod = "s/once-1",
                        .container = "app",
                        .reason = "Error",
                        .message = "exit code 5"};

    (void)state;
    assert_string_equal(advice_next(&f, arena),
                        "read why it ended, and put that right: kubectl -n s logs once-1 -c app");
}

static void test_cluster_advice__nothing_to_do_but_wait(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct finding f = {.object = "Deployment s/web", .reason = "PodsNotReady", .message = ""};

    (void)state;
    assert_null(advice_next(&f, arena));
}

static void test_cluster_advice__kinds_without_a_namespace(void **state)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct finding f = {.object = "ClusterRole x", .reason = "Terminating", .message = ""};

    (void)state;
    assert_non_null(strstr(advice_next(&f, arena), "kubectl get clusterrole x -o yaml"));
}

UNIT_MAIN(UNIT(test_cluster_advice__each_says_what_to_do),
          UNIT(test_cluster_advice__every_row_is_reached),
          UNIT(test_cluster_advice__where_to_change_it),
          UNIT(test_cluster_advice__a_pod_that_runs_once),
          UNIT(test_cluster_advice__nothing_to_do_but_wait),
          UNIT(test_cluster_advice__kinds_without_a_namespace))
