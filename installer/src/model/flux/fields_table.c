// SPDX-License-Identifier: Apache-2.0
// Facts: the fields of spec of Flux 2.9's kinds, as their definitions have them
// (tests/unit/test_flux_fields.c holds this table against these), and what each does here.
#include "model/flux/fields.h"

#define TEXT(field_name, what)                                                                     \
    {                                                                                              \
        .name = (field_name), .type = FIELD_TEXT, .effect = (what)                                 \
    }
#define TEXT_NOTE(field_name, what, why)                                                           \
    {                                                                                              \
        .name = (field_name), .type = FIELD_TEXT, .effect = (what), .note = (why)                  \
    }
#define WORD(field_name, what, words)                                                              \
    {                                                                                              \
        .name = (field_name), .type = FIELD_TEXT, .effect = (what), .choices = (words)             \
    }
#define BOOL(field_name, what)                                                                     \
    {                                                                                              \
        .name = (field_name), .type = FIELD_BOOL, .effect = (what)                                 \
    }
#define INT(field_name, what)                                                                      \
    {                                                                                              \
        .name = (field_name), .type = FIELD_INT, .effect = (what)                                  \
    }
#define TEXTS(field_name, what)                                                                    \
    {                                                                                              \
        .name = (field_name), .type = FIELD_TEXTS, .effect = (what)                                \
    }
#define LIST(field_name, what)                                                                     \
    {                                                                                              \
        .name = (field_name), .type = FIELD_LIST, .effect = (what)                                 \
    }
#define LIST_OF(field_name, what, fields)                                                          \
    {                                                                                              \
        .name = (field_name), .type = FIELD_LIST, .effect = (what), .below = (fields)              \
    }
#define MAP(field_name, what, fields)                                                              \
    {                                                                                              \
        .name = (field_name), .type = FIELD_MAP, .effect = (what), .below = (fields)               \
    }
#define MAP_NOTE(field_name, what, fields, why)                                                    \
    {                                                                                              \
        .name = (field_name), .type = FIELD_MAP, .effect = (what), .below = (fields),              \
        .note = (why)                                                                              \
    }
#define END                                                                                        \
    {                                                                                              \
        .name = NULL                                                                               \
    }

#define DONE FLUX_DONE
#define AROUND FLUX_AROUND
#define CLUSTER FLUX_NEEDS_CLUSTER

static const char by_login[] = "the login of a Secret: sandstrap takes its own from ~/.netrc";
static const char by_account[] = "the permissions of a ServiceAccount decide what is allowed";
static const char unverified[] = "signatures are checked in the cluster, not here";
static const char elsewhere[] = "its objects go into another cluster";

// --- parts that several kinds have ---

static const struct field named[] = {TEXT("name", AROUND), END};
static const struct field dependencies[] = {TEXT("name", AROUND), TEXT("namespace", AROUND),
                                            TEXT("readyExpr", AROUND), END};
static const struct field metadata[] = {TEXTS("annotations", DONE), TEXTS("labels", DONE), END};
static const struct field around_metadata[] = {TEXTS("annotations", AROUND),
                                               TEXTS("labels", AROUND), END};
static const struct field health_exprs[] = {TEXT("apiVersion", AROUND), TEXT("current", AROUND),
                                            TEXT("failed", AROUND),     TEXT("inProgress", AROUND),
                                            TEXT("kind", AROUND),       END};
static const struct field secret_key[] = {TEXT("key", CLUSTER), TEXT("name", CLUSTER), END};
static const struct field kube_config[] = {MAP("configMapRef", CLUSTER, named),
                                           MAP("secretRef", CLUSTER, secret_key), END};
static const struct field selector[] = {TEXT("annotationSelector", DONE),
                                        TEXT("group", DONE),
                                        TEXT("kind", DONE),
                                        TEXT("labelSelector", DONE),
                                        TEXT("name", DONE),
                                        TEXT("namespace", DONE),
                                        TEXT("version", DONE),
                                        END};
static const struct field drift_selector[] = {TEXT("annotationSelector", AROUND),
                                              TEXT("group", AROUND),
                                              TEXT("kind", AROUND),
                                              TEXT("labelSelector", AROUND),
                                              TEXT("name", AROUND),
                                              TEXT("namespace", AROUND),
                                              TEXT("version", AROUND),
                                              END};
static const struct field drift_rules[] = {LIST("paths", AROUND),
                                           MAP("target", AROUND, drift_selector), END};
static const struct field images[] = {TEXT("digest", DONE), TEXT("name", DONE),
                                      TEXT("newName", DONE), TEXT("newTag", DONE), END};
static const struct field patches[] = {TEXT("patch", DONE), MAP("target", DONE, selector), END};
static const struct field identities[] = {TEXT("issuer", CLUSTER), TEXT("subject", CLUSTER), END};

// --- sources ---

static const struct field bucket_sts[] = {
    MAP("certSecretRef", CLUSTER, named), TEXT("endpoint", CLUSTER),
    WORD("provider", CLUSTER, "aws|ldap"), MAP("secretRef", CLUSTER, named), END};
static const struct field bucket[] = {TEXT("bucketName", CLUSTER),
                                      MAP("certSecretRef", CLUSTER, named),
                                      TEXT("endpoint", CLUSTER),
                                      TEXT("ignore", CLUSTER),
                                      BOOL("insecure", CLUSTER),
                                      TEXT("interval", AROUND),
                                      TEXT("prefix", CLUSTER),
                                      WORD("provider", CLUSTER, "generic|aws|gcp|azure"),
                                      MAP("proxySecretRef", CLUSTER, named),
                                      TEXT("region", CLUSTER),
                                      MAP("secretRef", CLUSTER, named),
                                      TEXT("serviceAccountName", CLUSTER),
                                      MAP("sts", CLUSTER, bucket_sts),
                                      BOOL("suspend", AROUND),
                                      TEXT("timeout", AROUND),
                                      END};

static const struct field external_source[] = {TEXT("apiVersion", CLUSTER), TEXT("kind", CLUSTER),
                                               TEXT("name", CLUSTER), TEXT("namespace", CLUSTER),
                                               END};
static const struct field external[] = {MAP("sourceRef", CLUSTER, external_source), END};

static const struct field git_included[] = {TEXT("name", DONE), END};
static const struct field git_include[] = {
    TEXT("fromPath", DONE), MAP("repository", DONE, git_included), TEXT("toPath", DONE), END};
static const struct field git_ref[] = {TEXT("branch", DONE), TEXT("commit", DONE),
                                       TEXT("name", DONE),   TEXT("semver", DONE),
                                       TEXT("tag", DONE),    END};
static const struct field git_verify[] = {WORD("mode", CLUSTER, "head|HEAD|Tag|TagAndHEAD"),
                                          MAP("secretRef", CLUSTER, named), END};
static const struct field git[] = {TEXT("ignore", DONE),
                                   LIST_OF("include", DONE, git_include),
                                   TEXT("interval", AROUND),
                                   WORD("provider", AROUND, "generic|aws|azure|github"),
                                   MAP("proxySecretRef", AROUND, named),
                                   BOOL("recurseSubmodules", DONE),
                                   MAP("ref", DONE, git_ref),
                                   MAP_NOTE("secretRef", AROUND, named, by_login),
                                   TEXT_NOTE("serviceAccountName", AROUND, by_account),
                                   LIST("sparseCheckout", DONE),
                                   BOOL("suspend", AROUND),
                                   TEXT("timeout", AROUND),
                                   TEXT("url", DONE),
                                   MAP_NOTE("verify", CLUSTER, git_verify, unverified),
                                   END};

static const struct field chart_source[] = {
    TEXT("apiVersion", AROUND), WORD("kind", DONE, "HelmRepository|GitRepository|Bucket"),
    TEXT("name", DONE), END};
static const struct field oidc_verify[] = {LIST_OF("matchOIDCIdentity", CLUSTER, identities),
                                           WORD("provider", CLUSTER, "cosign|notation"),
                                           MAP("secretRef", CLUSTER, named), END};
static const struct field helm_chart[] = {TEXT("chart", DONE),
                                          BOOL("ignoreMissingValuesFiles", DONE),
                                          TEXT("interval", AROUND),
                                          WORD("reconcileStrategy", DONE, "ChartVersion|Revision"),
                                          MAP("sourceRef", DONE, chart_source),
                                          BOOL("suspend", AROUND),
                                          LIST("valuesFiles", DONE),
                                          MAP_NOTE("verify", CLUSTER, oidc_verify, unverified),
                                          TEXT("version", DONE),
                                          END};

static const struct field namespace_selector[] = {TEXTS("matchLabels", AROUND), END};
static const struct field access[] = {LIST_OF("namespaceSelectors", AROUND, namespace_selector),
                                      END};
static const struct field helm_repository[] = {MAP("accessFrom", AROUND, access),
                                               MAP("certSecretRef", AROUND, named),
                                               BOOL("insecure", AROUND),
                                               TEXT("interval", AROUND),
                                               BOOL("passCredentials", AROUND),
                                               WORD("provider", AROUND, "generic|aws|azure|gcp"),
                                               MAP_NOTE("secretRef", AROUND, named, by_login),
                                               BOOL("suspend", AROUND),
                                               TEXT("timeout", AROUND),
                                               WORD("type", DONE, "default|oci"),
                                               TEXT("url", DONE),
                                               END};

static const struct field oci_layer[] = {TEXT("mediaType", DONE),
                                         WORD("operation", DONE, "extract|copy"), END};
static const struct field oci_ref[] = {TEXT("digest", DONE), TEXT("semver", DONE),
                                       TEXT("semverFilter", DONE), TEXT("tag", DONE), END};
static const struct field oci_verify[] = {
    LIST_OF("matchOIDCIdentity", CLUSTER, identities), WORD("provider", CLUSTER, "cosign|notation"),
    MAP("secretRef", CLUSTER, named), MAP("trustedRootSecretRef", CLUSTER, named), END};
static const struct field oci[] = {MAP("certSecretRef", AROUND, named),
                                   TEXT("ignore", DONE),
                                   BOOL("insecure", AROUND),
                                   TEXT("interval", AROUND),
                                   MAP("layerSelector", DONE, oci_layer),
                                   WORD("provider", AROUND, "generic|aws|azure|gcp"),
                                   MAP("proxySecretRef", AROUND, named),
                                   MAP("ref", DONE, oci_ref),
                                   MAP_NOTE("secretRef", AROUND, named, by_login),
                                   TEXT_NOTE("serviceAccountName", AROUND, by_account),
                                   BOOL("suspend", AROUND),
                                   TEXT("timeout", AROUND),
                                   TEXT("url", DONE),
                                   MAP_NOTE("verify", CLUSTER, oci_verify, unverified),
                                   END};

// --- Kustomization ---

static const struct field decryption[] = {WORD("provider", CLUSTER, "sops"),
                                          MAP("secretRef", CLUSTER, named),
                                          TEXT("serviceAccountName", CLUSTER), END};
static const struct field health_checks[] = {TEXT("apiVersion", AROUND), TEXT("kind", AROUND),
                                             TEXT("name", AROUND), TEXT("namespace", AROUND), END};
static const struct field substitute_from[] = {WORD("kind", DONE, "Secret|ConfigMap"),
                                               TEXT("name", DONE), BOOL("optional", DONE), END};
static const struct field post_build[] = {
    TEXTS("substitute", DONE), LIST_OF("substituteFrom", DONE, substitute_from),
    WORD("substituteStrategy", DONE, "WithVariables|Always"), END};
static const struct field kustomization_source[] = {
    TEXT("apiVersion", AROUND),
    WORD("kind", DONE, "OCIRepository|GitRepository|Bucket|ExternalArtifact"), TEXT("name", DONE),
    TEXT("namespace", DONE), END};
static const struct field kustomization[] = {
    LIST("buildMetadata", DONE),
    MAP("commonMetadata", DONE, metadata),
    LIST("components", DONE),
    MAP_NOTE("decryption", CLUSTER, decryption,
             "keys of SOPS are in the cluster: what is encrypted stays as it is"),
    WORD("deletionPolicy", AROUND, "MirrorPrune|Delete|WaitForTermination|Orphan"),
    LIST_OF("dependsOn", AROUND, dependencies),
    BOOL("force", AROUND),
    LIST_OF("healthCheckExprs", AROUND, health_exprs),
    LIST_OF("healthChecks", AROUND, health_checks),
    LIST_OF("ignore", AROUND, drift_rules),
    BOOL("ignoreMissingComponents", DONE),
    LIST_OF("images", DONE, images),
    TEXT("interval", AROUND),
    MAP_NOTE("kubeConfig", CLUSTER, kube_config, elsewhere),
    TEXT("namePrefix", DONE),
    TEXT("nameSuffix", DONE),
    LIST_OF("patches", DONE, patches),
    TEXT("path", DONE),
    MAP("postBuild", DONE, post_build),
    BOOL("prune", AROUND),
    TEXT("retryInterval", AROUND),
    TEXT_NOTE("serviceAccountName", AROUND, by_account),
    MAP("sourceRef", DONE, kustomization_source),
    BOOL("suspend", AROUND),
    TEXT("targetNamespace", DONE),
    TEXT("timeout", AROUND),
    BOOL("wait", AROUND),
    END};

// --- HelmRelease ---

static const struct field template_source[] = {
    TEXT("apiVersion", AROUND), WORD("kind", DONE, "HelmRepository|GitRepository|Bucket"),
    TEXT("name", DONE), TEXT("namespace", DONE), END};
static const struct field template_verify[] = {WORD("provider", CLUSTER, "cosign|notation"),
                                               MAP("secretRef", CLUSTER, named), END};
static const struct field chart_template_spec[] = {
    TEXT("chart", DONE),
    BOOL("ignoreMissingValuesFiles", DONE),
    TEXT("interval", AROUND),
    WORD("reconcileStrategy", DONE, "ChartVersion|Revision"),
    MAP("sourceRef", DONE, template_source),
    LIST("valuesFiles", DONE),
    MAP_NOTE("verify", CLUSTER, template_verify, unverified),
    TEXT("version", DONE),
    END};
static const struct field chart_template[] = {MAP("metadata", AROUND, around_metadata),
                                              MAP("spec", DONE, chart_template_spec), END};
static const struct field chart_ref[] = {
    TEXT("apiVersion", AROUND), WORD("kind", DONE, "OCIRepository|HelmChart|ExternalArtifact"),
    TEXT("name", DONE), TEXT("namespace", DONE), END};
static const struct field drift[] = {LIST_OF("ignore", AROUND, drift_rules),
                                     WORD("mode", AROUND, "enabled|warn|disabled"), END};
static const struct field install_remediation[] = {BOOL("ignoreTestFailures", AROUND),
                                                   BOOL("remediateLastFailure", AROUND),
                                                   INT("retries", AROUND), END};
static const struct field strategy[] = {WORD("name", AROUND, "RemediateOnFailure|RetryOnFailure"),
                                        TEXT("retryInterval", AROUND), END};
static const struct field install[] = {WORD("crds", DONE, "Skip|Create|CreateReplace"),
                                       BOOL("createNamespace", AROUND),
                                       BOOL("disableHooks", DONE),
                                       BOOL("disableOpenAPIValidation", AROUND),
                                       BOOL("disableSchemaValidation", DONE),
                                       BOOL("disableTakeOwnership", AROUND),
                                       BOOL("disableWait", AROUND),
                                       BOOL("disableWaitForJobs", AROUND),
                                       MAP("remediation", AROUND, install_remediation),
                                       BOOL("replace", AROUND),
                                       BOOL("serverSideApply", AROUND),
                                       BOOL("skipCRDs", DONE),
                                       MAP("strategy", AROUND, strategy),
                                       TEXT("timeout", AROUND),
                                       END};
static const struct field post_kustomize[] = {LIST_OF("images", DONE, images),
                                              LIST_OF("patches", DONE, patches), END};
static const struct field post_renderers[] = {MAP("kustomize", DONE, post_kustomize), END};
static const struct field rollback[] = {BOOL("cleanupOnFail", AROUND),
                                        BOOL("disableHooks", AROUND),
                                        BOOL("disableWait", AROUND),
                                        BOOL("disableWaitForJobs", AROUND),
                                        BOOL("force", AROUND),
                                        BOOL("recreate", AROUND),
                                        WORD("serverSideApply", AROUND, "enabled|disabled|auto"),
                                        TEXT("timeout", AROUND),
                                        END};
static const struct field test_filters[] = {BOOL("exclude", AROUND), TEXT("name", AROUND), END};
static const struct field test[] = {BOOL("enable", DONE), LIST_OF("filters", AROUND, test_filters),
                                    BOOL("ignoreFailures", AROUND), TEXT("timeout", AROUND), END};
static const struct field uninstall[] = {
    WORD("deletionPropagation", AROUND, "background|foreground|orphan"),
    BOOL("disableHooks", AROUND),
    BOOL("disableWait", AROUND),
    BOOL("keepHistory", AROUND),
    TEXT("timeout", AROUND),
    END};
static const struct field upgrade_remediation[] = {
    BOOL("ignoreTestFailures", AROUND), BOOL("remediateLastFailure", AROUND),
    INT("retries", AROUND), WORD("strategy", AROUND, "rollback|uninstall"), END};
static const struct field upgrade[] = {
    WORD("chartNameChangeStrategy", AROUND, "InPlaceUpdate|Reinstall"),
    BOOL("cleanupOnFail", AROUND),
    WORD("crds", AROUND, "Skip|Create|CreateReplace"),
    BOOL("disableHooks", AROUND),
    BOOL("disableOpenAPIValidation", AROUND),
    BOOL("disableSchemaValidation", AROUND),
    BOOL("disableTakeOwnership", AROUND),
    BOOL("disableWait", AROUND),
    BOOL("disableWaitForJobs", AROUND),
    BOOL("force", AROUND),
    BOOL("preserveValues", AROUND),
    MAP("remediation", AROUND, upgrade_remediation),
    WORD("serverSideApply", AROUND, "enabled|disabled|auto"),
    MAP("strategy", AROUND, strategy),
    TEXT("timeout", AROUND),
    END};
static const struct field values_from[] = {WORD("kind", DONE, "Secret|ConfigMap"),
                                           BOOL("literal", DONE),
                                           TEXT("name", DONE),
                                           BOOL("optional", DONE),
                                           TEXT("targetPath", DONE),
                                           TEXT("valuesKey", DONE),
                                           END};
static const struct field wait_strategy[] = {WORD("name", AROUND, "poller|legacy"), END};
static const struct field helm_release[] = {
    MAP("chart", DONE, chart_template),
    MAP("chartRef", DONE, chart_ref),
    MAP("commonMetadata", DONE, metadata),
    LIST_OF("dependsOn", AROUND, dependencies),
    MAP("driftDetection", AROUND, drift),
    LIST_OF("healthCheckExprs", AROUND, health_exprs),
    MAP("install", DONE, install),
    TEXT("interval", AROUND),
    MAP_NOTE("kubeConfig", CLUSTER, kube_config, elsewhere),
    INT("maxHistory", AROUND),
    BOOL("persistentClient", AROUND),
    WORD("postRenderStrategy", DONE, "nohooks|combined|separate"),
    LIST_OF("postRenderers", DONE, post_renderers),
    TEXT("releaseName", DONE),
    MAP("rollback", AROUND, rollback),
    TEXT_NOTE("serviceAccountName", AROUND, by_account),
    TEXT("storageNamespace", DONE),
    BOOL("suspend", AROUND),
    TEXT("targetNamespace", DONE),
    MAP("test", DONE, test),
    TEXT("timeout", AROUND),
    MAP("uninstall", AROUND, uninstall),
    MAP("upgrade", AROUND, upgrade),
    {.name = "values", .type = FIELD_ANY, .effect = DONE},
    LIST_OF("valuesFrom", DONE, values_from),
    MAP("waitStrategy", AROUND, wait_strategy),
    END};

const struct field_kind fields_kinds[] = {
    {"source.extensions.fluxcd.io", "v1beta1", "ArtifactGenerator", CLUSTER,
     "its controller makes artifacts, in the cluster only", NULL},
    {FLUX_SOURCE_GROUP, "v1", "Bucket", CLUSTER,
     "what is in a bucket is fetched in the cluster only", bucket},
    {FLUX_SOURCE_GROUP, "v1", "ExternalArtifact", CLUSTER,
     "another controller makes its content, in the cluster only", external},
    {FLUX_SOURCE_GROUP, "v1", "GitRepository", DONE, NULL, git},
    {FLUX_SOURCE_GROUP, "v1", "HelmChart", DONE, NULL, helm_chart},
    {FLUX_HELM_GROUP, "v2", "HelmRelease", DONE, NULL, helm_release},
    {FLUX_SOURCE_GROUP, "v1", "HelmRepository", DONE, NULL, helm_repository},
    {FLUX_KUSTOMIZE_GROUP, "v1", "Kustomization", DONE, NULL, kustomization},
    {FLUX_SOURCE_GROUP, "v1", "OCIRepository", DONE, NULL, oci},
    {NULL, NULL, NULL, DONE, NULL, NULL},
};
