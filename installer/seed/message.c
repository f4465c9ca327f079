// SPDX-License-Identifier: Apache-2.0
#include "seed/message.h"

#include <ctype.h>
#include <strings.h>

#define CHUNK_DIGITS_MAX 15 // a size stays far from the end of 64 bits
#define FRAMING_MAX 4096    // of extensions and trailers, which nobody reads

static enum message_result bad(const char **why, const char *reason)
{
    *why = reason;
    return MESSAGE_BAD;
}

// --- heads ---

// tchar of RFC 9110, 5.6.2.
static bool is_token(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!isalnum((unsigned char)s.ptr[i]) && !strchr("!#$%&'*+-.^_`|~", s.ptr[i]))
            return false;
    return s.len > 0 && !memchr(s.ptr, 0, s.len);
}

static bool is_visible(struct span s, bool with_blanks)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if (c == 0x7f || c < 0x20 ? !(with_blanks && c == '\t') : c == ' ' && !with_blanks)
            return false;
    }
    return true;
}

static bool is_word(struct span s, const char *word)
{
    return s.len == strlen(word) && strncasecmp(s.ptr, word, s.len) == 0;
}

static const char *take_length(struct head *h, struct span value)
{
    if (h->has_length)
        return "two lengths";
    h->has_length = true;
    return span_u64(value, &h->length) ? NULL : "a Content-Length that is no number";
}

static const char *take_coding(struct head *h, struct span value)
{
    if (h->is_chunked)
        return "two transfer codings";
    h->is_chunked = true;
    return is_word(value, "chunked") ? NULL : "a transfer coding other than chunked";
}

// What is wrong with the field, or NULL.
static const char *take_field(struct head *h, struct span line)
{
    struct span name, value;

    if (!span_cut(line, ':', &name, &value) || !is_token(name) || !is_visible(value, true))
        return "a line that is no header field";
    value = span_trim(value);
    if (is_word(name, "Content-Length"))
        return take_length(h, value);
    if (is_word(name, "Transfer-Encoding"))
        return take_coding(h, value);
    if (is_word(name, "Expect")) {
        h->expects_continue = is_word(value, "100-continue");
        return h->expects_continue ? NULL : "an expectation other than 100-continue";
    }
    return NULL;
}

// The first line, once the whole head is there and its fields are taken.
static enum message_result cut_head(struct span text, struct head *h, struct span *first,
                                    const char **why)
{
    size_t end = span_search(text, SPAN("\r\n\r\n"));
    struct span lines = span_head(text, end + 2);

    *h = (struct head){.size = end + 4};
    if (end == text.len)
        return text.len < MESSAGE_HEAD_MAX ? MESSAGE_MORE
                                           : bad(why, "a head of more than 8192 bytes");
    *first = span_head(lines, span_search(lines, SPAN("\r\n")));
    lines = span_tail(lines, first->len + 2);
    while (lines.len) {
        struct span field = span_head(lines, span_search(lines, SPAN("\r\n")));
        const char *wrong = take_field(h, field);

        if (wrong)
            return bad(why, wrong);
        lines = span_tail(lines, field.len + 2);
    }
    if (h->has_length && h->is_chunked)
        return bad(why, "a length and a transfer coding");
    return MESSAGE_DONE;
}

static bool is_version(struct span s)
{
    return span_is(s, "HTTP/1.1") || span_is(s, "HTTP/1.0");
}

enum message_result head_read_request(struct span text, struct head *h, const char **why)
{
    struct span first, target, version, query;
    enum message_result result = cut_head(text, h, &first, why);

    if (result != MESSAGE_DONE)
        return result;
    if (!span_cut(first, ' ', &h->method, &target) || !span_cut(target, ' ', &h->path, &version) ||
        !is_token(h->method) || !span_starts(h->path, "/") || !is_visible(h->path, false) ||
        !is_version(version))
        return bad(why, "a line that is no request of HTTP/1.1");
    span_cut(h->path, '?', &h->path, &query);
    return MESSAGE_DONE;
}

enum message_result head_read_answer(struct span text, struct head *h, const char **why)
{
    struct span first, version, rest;
    enum message_result result = cut_head(text, h, &first, why);
    uint64_t status = 0;

    if (result != MESSAGE_DONE)
        return result;
    if (!span_cut(first, ' ', &version, &rest) || !is_version(version) ||
        !span_u64(span_head(rest, 3), &status) || status < 100 || status > 999 ||
        (rest.len > 3 && rest.ptr[3] != ' '))
        return bad(why, "a line that is no answer of HTTP/1.1");
    h->status = (int)status;
    return MESSAGE_DONE;
}

// --- bodies ---

void body_begin(struct body *b, const struct head *h)
{
    *b = (struct body){.state = h->is_chunked ? BODY_SIZE : BODY_PLAIN, .left = h->length};
    if (!h->is_chunked && !h->length)
        b->state = BODY_OVER;
}

bool body_is_over(const struct body *b)
{
    return b->state == BODY_OVER;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum message_result read_size(struct body *b, char c, const char **why)
{
    int value = hex_value(c);

    if (value >= 0 && b->digits < CHUNK_DIGITS_MAX) {
        b->digits++;
        b->left = b->left * 16 + (unsigned)value;
        return MESSAGE_DONE;
    }
    if (!b->digits || value >= 0 || (c != '\r' && c != ';' && c != ' ' && c != '\t'))
        return bad(why, "a chunk whose size is no number");
    b->state = c == '\r' ? BODY_SIZE_END : BODY_EXTENSION;
    return MESSAGE_DONE;
}

// In what nobody reads, to the end of its line.
static enum message_result read_rest(struct body *b, char c, enum body_state at_end,
                                     const char **why)
{
    if (++b->framing > FRAMING_MAX || c == '\n')
        return bad(why, "chunk extensions or trailers that do not end");
    b->state = c == '\r' ? at_end : b->state;
    return MESSAGE_DONE;
}

static enum message_result expect(struct body *b, char c, char expected, enum body_state next,
                                  const char **why)
{
    if (c != expected)
        return bad(why, "a chunk that does not end where it should");
    b->state = next;
    return MESSAGE_DONE;
}

static enum message_result begin_chunk(struct body *b, char c, const char **why)
{
    b->digits = 0;
    return expect(b, c, '\n', b->left ? BODY_CHUNK : BODY_TRAILER, why);
}

// One byte of framing.
static enum message_result read_framing(struct body *b, char c, const char **why)
{
    switch (b->state) {
    case BODY_SIZE: return read_size(b, c, why);
    case BODY_EXTENSION: return read_rest(b, c, BODY_SIZE_END, why);
    case BODY_SIZE_END: return begin_chunk(b, c, why);
    case BODY_CHUNK_CR: return expect(b, c, '\r', BODY_CHUNK_LF, why);
    case BODY_CHUNK_LF: return expect(b, c, '\n', BODY_SIZE, why);
    case BODY_TRAILER:
        b->state = c == '\r' ? BODY_LAST_LF : BODY_FIELD;
        return c == '\r' ? MESSAGE_DONE : read_rest(b, c, BODY_FIELD_END, why);
    case BODY_FIELD: return read_rest(b, c, BODY_FIELD_END, why);
    case BODY_FIELD_END: return expect(b, c, '\n', BODY_TRAILER, why);
    case BODY_LAST_LF: return expect(b, c, '\n', BODY_OVER, why);
    case BODY_PLAIN:
    case BODY_CHUNK:
    case BODY_OVER: break;
    }
    return MESSAGE_DONE;
}

enum message_result body_next(struct body *b, struct span *data, struct span *content,
                              const char **why)
{
    *content = SPAN_EMPTY;
    while (data->len && b->state != BODY_OVER) {
        if (b->state == BODY_PLAIN || b->state == BODY_CHUNK) {
            *content = span_head(*data, b->left < data->len ? (size_t)b->left : data->len);
            *data = span_tail(*data, content->len);
            b->left -= content->len;
            if (!b->left)
                b->state = b->state == BODY_PLAIN ? BODY_OVER : BODY_CHUNK_CR;
            break;
        }
        if (read_framing(b, data->ptr[0], why) == MESSAGE_BAD)
            return MESSAGE_BAD;
        *data = span_tail(*data, 1);
    }
    return b->state == BODY_OVER ? MESSAGE_DONE : MESSAGE_MORE;
}
