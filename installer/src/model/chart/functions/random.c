// SPDX-License-Identifier: Apache-2.0
// Sprig's random values. All come from the system's random bytes, also where Go takes less.
#include "base/buf.h"
#include "base/rune.h"
#include "base/text.h"
#include "io/crypto.h"
#include "model/chart/functions/functions.h"

// What a random character takes, in steps of a template.
enum { RANDOM_STEPS = 30 };

// Evenly below `limit`, which is not 0: numbers of the last, incomplete round are drawn again.
static uint64_t random_below(uint64_t limit)
{
    uint64_t number, rounds = UINT64_MAX / limit * limit;

    do
        crypto_random(&number, sizeof(number));
    while (number >= rounds);
    return number % limit;
}

// COUNT of these letters; none when it is below 0.
static int random_text(struct template_call *call, struct span letters, struct value *result,
                       struct err **err)
{
    int64_t count = call->args[0].i;
    char *text;

    functions_random_used(call);
    *result = value_string(SPAN_EMPTY);
    if (count <= 0)
        return 0;
    if (functions_check_text((size_t)count, err) < 0 ||
        template_charge(call, (uint64_t)count * RANDOM_STEPS, err) < 0)
        return -1;
    text = arena_alloc(call->arena, (size_t)count);
    for (int64_t i = 0; i < count; i++)
        text[i] = letters.ptr[random_below(letters.len)];
    *result = value_string(span_of(text, (size_t)count));
    return 0;
}

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

static int rand_alpha_num(struct template_call *call, struct value *result, struct err **err)
{
    return random_text(call, SPAN(UPPER LOWER DIGITS), result, err);
}

static int rand_alpha(struct template_call *call, struct value *result, struct err **err)
{
    return random_text(call, SPAN(UPPER LOWER), result, err);
}

static int rand_numeric(struct template_call *call, struct value *result, struct err **err)
{
    return random_text(call, SPAN(DIGITS), result, err);
}

static int rand_ascii(struct template_call *call, struct value *result, struct err **err)
{
    return random_text(
        call, SPAN(" !\"#$%&'()*+,-./" DIGITS ":;<=>?@" UPPER "[\\]^_`" LOWER "{|}~"), result, err);
}

static int rand_int(struct template_call *call, struct value *result, struct err **err)
{
    uint64_t least = (uint64_t)call->args[0].i;
    uint64_t range = (uint64_t)call->args[1].i - least;

    functions_random_used(call);
    if (template_charge(call, RANDOM_STEPS, err) < 0)
        return -1;
    if ((int64_t)range <= 0)
        return err_set(err, ERR_CONFIG, "invalid argument to Intn");
    *result = value_int((int64_t)(least + random_below(range)));
    return 0;
}

static int rand_bytes(struct template_call *call, struct value *result, struct err **err)
{
    struct buf bytes CLEANUP(crypto_buf_wipe) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    int64_t count = call->args[0].i;
    char *at;

    functions_random_used(call);
    if (count < 0)
        return err_set(err, ERR_CONFIG, "runtime error: makeslice: len out of range");
    if (template_charge(call, RANDOM_STEPS + (uint64_t)count, err) < 0)
        return -1;
    at = buf_reserve(&bytes, (size_t)count);
    if (!at)
        return functions_check_text((size_t)count, err);
    crypto_random(at, (size_t)count);
    buf_commit(&bytes, (size_t)count);
    crypto_base64_encode(buf_span(&bytes), &out);
    return functions_take_text(call, &out, result, err);
}

// RFC 9562, version 4.
static int uuidv4(struct template_call *call, struct value *result, struct err **err)
{
    unsigned char bytes[16];
    char hex[2 * sizeof(bytes) + 1];

    functions_random_used(call);
    if (template_charge(call, 2 * RANDOM_STEPS, err) < 0)
        return -1;
    crypto_random(bytes, sizeof(bytes));
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    crypto_hex(bytes, sizeof(bytes), hex);
    *result = value_printf(call->arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
                           hex + 16, hex + 20);
    return 0;
}

static int shuffle(struct template_call *call, struct value *result, struct err **err)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(FUNCTIONS_TEXT_MAX);
    struct span rest = call->args[0].s;
    uint32_t *runes = arena_array(call->arena, rest.len + 1, sizeof(*runes));
    size_t count = 0;

    functions_random_used(call);
    if (template_charge(call, rest.len * RANDOM_STEPS, err) < 0)
        return -1;
    while (rest.len)
        runes[count++] = rune_next(&rest);
    for (size_t i = count; i > 1; i--) {
        size_t other = random_below(i);
        uint32_t rune = runes[other];

        runes[other] = runes[i - 1];
        runes[i - 1] = rune;
    }
    for (size_t i = 0; i < count; i++) {
        char bytes[4];

        buf_add(&out, bytes, text_encode(runes[i], bytes));
    }
    return functions_take_text(call, &out, result, err);
}

functions_family functions_random = {
    {"randAlphaNum", rand_alpha_num, "i", NULL},
    {"randAlpha", rand_alpha, "i", NULL},
    {"randNumeric", rand_numeric, "i", NULL},
    {"randAscii", rand_ascii, "i", NULL},
    {"randInt", rand_int, "ii", NULL},
    {"randBytes", rand_bytes, "i", NULL},
    {"uuidv4", uuidv4, "", NULL},
    {"shuffle", shuffle, "s", NULL},
    {0},
};
