// SPDX-License-Identifier: Apache-2.0
#include "model/seed/writing.h"

void writing_number(struct doc *d, struct node *map, const char *key, uint64_t value)
{
    node_set(d, map, span_str(key), node_new_int(d, (int64_t)value));
}

void writing_digest(struct doc *d, struct node *map, const char *key, const struct digest *digest)
{
    node_set_str(d, map, key, span_str(DIGEST_TEXT(digest)));
}

void writing_text(struct doc *d, struct node *map, const char *key, const char *text)
{
    if (text)
        node_set_str(d, map, key, span_str(text));
}

void writing_texts(struct doc *d, struct node *map, const char *key, const struct span *texts,
                   size_t count)
{
    struct node *list = node_new_seq(d);

    for (size_t i = 0; i < count; i++)
        node_push(d, list, node_new_str(d, texts[i]));
    node_set(d, map, span_str(key), list);
}

void writing_end(const struct node *root, struct buf *out)
{
    doc_write_json(root, true, out);
    buf_add_char(out, '\n');
}
