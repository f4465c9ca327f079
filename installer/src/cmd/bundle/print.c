// SPDX-License-Identifier: Apache-2.0
// Printing JSON.
#include "cmd/bundle/print.h"

#include "base/mem.h"

struct node *print_bundle(struct doc *d, const struct bundle *b)
{
    struct node *root = node_new_map(d);

    node_set_str(d, root, "bundle", span_str(bundle_path(b)));
    node_set_str(d, root, "identity", span_str(DIGEST_TEXT(bundle_identity(b))));
    node_set(d, root, SPAN("bytes"), node_new_int(d, (int64_t)bundle_size(b)));
    if (bundle_since(b))
        node_set_str(d, root, "since", span_str(DIGEST_TEXT(bundle_since(b))));
    return root;
}

void print_json(struct command_env *env, const struct node *root)
{
    doc_write_json(root, false, env->out);
    buf_add_char(env->out, '\n');
}
