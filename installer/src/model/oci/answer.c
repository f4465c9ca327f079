// SPDX-License-Identifier: Apache-2.0
// What a registry says: errors and lists, by the distribution specification v1.1.
#include "io/doc.h"
#include "model/oci.h"

void oci_format_error(const char *code, const char *message, struct span detail, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d), *errors = node_new_seq(d), *error = node_new_map(d);

    node_set_str(d, error, "code", span_str(code));
    node_set_str(d, error, "message", span_str(message));
    if (detail.len)
        node_set_str(d, error, "detail", detail);
    node_push(d, errors, error);
    node_set(d, root, SPAN("errors"), errors);
    doc_write_json(root, false, out);
}

// The place of the first name behind `last`.
static size_t find_start(struct span last, const struct span *names, size_t count)
{
    size_t low = 0, high = count;

    while (last.len && low < high) {
        size_t middle = low + (high - low) / 2;

        if (span_cmp(names[middle], last) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool oci_format_list(const struct oci_question *q, struct span repository, const struct span *names,
                     size_t count, struct span *next, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *root = node_new_map(d), *list = node_new_seq(d);
    size_t start = find_start(q->last, names, count);
    size_t len = q->limit < count - start ? q->limit : count - start;

    if (repository.len)
        node_set_str(d, root, "name", repository);
    node_set(d, root, repository.len ? SPAN("tags") : SPAN("repositories"), list);
    for (size_t i = start; i < start + len; i++)
        node_push(d, list, node_new_str(d, names[i]));
    doc_write_json(root, false, out);
    // An empty page has no next one ("When n is zero …").
    if (!len || start + len == count)
        return false;
    *next = names[start + len - 1];
    return true;
}
