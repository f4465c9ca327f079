// SPDX-License-Identifier: Apache-2.0
// Compiling and matching with PCRE2.
#include "io/regex.h"

#include <pcre2.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "io/regex/translate.h"

struct regex {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    char *pattern; // for messages
};

static void compile_context_cleanup(pcre2_compile_context **context)
{
    pcre2_compile_context_free(*context);
}

static pcre2_code *compile(struct span translated, struct span pattern, struct err **err)
{
    pcre2_compile_context *context CLEANUP(compile_context_cleanup) =
        pcre2_compile_context_create(NULL);
    // Dollar and dot as in Go: the end of the text, and all but a newline.
    uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_DOLLAR_ENDONLY |
                       PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE;
    unsigned char text[256];
    PCRE2_SIZE offset;
    pcre2_code *code;
    int problem;

    if (!context)
        abort();
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    code = pcre2_compile((PCRE2_SPTR)translated.ptr, translated.len, options, &problem, &offset,
                         context);
    if (code)
        return code;
    pcre2_get_error_message(problem, text, sizeof(text));
    err_set(err, ERR_CONFIG, "the regular expression \"%.*s\" is not valid: %s",
            SPAN_ARG(span_head(pattern, 200)), (const char *)text);
    return NULL;
}

struct regex *regex_new(struct span pattern, unsigned flags, struct err **err)
{
    struct buf translated CLEANUP(buf_free) = BUF_INIT(16 * (size_t)REGEX_PATTERN_BYTES_MAX);
    struct regex *re;
    pcre2_code *code;

    if (pattern.len > REGEX_PATTERN_BYTES_MAX) {
        err_set(err, ERR_CONFIG, "a regular expression is longer than %d bytes",
                REGEX_PATTERN_BYTES_MAX);
        return NULL;
    }
    if (flags & REGEX_ANCHORED)
        buf_add_str(&translated, "\\A(?:");
    if (regex_translate(pattern, &translated, err) < 0)
        return NULL;
    if (flags & REGEX_ANCHORED)
        buf_add_str(&translated, ")\\z");
    code = compile(buf_span(&translated), pattern, err);
    if (!code)
        return NULL;
    re = MEM_NEW(struct regex);
    re->code = code;
    re->match = pcre2_match_data_create(1, NULL);
    re->limits = pcre2_match_context_create(NULL);
    re->pattern = mem_strn(pattern.ptr, pattern.len);
    if (!re->match || !re->limits)
        abort();
    pcre2_set_match_limit(re->limits, REGEX_STEPS_MAX);
    return re;
}

int regex_match(const struct regex *re, struct span text, bool *matched, struct err **err)
{
    int result = pcre2_match(re->code, (PCRE2_SPTR)text.ptr, text.len, 0, 0, re->match, re->limits);

    *matched = result >= 0;
    if (result >= 0 || result == PCRE2_ERROR_NOMATCH)
        return 0;
    err_set(err, ERR_CONFIG, "the regular expression \"%.200s\" takes too long on \"%.*s\"",
            re->pattern, SPAN_ARG(span_head(text, 80)));
    return err_hint(err, "write it without nested repetitions");
}

void regex_free(struct regex *re)
{
    if (!re)
        return;
    pcre2_code_free(re->code);
    pcre2_match_data_free(re->match);
    pcre2_match_context_free(re->limits);
    free(re->pattern);
    free(re);
}
