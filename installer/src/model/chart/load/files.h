// SPDX-License-Identifier: Apache-2.0
// Files of a chart: which count, and those in an archive.
#ifndef MODEL_CHART_FILES_H
#define MODEL_CHART_FILES_H

#include "base/arena.h"
#include "model/chart.h"

// Appends those that the loader needs; paths and contents live in `arena`. `room` is what may come
// out of all archives of a chart together, less what has. ERR_INTEGRITY.
int chart_archive_read(struct span tgz, const char *what, struct arena *arena, uint64_t *room,
                       chart_files *files, struct err **err) MUST_CHECK;

#endif
