// SPDX-License-Identifier: Apache-2.0
// Classes by name: POSIX's, Unicode's categories and scripts.
#include "io/regex/class.h"

#include <ctype.h>
#include <pcre2.h>
#include <string.h>

#include "base/compiler.h"

bool regex_is_posix_class(struct span name)
{
    static const char *const names[] = {"alnum", "alpha", "ascii", "blank", "cntrl",
                                        "digit", "graph", "lower", "print", "punct",
                                        "space", "upper", "word",  "xdigit"};

    if (!span_skip(&name, "[:") || !span_ends(name, ":]"))
        return false;
    name.len -= 2;
    (void)span_skip(&name, "^");
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (span_is(name, names[i]))
            return true;
    return false;
}

// Go compares names without case, blanks, hyphens and underscores.
static bool same_name(struct span name, const char *other)
{
    size_t i = 0;

    for (;; i++, other++) {
        while (i < name.len && strchr("_- ", name.ptr[i]))
            i++;
        while (*other == '_')
            other++;
        if (i >= name.len || !*other)
            return i >= name.len && !*other;
        if (tolower((unsigned char)name.ptr[i]) != tolower((unsigned char)*other))
            return false;
    }
}

// What PCRE2 calls a category; NULL when it is none.
static const char *category(struct span name)
{
    static const char *const categories[] = {
        "C",  "Cc", "Cf", "Cn", "Co", "Cs", "L",  "Ll", "Lm", "Lo", "Lt", "Lu", "M",
        "Mc", "Me", "Mn", "N",  "Nd", "Nl", "No", "P",  "Pc", "Pd", "Pe", "Pf", "Pi",
        "Po", "Ps", "S",  "Sc", "Sk", "Sm", "So", "Z",  "Zl", "Zp", "Zs", "Any"};
    static const struct {
        const char *alias, *name;
    } aliases[] = {
        {"LC", "L&"},
        {"Cased_Letter", "L&"},
        {"Close_Punctuation", "Pe"},
        {"Connector_Punctuation", "Pc"},
        {"Control", "Cc"},
        {"cntrl", "Cc"},
        {"Currency_Symbol", "Sc"},
        {"Dash_Punctuation", "Pd"},
        {"Decimal_Number", "Nd"},
        {"digit", "Nd"},
        {"Enclosing_Mark", "Me"},
        {"Final_Punctuation", "Pf"},
        {"Format", "Cf"},
        {"Initial_Punctuation", "Pi"},
        {"Letter", "L"},
        {"Letter_Number", "Nl"},
        {"Line_Separator", "Zl"},
        {"Lowercase_Letter", "Ll"},
        {"Mark", "M"},
        {"Combining_Mark", "M"},
        {"Math_Symbol", "Sm"},
        {"Modifier_Letter", "Lm"},
        {"Modifier_Symbol", "Sk"},
        {"Nonspacing_Mark", "Mn"},
        {"Number", "N"},
        {"Open_Punctuation", "Ps"},
        {"Other", "C"},
        {"Other_Letter", "Lo"},
        {"Other_Number", "No"},
        {"Other_Punctuation", "Po"},
        {"Other_Symbol", "So"},
        {"Paragraph_Separator", "Zp"},
        {"Private_Use", "Co"},
        {"Punctuation", "P"},
        {"punct", "P"},
        {"Separator", "Z"},
        {"Space_Separator", "Zs"},
        {"Spacing_Mark", "Mc"},
        {"Surrogate", "Cs"},
        {"Symbol", "S"},
        {"Titlecase_Letter", "Lt"},
        {"Unassigned", "Cn"},
        {"Uppercase_Letter", "Lu"},
    };

    for (size_t i = 0; i < ARRAY_LEN(categories); i++)
        if (same_name(name, categories[i]))
            return categories[i];
    for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
        if (same_name(name, aliases[i].alias))
            return aliases[i].name;
    return NULL;
}

// Whether PCRE2 knows a script of that name.
static bool is_script(struct span name)
{
    struct buf pattern CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    int problem;
    PCRE2_SIZE offset;
    pcre2_code *code;

    for (size_t i = 0; i < name.len; i++)
        if (!isalpha((unsigned char)name.ptr[i]) && !strchr("_- ", name.ptr[i]))
            return false;
    buf_printf(&pattern, "\\p{sc:%.*s}", SPAN_ARG(name));
    code = pcre2_compile((PCRE2_SPTR)pattern.data, pattern.len, PCRE2_UTF, &problem, &offset, NULL);
    pcre2_code_free(code);
    return code;
}

bool regex_unicode_class(struct span name, bool negated, struct buf *out)
{
    char sign = negated ? 'P' : 'p';
    const char *is;

    if (same_name(name, "Assigned")) {
        buf_printf(out, "\\%c{Cn}", negated ? 'p' : 'P');
        return true;
    }
    if (same_name(name, "ASCII")) {
        buf_add_str(out, negated ? "[:^ascii:]" : "[:ascii:]");
        return true;
    }
    is = category(name);
    if (is)
        buf_printf(out, "\\%c{%s}", sign, is);
    else if (is_script(name))
        buf_printf(out, "\\%c{sc:%.*s}", sign, SPAN_ARG(name));
    else
        return false;
    return true;
}
