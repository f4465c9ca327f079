// SPDX-License-Identifier: Apache-2.0
// Files of keys on the disk of whoever keeps them.
#include <sys/stat.h>

#include "base/file.h"
#include "base/passphrase.h"
#include "io/crypto.h"
#include "work/keys.h"

static int get_passphrase(struct loop *l, const struct keys_file *file, bool twice, struct buf *out,
                          struct err **err)
{
    // All of it at once: a buffer that grows leaves copies behind.
    if (!buf_reserve(out, PASSPHRASE_MAX))
        return err_set(err, ERR_INTERNAL, "no room for a passphrase");
    return passphrase_get(l, file->passphrase_file, file->path, twice, out, err);
}

static int unlock(struct loop *l, const struct keys_file *file, struct span locked,
                  struct buf *text, struct err **err)
{
    struct buf passphrase CLEANUP(crypto_buf_wipe) = BUF_INIT(PASSPHRASE_MAX);

    if (seal_check_locked(locked, file->path, err) < 0 ||
        get_passphrase(l, file, false, &passphrase, err) < 0)
        return -1;
    return seal_unlock(locked, buf_span(&passphrase), file->path, text, err);
}

int keys_read_file(struct loop *l, const struct keys_file *file, struct seal_keys *keys,
                   struct err **err)
{
    struct buf bytes CLEANUP(crypto_buf_wipe) = BUF_INIT(SEAL_FILE_MAX);
    struct buf text CLEANUP(crypto_buf_wipe) = BUF_INIT(SEAL_FILE_MAX);
    bool locked;

    if (file_read(AT_FDCWD, file->path, &bytes, err) < 0)
        return -1;
    locked = seal_is_locked(buf_span(&bytes));
    if (locked && unlock(l, file, buf_span(&bytes), &text, err) < 0)
        return -1;
    return seal_keys_read(keys, buf_span(locked ? &text : &bytes), file->path, err);
}

// What is no regular file (/dev/stdout) cannot be lost.
int keys_check_file(const struct keys_file *file, struct err **err)
{
    struct stat st;

    if (file->overwrite || stat(file->path, &st) < 0 || !S_ISREG(st.st_mode))
        return 0;
    err_set(err, ERR_USAGE, "%s is there already: the keys in it would be lost", file->path);
    return err_hint(err, "name another file, or say --overwrite");
}

int keys_write_file(struct loop *l, const struct keys_file *file, const struct seal_keys *keys,
                    struct err **err)
{
    struct buf passphrase CLEANUP(crypto_buf_wipe) = BUF_INIT(PASSPHRASE_MAX);
    struct buf text CLEANUP(crypto_buf_wipe) = BUF_INIT(SEAL_FILE_MAX);
    struct buf locked CLEANUP(buf_free) = BUF_INIT(SEAL_FILE_MAX);

    if (keys_check_file(file, err) < 0 ||
        (!file->plain && get_passphrase(l, file, true, &passphrase, err) < 0))
        return -1;
    seal_keys_write(keys, &text);
    if (!file->plain)
        seal_lock(buf_span(&text), buf_span(&passphrase), &locked);
    if (buf_check(&text, ERR_CONFIG, file->path, err) < 0 ||
        buf_check(&locked, ERR_CONFIG, file->path, err) < 0)
        return -1;
    return file_write(file->path, buf_span(file->plain ? &text : &locked), FILE_PRIVATE, err);
}
