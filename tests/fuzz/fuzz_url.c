// SPDX-License-Identifier: Apache-2.0
// URLs: whatever a text is, masking it again changes nothing; whatever a secret is, it is masked.
#include "fuzz.h"

#include <ctype.h>

#include "base/mem.h"
#include "base/url.h"

// The input as a URL may have it: percent-encoded where it must be (RFC 3986 section 2.1).
static void add_encoded(struct buf *out, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (isalnum(data[i]) || (data[i] && strchr("-._~!$()*+,;=:", data[i])))
            buf_add_char(out, (char)data[i]);
        else
            buf_printf(out, "%%%02X", data[i]);
    }
}

static void check_mask(const char *text, const char *expected)
{
    char *masked CLEANUP(mem_cleanup) = url_masked(text);
    char *again CLEANUP(mem_cleanup) = url_masked(masked);

    FUZZ_CHECK(!expected || strcmp(masked, expected) == 0);
    FUZZ_CHECK(strcmp(masked, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text CLEANUP(mem_cleanup) = mem_strn((const char *)data, size);
    struct buf secret CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct buf full CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct url url;

    check_mask(text, NULL);
    if (url_parse(span_of(data, size), &url))
        FUZZ_CHECK(url_same_origin(&url, &url));
    add_encoded(&secret, data, size);
    buf_printf(&full, "see https://user:%s@host:8443/x?token=x%s&n=1, or not", buf_str(&secret),
               buf_str(&secret));
    check_mask(buf_str(&full), "see https://***@host:8443/x?token=***&n=1, or not");
    return 0;
}
