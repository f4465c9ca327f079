// SPDX-License-Identifier: Apache-2.0
// Tells who watches a run what it reads.
#include "io/template/exec/run.h"

void template_run_watch(struct template_run *run, template_see see, void *data)
{
    run->see = see;
    run->see_data = data;
}

void exec_tell(struct frame *f, enum template_seen_what what, struct span name,
               const struct value *args, size_t count)
{
    struct template_seen seen = {what, name, args, count, f->run, f->at};

    f->run->see(f->run->see_data, &seen);
}
