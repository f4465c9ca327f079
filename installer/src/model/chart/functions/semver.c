// SPDX-License-Identifier: Apache-2.0
// Sprig's functions of versions: Masterminds/semver 3.5, with its words for what is no version.
#include "base/semver.h"

#include <ctype.h>
#include <inttypes.h>

#include "base/buf.h"
#include "base/semver_range.h"
#include "model/chart/functions/functions.h"

// --- what is none ---

static struct span take_digits(struct span *text)
{
    struct span digits = {text->ptr, 0};

    while (digits.len < text->len && isdigit((unsigned char)text->ptr[digits.len]))
        digits.len++;
    *text = span_tail(*text, digits.len);
    return digits;
}

// `sign` and words with dots between them, if they are there. False when they are malformed.
static bool take_words(struct span *text, const char *sign)
{
    size_t word = 0, len = 0;

    if (!span_skip(text, sign))
        return true;
    for (; len < text->len && text->ptr[len] != '+'; len++) {
        char c = text->ptr[len];

        if (c == '.' ? !word : !isalnum((unsigned char)c) && c != '-')
            return false;
        word = c == '.' ? 0 : word + 1;
    }
    *text = span_tail(*text, len);
    return word;
}

// Why semver_parse() refuses a text.
static int say_no_version(struct span text, struct err **err)
{
    struct span numbers[3], rest = text;
    size_t count;
    uint64_t number;

    if (text.len > SEMVER_MAX_BYTES)
        return err_set(err, ERR_CONFIG, "version string is too long (max %d bytes)",
                       SEMVER_MAX_BYTES);
    (void)span_skip(&rest, "v");
    for (count = 0; count < ARRAY_LEN(numbers); count++) {
        struct span before = rest;

        if (count && !span_skip(&rest, "."))
            break;
        numbers[count] = take_digits(&rest);
        if (!numbers[count].len) {
            rest = before;
            break;
        }
    }
    if (!count || !take_words(&rest, "-") || !take_words(&rest, "+") || rest.len)
        return err_set(err, ERR_CONFIG, "invalid semantic version");
    for (size_t i = 0; i < count; i++)
        if (!span_u64(numbers[i], &number))
            return err_set(err, ERR_CONFIG,
                           "error parsing version segment: strconv.ParseUint: parsing \"%.*s\": "
                           "value out of range",
                           SPAN_ARG(numbers[i]));
    return err_set(err, ERR_CONFIG, "version segment starts with 0");
}

static int parse(struct span text, struct semver *v, struct err **err)
{
    return semver_parse(text, v) ? 0 : say_no_version(text, err);
}

enum { RANGE_STEPS = 50 };

static int semver_compare_range(struct template_call *call, struct value *result, struct err **err)
{
    struct semver_range *range CLEANUP(semver_range_cleanup) = NULL;
    struct semver v;

    if (template_charge(call, RANGE_STEPS + 8 * call->args[0].s.len, err) < 0)
        return -1;
    range = semver_range_parse(call->args[0].s, err);
    if (!range || parse(call->args[1].s, &v, err) < 0)
        return -1;
    *result = value_bool(semver_range_has(range, &v));
    return 0;
}

// --- versions as objects ---

struct version {
    struct semver is;
    struct span original;
};

static void print(void *data, struct buf *out)
{
    const struct version *v = data;

    buf_printf(out, "%" PRIu64 ".%" PRIu64 ".%" PRIu64, v->is.number[0], v->is.number[1],
               v->is.number[2]);
    if (v->is.pre.len)
        buf_printf(out, "-%.*s", SPAN_ARG(v->is.pre));
    if (v->is.build.len)
        buf_printf(out, "+%.*s", SPAN_ARG(v->is.build));
}

static const struct value_member *members(struct arena *a, void *data, size_t *count)
{
    static const char *const numbers[] = {"major", "minor", "patch"};
    const struct version *v = data;
    struct value_member *fields = arena_array(a, 6, sizeof(*fields));

    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        fields[i] = (struct value_member){
            numbers[i], NULL, false, {.type = VALUE_UINT64, .u = v->is.number[i]}};
    fields[3] = (struct value_member){"pre", NULL, false, value_string(v->is.pre)};
    fields[4] = (struct value_member){"metadata", NULL, false, value_string(v->is.build)};
    fields[5] = (struct value_member){"original", NULL, false, value_string(v->original)};
    *count = 6;
    return fields;
}

static bool is_equal(void *data, void *other)
{
    const struct version *a = data, *b = other;

    return !semver_compare(&a->is, &b->is) && span_eq(a->is.build, b->is.build) &&
           span_eq(a->original, b->original);
}

static const struct template_function *method(void *data, struct span name);
static const struct template_function *value_method(void *data, struct span name);
static struct value pointer_deep(struct arena *a, void *data);
static struct value deep(struct arena *a, void *data);

// What the function semver returns, and what its methods do: Go tells a pointer from the value.
static const struct value_class pointer_class = {
    .type_name = "*semver.Version",
    .kind = "ptr",
    .method = method,
    .print = print,
    .members = members,
    .equal = is_equal,
    .deep = pointer_deep,
};
static const struct value_class version_class = {
    .type_name = "semver.Version",
    .kind = "struct",
    .method = value_method,
    .print = print,
    .members = members,
    .equal = is_equal,
    .deep = deep,
};

// No field of a version is exported: a copy has none of them.
static struct value pointer_deep(struct arena *a, void *data UNUSED)
{
    return value_new_object(&pointer_class, ARENA_NEW(a, struct version));
}

static struct value deep(struct arena *a, void *data UNUSED)
{
    return value_new_object(&version_class, ARENA_NEW(a, struct version));
}

static int number_of(struct template_call *call, size_t which, struct value *result)
{
    const struct version *v = call->data;

    *result = (struct value){.type = VALUE_UINT64, .u = v->is.number[which]};
    return 0;
}

static int major_of(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    return number_of(call, 0, result);
}

static int minor_of(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    return number_of(call, 1, result);
}

static int patch_of(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    return number_of(call, 2, result);
}

static int pre_of(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_string(((const struct version *)call->data)->is.pre);
    return 0;
}

static int build_of(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_string(((const struct version *)call->data)->is.build);
    return 0;
}

static int original_of(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_string(((const struct version *)call->data)->original);
    return 0;
}

static struct span text_of(struct arena *a, const struct version *v)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    print((void *)v, &text);
    return arena_span(a, buf_span(&text));
}

static int string_of(struct template_call *call, struct value *result, struct err **err)
{
    if (template_charge(call, RANGE_STEPS, err) < 0)
        return -1;
    *result = value_string(text_of(call->arena, call->data));
    return 0;
}

// --- comparing ---

static int order_of(const struct template_call *call)
{
    const struct version *v = call->data, *other = call->args[0].object.data;
    int order = semver_compare(&v->is, &other->is);

    return (order > 0) - (order < 0);
}

static int compare(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_int(order_of(call));
    return 0;
}

static int equal(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_bool(order_of(call) == 0);
    return 0;
}

static int less_than(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_bool(order_of(call) < 0);
    return 0;
}

static int at_most(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_bool(order_of(call) <= 0);
    return 0;
}

static int greater_than(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_bool(order_of(call) > 0);
    return 0;
}

static int at_least(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_bool(order_of(call) >= 0);
    return 0;
}

// --- the next one ---

// A copy, whose original text is the new one with the old one's "v".
static int changed(struct template_call *call, const struct semver *is, struct value *result)
{
    const struct version *v = call->data;
    struct version *new = ARENA_NEW(call->arena, struct version);

    *new = (struct version){.is = *is};
    new->original =
        span_str(arena_printf(call->arena, "%s%.*s", span_starts(v->original, "v") ? "v" : "",
                              SPAN_ARG(text_of(call->arena, new))));
    *result = value_new_object(&version_class, new);
    return 0;
}

static int increment(struct template_call *call, size_t which, struct value *result,
                     struct err **err)
{
    static const char *const names[] = {"major", "minor", "patch"};
    const struct version *v = call->data;
    struct semver is = {.count = 3, .pre = SPAN_EMPTY, .build = SPAN_EMPTY};

    if (template_charge(call, RANGE_STEPS, err) < 0)
        return -1;
    for (size_t i = 0; i <= which; i++)
        is.number[i] = v->is.number[i];
    if (which < 2 || !v->is.pre.len) { // a pre-release comes before its version
        if (is.number[which] == UINT64_MAX)
            return err_set(err, ERR_CONFIG, "%s version increment would overflow uint64",
                           names[which]);
        is.number[which]++;
    }
    return changed(call, &is, result);
}

static int next_major(struct template_call *call, struct value *result, struct err **err)
{
    return increment(call, 0, result, err);
}

static int next_minor(struct template_call *call, struct value *result, struct err **err)
{
    return increment(call, 1, result, err);
}

static int next_patch(struct template_call *call, struct value *result, struct err **err)
{
    return increment(call, 2, result, err);
}

// The first bad word counts: a number with a leading zero is said as such.
static int say_no_pre(struct span pre, struct err **err)
{
    struct span word;

    while (span_next(&pre, '.', &word)) {
        struct span rest = word;
        bool number = word.len && take_digits(&rest).len == word.len;

        if (number && word.len > 1 && word.ptr[0] == '0')
            return err_set(err, ERR_CONFIG, "version segment starts with 0");
        if (!word.len || !take_words(&rest, "") || rest.len)
            break;
    }
    return err_set(err, ERR_CONFIG, "invalid prerelease string");
}

static int set_pre(struct template_call *call, struct value *result, struct err **err)
{
    struct semver is = ((const struct version *)call->data)->is;
    struct semver check;

    if (template_charge(call, RANGE_STEPS, err) < 0)
        return -1;
    is.pre = call->args[0].s;
    if (is.pre.len &&
        !semver_parse(span_str(arena_printf(call->arena, "0-%.*s", SPAN_ARG(is.pre))), &check))
        return say_no_pre(is.pre, err);
    return changed(call, &is, result);
}

static int set_build(struct template_call *call, struct value *result, struct err **err)
{
    struct semver is = ((const struct version *)call->data)->is;
    struct semver check;

    if (template_charge(call, RANGE_STEPS, err) < 0)
        return -1;
    is.build = call->args[0].s;
    if (is.build.len &&
        !semver_parse(span_str(arena_printf(call->arena, "0+%.*s", SPAN_ARG(is.build))), &check))
        return err_set(err, ERR_CONFIG, "invalid metadata string");
    return changed(call, &is, result);
}

// Those that only the pointer has come last.
static const struct template_function methods[] = {
    {"Major", major_of, "", NULL},
    {"Minor", minor_of, "", NULL},
    {"Patch", patch_of, "", NULL},
    {"Prerelease", pre_of, "", NULL},
    {"Metadata", build_of, "", NULL},
    {"String", string_of, "", NULL},
    {"IncMajor", next_major, "", NULL},
    {"IncMinor", next_minor, "", NULL},
    {"IncPatch", next_patch, "", NULL},
    {"SetPrerelease", set_pre, "s", NULL},
    {"SetMetadata", set_build, "s", NULL},
    {"Original", original_of, "", NULL},
    {"Compare", compare, "<*semver.Version>", NULL},
    {"Equal", equal, "<*semver.Version>", NULL},
    {"LessThan", less_than, "<*semver.Version>", NULL},
    {"LessThanEqual", at_most, "<*semver.Version>", NULL},
    {"GreaterThan", greater_than, "<*semver.Version>", NULL},
    {"GreaterThanEqual", at_least, "<*semver.Version>", NULL},
};
enum { POINTER_METHODS = 7 };

static const struct template_function *find_method(size_t count, struct span name)
{
    for (size_t i = 0; i < count; i++)
        if (span_is(name, methods[i].name))
            return &methods[i];
    return NULL;
}

static const struct template_function *method(void *data UNUSED, struct span name)
{
    return find_method(ARRAY_LEN(methods), name);
}

static const struct template_function *value_method(void *data UNUSED, struct span name)
{
    return find_method(ARRAY_LEN(methods) - POINTER_METHODS, name);
}

static int semver(struct template_call *call, struct value *result, struct err **err)
{
    struct version *v = ARENA_NEW(call->arena, struct version);

    v->original = call->args[0].s;
    if (parse(v->original, &v->is, err) < 0)
        return -1;
    *result = value_new_object(&pointer_class, v);
    return 0;
}

functions_family functions_semver = {
    {"semver", semver, "s", NULL},
    {"semverCompare", semver_compare_range, "ss", NULL},
    {0},
};
