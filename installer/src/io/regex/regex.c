// SPDX-License-Identifier: Apache-2.0
// Compiling and matching with PCRE2.
#include "io/regex.h"

#include <pcre2.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/regex/translate.h"

struct regex {
    pcre2_code *code;     // for texts that are UTF-8
    pcre2_code *code_any; // for others; NULL until there is one
    struct buf translated;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    struct regex_names names;
    char *pattern;  // for messages, and what the names point into
    bool is_utf8;   // the text of the search that is going on
    uint64_t spent; // steps, at most: of compiling, too
};

static void compile_context_cleanup(pcre2_compile_context **context)
{
    pcre2_compile_context_free(*context);
}

// With PCRE2_MATCH_INVALID_UTF each match reads the whole text first, asked to or not.
static pcre2_code *compile(struct span translated, uint32_t others, struct span pattern,
                           struct err **err)
{
    pcre2_compile_context *context CLEANUP(compile_context_cleanup) =
        pcre2_compile_context_create(NULL);
    // Dollar, dot and (?m)^ as in Go: the end of the text, all but a newline, after every newline.
    uint32_t options =
        PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C | PCRE2_ALT_CIRCUMFLEX | others;
    unsigned char text[256];
    PCRE2_SIZE offset;
    pcre2_code *code;
    int problem;

    if (!context)
        abort();
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_set_parens_nest_limit(context, REGEX_DEPTH_MAX);
    code = pcre2_compile((PCRE2_SPTR)translated.ptr, translated.len, options, &problem, &offset,
                         context);
    if (code)
        return code;
    pcre2_get_error_message(problem, text, sizeof(text));
    err_set(err, ERR_CONFIG, "%s: `%.*s`", (const char *)text, SPAN_ARG(pattern));
    return NULL;
}

static pcre2_code *compile_go(struct span pattern, unsigned flags, struct buf *translated,
                              struct regex_names *names, struct err **err)
{
    if (pattern.len > REGEX_PATTERN_BYTES_MAX) {
        err_set(err, ERR_CONFIG, "expression too large: more than %d bytes",
                REGEX_PATTERN_BYTES_MAX);
        return NULL;
    }
    if (flags & REGEX_ANCHORED)
        buf_add_str(translated, "\\A(?:");
    if (regex_translate(pattern, translated, names, err) < 0)
        return NULL;
    if (flags & REGEX_ANCHORED)
        buf_add_str(translated, ")\\z");
    return compile(buf_span(translated), 0, pattern, err);
}

// What compiling took is about in proportion to what it came to.
static uint64_t steps_of(const pcre2_code *code)
{
    enum { BYTES_PER_STEP = 2 };
    size_t size = 0;

    (void)pcre2_pattern_info(code, PCRE2_INFO_SIZE, &size);
    return size / BYTES_PER_STEP;
}

struct regex *regex_new(struct span pattern, unsigned flags, struct err **err)
{
    struct regex *re = MEM_NEW(struct regex);

    re->pattern = mem_strn(pattern.ptr, pattern.len);
    re->translated = (struct buf)BUF_INIT(16 * (size_t)REGEX_PATTERN_BYTES_MAX);
    re->code =
        compile_go(span_of(re->pattern, pattern.len), flags, &re->translated, &re->names, err);
    if (!re->code) {
        regex_free(re);
        err_wrap(err, "the regular expression \"%.*s\" is not valid",
                 SPAN_ARG(span_head(pattern, 200)));
        err_hint(err, "it is in Go's dialect (RE2): no look-around, no back references");
        return NULL;
    }
    re->match = pcre2_match_data_create_from_pattern(re->code, NULL);
    re->limits = pcre2_match_context_create(NULL);
    if (!re->match || !re->limits)
        abort();
    re->spent = steps_of(re->code);
    return re;
}

// PCRE2 does not tell how many steps it took, only that they were more than a limit: the usual
// match is cheap, and one that is not is begun again with the next limit.
static int search(struct regex *re, struct span text, size_t from, bool *matched, struct err **err)
{
    static const uint32_t limits[] = {1000, 100000, REGEX_STEPS_MAX};
    uint32_t options = re->is_utf8 ? PCRE2_NO_UTF_CHECK : 0;
    int result = PCRE2_ERROR_MATCHLIMIT;

    if (!re->is_utf8 && !re->code_any &&
        !(re->code_any = compile(buf_span(&re->translated), PCRE2_MATCH_INVALID_UTF,
                                 span_str(re->pattern), err)))
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(limits) && result == PCRE2_ERROR_MATCHLIMIT; i++) {
        pcre2_set_match_limit(re->limits, limits[i]);
        result = pcre2_match(re->is_utf8 ? re->code : re->code_any, (PCRE2_SPTR)text.ptr, text.len,
                             from, options, re->match, re->limits);
        if (i)
            re->spent += limits[i];
    }
    *matched = result >= 0;
    re->spent += 1 + (*matched ? pcre2_get_ovector_pointer(re->match)[1] - from : text.len - from);
    if (result >= 0 || result == PCRE2_ERROR_NOMATCH)
        return 0;
    err_set(err, ERR_CONFIG, "the regular expression \"%.200s\" takes too long on \"%.*s\"",
            re->pattern, SPAN_ARG(span_head(text, 80)));
    return err_hint(err, "write it without nested repetitions");
}

uint64_t regex_take_spent(struct regex *re)
{
    uint64_t spent = re->spent;

    re->spent = 0;
    return spent;
}

int regex_match(struct regex *re, struct span text, bool *matched, struct err **err)
{
    re->is_utf8 = text_is_utf8(text);
    return search(re, text, 0, matched, err);
}

int regex_find(struct regex *re, struct span text, size_t from, size_t *at, size_t count,
               bool *matched, struct err **err)
{
    const PCRE2_SIZE *groups = pcre2_get_ovector_pointer(re->match);

    if (!from)
        re->is_utf8 = text_is_utf8(text);
    if (search(re, text, from, matched, err) < 0)
        return -1;
    for (size_t i = 0; *matched && i < 2 * count; i++)
        at[i] = i / 2 <= regex_groups(re) ? groups[i] : REGEX_NOWHERE;
    return 0;
}

size_t regex_groups(const struct regex *re)
{
    return re->names.of.len;
}

int regex_group(const struct regex *re, struct span name)
{
    for (size_t i = 0; i < re->names.of.len; i++)
        if (re->names.of.items[i].len && span_eq(re->names.of.items[i], name))
            return (int)i + 1;
    return -1;
}

void regex_free(struct regex *re)
{
    if (!re)
        return;
    pcre2_code_free(re->code);
    pcre2_code_free(re->code_any);
    buf_free(&re->translated);
    pcre2_match_data_free(re->match);
    pcre2_match_context_free(re->limits);
    vec_free(&re->names.of);
    free(re->pattern);
    free(re);
}
