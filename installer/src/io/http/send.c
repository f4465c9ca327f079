// SPDX-License-Identifier: Apache-2.0
// A body that is read from a file while it is sent: libcurl asks for the next bytes.
#include "io/http/http_int.h"

#include <errno.h>
#include <unistd.h>

// Larger pieces are not sent faster: TLS cuts them into 16 KiB.
enum { SEND_BUFFER_BYTES = 256 << 10 };

static size_t on_read(char *data, size_t size, size_t count, void *user)
{
    struct http_transfer *t = user;
    const struct http_file *file = t->request.file;
    uint64_t left = file->size - t->file_at, room = size * count;
    ssize_t got;

    if (left == 0)
        return 0;
    do
        got = pread(file->fd, data, left < room ? left : room, (off_t)(file->offset + t->file_at));
    while (got < 0 && errno == EINTR);
    if (got < 0)
        err_set_errno(&t->error, ERR_SOURCE, errno, "%s: cannot read what is to be sent",
                      t->request.url);
    else if (got == 0)
        err_set(&t->error, ERR_SOURCE,
                "%s: the file that is sent ends %llu bytes before the size that it had",
                t->request.url, (unsigned long long)left);
    if (got <= 0)
        return CURL_READFUNC_ABORT;
    t->file_at += (uint64_t)got;
    return (size_t)got;
}

// A connection that was kept open and had ended meanwhile: libcurl sends all of it again.
static int on_seek(void *user, curl_off_t offset, int origin)
{
    struct http_transfer *t = user;

    if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > t->request.file->size)
        return CURL_SEEKFUNC_FAIL;
    t->file_at = (uint64_t)offset;
    return CURL_SEEKFUNC_OK;
}

int send_set_file(struct http_transfer *t, const char *method, struct err **err)
{
    if (curl_easy_setopt(t->easy, CURLOPT_UPLOAD, 1L) != CURLE_OK ||
        curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, method) != CURLE_OK ||
        curl_easy_setopt(t->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)t->request.file->size) !=
            CURLE_OK ||
        curl_easy_setopt(t->easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)SEND_BUFFER_BYTES) != CURLE_OK ||
        curl_easy_setopt(t->easy, CURLOPT_READFUNCTION, on_read) != CURLE_OK ||
        curl_easy_setopt(t->easy, CURLOPT_READDATA, t) != CURLE_OK ||
        curl_easy_setopt(t->easy, CURLOPT_SEEKFUNCTION, on_seek) != CURLE_OK ||
        curl_easy_setopt(t->easy, CURLOPT_SEEKDATA, t) != CURLE_OK)
        return err_set(err, ERR_INTERNAL, "libcurl refuses a body from a file");
    return 0;
}

uint64_t http_sent(const struct http_transfer *t)
{
    curl_off_t sent = 0;

    if (t->easy)
        curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    return (uint64_t)sent;
}
