// SPDX-License-Identifier: Apache-2.0
// Where images of Iron Bank exist in public, too: facts, as docs/image-registry-mappings.md has
// them.
#include "base/compiler.h"
#include "model/images.h"

static const struct images_equivalent equivalents[] = {
    {"monitoring", "opensource/prometheus-operator/prometheus-operator",
     "quay.io/prometheus-operator/prometheus-operator", NULL, "upstream.prometheusOperator.image",
     "map"},
    {"monitoring", "opensource/prometheus-operator/prometheus-config-reloader",
     "quay.io/prometheus-operator/prometheus-config-reloader", NULL,
     "upstream.prometheusOperator.prometheusConfigReloader.image", "map"},
    {"monitoring", "opensource/ingress-nginx/kube-webhook-certgen",
     "registry.k8s.io/ingress-nginx/kube-webhook-certgen", NULL,
     "upstream.prometheusOperator.admissionWebhooks.patch.image", "map"},
    {"monitoring", "opensource/prometheus/prometheus", "quay.io/prometheus/prometheus", NULL,
     "upstream.prometheus.prometheusSpec.image", "map"},
    {"monitoring", "opensource/prometheus/alertmanager", "quay.io/prometheus/alertmanager", NULL,
     "upstream.alertmanager.alertmanagerSpec.image", "map"},
    {"monitoring", "opensource/kubernetes/kube-state-metrics",
     "registry.k8s.io/kube-state-metrics/kube-state-metrics", NULL,
     "upstream.kube-state-metrics.image", "map"},
    {"monitoring", "opensource/prometheus/node-exporter", "quay.io/prometheus/node-exporter", NULL,
     "upstream.prometheus-node-exporter.image", "map"},
    {"monitoring", "opensource/thanos/thanos", "quay.io/thanos/thanos", NULL,
     "upstream.prometheusOperator.thanosImage", "map"},
    {"grafana", "big-bang/grafana/grafana-plugins", "docker.io/grafana/grafana",
     "without the plugins that are baked in", "upstream.image", "map"},
    {"grafana", "kiwigrid/k8s-sidecar", "quay.io/kiwigrid/k8s-sidecar", NULL,
     "upstream.sidecar.image", "map"},
    {"loki", "opensource/grafana/loki", "docker.io/grafana/loki", NULL, "loki.image", "map"},
    {"loki", "opensource/nginx/nginx", "docker.io/nginxinc/nginx-unprivileged", NULL,
     "gateway.image", "map"},
    {"loki", "opensource/memcached/memcached", "docker.io/library/memcached", NULL,
     "memcached.image", "pair"},
    {"alloy", "opensource/grafana/alloy-operator", "ghcr.io/grafana/alloy-operator", NULL,
     "upstream.alloy-operator.image", "map"},
    {"alloy", "opensource/grafana/alloy", "docker.io/grafana/alloy", NULL,
     "the collectors' `image` below `upstream`", "map"},
    {"metricsServer", "opensource/kubernetes-sigs/metrics-server",
     "registry.k8s.io/metrics-server/metrics-server", NULL, "upstream.image", "pair"},
    {"all", "big-bang/base", NULL, "none: Red Hat UBI with kubectl, jq and scripts", NULL, NULL},
};

const struct images_equivalent *images_equivalent(size_t index)
{
    return index < ARRAY_LEN(equivalents) ? &equivalents[index] : NULL;
}

const struct images_equivalent *images_find_equivalent(struct span reference)
{
    if (!span_skip(&reference, IMAGES_IRON_BANK "ironbank/"))
        return NULL;
    reference = span_head(reference, span_find(reference, '@'));
    reference = span_head(reference, span_find(reference, ':'));
    for (size_t i = 0; i < ARRAY_LEN(equivalents); i++)
        if (span_is(reference, equivalents[i].repository))
            return &equivalents[i];
    return NULL;
}
