// SPDX-License-Identifier: Apache-2.0
// Lines of evidence.
#include "cluster/evidence/lines.h"

#include "base/mem.h"
#include "base/text.h"

void evidence_lines_add(struct evidence_lines *lines, struct arena *arena, const char *lead,
                        struct span text)
{
    char *plain CLEANUP(mem_cleanup) = NULL;
    bool is_long = text.len > EVIDENCE_LINE_BYTES;

    text = span_head(text, EVIDENCE_LINE_BYTES);
    // Never cut inside a UTF-8 sequence.
    while (is_long && text.len && ((unsigned char)text.ptr[text.len] & 0xc0) == 0x80)
        text.len--;
    plain = text_plain(text, false);
    vec_push_arena(arena, &lines->list,
                   arena_printf(arena, "%s%s%s", lead, plain, is_long ? "…" : ""));
}

const char *const *evidence_lines_end(struct evidence_lines *lines, struct arena *arena)
{
    if (!lines->list.len)
        return NULL;
    vec_push_arena(arena, &lines->list, NULL);
    return lines->list.items;
}
