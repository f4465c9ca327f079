// SPDX-License-Identifier: Apache-2.0
// base/file
#include "unit.h"

#include <dirent.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"

static char dir[] = "/tmp/sandstrap-file-XXXXXX";

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    char *command = mem_printf("%s/f", dir);

    (void)state;
    unlink(command);
    free(command);
    return rmdir(dir);
}

static size_t count_files(void)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    size_t n = 0;

    while ((e = readdir(d)))
        n += e->d_name[0] != '.' || (e->d_name[1] != '\0' && e->d_name[1] != '.');
    closedir(d);
    return n;
}

static void test_file__write_is_durable_and_leaves_nothing_else(void **state)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/f", dir);
    struct buf out CLEANUP(buf_free) = BUF_INIT(100);
    struct err *err CLEANUP(err_cleanup) = NULL;
    unsigned before = file_sync_count();
    struct stat st;

    (void)state;
    assert_int_equal(file_write(path, SPAN("one"), 0600, &err), 0);
    assert_int_equal(file_write(path, SPAN("two"), 0640, &err), 0);
    assert_int_equal(file_sync_count() - before, 4); // file and folder, twice
    assert_int_equal(file_read(AT_FDCWD, path, &out, &err), 0);
    assert_string_equal(buf_str(&out), "two");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(count_files(), 1);
}

static void test_file__a_failed_write_leaves_nothing(void **state)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/f", dir);
    char *below CLEANUP(mem_cleanup) = mem_printf("%s/f/g", dir);
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    assert_int_equal(file_write(below, SPAN("x"), 0600, &err), -1);
    assert_int_equal(err_kind(err), ERR_CONFIG);
    err_clear(&err);
    // a folder cannot be replaced by a file: the rename fails after the bytes were written
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(file_write(path, SPAN("x"), 0600, &err), -1);
    assert_int_equal(count_files(), 1);
    assert_int_equal(rmdir(path), 0);
    err_clear(&err);
    assert_int_equal(file_write(path, SPAN("two"), 0600, &err), 0);
}

static void test_file__read_refuses_folders_and_what_is_too_large(void **state)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/f", dir);
    struct buf out CLEANUP(buf_free) = BUF_INIT(2);
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    assert_int_equal(file_read(AT_FDCWD, dir, &out, &err), -1);
    assert_non_null(strstr(err_message(err), "is a directory"));
    err_clear(&err);
    assert_int_equal(file_read(AT_FDCWD, path, &out, &err), -1);
    assert_non_null(strstr(err_message(err), "limit of 2"));
    err_clear(&err);
    assert_int_equal(file_read(AT_FDCWD, "/nowhere", &out, &err), -1);
    assert_int_equal(err_kind(err), ERR_CONFIG);
}

static void test_file__read_of_exactly_the_limit(void **state)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/f", dir);
    struct buf out CLEANUP(buf_free) = BUF_INIT(3);
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    assert_int_equal(file_read(AT_FDCWD, path, &out, &err), 0);
    assert_int_equal(out.len, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file__write_is_durable_and_leaves_nothing_else),
        cmocka_unit_test(test_file__a_failed_write_leaves_nothing),
        cmocka_unit_test(test_file__read_refuses_folders_and_what_is_too_large),
        cmocka_unit_test(test_file__read_of_exactly_the_limit),
    };

    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
