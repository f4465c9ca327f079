// SPDX-License-Identifier: Apache-2.0
// A small bundle in a folder of its own, for the tests of model/bundle.
#ifndef TEST_BUNDLE_H
#define TEST_BUNDLE_H

#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/crypto.h"
#include "model/bundle.h"

#define LOCK_DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define FILE_MAX ((size_t)1 << 20)
#define LARGE_BYTES 9000

struct fixture {
    char folder[32];
    char path[64];
    char large[LARGE_BYTES];
    struct span content[4];
};

static inline int setup(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);

    memcpy(f->folder, "/tmp/test-bundle.XXXXXX", sizeof("/tmp/test-bundle.XXXXXX"));
    if (!mkdtemp(f->folder))
        return -1;
    assert_in_range(snprintf(f->path, sizeof(f->path), "%s/b.bundle", f->folder), 1, 63);
    for (size_t i = 0; i < sizeof(f->large); i++)
        f->large[i] = (char)(i * 7);
    f->content[0] = SPAN("tree");
    f->content[1] = span_of(f->large, sizeof(f->large));
    f->content[2] = span_of(f->large, 4096); // ends at a boundary: no padding
    f->content[3] = SPAN("tiny");
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;
    char *part CLEANUP(mem_cleanup) = mem_printf("%s.part", f->path);

    unlink(f->path);
    unlink(part);
    rmdir(f->folder);
    free(f);
    return 0;
}

static inline size_t add(struct bundle_plan *p, struct span data)
{
    struct digest digest = crypto_sha256(data);

    return bundle_plan_blob(p, &digest, data.len);
}

#define COMMIT "0123456789012345678901234567890123456789"

// What the first blob is for all but git.
static inline void add_artifact(struct fixture *f, struct bundle_plan *p, enum bundle_kind kind,
                                const char *name, const char *version, size_t first,
                                const size_t *blobs, size_t count)
{
    struct digest digest = crypto_sha256(f->content[first]);
    struct span revision = span_str(DIGEST_TEXT(&digest));

    bundle_plan_artifact(
        p, &(struct bundle_artifact){.kind = kind,
                                     .name = span_str(name),
                                     .version = span_str(version),
                                     .revision = kind == BUNDLE_GIT ? SPAN(COMMIT) : revision,
                                     .blobs = blobs,
                                     .blob_count = count});
}

static inline struct bundle_plan *new_plan(const char *origin)
{
    struct digest lock;

    assert_true(digest_parse_hex(SPAN(LOCK_DIGEST), &lock));
    return bundle_plan_new(span_str(origin), &lock);
}

// The same plan, put together forwards or backwards. blobs[i] is that of content[i].
static inline struct bundle_plan *plan(struct fixture *f, bool backwards, size_t blobs[4])
{
    struct bundle_plan *p = new_plan("upstream");

    bundle_plan_platform(p, SPAN("linux/amd64"));
    for (size_t i = 0; i < 4; i++) {
        size_t at = backwards ? 3 - i : i;

        blobs[at] = add(p, f->content[at]);
    }
    for (size_t i = 0; i < 4; i++) {
        switch (backwards ? 3 - i : i) {
        case 0: add_artifact(f, p, BUNDLE_TREE, "clusters/sandbox", "", 0, &blobs[0], 1); break;
        case 1: add_artifact(f, p, BUNDLE_IMAGE, "app:1", "", 1, &blobs[1], 3); break;
        case 2: add_artifact(f, p, BUNDLE_GIT, "https://x", "tag/1", 3, &blobs[3], 1); break;
        default: add_artifact(f, p, BUNDLE_GIT, "https://x", "tag/2", 2, &blobs[2], 1);
        }
    }
    return p;
}

static inline void write_bundle(struct fixture *f, bool backwards)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    size_t blobs[4];
    struct bundle_plan *p CLEANUP(bundle_plan_cleanup) = plan(f, backwards, blobs);
    struct bundle_writer *w = bundle_writer_open(p, f->path, NULL, &err);

    assert_non_null(w);
    for (size_t i = 0; i < 4; i++) {
        size_t at = backwards ? 3 - i : i;

        assert_false(bundle_writer_has(w, blobs[at]));
        assert_int_equal(bundle_writer_put(w, blobs[at], f->content[at], &err), 0);
        assert_true(bundle_writer_has(w, blobs[at]));
    }
    assert_int_equal(bundle_writer_commit(w, &err), 0);
}

static inline void read_file(const char *path, struct buf *out)
{
    struct err *err CLEANUP(err_cleanup) = NULL;

    assert_int_equal(file_read(AT_FDCWD, path, out, &err), 0);
}

#define WITH_FOLDER(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

#endif
