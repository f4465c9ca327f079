// SPDX-License-Identifier: Apache-2.0
// Charts from disk, from a bundle, from upstream.
#include <sys/stat.h>

#include "base/file.h"
#include "work/artifacts.h"
#include "work/artifacts/chart_folder.h"

static struct chart *load_file(const char *path, struct err **err)
{
    struct buf tgz CLEANUP(buf_free) = BUF_INIT(CHART_MAX_BYTES);

    if (file_read(AT_FDCWD, path, &tgz, err) < 0 || buf_check(&tgz, ERR_CONFIG, path, err) < 0)
        return NULL;
    return chart_load_archive(buf_span(&tgz), path, err);
}

static struct chart *load_local(const char *path, struct err **err)
{
    struct stat st;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return chart_folder_load(path, err);
    struct chart *chart = load_file(path, err);
    if (!chart)
        err_hint(err, "a chart is a folder with a Chart.yaml, an archive of one, or "
                      "oci://HOST/PATH/NAME:VERSION");
    return chart;
}

// Where charts come from that are not on disk; opened when the first one is needed.
struct remote {
    const struct artifacts_named_chart *options;
    struct http *http;
    struct bundle *bundle;
    struct lock *lock;
};

static void remote_close(struct remote *r)
{
    http_free(r->http);
    bundle_close(r->bundle);
    lock_free(r->lock);
}

static int open_bundle(struct remote *r, struct err **err)
{
    const struct artifacts_named_chart *o = r->options;

    r->bundle = artifacts_open_bundle(o->bundle, o->lab, err);
    return r->bundle ? artifacts_check_lock(r->bundle, o->lock, o->lab, r->options->report, err)
                     : -1;
}

static int open_network(struct remote *r, struct err **err)
{
    const struct artifacts_named_chart *o = r->options;
    struct http_options options = {.report = r->options->report, .ca_file = o->ca_file};

    if (artifacts_find_lock(o->lock, o->lab, &r->lock, err) < 0)
        return -1;
    r->http = http_new(r->options->loop, &options, err);
    return r->http ? 0 : -1;
}

static int open_remote(struct remote *r, struct artifacts_chart_options *options, struct err **err)
{
    if (!r->bundle && !r->http &&
        (r->options->bundle ? open_bundle(r, err) : open_network(r, err)) < 0)
        return -1;
    *options = (struct artifacts_chart_options){r->http, r->bundle, r->lock, r->options->report};
    return 0;
}

// Fetches the dependencies that are not in charts/.
static int complete(struct remote *r, struct chart *chart, struct err **err)
{
    struct artifacts_chart_options options;
    chart_missings missing = {0};
    size_t count;

    chart_find_missing(chart, &missing);
    count = missing.len;
    vec_free(&missing);
    if (!count)
        return 0;
    return open_remote(r, &options, err) < 0 ? -1 : artifacts_complete_chart(&options, chart, err);
}

struct chart *artifacts_load_chart(const struct artifacts_named_chart *o, struct err **err)
{
    struct remote remote CLEANUP(remote_close) = {.options = o};
    struct chart *chart CLEANUP(chart_cleanup) = NULL;
    struct artifacts_chart_options options;

    if (!artifacts_is_chart_reference(o->chart))
        chart = load_local(o->chart, err);
    else if (open_remote(&remote, &options, err) == 0)
        chart = artifacts_chart(&options, o->chart, err);
    return chart && complete(&remote, chart, err) == 0 ? STEAL(chart) : NULL;
}
