// SPDX-License-Identifier: Apache-2.0
// SipHash with one round for each word and three at the end, as hash tables use it.
#include "base/hash.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"

static uint64_t key[2];

static void make_key(void)
{
    // So few bytes are never cut short, and the pool is filled long before a user logs in.
    if (getrandom(key, sizeof(key), 0) != sizeof(key))
        mem_die("no random numbers");
}

static inline uint64_t rotate(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static inline void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static inline void take_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
}

// Up to seven bytes as a number, the first one lowest, with as few loads as there can be.
static inline uint64_t last_bytes(const char *at, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)at;
    uint32_t word;
    uint64_t value;

    if (len >= sizeof(word)) {
        memcpy(&word, at + len - sizeof(word), sizeof(word));
        value = (uint64_t)word << (8 * (len - sizeof(word)));
        memcpy(&word, at, sizeof(word));
        return value | word;
    }
    if (!len)
        return 0;
    // Of one and two bytes some are meant twice.
    return bytes[0] | (uint64_t)bytes[len / 2] << (8 * (len / 2)) |
           (uint64_t)bytes[len - 1] << (8 * (len - 1));
}

static atomic_bool is_known;

// Only once; beside the others, which then have no call in them.
static __attribute__((noinline)) uint64_t hash_first(struct span s)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, make_key);
    atomic_store_explicit(&is_known, true, memory_order_release);
    return hash_span(s);
}

uint64_t hash_span(struct span s)
{
    uint64_t v[4], word, last = (uint64_t)s.len << 56;
    const char *at = s.ptr, *end = at + (s.len & ~(sizeof(word) - 1));

    if (!atomic_load_explicit(&is_known, memory_order_acquire))
        return hash_first(s);
    v[0] = key[0] ^ 0x736f6d6570736575u;
    v[1] = key[1] ^ 0x646f72616e646f6du;
    v[2] = key[0] ^ 0x6c7967656e657261u;
    v[3] = key[1] ^ 0x7465646279746573u;
    for (; at < end; at += sizeof(word)) {
        memcpy(&word, at, sizeof(word));
        take_word(v, word);
    }
    last |= last_bytes(at, s.len % sizeof(word));
    take_word(v, last);
    v[2] ^= 0xff;
    sip_round(v);
    sip_round(v);
    sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}
