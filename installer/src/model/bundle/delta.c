// SPDX-License-Identifier: Apache-2.0
// What a delta leaves out.
#include "model/bundle/delta.h"

void delta_choose(struct delta *d, struct index *index, const struct bundle_plan *p)
{
    d->since = p->since;
    d->left_out = arena_array(index->arena, index->blobs.len + 1, sizeof(*d->left_out));
    for (size_t i = 0; i < index->blobs.len; i++)
        d->left_out[i] = map_get(&p->left_out, digest_key(&index->blobs.items[i].digest)) != NULL;
}

void delta_write(const struct delta *d, const struct index *index, struct buf *out)
{
    buf_printf(out, "since %s\n", DIGEST_TEXT(&d->since));
    for (size_t i = 0; i < index->blobs.len; i++)
        if (d->left_out[i])
            buf_printf(out, "%s\n", DIGEST_TEXT(&index->blobs.items[i].digest));
}

static int bad(struct err **err, const char *what)
{
    return err_set(err, ERR_INTEGRITY, "the list of what is left out: %s", what);
}

int delta_parse(struct delta *d, struct index *index, struct span text, struct err **err)
{
    struct buf again CLEANUP(buf_free) = BUF_INIT(BUNDLE_INDEX_MAX_BYTES);
    struct span rest = text, line;
    struct digest digest;

    d->size = text.len;
    d->left_out = arena_array(index->arena, index->blobs.len + 1, sizeof(*d->left_out));
    if (!span_next(&rest, '\n', &line) || !span_skip(&line, "since ") ||
        !digest_parse(line, &d->since))
        return bad(err, "it does not say what the bundle is a delta since");
    while (span_next(&rest, '\n', &line)) {
        uintptr_t place = 0;

        if (digest_parse(line, &digest))
            place = (uintptr_t)map_get(&index->by_digest, digest_key(&digest));
        if (!place)
            return bad(err, "a line is no blob of the index");
        d->left_out[place - 1] = true;
    }
    delta_write(d, index, &again);
    return span_eq(buf_span(&again), text) ? 0 : bad(err, "it is not in canonical form");
}

void delta_lay_out(const struct delta *d, struct index *index, uint64_t at)
{
    at = layout_align(at + d->size);
    for (size_t i = 0; i < index->blobs.len; i++) {
        struct bundle_blob *blob = &index->blobs.items[i];

        blob->offset = d->left_out[i] ? 0 : at;
        if (!d->left_out[i])
            at = layout_align(at + blob->size);
    }
    index->size = at;
}
