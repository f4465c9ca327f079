// SPDX-License-Identifier: Apache-2.0
// installer/seed: the loader's reading of a request or an answer and its body. However the bytes
// are cut into pieces, the same is read from them. The first byte is the length of the pieces, and
// whether it is an answer.
#include "fuzz.h"

#include "seed/message.h"

static enum message_result read_head(struct span text, bool is_answer, struct head *h)
{
    const char *why = NULL;
    enum message_result result =
        is_answer ? head_read_answer(text, h, &why) : head_read_request(text, h, &why);

    FUZZ_CHECK((result == MESSAGE_BAD) == (why != NULL));
    return result;
}

static void read_body(struct span data, const struct head *h, size_t step, struct buf *seen)
{
    enum message_result result = MESSAGE_MORE;
    const char *why = NULL;
    struct body b;

    body_begin(&b, h);
    if (body_is_over(&b))
        result = MESSAGE_DONE;
    while (data.len && result == MESSAGE_MORE) {
        struct span piece = span_head(data, step), content;
        size_t len = piece.len;

        result = body_next(&b, &piece, &content, &why);
        FUZZ_CHECK(content.len <= len - piece.len);
        FUZZ_CHECK(piece.len < len || result != MESSAGE_MORE);
        buf_add_span(seen, content);
        data = span_tail(data, len - piece.len);
    }
    FUZZ_CHECK((result == MESSAGE_DONE) == body_is_over(&b) || result == MESSAGE_BAD);
    buf_printf(seen, " %d %zu", (int)result, data.len);
}

static void read_all(struct span text, bool is_answer, size_t step, struct buf *seen)
{
    struct head h = {0};
    enum message_result result = MESSAGE_MORE;

    // A head is read anew each time that more of it is there.
    for (size_t len = 0; result == MESSAGE_MORE && len < text.len;) {
        len = step < text.len - len ? len + step : text.len;
        result = read_head(span_head(text, len), is_answer, &h);
    }
    buf_printf(seen, "%d ", (int)result);
    if (result != MESSAGE_DONE)
        return;
    FUZZ_CHECK(h.size <= text.len && !(h.is_chunked && h.has_length));
    FUZZ_CHECK(is_answer ? h.status >= 100 && h.status <= 999 : h.path.ptr[0] == '/');
    buf_printf(seen, "%.*s %.*s %d %llu ", SPAN_ARG(h.method), SPAN_ARG(h.path), h.status,
               (unsigned long long)h.length);
    read_body(span_tail(text, h.size), &h, step, seen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf whole CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct buf cut CLEANUP(buf_free) = BUF_INIT(FUZZ_TEXT_MAX);
    struct span text;

    if (size == 0 ||
        size > MESSAGE_HEAD_MAX) // of a longer head the end decides what is wrong first
        return 0;
    text = span_of(data + 1, size - 1);
    read_all(text, data[0] >> 7, text.len, &whole);
    read_all(text, data[0] >> 7, 1 + data[0] % 64, &cut);
    FUZZ_CHECK(span_eq(buf_span(&whole), buf_span(&cut)));
    return 0;
}
