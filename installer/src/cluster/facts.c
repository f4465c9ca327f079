// SPDX-License-Identifier: Apache-2.0
// The sources of facts, together.
#include "cluster/facts.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"

void facts_open(struct facts *f, struct loop *loop, struct kube *k, struct report *report,
                bool acts)
{
    time_t now = time(NULL);
    struct tm utc;

    *f = (struct facts){
        .informers = informers_new(loop, k, report),
        .records = release_records_new(k),
        .memory = memory_new(),
        .handled = acts ? handled_new(k) : NULL,
        .deleted = acts ? deleted_new() : NULL,
        .skew = MEM_NEW(struct skew),
        .needs = needs_new(),
        .report = report,
    };
    gmtime_r(&now, &utc);
    strftime(f->began, sizeof(f->began), "%Y-%m-%dT%H:%M:%SZ", &utc);
}

void facts_close(struct facts *f)
{
    free(f->skew);
    memory_free(f->memory);
    needs_free(f->needs);
    deleted_free(f->deleted);
    handled_free(f->handled);
    release_records_free(f->records);
    informers_free(f->informers);
    *f = (struct facts){0};
}

void facts_note_write(struct facts *f, const char last_write[WRITTEN_TIME_BYTES],
                      uint64_t jobs_version)
{
    if (strcmp(last_write, f->last_write) > 0)
        memcpy(f->last_write, last_write, sizeof(f->last_write));
    if (jobs_version > f->jobs_version)
        f->jobs_version = jobs_version;
}

int facts_learn(struct facts *f, bool *learned, struct err **err)
{
    if (informers_refresh(f->informers, err) < 0)
        return -1;
    if (f->handled && handled_refresh(f->handled, err) < 0)
        return -1;
    return release_records_refresh(f->records, learned, err);
}
