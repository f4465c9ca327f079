// SPDX-License-Identifier: Apache-2.0
// URLs: those that can be fetched, and escaping.
#include "io/http/http_int.h"

#include <ctype.h>
#include <string.h>

int http_url_parse(const char *text, struct url *url, struct err **err)
{
    const char *at = strrchr(text, '@');

    if (url_parse(span_str(text), url)) {
        if (url->host.len && (url_is(url, "https") || url_is(url, "http")))
            return 0;
        return err_set(err, ERR_SOURCE, "%s: only http and https URLs can be fetched", text);
    }
    // What is no URL is not masked as one.
    return err_set(err, ERR_SOURCE, "'%s%s' is not a URL", at ? "***" : "", at ? at : text);
}

void http_escape(struct span text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c < 0x80 && (isalnum(c) || (c && strchr("-._~", c))))
            buf_add_char(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
}
