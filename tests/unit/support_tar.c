// SPDX-License-Identifier: Apache-2.0
// Headers of ustar by their offsets.
#include "support_tar.h"

#include "unit.h"

void tar_put_checksum(char *header)
{
    unsigned sum = 0;

    memset(header + 148, ' ', 8);
    for (size_t i = 0; i < TAR_BLOCK; i++)
        sum += (unsigned char)header[i];
    assert_int_equal(snprintf(header + 148, 8, "%06o", sum), 6);
}

void tar_put_file(struct buf *tar, const char *path, unsigned mode, struct span content)
{
    char header[TAR_BLOCK] = {0};

    memcpy(header, path, strlen(path));
    snprintf(header + 100, 8, "%07o", mode);
    snprintf(header + 124, 12, "%011zo", content.len);
    header[156] = '0';
    memcpy(header + 257, "ustar\00000", 8);
    tar_put_checksum(header);
    buf_add(tar, header, TAR_BLOCK);
    buf_add_span(tar, content);
    buf_add_repeat(tar, '\0', (TAR_BLOCK - content.len % TAR_BLOCK) % TAR_BLOCK);
}

void tar_put_end(struct buf *tar)
{
    buf_add_repeat(tar, '\0', (size_t)2 * TAR_BLOCK);
}
