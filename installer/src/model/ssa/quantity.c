// SPDX-License-Identifier: Apache-2.0
// Parsing and writing quantities without rounding: quantity.go's ParseQuantity() and
// CanonicalizeBytes(), and suffix.go.
#include "model/ssa/quantity.h"

#include <stdint.h>
#include <stdio.h>

#include "base/compiler.h"

enum {
    DIGITS_MAX = 15, // below 2^50: times 2^60 it fits into 128 bits, and the server is exact, too
    SMALLEST = -9,   // nano; what is smaller is rounded up
    LARGEST = 18,    // exa
};

__extension__ typedef unsigned __int128 wide;

// digits * 10^tens * 2^twos
struct amount {
    wide digits;
    int tens, twos;
};

static const struct {
    const char *suffix;
    int tens, twos;
} units[] = {
    {"n", -9, 0},  {"u", -6, 0},  {"m", -3, 0},  {"", 0, 0},    {"k", 3, 0},   {"M", 6, 0},
    {"G", 9, 0},   {"T", 12, 0},  {"P", 15, 0},  {"E", 18, 0},  {"Ki", 0, 10}, {"Mi", 0, 20},
    {"Gi", 0, 30}, {"Ti", 0, 40}, {"Pi", 0, 50}, {"Ei", 0, 60},
};

static const char *unit_of(int tens, int twos)
{
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (units[i].tens == tens && units[i].twos == twos)
            return units[i].suffix;
    return NULL;
}

static bool read_unit(struct span suffix, struct amount *a)
{
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (span_is(suffix, units[i].suffix)) {
            a->tens = units[i].tens;
            a->twos = units[i].twos;
            return true;
        }
    }
    return false;
}

// Takes the digits off the front of *text; false when the number would get too long.
static bool read_digits(struct span *text, struct amount *a, size_t *count)
{
    size_t i = 0;

    for (; i < text->len && text->ptr[i] >= '0' && text->ptr[i] <= '9'; i++)
        a->digits = a->digits * 10 + (wide)(text->ptr[i] - '0');
    *count += i;
    *text = span_tail(*text, i);
    return *count <= DIGITS_MAX;
}

static bool read_amount(struct span text, struct amount *a)
{
    bool zero = text.len > 1 && text.ptr[0] == '0' && text.ptr[1] >= '0' && text.ptr[1] <= '9';
    size_t count = 0, whole;

    if (zero || !read_digits(&text, a, &count) || count == 0)
        return false;
    whole = count;
    if (span_skip(&text, ".") && (!read_digits(&text, a, &count) || count == whole))
        return false;
    if (!read_unit(text, a))
        return false;
    // The server keeps the text of a number whose digits end where a unit does.
    if (count > whole && !a->twos && (count - whole) % 3 == 0)
        return false;
    a->tens -= (int)(count - whole);
    return true;
}

static bool print(wide number, const char *suffix, char stored[QUANTITY_TEXT_BYTES])
{
    if (!suffix || number > INT64_MAX)
        return false;
    snprintf(stored, QUANTITY_TEXT_BYTES, "%llu%s", (unsigned long long)number, suffix);
    return true;
}

static bool print_decimal(struct amount a, char stored[QUANTITY_TEXT_BYTES])
{
    if (a.tens < SMALLEST)
        return false;
    for (; a.tens % 3 != 0; a.tens--)
        a.digits *= 10;
    return print(a.digits, unit_of(a.tens, 0), stored);
}

// The whole number of an amount that has one and may be written with a unit of 1024s.
static bool is_whole(const struct amount *a, wide *number)
{
    *number = a->digits;
    if (a->tens < 0)
        return false;
    for (int i = 0; i < a->tens; i++)
        *number *= 10;
    return *number >= 1024;
}

bool quantity_stored(struct span text, char stored[QUANTITY_TEXT_BYTES])
{
    struct amount a = {0};
    bool binary;
    wide number;
    int twos = 0;

    if (!read_amount(text, &a))
        return false;
    if (a.digits == 0)
        return print(0, "", stored);
    binary = a.twos > 0;
    a.digits <<= a.twos;
    for (; a.digits % 10 == 0 && a.tens < LARGEST; a.tens++)
        a.digits /= 10;
    if (!binary || !is_whole(&a, &number))
        return print_decimal(a, stored);
    if (number > INT64_MAX)
        return false;
    for (; number % 1024 == 0; twos += 10)
        number /= 1024;
    return print(number, unit_of(0, twos), stored);
}
