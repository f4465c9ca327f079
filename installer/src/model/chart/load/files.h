// SPDX-License-Identifier: Apache-2.0
// The files of a chart: out of an archive or a folder, and their order.
#ifndef MODEL_CHART_FILES_H
#define MODEL_CHART_FILES_H

#include "base/arena.h"
#include "base/vec.h"
#include "model/chart.h"

// Where files of archives live.
struct chart_memory {
    struct arena *arena;
    VEC(void *) unpacked;     // whole archives, with contents in place
    VEC(struct arena *) more; // of what others unpacked
    uint64_t room;            // what may still come out of all archives of a chart together
    char *place; // NULL, or where the next one is unpacked to: of gunzip_size_said() and one more
};

void chart_memory_free(struct chart_memory *memory);
// Moves what `from` holds, all but its room and place.
void chart_memory_take(struct chart_memory *memory, struct chart_memory *from);

// Appends those of a .tgz, whose first folder is the chart. The place is used up when contents lie
// in it. ERR_INTEGRITY.
int chart_archive_read(struct span tgz, const char *what, struct chart_memory *memory,
                       chart_files *files, struct err **err) MUST_CHECK;

// Those at its beginning (tar_reader_beginning), for a look ahead. False when there are none.
bool chart_archive_look(struct span tgz, size_t most, const char *what, struct chart_memory *memory,
                        chart_files *files) MUST_CHECK;

// The rest of a path behind "charts/NAME/", as often as it starts so.
struct span chart_path_within(struct span path) MUST_CHECK;

// Takes out what the .helmignore among them names. ERR_CONFIG.
int chart_files_ignore(chart_files *files, const char *what, struct err **err) MUST_CHECK;

// Files of a folder as a chart has them: sorted, without marks of UTF-8. ERR_CONFIG for one that is
// too large.
int chart_files_prepare(chart_files *files, const char *what, struct err **err) MUST_CHECK;

// In the order in which Helm walks a folder: that of the names, level by level. Files of one path
// keep their order.
void chart_files_sort(chart_files *files);

#endif
