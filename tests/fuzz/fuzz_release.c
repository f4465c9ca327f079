// SPDX-License-Identifier: Apache-2.0
// Helm's record of a release, as its Secret holds it or as the JSON within, to what would be
// deleted for it.
#include "fuzz.h"

#include "cluster/facts/release_record.h"
#include "work/teardown/hard/uninstall.h"

static void read_secret(struct span data)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node *secret = node_new_map(d), *held = node_new_map(d);

    node_set_str(d, held, "release", data);
    node_set(d, secret, SPAN("data"), held);
    if (!release_record_read(secret, d, &err) && !err)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node *record = doc_read_json(d, span_of(data, size), "record", ERR_API, &err);
    struct uninstall u;

    if (!record)
        read_secret(span_of(data, size));
    else if (uninstall_read(record, d, &u, &err) == 0)
        for (size_t i = 1; i < u.objects.len; i++)
            if (u.objects.items[i].rank < u.objects.items[i - 1].rank)
                abort();
    return 0;
}
