// SPDX-License-Identifier: Apache-2.0
// What of an archive in charts/ is large and not needed to render the chart: its memory is used for
// something else, and who asks for it has the archive unpacked a second time.
#ifndef MODEL_CHART_AGAIN_H
#define MODEL_CHART_AGAIN_H

#include "model/chart/load/files.h"

// Gives up such contents of `files`, which chart_archive_read() gave for `tgz`, the last that was
// unpacked in `memory`: they come later then. `memory` stays where it is; like `tgz` and `what` it
// lives as long as the chart. False: nothing was given up, and the archive is not needed any more.
bool again_give_up(struct span tgz, const char *what, struct chart_memory *memory,
                   chart_files *files) MUST_CHECK;

#endif
