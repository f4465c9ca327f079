// SPDX-License-Identifier: Apache-2.0
// What takes long in loading a chart, begun on other cores as soon as its bytes are there: archives
// are unpacked, values read. The loader goes on as if it were alone, and asks here before it does
// one of these itself: what it comes to, its errors and limits do not depend on what is found.
#ifndef MODEL_CHART_AHEAD_H
#define MODEL_CHART_AHEAD_H

#include "io/template.h"
#include "model/chart/load/files.h"

// All take NULL for `a`: then nothing was begun.

// Begins with an archive that is large, and with what is in it. `what` is its name in messages, as
// the loader has it. The archive lives until it is taken, or `a` freed.
void ahead_archive(struct chart_ahead *a, struct span tgz, const char *what);

// As chart_archive_read(), when that was done and is within the room of `memory`; else false. In
// both cases nobody reads the archive any more.
bool ahead_take_archive(struct chart_ahead *a, struct span tgz, const char *what,
                        struct chart_memory *memory, chart_files *files) MUST_CHECK;

// A map of a new *d, as chart_values_read() makes it out of `text`; false when that was not done or
// failed. What the doc refers to is in `memory` then.
bool ahead_take_values(struct chart_ahead *a, struct span text, const char *name,
                       struct chart_memory *memory, struct doc **d, struct node **values)
    MUST_CHECK;

// The texts of templates that are parsed, for chart_ahead_parse(); or NULL.
void ahead_set_texts(struct chart_ahead *a, struct template_texts *texts_take);
struct template_texts *ahead_take_texts(struct chart_ahead *a) MUST_CHECK;
// Those of a chart, for the first who asks: it was loaded with some, and nobody has them yet.
struct template_texts *chart_take_texts(const struct chart *chart) MUST_CHECK;

#endif
