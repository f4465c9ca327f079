// SPDX-License-Identifier: Apache-2.0
// Names of charts in repositories over https.
#include "base/semver.h"
#include "base/url.h"
#include "model/chart.h"

bool chart_name_is_plain(struct span chart)
{
    for (size_t i = 0; i < chart.len; i++) {
        char c = chart.ptr[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_' || c == '.'))
            return false;
    }
    return chart.len && !span_is(chart, ".") && !span_is(chart, "..");
}

bool chart_name_parse(struct span text, struct chart_name *name)
{
    size_t slash = span_rfind(text, '/');
    struct span last = span_tail(text, slash + 1);
    struct url url;

    *name = (struct chart_name){.repository = span_head(text, slash)};
    return span_cut(last, ':', &name->chart, &name->version) && chart_name_is_plain(name->chart) &&
           name->version.len && url_parse(name->repository, &url) && url.host.len;
}

void chart_name_format(const struct chart_name *name, struct buf *out)
{
    buf_printf(out, "%.*s/%.*s:%.*s", SPAN_ARG(name->repository), SPAN_ARG(name->chart),
               SPAN_ARG(name->version));
}

static bool is_same_version(struct span a, struct span b)
{
    struct semver x, y;

    return semver_parse(a, &x) && semver_parse(b, &y) && semver_compare(&x, &y) == 0;
}

int chart_check_name(const struct chart *chart, const struct chart_name *name, struct err **err)
{
    struct span is = node_get_text(chart->meta, "name");
    struct span version = node_scalar(node_get(chart->meta, "version"));

    if (span_eq(is, name->chart) && is_same_version(version, name->version))
        return 0;
    return err_set(err, ERR_INTEGRITY, "the archive is of the chart %.*s %.*s", SPAN_ARG(is),
                   SPAN_ARG(version));
}
