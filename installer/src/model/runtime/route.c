// SPDX-License-Identifier: Apache-2.0
// One route: the hosts.toml of a registry (containerd's docs/hosts.md).
#include "io/doc.h"
#include "model/runtime.h"

void runtime_route_folder(struct span host, struct buf *out)
{
    size_t colon = span_rfind(host, ':');

    buf_add_span(out, span_head(host, colon));
    if (colon < host.len)
        buf_printf(out, "_%.*s_", SPAN_ARG(span_tail(host, colon + 1)));
}

bool runtime_route_is_ours(struct span text)
{
    return span_starts(text, RUNTIME_MARK);
}

// Where the first table starts: keys before it are of the upstream itself, and TOML has no place
// for them behind a table.
static size_t first_table(struct span text)
{
    struct span rest = text, line;

    while (span_next(&rest, '\n', &line))
        if (span_starts(span_trim(line), "["))
            return (size_t)(line.ptr - text.ptr);
    return text.len;
}

static void add_table(struct span endpoint, struct buf *out)
{
    // The table is what 1.6 and 1.7 want in any such file, and no other capability is known to
    // all.
    buf_printf(out, "[host.\"%.*s\"]\n  capabilities = [\"pull\", \"resolve\"]\n",
               SPAN_ARG(endpoint));
}

// His keys, our table, his tables. False when that is not TOML, or not what it should come to: his
// file is not, or has a line in it that only looks like a table.
static bool add_with_theirs(struct span endpoint, struct span theirs, struct buf *out)
{
    struct doc *doc CLEANUP(doc_cleanup) = doc_new();
    struct err *unreadable CLEANUP(err_cleanup) = NULL;
    size_t start = out->len, tables = first_table(theirs);
    const struct node *his = doc_read_toml(doc, theirs, RUNTIME_ROUTE_FILE, &unreadable);
    const struct node *both = NULL;

    buf_add_span(out, span_head(theirs, tables));
    if (tables && !span_ends(span_head(theirs, tables), "\n"))
        buf_add_char(out, '\n');
    add_table(endpoint, out);
    buf_add_span(out, span_tail(theirs, tables));
    if (his)
        both = doc_read_toml(doc, span_tail(buf_span(out), start), RUNTIME_ROUTE_FILE, &unreadable);
    if (both && node_len(both) == node_len(his) + !node_get(his, "host") &&
        node_len(node_get(both, "host")) == node_len(node_get(his, "host")) + 1)
        return true;
    buf_truncate(out, start);
    return false;
}

void runtime_route_write(struct span endpoint, struct span theirs, struct buf *out)
{
    buf_add_str(out, RUNTIME_MARK "\n");
    if (theirs.len && add_with_theirs(endpoint, theirs, out))
        return;
    // The upstream is out of reach: named as the server, its failure would hide what the agent
    // says.
    buf_printf(out, "server = \"%.*s\"\n\n", SPAN_ARG(endpoint));
    add_table(endpoint, out);
}
