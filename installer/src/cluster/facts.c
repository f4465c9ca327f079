// SPDX-License-Identifier: Apache-2.0
// The sources of facts, together.
#include "cluster/facts.h"

void facts_open(struct facts *f, struct loop *loop, struct kube *k, bool asks)
{
    *f = (struct facts){
        .informers = informers_new(loop, k),
        .records = release_records_new(k),
        .handled = asks ? handled_new(k) : NULL,
        .memory = memory_new(),
    };
}

void facts_close(struct facts *f)
{
    memory_free(f->memory);
    handled_free(f->handled);
    release_records_free(f->records);
    informers_free(f->informers);
    *f = (struct facts){0};
}

int facts_learn(struct facts *f, bool *learned, struct err **err)
{
    if (informers_refresh(f->informers, err) < 0)
        return -1;
    if (f->handled && handled_refresh(f->handled, err) < 0)
        return -1;
    return release_records_refresh(f->records, learned, err);
}
