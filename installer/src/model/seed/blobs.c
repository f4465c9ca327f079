// SPDX-License-Identifier: Apache-2.0
// Lists of blobs.
#include <string.h>

#include "model/seed.h"

void seed_blobs_free(struct seed_blobs *b)
{
    vec_free(&b->items);
}

int seed_blob_compare(const void *a, const void *b)
{
    const struct seed_blob *left = a, *right = b;

    return memcmp(left->digest.bytes, right->digest.bytes, DIGEST_BYTES);
}

void seed_blobs_write(const struct seed_blobs *b, bool with_have, struct buf *out)
{
    VEC_FOREACH (const struct seed_blob *, it, &b->items) {
        buf_printf(out, "%s %llu", DIGEST_HEX(&it->digest), (unsigned long long)it->size);
        if (with_have)
            buf_printf(out, " %llu", (unsigned long long)it->have);
        buf_add_char(out, '\n');
    }
}

static bool read_line(struct span line, struct seed_blob *blob)
{
    struct span digest, size, have = SPAN("0");

    if (!span_cut(line, ' ', &digest, &size))
        return false;
    (void)span_cut(size, ' ', &size, &have);
    return digest_parse_hex(digest, &blob->digest) && span_u64(size, &blob->size) &&
           span_u64(have, &blob->have) && blob->have <= blob->size;
}

static bool is_behind(const struct seed_blob *blob, const struct seed_blobs *b)
{
    return !b->items.len || memcmp(blob->digest.bytes,
                                   b->items.items[b->items.len - 1].digest.bytes, DIGEST_BYTES) > 0;
}

int seed_blobs_read(struct span text, struct seed_blobs *b, struct err **err)
{
    struct span rest = text, line;
    struct seed_blob blob;
    unsigned number = 0;

    *b = (struct seed_blobs){0};
    while (span_next(&rest, '\n', &line)) {
        number++;
        if (!read_line(line, &blob) || !is_behind(&blob, b)) {
            seed_blobs_free(b);
            return err_set(err, ERR_INTEGRITY,
                           "the list of blobs is not understood: line %u is no blob, or not behind "
                           "the one before it",
                           number);
        }
        vec_push(&b->items, blob);
    }
    return 0;
}
