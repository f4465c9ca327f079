// SPDX-License-Identifier: Apache-2.0
// The user's values: files over files.
#include "model/chart.h"
#include "model/chart/values/table.h"

// `copied`: what is laid over stays as it is, or is of another doc.
static void lay_over(struct doc *d, struct node *values, const struct node *over, bool copied)
{
    struct table table CLEANUP(table_close) = table_open(d, values);

    NODE_FOREACH_PAIR (pair, over) {
        struct node *has = table_get(&table, pair->key);

        if (node_is(pair->value, NODE_MAP) && node_is(has, NODE_MAP))
            lay_over(d, has, pair->value, copied);
        else
            table_set(&table, pair->key, copied ? node_copy(d, pair->value) : pair->value);
    }
}

void chart_merge(struct doc *d, struct node *values, const struct node *over)
{
    lay_over(d, values, over, true);
}

int chart_values_read(struct doc *d, struct node *values, struct span text, const char *file,
                      struct err **err)
{
    struct node_list documents = {0};

    if (doc_read_helm(d, text, file, &documents, err) < 0)
        return err_hint(err, "look at that line and the one above it: the indentation, a ':' "
                             "without a blank behind it, a quote that is not closed");
    for (size_t i = 0; i < documents.len; i++) {
        const struct node *document = documents.items[i];

        if (!node_is(document, NODE_MAP))
            return err_set(err, ERR_CONFIG, "%s:%u: is a %s instead of a map", file, document->line,
                           node_type_name(document));
        lay_over(d, values, document, false);
    }
    return 0;
}
