// SPDX-License-Identifier: Apache-2.0
// What is for people and for what watches the server: asked of the server itself, not of an
// upstream host.
#include "work/serve/serving.h"

static bool is_reading(const struct ask *a)
{
    return span_is(a->http->method, "GET") || span_is(a->http->method, "HEAD");
}

bool people_ask(struct ask *a)
{
    if (a->host.len)
        return false;
    if (!span_is(a->path, "/healthz"))
        return false;
    a->kind = "health";
    if (is_reading(a))
        answer_text(a, 200, "ok");
    else
        answer_wrong_method(a, "GET, HEAD");
    return true;
}
