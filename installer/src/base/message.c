// SPDX-License-Identifier: Apache-2.0
// First the quoting, then what is said twice, then the refused values: a value's end is found by
// what follows it.
#include "base/message.h"

#include <string.h>

#include "base/buf.h"

enum { VALUE_SHOWN_BYTES = 40 };

static const struct span refused = {"Invalid value: ", 15};

// A line ended here: "; ", but after a colon ("in the following chart(s):") or the like a space.
static void break_line(struct buf *out)
{
    while (out->len && out->data[out->len - 1] == ' ')
        buf_truncate(out, out->len - 1);
    if (out->len)
        buf_add_str(out, strchr(":;,([{", out->data[out->len - 1]) ? " " : "; ");
}

// One character, or a quoted one, off *rest; a line break is '\n'.
static char next_char(struct span *rest)
{
    char c = rest->ptr[0];
    size_t count = 0;

    while (count < rest->len && rest->ptr[count] == '\\')
        count++;
    if (count && count < rest->len && strchr("\"nrt", rest->ptr[count])) {
        // Each level of quoting has doubled the backslashes.
        c = rest->ptr[count];
        *rest = span_tail(*rest, count + 1);
        return c == '"' ? '"' : c == 't' ? ' ' : '\n';
    }
    // A backslash of the text's own, as in a regular expression.
    *rest = span_tail(*rest, count > 1 ? 2 : 1);
    return c == '\n' || ((unsigned char)c >= ' ' && c != '\x7f') ? c : ' ';
}

static void add_unquoted(struct buf *out, struct span rest)
{
    bool broken = false;

    while (rest.len) {
        char c = next_char(&rest);

        if (c == '\n') {
            broken = true;
            continue;
        }
        if (broken && c == ' ')
            continue;
        if (broken)
            break_line(out);
        broken = false;
        buf_add_char(out, c);
    }
}

// The length of a dumped structure, `core.PodSpec{…}`, `{"a":…}` or `map[…]`; 0 for what is none,
// all of it when its end is missing.
static size_t dump_length(struct span s)
{
    size_t depth = 0;

    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];

        if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            depth -= depth > 0;
            // Not yet after the brackets of a type: []string{…}
            if (!depth && span_starts(span_tail(s, i + 1), ": "))
                return i + 1;
        } else if (!depth && (c == ' ' || c == ':' || c == '"')) {
            return 0;
        }
    }
    return depth ? s.len : 0;
}

static size_t value_length(struct span s)
{
    size_t length = dump_length(s);

    if (length)
        return length;
    if (span_starts(s, "\"")) {
        length = span_search(s, SPAN("\": "));
        return length < s.len ? length + 1 : s.len;
    }
    return span_search(s, SPAN(": "));
}

// "Invalid value: {…}: field is immutable" without all but the reason.
static void add_without_values(struct buf *out, struct span rest)
{
    for (;;) {
        size_t at = span_search(rest, refused);
        struct span value = span_tail(rest, at + refused.len);
        size_t length;

        buf_add_span(out, span_head(rest, at));
        if (at == rest.len)
            return;
        length = value_length(value);
        rest = span_tail(value, length);
        if (length <= VALUE_SHOWN_BYTES) {
            buf_add_span(out, refused);
            buf_add_span(out, span_head(value, length));
        } else if (!span_skip(&rest, ": ")) {
            buf_add_str(out, "Invalid value: …");
        }
    }
}

// "rpc error: code = NotFound desc = failed to pull and unpack image "a/b:1": failed to resolve
// reference "a/b:1": a/b:1: not found": each layer puts a clause in front that names the same thing
// again. What is left names it once.
static struct span without_clauses(struct span text)
{
    static const char *const clauses[] = {
        "Back-off pulling image ", "failed to pull and unpack image ",
        "failed to resolve reference ", "failed to pull image ", "Failed to pull image "};
    struct span rest = text, name, ignored;

    if (span_skip(&rest, "rpc error: code = ") && span_cut(rest, '=', &ignored, &rest) &&
        span_ends(ignored, " desc "))
        return without_clauses(span_trim(rest));
    for (size_t i = 0; i < ARRAY_LEN(clauses); i++) {
        rest = text;
        if (!span_skip(&rest, clauses[i]) || !span_skip(&rest, "\"") ||
            !span_cut(rest, '"', &name, &rest) || !span_skip(&rest, ": "))
            continue;
        span_skip(&rest, "ErrImagePull: ");
        if (span_search(rest, name) < rest.len)
            return without_clauses(rest);
    }
    return text;
}

// Where a comparison of two structures begins, as the API server adds it to a field that may not
// change.
static struct span without_difference(struct span text)
{
    return span_head(text, span_search(text, SPAN("; @@ -")));
}

char *message_line(struct span text)
{
    struct buf plain CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    add_unquoted(&plain, span_trim(text));
    add_without_values(&out, without_clauses(without_difference(buf_span(&plain))));
    while (out.len && (out.data[out.len - 1] == '.' || out.data[out.len - 1] == ' '))
        buf_truncate(&out, out.len - 1);
    return buf_take(&out);
}
