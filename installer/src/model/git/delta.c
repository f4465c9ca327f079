// SPDX-License-Identifier: Apache-2.0
// Applying deltas.
#include "model/git/delta.h"

#include <string.h>

// A number of a delta: 7 bits a byte, least significant first.
static bool delta_number(struct span *delta, uint64_t *value)
{
    unsigned shift = 0;

    *value = 0;
    while (delta->len && shift <= 56) {
        unsigned char byte = (unsigned char)delta->ptr[0];

        *delta = span_tail(*delta, 1);
        *value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

// The bytes that `bits` of the opcode say are present, least significant first.
static bool delta_field(struct span *delta, unsigned bits, unsigned count, uint64_t *value)
{
    *value = 0;
    for (unsigned i = 0; i < count; i++) {
        if (!(bits & 1u << i))
            continue;
        if (!delta->len)
            return false;
        *value |= (uint64_t)(unsigned char)delta->ptr[0] << (8 * i);
        *delta = span_tail(*delta, 1);
    }
    return true;
}

// One instruction: copy from the base, or insert what follows.
static bool delta_step(struct span base, struct span *delta, char *out, uint64_t room,
                       uint64_t *done)
{
    unsigned char op = (unsigned char)delta->ptr[0];
    uint64_t offset, size;

    *delta = span_tail(*delta, 1);
    if (op & 0x80) {
        if (!delta_field(delta, op & 0x0f, 4, &offset) ||
            !delta_field(delta, op >> 4 & 7, 3, &size))
            return false;
        if (size == 0)
            size = 0x10000;
        if (offset > base.len || size > base.len - offset || size > room)
            return false;
        memcpy(out, base.ptr + offset, size);
    } else {
        size = op;
        if (size == 0 || size > delta->len || size > room)
            return false;
        memcpy(out, delta->ptr, size);
        *delta = span_tail(*delta, size);
    }
    *done = size;
    return true;
}

bool delta_sizes(struct span *delta, uint64_t *base_size, uint64_t *size)
{
    return delta_number(delta, base_size) && delta_number(delta, size);
}

bool delta_apply(struct span base, struct span delta, char *out, uint64_t room, uint64_t *made)
{
    uint64_t step;

    for (*made = 0; delta.len; *made += step)
        if (!delta_step(base, &delta, out + *made, room - *made, &step))
            return false;
    return true;
}
