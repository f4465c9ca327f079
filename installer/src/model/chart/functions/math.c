// SPDX-License-Identifier: Apache-2.0
// Sprig's arithmetic. Integers are int64 and wrap, as in Go; fractions are added and multiplied as
// decimals, so that 0.1 and 0.2 are 0.3.
#include <math.h>

#include "base/buf.h"
#include "model/chart/functions/decimal.h"
#include "model/chart/functions/functions.h"

// --- integers ---

static int64_t plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int add(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    int64_t sum = 0;

    for (size_t i = 0; i < call->count; i++)
        sum = plus(sum, functions_to_int64(&call->args[i]));
    *result = value_int64(sum);
    return 0;
}

static int add1(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_int64(plus(functions_to_int64(&call->args[0]), 1));
    return 0;
}

static int sub(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    uint64_t a = (uint64_t)functions_to_int64(&call->args[0]);
    uint64_t b = (uint64_t)functions_to_int64(&call->args[1]);

    *result = value_int64((int64_t)(a - b));
    return 0;
}

static int mul(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    uint64_t product = 1;

    for (size_t i = 0; i < call->count; i++)
        product *= (uint64_t)functions_to_int64(&call->args[i]);
    *result = value_int64((int64_t)product);
    return 0;
}

// The operands of a division, which may be done.
static int operands(struct template_call *call, int64_t *a, int64_t *b, struct err **err)
{
    *a = functions_to_int64(&call->args[0]);
    *b = functions_to_int64(&call->args[1]);
    if (!*b)
        return err_set(err, ERR_CONFIG, "runtime error: integer divide by zero");
    return 0;
}

static int divide(struct template_call *call, struct value *result, struct err **err)
{
    int64_t a, b;

    if (operands(call, &a, &b, err) < 0)
        return -1;
    *result = value_int64(b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b);
    return 0;
}

static int mod(struct template_call *call, struct value *result, struct err **err)
{
    int64_t a, b;

    if (operands(call, &a, &b, err) < 0)
        return -1;
    *result = value_int64(b == -1 ? 0 : a % b);
    return 0;
}

static int extreme(struct template_call *call, bool greatest, struct value *result)
{
    int64_t best = functions_to_int64(&call->args[0]);

    for (size_t i = 1; i < call->count; i++) {
        int64_t other = functions_to_int64(&call->args[i]);

        if (greatest ? other > best : other < best)
            best = other;
    }
    *result = value_int64(best);
    return 0;
}

static int max(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    return extreme(call, true, result);
}

static int min(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    return extreme(call, false, result);
}

// --- fractions ---

// math.Max: unlike C's it returns NaN for NaN, unless the other one is infinite.
static double go_max(double a, double b)
{
    if (isinf(a) && a > 0)
        return a;
    if (isinf(b) && b > 0)
        return b;
    if (isnan(a) || isnan(b))
        return (double)NAN;
    if (a == 0 && b == 0)
        return signbit(a) ? b : a;
    return a > b ? a : b;
}

static int maxf(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    double best = functions_to_float64(&call->args[0]);

    for (size_t i = 1; i < call->count; i++)
        best = go_max(best, functions_to_float64(&call->args[i]));
    *result = value_float(best);
    return 0;
}

static int minf(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    double best = functions_to_float64(&call->args[0]);

    for (size_t i = 1; i < call->count; i++)
        best = -go_max(-best, -functions_to_float64(&call->args[i]));
    *result = value_float(best);
    return 0;
}

static int floor_of(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_float(floor(functions_to_float64(&call->args[0])));
    return 0;
}

static int ceil_of(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    *result = value_float(ceil(functions_to_float64(&call->args[0])));
    return 0;
}

// math.Pow(10, places). C's pow() rounds some of them in another way.
static double power_of_ten(double places)
{
    enum { EXPONENT_MAX = 1 << 12 };
    int exponent, ten_exponent;
    double mantissa = 1, ten = frexp(10, &ten_exponent);

    if (fabs(places) >= 0x1p63)
        return places > 0 ? (double)INFINITY : 0;
    exponent = 0;
    for (int64_t left = (int64_t)fabs(places); left; left >>= 1) {
        if (ten_exponent > EXPONENT_MAX) {
            exponent += ten_exponent;
            break;
        }
        if (left & 1) {
            mantissa *= ten;
            exponent += ten_exponent;
        }
        ten *= ten;
        ten_exponent *= 2;
        if (ten < 0.5) {
            ten += ten;
            ten_exponent--;
        }
    }
    return places < 0 ? ldexp(1 / mantissa, -exponent) : ldexp(mantissa, exponent);
}

// round NUMBER PLACES [ON]: up from the fraction ON on, which is 0.5; below zero always down.
static int round_to(struct template_call *call, struct value *result, struct err **err UNUSED)
{
    double on = call->count > 2 ? call->args[2].f : 0.5;
    double power = power_of_ten((double)call->args[1].i);
    double digit = power * functions_to_float64(&call->args[0]);
    double whole;
    double fraction = isinf(digit) ? (double)NAN : modf(digit, &whole);

    *result = value_float((fraction >= on ? ceil(digit) : floor(digit)) / power);
    return 0;
}

enum { DECIMAL_STEPS = 40 };

typedef int (*decimal_fn)(struct arena *a, const struct decimal *x, const struct decimal *y,
                          struct decimal *result, struct err **err);

// `first` and the operands from number `from` on, one after the other.
static int fold(struct template_call *call, double first, size_t from, decimal_fn fn,
                struct value *result, struct err **err)
{
    struct decimal sum, next;

    if (template_charge(call, DECIMAL_STEPS * (1 + call->count), err) < 0 ||
        decimal_from(call->arena, first, &sum, err) < 0)
        return -1;
    for (size_t i = from; i < call->count; i++) {
        double operand = functions_to_float64(&call->args[i]);

        if (decimal_from(call->arena, operand, &next, err) < 0 ||
            template_charge(call, 1 + sum.len + next.len + sum.len * (next.len + 1) / 2, err) < 0 ||
            fn(call->arena, &sum, &next, &sum, err) < 0)
            return -1;
    }
    *result = value_float(decimal_to(&sum));
    return 0;
}

static int addf(struct template_call *call, struct value *result, struct err **err)
{
    return fold(call, 0, 0, decimal_add, result, err);
}

static int add1f(struct template_call *call, struct value *result, struct err **err)
{
    return fold(call, 1, 0, decimal_add, result, err);
}

static int subf(struct template_call *call, struct value *result, struct err **err)
{
    return fold(call, functions_to_float64(&call->args[0]), 1, decimal_subtract, result, err);
}

static int mulf(struct template_call *call, struct value *result, struct err **err)
{
    return fold(call, functions_to_float64(&call->args[0]), 1, decimal_multiply, result, err);
}

static int divf(struct template_call *call, struct value *result, struct err **err)
{
    return fold(call, functions_to_float64(&call->args[0]), 1, decimal_divide, result, err);
}

// --- sequences ---

// The integers from `start` on, `stop` not included; none when `step` leads away from it.
static int count_up(struct arena *a, int64_t start, int64_t stop, int64_t step,
                    struct value *result, struct err **err)
{
    bool down = stop < start;

    *result = value_new_list(a, VALUE_INTS);
    if (down ? step >= 0 : step <= 0)
        return 0;
    for (int64_t i = start; down ? i > stop : i < stop; i = plus(i, step)) {
        if (result->list->len == FUNCTIONS_ITEMS_MAX)
            return err_set(err, ERR_CONFIG, "the list would have more than %zu items",
                           FUNCTIONS_ITEMS_MAX);
        value_push(a, result->list, value_int(i));
    }
    return 0;
}

static int until(struct template_call *call, struct value *result, struct err **err)
{
    int64_t stop = call->args[0].i;

    return count_up(call->arena, 0, stop, stop < 0 ? -1 : 1, result, err);
}

static int until_step(struct template_call *call, struct value *result, struct err **err)
{
    return count_up(call->arena, call->args[0].i, call->args[1].i, call->args[2].i, result, err);
}

// seq STOP, seq START STOP, seq START STEP STOP: STOP included, as a text.
static int seq(struct template_call *call, struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    int64_t start, stop, step, end;
    struct value list;

    *result = value_string(SPAN_EMPTY);
    if (!call->count || call->count > 3)
        return 0;
    start = call->count > 1 ? call->args[0].i : 1;
    stop = call->args[call->count - 1].i;
    end = stop < start ? -1 : 1;
    step = call->count == 3 ? call->args[1].i : end;
    if (stop < start && step > 0)
        return 0;
    if (count_up(call->arena, start, plus(stop, end), step, &list, err) < 0)
        return -1;
    for (size_t i = 0; i < list.list->len; i++)
        buf_printf(&out, "%s%lld", i ? " " : "", (long long)list.list->items[i].i);
    return functions_take_text(call, &out, result, err);
}

functions_family functions_math = {
    {"add", add, "a*", NULL},
    {"add1", add1, "a", NULL},
    {"sub", sub, "aa", NULL},
    {"mul", mul, "aa*", NULL},
    {"div", divide, "aa", NULL},
    {"mod", mod, "aa", NULL},
    {"max", max, "aa*", NULL},
    {"biggest", max, "aa*", NULL},
    {"min", min, "aa*", NULL},
    {"maxf", maxf, "aa*", NULL},
    {"minf", minf, "aa*", NULL},
    {"floor", floor_of, "a", NULL},
    {"ceil", ceil_of, "a", NULL},
    {"round", round_to, "aif*", NULL},
    {"addf", addf, "a*", NULL},
    {"add1f", add1f, "a", NULL},
    {"subf", subf, "aa*", NULL},
    {"mulf", mulf, "aa*", NULL},
    {"divf", divf, "aa*", NULL},
    {"until", until, "i", NULL},
    {"untilStep", until_step, "iii", NULL},
    {"seq", seq, "i*", NULL},
    {0},
};
