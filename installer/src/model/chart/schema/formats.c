// SPDX-License-Identifier: Apache-2.0
// The table of formats, and those that are about JSON, names and versions.
#include "model/chart/schema/formats.h"

#include "base/rune.h"
#include "io/regex.h"
#include "model/chart/schema/format_checks.h"

static bool format_json_pointer(struct span s, struct buf *why)
{
    if (!s.len)
        return true;
    if (s.ptr[0] != '/')
        return format_fail(why, "not starting with /");
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '~' && (i + 1 == s.len || (s.ptr[i + 1] != '0' && s.ptr[i + 1] != '1')))
            return format_fail(why, "~ must be followed by 0 or 1");
    }
    return true;
}

static bool format_relative_json_pointer(struct span s, struct buf *why)
{
    size_t digits = format_count_digits(s);

    if (!digits)
        return format_fail(why, "must start with non-negative integer");
    if (digits > 1 && s.ptr[0] == '0')
        return format_fail(why, "starts with zero");
    s = span_tail(s, digits);
    return span_is(s, "#") || format_json_pointer(s, why);
}

static bool is_hex(uint32_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool format_uuid(struct span s, struct buf *why)
{
    static const size_t lengths[] = {8, 4, 4, 4, 12};
    struct span rest = s, piece;
    size_t count = 1;

    for (size_t i = 0; i < s.len; i++)
        count += s.ptr[i] == '-';
    if (count != ARRAY_LEN(lengths))
        return format_fail(why, "must have 5 elements");
    for (size_t i = 0; format_next_piece(&rest, '-', &piece); i++) {
        if (piece.len != lengths[i]) {
            buf_printf(why, "element %zu must be %zu characters long", i + 1, lengths[i]);
            return false;
        }
        while (piece.len) {
            uint32_t rune = rune_next(&piece);

            if (!is_hex(rune))
                return format_fail_rune(why, "non-hex character ", rune, "");
        }
    }
    return true;
}

static bool format_regex(struct span s, struct buf *why)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct regex *re CLEANUP(regex_cleanup) = regex_new(s, 0, &err);

    if (re)
        return true;
    buf_add_str(why, "error parsing regexp: ");
    buf_add_str(why, err_message(err_cause(err) ? err_cause(err) : err));
    return false;
}

// What stands behind "+" or "-": names between dots.
static bool check_identifiers(struct span s, bool build, struct buf *why)
{
    struct span piece;

    while (format_next_piece(&s, '.', &piece)) {
        bool digits = format_count_digits(piece) == piece.len;
        struct span rest = piece;

        if (!piece.len)
            return format_fail(why, build ? "build identifier is empty"
                                          : "pre-release identifier is empty");
        while (rest.len) {
            uint32_t c = rune_next(&rest);

            if (!(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && c != '-')
                return format_fail_rune(why, "invalid character ", c,
                                        build ? " in build identifier"
                                              : " in pre-release identifier");
        }
        if (!build && digits && piece.len > 1 && piece.ptr[0] == '0')
            return format_fail(why, "pre-release numeric identifier starts with zero");
    }
    return true;
}

static bool check_core(struct span s, struct buf *why)
{
    static const char *const names[] = {"major", "minor", "patch"};
    struct span rest = s, piece;
    size_t dots = 0;

    for (size_t i = 0; i < s.len; i++)
        dots += s.ptr[i] == '.';
    if (dots != 2)
        return format_fail(why, "versionCore must have 3 numbers separated by dot");
    for (size_t i = 0; i < ARRAY_LEN(names) && format_next_piece(&rest, '.', &piece); i++) {
        const char *problem = !piece.len                                ? "is empty"
                              : piece.len > 1 && piece.ptr[0] == '0'    ? "starts with zero"
                              : format_count_digits(piece) != piece.len ? "contains non-digit"
                                                                        : NULL;

        if (problem) {
            buf_printf(why, "%s %s", names[i], problem);
            return false;
        }
    }
    return true;
}

static bool format_semver(struct span s, struct buf *why)
{
    size_t plus = span_find(s, '+'), minus;

    if (plus + 1 == s.len)
        return format_fail(why, "build is empty");
    if (plus < s.len && !check_identifiers(span_tail(s, plus + 1), true, why))
        return false;
    s = span_head(s, plus);
    minus = span_find(s, '-');
    if (minus < s.len && !check_identifiers(span_tail(s, minus + 1), false, why))
        return false;
    return check_core(span_head(s, minus), why);
}

static const struct schema_format formats[] = {
    {"json-pointer", format_json_pointer},
    {"relative-json-pointer", format_relative_json_pointer},
    {"uuid", format_uuid},
    {"duration", format_duration},
    {"period", format_period},
    {"ipv4", format_ipv4},
    {"ipv6", format_ipv6},
    {"hostname", format_hostname},
    {"email", format_email},
    {"date", format_date},
    {"time", format_time},
    {"date-time", format_date_time},
    {"uri", format_uri},
    {"iri", format_uri},
    {"uri-reference", format_uri_reference},
    {"iri-reference", format_uri_reference},
    {"uri-template", format_uri_template},
    {"semver", format_semver},
    {"regex", format_regex},
};

const struct schema_format *schema_format_get(struct span name)
{
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        if (span_is(name, formats[i].name))
            return &formats[i];
    }
    return NULL;
}
