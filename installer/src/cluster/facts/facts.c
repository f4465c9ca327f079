// SPDX-License-Identifier: Apache-2.0
// The sources of facts, together.
#include "cluster/facts/facts.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"

// Most of what is unready when it is first seen goes on by itself. Who looks once does not wait.
enum { FACTS_GRACE_MS = 300 };

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
    f->evidence = evidence_fetch_new(loop, k, f->informers, acts ? FACTS_GRACE_MS : 0);
}

void facts_close(struct facts *f)
{
    free(f->skew);
    memory_free(f->memory);
    needs_free(f->needs);
    deleted_free(f->deleted);
    evidence_fetch_free(f->evidence);
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

bool facts_settled(const struct facts *f)
{
    return informers_settled(f->informers) && evidence_fetch_settled(f->evidence);
}

int facts_learn(struct facts *f, bool *learned, struct err **err)
{
    if (informers_refresh(f->informers, err) < 0)
        return -1;
    evidence_fetch_send(f->evidence);
    if (f->handled && handled_refresh(f->handled, err) < 0)
        return -1;
    return release_records_refresh(f->records, learned, err);
}
