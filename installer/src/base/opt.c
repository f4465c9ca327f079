// SPDX-License-Identifier: Apache-2.0
// The option parser and its help text.
#include "base/opt.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/span.h"
#include "base/vec.h"

bool opt_duration(const char *text, int64_t *ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"h", 3600000}, {"m", 60000}, {"s", 1000}};
    struct span rest = span_str(text);
    int64_t sum = 0;

    if (span_is(rest, "0")) {
        *ms = 0;
        return true;
    }
    while (rest.len) {
        size_t digits = 0;
        int64_t value, part;
        size_t u = 0;

        while (digits < rest.len && rest.ptr[digits] >= '0' && rest.ptr[digits] <= '9')
            digits++;
        if (!span_i64(span_head(rest, digits), &value))
            return false;
        rest = span_tail(rest, digits);
        while (u < ARRAY_LEN(units) && !span_skip(&rest, units[u].unit))
            u++;
        if (u == ARRAY_LEN(units) || __builtin_mul_overflow(value, units[u].ms, &part) ||
            __builtin_add_overflow(sum, part, &sum))
            return false;
    }
    *ms = sum;
    return text[0] != '\0';
}

bool opt_size(const char *text, uint64_t *bytes)
{
    static const struct {
        const char *unit;
        uint64_t bytes;
    } units[] = {
        {"", 1},
        {"k", 1000},
        {"M", 1000000},
        {"G", 1000000000},
        {"T", 1000000000000},
        {"Ki", (uint64_t)1 << 10},
        {"Mi", (uint64_t)1 << 20},
        {"Gi", (uint64_t)1 << 30},
        {"Ti", (uint64_t)1 << 40},
    };
    struct span rest = span_str(text);
    size_t digits = strspn(text, "0123456789");
    uint64_t value;

    if (!span_u64(span_head(rest, digits), &value))
        return false;
    for (size_t u = 0; u < ARRAY_LEN(units); u++)
        if (span_is(span_tail(rest, digits), units[u].unit))
            return !__builtin_mul_overflow(value, units[u].bytes, bytes);
    return false;
}

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;

    return m < c ? m : c;
}

// Levenshtein distance of short words; longer ones are never near.
static size_t distance(const char *a, const char *b)
{
    enum { MOST = 48 };
    size_t row[MOST + 1];
    size_t n = strlen(a), m = strlen(b);

    if (n > MOST || m > MOST)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t above = row[j];

            row[j] = min3(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[m];
}

const char *opt_nearest(const char *text, const char *const *names, size_t count)
{
    size_t best = strlen(text) / 3 + 2;
    const char *nearest = NULL;

    for (size_t i = 0; i < count; i++) {
        size_t d = distance(text, names[i]);

        if (d < best) {
            best = d;
            nearest = names[i];
        }
    }
    return nearest;
}

static void *field(void *into, const struct opt *o)
{
    return (char *)into + o->offset;
}

static bool is_operand(const struct opt *o)
{
    return o->type == OPT_OPERAND || o->type == OPT_OPERANDS;
}

static bool is_choice(const char *choices, const char *value)
{
    struct span rest = span_str(choices), one;

    while (span_next(&rest, '|', &one))
        if (span_is(one, value))
            return true;
    return false;
}

static int set_value(const struct opt *o, void *into, const char *value, struct err **err)
{
    switch (o->type) {
    case OPT_FLAG: *(bool *)field(into, o) = true; return 0;
    case OPT_TEXT:
    case OPT_OPERAND: *(const char **)field(into, o) = value; return 0;
    case OPT_LIST:
    case OPT_OPERANDS: vec_push((struct opt_list *)field(into, o), value); return 0;
    case OPT_CHOICE:
        if (!is_choice(o->choices, value))
            return err_set(err, ERR_USAGE, "--%s: '%s' is not one of %s", o->name, value,
                           o->choices);
        *(const char **)field(into, o) = value;
        return 0;
    case OPT_SIZE:
        if (!opt_size(value, field(into, o)))
            return err_set(err, ERR_USAGE, "--%s: '%s' is not a size like 500M or 20Gi", o->name,
                           value);
        return 0;
    case OPT_DURATION:
        if (!opt_duration(value, field(into, o)))
            return err_set(err, ERR_USAGE, "--%s: '%s' is not a duration like 90s or 5m", o->name,
                           value);
        return 0;
    }
    return 0;
}

static int unknown_option(const struct opt_command *command, const char *arg, struct err **err)
{
    const char *names[64];
    size_t count = 0;
    const char *nearest;
    struct span name = span_str(arg);
    char *word CLEANUP(mem_cleanup) = NULL;

    span_skip(&name, "--");
    name = span_head(name, span_find(name, '='));
    word = mem_strn(name.ptr, name.len);
    for (size_t i = 0; i < command->option_count && count < ARRAY_LEN(names); i++)
        if (command->options[i].name)
            names[count++] = command->options[i].name;
    nearest = opt_nearest(word, names, count);
    err_set(err, ERR_USAGE, "unknown option '%s'", arg);
    if (nearest)
        return err_hint(err, "did you mean --%s?", nearest);
    return err_hint(err, "sandstrap %s --help lists the options", command->name);
}

// The option that `arg` names; *value is what stands behind '=' or NULL.
static const struct opt *find_option(const struct opt_command *command, const char *arg,
                                     const char **value)
{
    struct span name = span_str(arg);
    size_t eq;

    *value = NULL;
    for (size_t i = 0; i < command->option_count; i++) {
        const struct opt *o = &command->options[i];

        if (o->letter && arg[1] == o->letter && arg[2] == '\0')
            return o;
    }
    if (!span_skip(&name, "--"))
        return NULL;
    eq = span_find(name, '=');
    for (size_t i = 0; i < command->option_count; i++) {
        const struct opt *o = &command->options[i];

        if (o->name && span_is(span_head(name, eq), o->name)) {
            *value = eq < name.len ? name.ptr + eq + 1 : NULL;
            return o;
        }
    }
    return NULL;
}

static int parse_option(const struct opt_command *command, int argc, char **argv, int *i,
                        void *into, struct err **err)
{
    const char *value;
    const struct opt *o = find_option(command, argv[*i], &value);

    if (!o)
        return unknown_option(command, argv[*i], err);
    if (o->type == OPT_FLAG) {
        if (value)
            return err_set(err, ERR_USAGE, "--%s takes no value", o->name);
        return set_value(o, into, NULL, err);
    }
    if (!value) {
        if (*i + 1 >= argc)
            return err_set(err, ERR_USAGE, "--%s needs a value: %s", o->name, o->value);
        value = argv[++*i];
    }
    return set_value(o, into, value, err);
}

// The operand slot after `*slot`; a list slot takes all that follow.
static const struct opt *next_operand(const struct opt_command *command, size_t *slot)
{
    for (; *slot < command->option_count; (*slot)++) {
        const struct opt *o = &command->options[*slot];

        if (o->type == OPT_OPERAND)
            return &command->options[(*slot)++];
        if (o->type == OPT_OPERANDS)
            return o;
    }
    return NULL;
}

static int check_operands(const struct opt_command *command, size_t slot, struct err **err)
{
    for (; slot < command->option_count; slot++) {
        const struct opt *o = &command->options[slot];

        if (o->type == OPT_OPERAND && o->value[0] != '[')
            return err_set(err, ERR_USAGE, "%s is missing", o->value);
    }
    return 0;
}

int opt_parse(const struct opt_command *command, int argc, char **argv, void *into, bool *help,
              struct err **err)
{
    size_t slot = 0;
    bool only_operands = false;

    *help = false;
    for (int i = 0; i < argc; i++) {
        const char *arg = argv[i];
        const struct opt *o;

        if (!only_operands && strcmp(arg, "--") == 0) {
            only_operands = true;
            continue;
        }
        if (!only_operands && (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0)) {
            *help = true;
            return 0;
        }
        if (!only_operands && arg[0] == '-' && arg[1] != '\0') {
            if (parse_option(command, argc, argv, &i, into, err) < 0)
                return -1;
            continue;
        }
        o = next_operand(command, &slot);
        if (!o) {
            err_set(err, ERR_USAGE, "unexpected operand '%s'", arg);
            return err_hint(err, "sandstrap %s --help shows the usage", command->name);
        }
        if (set_value(o, into, arg, err) < 0)
            return -1;
    }
    return check_operands(command, slot, err);
}

void opt_free_lists(const struct opt_command *command, void *into)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const struct opt *o = &command->options[i];

        if (o->type == OPT_LIST || o->type == OPT_OPERANDS) {
            struct opt_list *list = field(into, o);

            vec_free(list);
        }
    }
}

static void help_row(const struct opt *o, struct buf *out)
{
    struct buf left CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    size_t column = 28;

    if (is_operand(o))
        buf_add_str(&left, o->value);
    else if (o->letter)
        buf_printf(&left, "-%c, --%s", o->letter, o->name);
    else
        buf_printf(&left, "    --%s", o->name);
    if (!is_operand(o) && o->type != OPT_FLAG)
        buf_printf(&left, " %s", o->type == OPT_CHOICE ? o->choices : o->value);
    buf_printf(out, "  %s", buf_str(&left));
    if (left.len + 2 > column)
        buf_printf(out, "\n%*s", (int)column + 2, "");
    else
        buf_add_repeat(out, ' ', column - left.len);
    buf_printf(out, "%s\n", o->help);
}

void opt_help(const struct opt_command *command, struct buf *out)
{
    buf_printf(out, "usage: sandstrap %s [OPTION]...", command->name);
    for (size_t i = 0; i < command->option_count; i++)
        if (is_operand(&command->options[i]))
            buf_printf(out, " %s", command->options[i].value);
    buf_printf(out, "\n\n%s\n", command->summary);
    if (command->details)
        buf_printf(out, "\n%s\n", command->details);
    buf_add_str(out, "\n");
    for (size_t i = 0; i < command->option_count; i++)
        help_row(&command->options[i], out);
    buf_add_str(out, "  -h, --help                  show this text\n");
}
