// SPDX-License-Identifier: Apache-2.0
// Whether the API server answers: said once when it stops, once when it is back. Also what answers
// carry beside their body: the server's clock and warnings.
#include "model/kube/client.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/mem.h"

// 299 - "text"  ->  text
static struct span warning_text(struct span value)
{
    struct span before, text;

    if (!span_cut(value, '"', &before, &text))
        return value;
    return span_head(text, span_rfind(text, '"'));
}

static void show_warning(struct kube *k, struct span value)
{
    struct span text = warning_text(value);
    char *copy;

    if (map_get(&k->warnings, text))
        return;
    copy = mem_strn(text.ptr, text.len);
    map_put(&k->warnings, span_str(copy), copy);
    report_warn(k->report, "kube", "the API server warns: %s", copy);
}

void health_reached(struct kube *k, const struct http_response *r)
{
    char took[32];

    k->reached = true;
    if (r->date)
        k->clock_skew_s = (int64_t)(r->date - time(NULL));
    VEC_FOREACH (const struct http_header *, header, &r->headers)
        if (strcasecmp(header->name, "warning") == 0)
            show_warning(k, span_str(header->value));
    if (!k->unreachable_since)
        return;
    report_info(k->report, "kube", "the API server answers again after %s",
                timer_format(timer_now() - k->unreachable_since, took));
    k->unreachable_since = 0;
}

void health_unreached(struct kube *k, const struct err *error)
{
    time_t now = time(NULL);
    struct tm local;
    char clock[16];

    if (k->unreachable_since || !k->reached)
        return;
    k->unreachable_since = timer_now();
    localtime_r(&now, &local);
    strftime(clock, sizeof(clock), "%H:%M:%S", &local);
    while (err_cause(error)) // the innermost one, without the URL of one of many requests
        error = err_cause(error);
    report_warn(k->report, "kube", "the API server is unreachable since %s: %s; waiting for it",
                clock, err_message(error));
}
