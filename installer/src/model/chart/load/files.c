// SPDX-License-Identifier: Apache-2.0
// Files of a chart: which count, and those in an archive.
#include "model/chart/load/files.h"

#include <string.h>

#include "base/path.h"
#include "io/archive.h"

bool chart_needs_file(const char *path)
{
    static const char *const names[] = {"Chart.yaml", "values.yaml", "requirements.yaml"};
    const char *base = path_base(path);

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(base, names[i]) == 0)
            return true;
    return span_ends(span_str(path), ".tgz") && strstr(path, "charts/");
}

static int count_entry(uint64_t *room, const struct tar_entry *entry, const char *what,
                       struct err **err)
{
    static const uint64_t header = 512;

    if (entry->size > *room || header > *room - entry->size)
        return err_set(err, ERR_INTEGRITY, "%s: more than %u MiB in a chart and its subcharts",
                       what, (unsigned)(CHART_MAX_BYTES >> 20));
    *room -= entry->size + header;
    return 0;
}

// A .tgz, whose first folder is the chart (Helm's LoadArchiveFiles).
int chart_archive_read(struct span tgz, const char *what, struct arena *arena, uint64_t *room,
                       chart_files *files, struct err **err)
{
    struct stream *plain = stream_decompress(stream_from_span(tgz), CHART_MAX_BYTES, what);
    struct tar_reader *reader CLEANUP(tar_reader_cleanup) = tar_reader_new(plain, what, err);
    struct tar_entry entry;
    int more = -1;

    while (reader && (more = tar_next(reader, &entry, err)) > 0) {
        struct buf text CLEANUP(buf_free) = BUF_INIT(CHART_MAX_BYTES);
        const char *slash = strchr(entry.path, '/');
        struct chart_file file = {0};

        if (count_entry(room, &entry, what, err) < 0)
            return -1;
        if (entry.type != TAR_FILE || !slash || !chart_needs_file(slash + 1))
            continue;
        file.path = arena_str(arena, slash + 1);
        if (tar_read(reader, &text, err) < 0)
            return -1;
        file.content = arena_span(arena, buf_span(&text));
        vec_push(files, file);
    }
    return more;
}

void chart_files_free(chart_files *files)
{
    vec_free(files);
}
