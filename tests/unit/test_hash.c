// SPDX-License-Identifier: Apache-2.0
// base/hash, and base/map on it: keys that were chosen to collide cost no more than others.
#include "unit.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "support_measure.h"

enum { KEY_BYTES = 16, MAP_KEYS = 1500 };

static void fill_map(struct span keys)
{
    struct map m CLEANUP(map_free) = MAP_INIT;
    static int value;

    for (; keys.len; keys = span_tail(keys, KEY_BYTES))
        map_put(&m, span_head(keys, KEY_BYTES), &value);
    assert_int_not_equal(map_len(&m), 0);
}

static void add_number_key(struct buf *keys, unsigned number)
{
    buf_printf(keys, "%016u", number);
}

// Keys whose FNV-1a hashes end alike, as any public hash lets one choose them.
static void test_map__chosen_keys_are_as_fast_as_others(void **state)
{
    struct buf chosen CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf others CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    unsigned found = 0;

    (void)state;
    for (unsigned i = 0; found < MAP_KEYS; i++) {
        char key[KEY_BYTES + 1];
        uint64_t h = 0xcbf29ce484222325u;

        snprintf(key, sizeof(key), "%016u", i);
        for (int k = 0; k < KEY_BYTES; k++)
            h = (h ^ (unsigned char)key[k]) * 0x100000001b3u;
        h ^= h >> 32;
        h = h * 0x9e3779b97f4a7c15u >> 1;
        if (h & 0x7ff)
            continue;
        buf_add(&chosen, key, KEY_BYTES);
        add_number_key(&others, found++);
    }
    assert_as_fast(fill_map, buf_span(&others), buf_span(&chosen));
}

static void test_hash__depends_on_every_byte_and_the_length(void **state)
{
    char text[40] = {0};
    uint64_t whole = hash_span(span_of(text, sizeof(text)));

    (void)state;
    assert_true(whole == hash_span(span_of(text, sizeof(text))));
    for (size_t i = 0; i < sizeof(text); i++) {
        assert_true(hash_span(span_of(text, i)) != whole);
        text[i] = 1;
        assert_true(hash_span(span_of(text, sizeof(text))) != whole);
        text[i] = 0;
    }
}

// Each length has another way into the words, and the bits that a table of 64 slots looks at have
// to differ as those of chance do: not one slot in a thousand would be hit twice as often.
static void test_hash__fills_the_slots_of_a_table_evenly(void **state)
{
    enum { SLOTS = 64, TEXTS = SLOTS * 1000 };

    (void)state;
    for (size_t len = 3; len <= 40; len++) {
        unsigned hits[SLOTS] = {0};
        char text[40];

        memset(text, 'a', sizeof(text));
        for (unsigned i = 0; i < TEXTS; i++) {
            // Texts differ in three bytes only: the first, one in the middle and the last.
            text[0] = (char)(i % 64);
            text[len / 2] = (char)(i / 64 % 64);
            text[len - 1] = (char)(i / 4096);
            hits[hash_span(span_of(text, len)) % SLOTS]++;
        }
        for (size_t i = 0; i < SLOTS; i++)
            assert_in_range(hits[i], TEXTS / SLOTS * 3 / 4, TEXTS / SLOTS * 5 / 4);
    }
}

UNIT_MAIN(UNIT(test_map__chosen_keys_are_as_fast_as_others),
          UNIT(test_hash__fills_the_slots_of_a_table_evenly),
          UNIT(test_hash__depends_on_every_byte_and_the_length))
