// SPDX-License-Identifier: Apache-2.0
// Sprig's functions of time. The local zone is UTC, as it is where controllers run; so a rendering
// is the same everywhere.
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/number_read.h"
#include "model/chart/functions/functions.h"
#include "model/chart/functions/moment.h"

// --- time.Time ---

static const struct value_class moment_class;

static struct value new_moment(struct arena *a, struct moment m)
{
    struct moment *data = ARENA_NEW(a, struct moment);

    *data = m;
    return value_new_object(&moment_class, data);
}

static void print(void *data, struct buf *out)
{
    moment_print(data, out);
}

// time.Date(2024, time.February, 29, 0, 0, 0, 0, time.Local)
static void print_go(void *data, struct buf *out)
{
    const struct moment *m = data;
    struct moment_date d = moment_date(m);

    buf_printf(out, "time.Date(%" PRId64 ", time.%s, %d, %d, %d, %d, %d, time.", d.year,
               moment_month_name(d.month), d.day, d.hour, d.minute, d.second, m->ns);
    if (m->is_utc)
        buf_add_str(out, "UTC)");
    else if (span_is(m->zone, "UTC") && !m->offset) // what the machine's zone is taken for
        buf_add_str(out, "Local)");
    else
        buf_printf(out, "Location(\"%.*s\"))", SPAN_ARG(m->zone));
}

// As JSON and YAML have it.
static struct value unfold(struct arena *a, void *data)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    moment_format(data, SPAN("2006-01-02T15:04:05.999999999Z07:00"), &out);
    return value_string(arena_span(a, buf_span(&out)));
}

// RFC 3339 has four digits.
static const char *no_json(void *data)
{
    int64_t year = moment_date(data).year;

    return year < 0 || year > 9999 ? "Time.MarshalJSON: year outside of range [0,9999]" : NULL;
}

static bool is_equal(void *data, void *other)
{
    const struct moment *a = data, *b = other;

    return !moment_compare(a, b) && a->offset == b->offset && span_eq(a->zone, b->zone);
}

enum { DATE_STEPS = 50 };

static int format(struct template_call *call, const struct moment *m, struct span layout,
                  struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);

    if (template_charge(call, DATE_STEPS + 2 * layout.len, err) < 0)
        return -1;
    moment_format(m, layout, &out);
    return functions_take_text(call, &out, result, err);
}

static int method_format(struct template_call *call, struct value *result, struct err **err)
{
    return format(call, call->data, call->args[0].s, result, err);
}

static int method_string(struct template_call *call, struct value *result, struct err **err)
{
    return format(call, call->data, SPAN("2006-01-02 15:04:05.999999999 -0700 MST"), result, err);
}

static int method_unix(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_int64(((const struct moment *)call->data)->seconds);
    return 0;
}

// Since 1970 in units of so many nanoseconds; wraps as Go's does.
static int since_1970(struct template_call *call, uint64_t unit, struct value *result)
{
    const struct moment *m = call->data;
    uint64_t units = (uint64_t)m->seconds * ((uint64_t)MOMENT_NS / unit);

    *result = value_int64((int64_t)(units + (uint64_t)m->ns / unit));
    return 0;
}

static int method_milli(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    return since_1970(call, 1000000, result);
}

static int method_micro(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    return since_1970(call, 1000, result);
}

static int method_nano(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    return since_1970(call, 1, result);
}

static int method_utc(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    struct moment m = *(const struct moment *)call->data;

    m.zone = MOMENT_UTC;
    m.offset = 0;
    m.is_utc = strcmp(call->function->name, "UTC") == 0;
    *result = new_moment(call->arena, m);
    return 0;
}

static int method_is_zero(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_bool(!moment_compare(call->data, &MOMENT_ZERO));
    return 0;
}

static int method_number(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    const struct moment *m = call->data;
    struct moment_date d = moment_date(m);
    struct span name = span_str(call->function->name);
    int64_t number = span_is(name, "Year")      ? d.year
                     : span_is(name, "Day")     ? d.day
                     : span_is(name, "YearDay") ? d.yday
                     : span_is(name, "Hour")    ? d.hour
                     : span_is(name, "Minute")  ? d.minute
                     : span_is(name, "Second")  ? d.second
                                                : m->ns;

    *result = value_int(number);
    return 0;
}

// time.Month and time.Weekday print as their names, which is what templates do with them.
static int method_month(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_string(span_str(moment_month_name(moment_date(call->data).month)));
    return 0;
}

static int method_weekday(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_string(span_str(moment_weekday_name(moment_date(call->data).weekday)));
    return 0;
}

static int order_of(const struct template_call *call)
{
    return moment_compare(call->data, call->args[0].object.data);
}

static int method_before(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_bool(order_of(call) < 0);
    return 0;
}

static int method_after(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_bool(order_of(call) > 0);
    return 0;
}

static int method_equal(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_bool(order_of(call) == 0);
    return 0;
}

// AddDate YEARS MONTHS DAYS: months beyond December go on in the next year.
static int method_add_date(struct template_call *call, struct value *result,
                           struct err **err UNUSED)
{
    enum { FAR = 100000000 };
    struct moment m = *(const struct moment *)call->data;
    struct moment_date d = moment_date(&m);
    int64_t months;

    for (size_t i = 0; i < 3; i++)
        if (call->args[i].i > FAR || call->args[i].i < -FAR)
            return err_set(err, ERR_CONFIG, "AddDate with more than %d of a unit", FAR);
    months = d.month - 1 + call->args[1].i;
    d.year += call->args[0].i + (months >= 0 ? months : months - 11) / 12;
    d.month = (int)((months % 12 + 12) % 12) + 1;
    m.seconds = moment_seconds(&d) - m.offset + call->args[2].i * 86400;
    *result = new_moment(call->arena, m);
    return 0;
}

static const struct template_function methods[] = {
    {"Format", method_format, "s", NULL},
    {"String", method_string, "", NULL},
    {"Unix", method_unix, "", NULL},
    {"UnixMilli", method_milli, "", NULL},
    {"UnixMicro", method_micro, "", NULL},
    {"UnixNano", method_nano, "", NULL},
    {"UTC", method_utc, "", NULL},
    {"Local", method_utc, "", NULL},
    {"IsZero", method_is_zero, "", NULL},
    {"Year", method_number, "", NULL},
    {"Month", method_month, "", NULL},
    {"Day", method_number, "", NULL},
    {"YearDay", method_number, "", NULL},
    {"Weekday", method_weekday, "", NULL},
    {"Hour", method_number, "", NULL},
    {"Minute", method_number, "", NULL},
    {"Second", method_number, "", NULL},
    {"Nanosecond", method_number, "", NULL},
    {"Before", method_before, "<time.Time>", NULL},
    {"After", method_after, "<time.Time>", NULL},
    {"Equal", method_equal, "<time.Time>", NULL},
    {"AddDate", method_add_date, "iii", NULL},
};

static const struct template_function *method(void *data UNUSED, struct span name)
{
    for (size_t i = 0; i < ARRAY_LEN(methods); i++)
        if (span_is(name, methods[i].name))
            return &methods[i];
    return NULL;
}

static const struct value_class moment_class = {
    .type_name = "time.Time",
    .kind = "struct",
    .method = method,
    .print = print,
    .print_go = print_go,
    .unfold = unfold,
    .is_timestamp = true,
    .equal = is_equal,
    .no_json = no_json,
};

static bool is_moment(const struct value *v)
{
    return v->type == VALUE_OBJECT && v->object.class == &moment_class;
}

// --- Sprig's functions ---

static int now(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    functions_random_used(call);
    *result = new_moment(call->arena, moment_now());
    return 0;
}

// A time, or seconds since 1970 as an integer; anything else is now.
static struct moment moment_from(const struct template_call *call, const struct value *v)
{
    if (is_moment(v))
        return *(const struct moment *)v->object.data;
    if (v->type == VALUE_INT || v->type == VALUE_INT64 || v->type == VALUE_INT32)
        return moment_of(v->i);
    functions_random_used(call);
    return moment_now();
}

static int date_in(struct template_call *call, struct span layout, const struct value *date,
                   struct span zone, struct value *result, struct err **err)
{
    struct moment m = moment_from(call, date);

    // To Go a name that it does not know is UTC.
    if (span_find(zone, '/') < zone.len)
        return err_set(err, ERR_CONFIG, "the time zone '%.*s' is not supported: use UTC",
                       SPAN_ARG(zone));
    m.zone = MOMENT_UTC;
    m.offset = 0;
    return format(call, &m, layout, result, err);
}

static int date(struct template_call *call, struct value *result, struct err **err)
{
    return date_in(call, call->args[0].s, &call->args[1], MOMENT_UTC, result, err);
}

static int date_in_zone(struct template_call *call, struct value *result, struct err **err)
{
    return date_in(call, call->args[0].s, &call->args[1], call->args[2].s, result, err);
}

static int html_date(struct template_call *call, struct value *result, struct err **err)
{
    return date_in(call, SPAN("2006-01-02"), &call->args[0], MOMENT_UTC, result, err);
}

static int html_date_in_zone(struct template_call *call, struct value *result, struct err **err)
{
    return date_in(call, SPAN("2006-01-02"), &call->args[0], call->args[1].s, result, err);
}

// mustDateModify DURATION TIME
static int must_date_modify(struct template_call *call, struct value *result, struct err **err)
{
    int64_t ns;

    if (template_charge(call, DATE_STEPS, err) < 0 ||
        moment_read_duration(call->args[0].s, &ns, err) < 0)
        return -1;
    *result = new_moment(call->arena, moment_add(call->args[1].object.data, ns));
    return 0;
}

static int date_modify(struct template_call *call, struct value *result, struct err **err)
{
    struct err *why CLEANUP(err_cleanup) = NULL;

    if (template_charge(call, DATE_STEPS, err) < 0)
        return -1;
    if (must_date_modify(call, result, &why) < 0)
        *result = call->args[1];
    return 0;
}

// A text that is no date is said with the whole of it.
static int charge_date(const struct template_call *call, struct err **err)
{
    return template_charge(call, DATE_STEPS + 2 * (call->args[0].s.len + call->args[1].s.len), err);
}

static int must_to_date(struct template_call *call, struct value *result, struct err **err)
{
    struct moment m;

    if (charge_date(call, err) < 0 ||
        moment_parse(call->arena, call->args[0].s, call->args[1].s, &m, err) < 0)
        return -1;
    *result = new_moment(call->arena, m);
    return 0;
}

static int to_date(struct template_call *call, struct value *result, struct err **err)
{
    struct err *why CLEANUP(err_cleanup) = NULL;

    if (charge_date(call, err) < 0)
        return -1;
    if (must_to_date(call, result, &why) < 0)
        *result = new_moment(call->arena, MOMENT_ZERO);
    return 0;
}

static int unix_epoch(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    const struct moment *m = call->args[0].object.data;

    *result = value_printf(call->arena, "%lld", (long long)m->seconds);
    return 0;
}

static int give_duration(struct template_call *call, int64_t ns, struct value *result,
                         struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    moment_print_duration(ns, &out);
    return functions_take_text(call, &out, result, err);
}

static int64_t since(const struct moment *m)
{
    struct moment is = moment_now();

    return moment_between(m, &is);
}

// Half a second and more is the next one, away from zero.
static int64_t whole_seconds(int64_t ns)
{
    int64_t rest = ns % MOMENT_NS;
    int64_t away = ns < 0 ? -MOMENT_NS : MOMENT_NS;
    int64_t whole;

    if (2 * (rest < 0 ? -rest : rest) < MOMENT_NS)
        return ns - rest;
    if (__builtin_add_overflow(ns - rest, away, &whole))
        return ns < 0 ? INT64_MIN : INT64_MAX;
    return whole;
}

static int ago(struct template_call *call, struct value *result, struct err **err)
{
    const struct value *v = &call->args[0];
    struct moment m;

    functions_random_used(call);
    if (!is_moment(v) && v->type != VALUE_INT && v->type != VALUE_INT64)
        return give_duration(call, 0, result, err);
    m = moment_from(call, v);
    return give_duration(call, whole_seconds(since(&m)), result, err);
}

// duration SECONDS, as a text or int64; of any other type it is none.
static int duration(struct template_call *call, struct value *result, struct err **err)
{
    const struct value *v = &call->args[0];
    int64_t seconds = v->type == VALUE_INT64 ? v->i : 0;

    if (v->type == VALUE_STRING)
        (void)(number_read_int(v->s, 10, &seconds) == NUMBER_READ); // or the nearest one
    return give_duration(call, (int64_t)((uint64_t)seconds * (uint64_t)MOMENT_NS), result, err);
}

static int64_t duration_of(struct template_call *call, const struct value *v)
{
    struct err *why CLEANUP(err_cleanup) = NULL;
    int64_t ns = 0;

    if (v->type == VALUE_INT64)
        return v->i;
    if (v->type == VALUE_STRING && moment_read_duration(v->s, &ns, &why) < 0)
        return 0;
    if (is_moment(v)) {
        functions_random_used(call);
        ns = since(v->object.data);
    }
    return ns;
}

static int duration_round(struct template_call *call, struct value *result, struct err **err)
{
    static const struct {
        const char *name;
        uint64_t seconds;
    } units[] = {{"y", 365 * 86400}, {"mo", 30 * 86400}, {"d", 86400},
                 {"h", 3600},        {"m", 60},          {"s", 1}};
    int64_t ns = duration_of(call, &call->args[0]);
    uint64_t left = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;

    if (template_charge(call, DATE_STEPS, err) < 0)
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        uint64_t unit = units[i].seconds * (uint64_t)MOMENT_NS;

        if (left <= unit)
            continue;
        *result =
            value_printf(call->arena, "%llu%s", (unsigned long long)(left / unit), units[i].name);
        return 0;
    }
    *result = value_string(SPAN("0s"));
    return 0;
}

functions_family functions_dates = {
    {"now", now, "", NULL},
    {"date", date, "sa", NULL},
    {"dateInZone", date_in_zone, "sas", NULL},
    {"date_in_zone", date_in_zone, "sas", NULL},
    {"htmlDate", html_date, "a", NULL},
    {"htmlDateInZone", html_date_in_zone, "as", NULL},
    {"dateModify", date_modify, "s<time.Time>", NULL},
    {"date_modify", date_modify, "s<time.Time>", NULL},
    {"mustDateModify", must_date_modify, "s<time.Time>", NULL},
    {"must_date_modify", must_date_modify, "s<time.Time>", NULL},
    {"toDate", to_date, "ss", NULL},
    {"mustToDate", must_to_date, "ss", NULL},
    {"unixEpoch", unix_epoch, "<time.Time>", NULL},
    {"ago", ago, "a", NULL},
    {"duration", duration, "a", NULL},
    {"durationRound", duration_round, "a", NULL},
    {0},
};
