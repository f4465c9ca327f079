// SPDX-License-Identifier: Apache-2.0
// The newest time of the cluster against this machine's clock.
#include "cluster/watch/skew.h"

#include <stdio.h>

#include "base/when.h"

void skew_see(struct skew *s, struct span time, int64_t now)
{
    int64_t at;

    // The API server writes them in UTC and whole seconds, so that they compare as text.
    if (span_cmp(time, span_str(s->newest)) <= 0 || !when_parse(time, &at))
        return;
    snprintf(s->newest, sizeof(s->newest), "%.*s", SPAN_ARG(time));
    if (s->watched || at > now + s->ahead)
        s->ahead = at - now;
}

void skew_watch(struct skew *s)
{
    s->watched = s->newest[0] != '\0';
}
