// SPDX-License-Identifier: Apache-2.0
// From a kubeconfig to a client, in one step.
#include "io/http.h"
#include "model/kube.h"

int kube_connect(struct kube_connection *c, struct loop *loop,
                 const struct kubeconfig_options *where, const struct kube_options *options,
                 struct report *report, struct err **err)
{
    struct http_options http_options = {.report = report};

    c->http = http_new(loop, &http_options, err);
    c->config = c->http ? kubeconfig_load(where, err) : NULL;
    c->kube = c->config ? kube_new(loop, c->http, c->config, options, err) : NULL;
    return c->kube ? 0 : -1;
}

void kube_disconnect(struct kube_connection *c)
{
    kube_free(c->kube);
    kubeconfig_free(c->config);
    http_free(c->http);
}
