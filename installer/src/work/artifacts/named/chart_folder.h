// SPDX-License-Identifier: Apache-2.0
// A chart in a folder on disk.
#ifndef WORK_ARTIFACTS_NAMED_CHART_FOLDER_H
#define WORK_ARTIFACTS_NAMED_CHART_FOLDER_H

#include "model/chart.h"

// Loads it with all that lies in it, but for what its .helmignore names; symbolic links are
// followed, as Helm does. ERR_CONFIG, and what loading a chart may fail with.
struct chart *chart_folder_load(const char *path, struct err **err) MUST_CHECK;

#endif
