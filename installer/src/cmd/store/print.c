// SPDX-License-Identifier: Apache-2.0
// Options and JSON of the store commands.
#include "cmd/store/print.h"

void store_defaults(void *options)
{
    ((struct store_options *)options)->store = STORE_PATH;
}

struct node *print_store(struct doc *d, const struct blobstore *s)
{
    struct node *root = node_new_map(d);

    node_set_str(d, root, "store", span_str(blobstore_path(s)));
    return root;
}

struct node *print_sum(struct doc *d, const struct blobstore_sum *sum)
{
    struct node *n = node_new_map(d);

    node_set(d, n, SPAN("blobs"), node_new_int(d, (int64_t)sum->blobs));
    node_set(d, n, SPAN("bytes"), node_new_int(d, (int64_t)sum->bytes));
    return n;
}

void print_line(struct command_env *env, const struct node *root)
{
    doc_write_json(root, false, env->out);
    buf_add_char(env->out, '\n');
}
