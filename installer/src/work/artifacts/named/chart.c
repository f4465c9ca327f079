// SPDX-License-Identifier: Apache-2.0
// Charts from disk, from a bundle, from upstream.
#include <sys/stat.h>

#include "base/file.h"
#include "work/artifacts.h"
#include "work/artifacts/named/chart_folder.h"

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

// Opens where charts come from that are not on disk, when the first one is needed.
static int open_remote(const struct artifacts_named_chart *o, struct artifacts_remote *remote,
                       struct artifacts_chart_options *options, struct err **err)
{
    if (!artifacts_is_open(remote) && artifacts_open_remote(&o->from, remote, err) < 0)
        return -1;
    *options = (struct artifacts_chart_options){remote->http, remote->bundle, remote->lock,
                                                o->from.report};
    return 0;
}

// Fetches the dependencies that are not in charts/.
static int complete(const struct artifacts_named_chart *o, struct artifacts_remote *remote,
                    struct chart *chart, struct err **err)
{
    struct artifacts_chart_options options;
    chart_missings missing = {0};
    size_t count;

    chart_find_missing(chart, &missing);
    count = missing.len;
    vec_free(&missing);
    if (!count)
        return 0;
    if (open_remote(o, remote, &options, err) < 0)
        return -1;
    return artifacts_complete_chart(&options, chart, err);
}

struct chart *artifacts_load_chart(const struct artifacts_named_chart *o, struct err **err)
{
    struct artifacts_remote remote CLEANUP(artifacts_close_remote) = {0};
    struct chart *chart CLEANUP(chart_cleanup) = NULL;
    struct artifacts_chart_options options;

    if (!artifacts_is_chart_reference(o->chart))
        chart = load_local(o->chart, err);
    else if (open_remote(o, &remote, &options, err) == 0)
        chart = artifacts_chart(&options, o->chart, err);
    return chart && complete(o, &remote, chart, err) == 0 ? STEAL(chart) : NULL;
}
