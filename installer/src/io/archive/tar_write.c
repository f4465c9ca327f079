// SPDX-License-Identifier: Apache-2.0
// Writing tar through libarchive into a buffer, with everything fixed but paths and content.
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "io/archive.h"

struct tar_writer {
    struct archive *archive;
    struct buf *out;
};

static la_ssize_t on_write(struct archive *a, void *data, const void *piece, size_t len)
{
    struct tar_writer *w = data;

    buf_add(w->out, piece, len);
    if (w->out->overflow) {
        archive_set_error(a, EFBIG, "it is larger than %zu bytes", w->out->max);
        return -1;
    }
    return (la_ssize_t)len;
}

struct tar_writer *tar_writer_new(struct buf *out)
{
    struct tar_writer *w = MEM_NEW(struct tar_writer);

    w->out = out;
    w->archive = archive_write_new();
    if (!w->archive)
        abort();
    archive_write_set_format_pax_restricted(w->archive);
    // Names as they are, whatever the locale.
    if (archive_write_set_format_option(w->archive, "pax", "hdrcharset", "BINARY") != ARCHIVE_OK)
        abort();
    archive_write_set_bytes_per_block(w->archive, 0);
    if (archive_write_open(w->archive, w, NULL, on_write, NULL) != ARCHIVE_OK)
        abort();
    return w;
}

static int fail(struct tar_writer *w, const char *path, struct err **err)
{
    return err_set(err, ERR_CONFIG, "%s: cannot be archived: %s", path,
                   archive_error_string(w->archive));
}

static struct archive_entry *new_entry(const char *path, unsigned type, unsigned mode)
{
    struct archive_entry *e = archive_entry_new();

    archive_entry_set_pathname(e, path);
    archive_entry_set_filetype(e, type);
    archive_entry_set_perm(e, mode);
    archive_entry_set_mtime(e, 0, 0);
    return e;
}

int tar_add_file(struct tar_writer *w, const char *path, bool executable, struct span data,
                 struct err **err)
{
    struct archive_entry *e = new_entry(path, AE_IFREG, executable ? 0755 : 0644);
    bool ok;

    archive_entry_set_size(e, (la_int64_t)data.len);
    ok = archive_write_header(w->archive, e) == ARCHIVE_OK &&
         archive_write_data(w->archive, data.ptr, data.len) == (la_ssize_t)data.len;
    archive_entry_free(e);
    return ok ? 0 : fail(w, path, err);
}

int tar_add_link(struct tar_writer *w, const char *path, const char *target, struct err **err)
{
    struct archive_entry *e = new_entry(path, AE_IFLNK, 0777);
    bool ok;

    archive_entry_set_symlink(e, target);
    ok = archive_write_header(w->archive, e) == ARCHIVE_OK;
    archive_entry_free(e);
    return ok ? 0 : fail(w, path, err);
}

int tar_writer_finish(struct tar_writer *w_take, struct err **err)
{
    struct tar_writer *w CLEANUP(tar_writer_cleanup) = w_take;

    if (archive_write_close(w->archive) != ARCHIVE_OK)
        return fail(w, "the archive", err);
    return 0;
}

void tar_writer_free(struct tar_writer *w)
{
    if (!w)
        return;
    archive_write_free(w->archive);
    free(w);
}
