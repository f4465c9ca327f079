// SPDX-License-Identifier: Apache-2.0
// Where what is remote comes from: a bundle, or the network and a lock.
#include "work/artifacts.h"

static int open_bundle(const struct artifacts_from *from, struct artifacts_remote *remote,
                       struct err **err)
{
    remote->bundle = artifacts_open_bundle(from->bundle, from->lab, err);
    return remote->bundle
               ? artifacts_check_lock(remote->bundle, from->lock, from->lab, from->report, err)
               : -1;
}

static int open_network(const struct artifacts_from *from, struct artifacts_remote *remote,
                        struct err **err)
{
    struct http_options options = {.report = from->report, .ca_file = from->ca_file};

    if (artifacts_find_lock(from->lock, from->lab, &remote->lock, err) < 0)
        return -1;
    remote->http = http_new(from->loop, &options, err);
    return remote->http ? 0 : -1;
}

int artifacts_open_remote(const struct artifacts_from *from, struct artifacts_remote *remote,
                          struct err **err)
{
    return (from->bundle ? open_bundle : open_network)(from, remote, err);
}

bool artifacts_is_open(const struct artifacts_remote *remote)
{
    return remote->bundle || remote->http;
}

void artifacts_close_remote(struct artifacts_remote *remote)
{
    http_free(remote->http);
    bundle_close(remote->bundle);
    lock_free(remote->lock);
    *remote = (struct artifacts_remote){0};
}
