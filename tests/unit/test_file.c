// SPDX-License-Identifier: Apache-2.0
// base/file
#include "unit.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
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
    assert_int_equal(file_write(path, SPAN("one"), FILE_PRIVATE, &err), 0);
    assert_int_equal(file_write(path, SPAN("two"), FILE_PUBLIC, &err), 0);
    assert_int_equal(file_sync_count() - before, 4); // file and folder, twice
    assert_int_equal(file_read(AT_FDCWD, path, &out, &err), 0);
    assert_string_equal(buf_str(&out), "two");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(count_files(), 1);
}

static void test_file__a_failed_write_leaves_nothing(void **state)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/f", dir);
    char *below CLEANUP(mem_cleanup) = mem_printf("%s/f/g", dir);
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    assert_int_equal(file_write(below, SPAN("x"), FILE_PRIVATE, &err), -1);
    assert_int_equal(err_kind(err), ERR_CONFIG);
    err_clear(&err);
    // a folder cannot be replaced by a file: the rename fails after the bytes were written
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(file_write(path, SPAN("x"), FILE_PRIVATE, &err), -1);
    assert_int_equal(count_files(), 1);
    assert_int_equal(rmdir(path), 0);
    err_clear(&err);
    assert_int_equal(file_write(path, SPAN("two"), FILE_PRIVATE, &err), 0);
}

static void test_file__can_write_says_what_a_write_would(void **state)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/f", dir);
    char *lost CLEANUP(mem_cleanup) = mem_printf("%s/none/g", dir);
    char *below CLEANUP(mem_cleanup) = mem_printf("%s/f/g", dir);
    const char *const wrong[] = {lost, below, dir};
    struct err *err CLEANUP(err_cleanup) = NULL;
    int before;

    (void)state;
    assert_int_equal(file_write(path, SPAN("two"), FILE_PRIVATE, &err), 0);
    before = count_files();
    assert_int_equal(file_can_write(path, &err), 0);
    assert_int_equal(file_can_write("/dev/null", &err), 0);
    for (size_t i = 0; i < 3; i++) {
        struct err *same CLEANUP(err_cleanup) = NULL;

        assert_int_equal(file_can_write(wrong[i], &err), -1);
        assert_int_equal(file_write(wrong[i], SPAN("x"), FILE_PRIVATE, &same), -1);
        assert_string_equal(err_message(err), err_message(same));
        assert_int_equal(err_kind(err), ERR_CONFIG);
        err_clear(&err);
    }
    assert_int_equal(count_files(), before);
}

// What a file at `path` is and says; removes it.
static void expect_file(const char *path, mode_t mode, const char *text)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(100);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct stat st;

    assert_int_equal(lstat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, mode);
    assert_int_equal(file_read(AT_FDCWD, path, &out, &err), 0);
    assert_string_equal(buf_str(&out), text);
    assert_int_equal(unlink(path), 0);
}

static void write_file(const char *path, const char *text, enum file_access access)
{
    struct err *err CLEANUP(err_cleanup) = NULL;

    assert_int_equal(file_write(path, span_str(text), access, &err), 0);
}

static void test_file__modes(void **state)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/modes", dir);
    mode_t before = umask(022);

    (void)state;
    write_file(path, "a", FILE_PUBLIC);
    expect_file(path, 0644, "a");
    umask(077);
    write_file(path, "a", FILE_PUBLIC);
    expect_file(path, 0600, "a");
    umask(0);
    write_file(path, "a", FILE_PRIVATE);
    expect_file(path, 0600, "a");
    // What is there keeps its mode, but a private file never is for others.
    write_file(path, "a", FILE_PUBLIC);
    assert_int_equal(chmod(path, 0640), 0);
    write_file(path, "b", FILE_PUBLIC);
    expect_file(path, 0640, "b");
    write_file(path, "a", FILE_PUBLIC);
    write_file(path, "b", FILE_PRIVATE);
    expect_file(path, 0600, "b");
    umask(before);
}

static void test_file__what_is_put_in_place_keeps_the_mode(void **state)
{
    char *from CLEANUP(mem_cleanup) = mem_printf("%s/from", dir);
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/place", dir);
    struct err *err CLEANUP(err_cleanup) = NULL;
    mode_t before = umask(022);
    unsigned synced;

    (void)state;
    for (int i = 0; i < 2; i++) { // nothing is there, then what the first one left
        int fd CLEANUP(fd_cleanup) = file_open(AT_FDCWD, from, O_RDWR | O_CREAT | O_EXCL, &err);
        struct stat st;

        assert_true(fd >= 0);
        synced = file_sync_count();
        assert_int_equal(file_put_in_place(fd, from, path, FILE_PUBLIC, &err), 0);
        assert_int_equal(file_sync_count() - synced, 2); // the file and its folder
        assert_int_equal(access(from, F_OK), -1);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, i ? 0600 : 0644);
        assert_int_equal(chmod(path, 0600), 0);
    }
    assert_int_equal(unlink(path), 0);
    umask(before);
}

static void test_file__root_keeps_the_owner(void **state)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/owner", dir);
    struct stat st;

    (void)state;
    if (geteuid() != 0)
        skip();
    write_file(path, "a", FILE_PUBLIC);
    assert_int_equal(chown(path, 12, 34), 0);
    write_file(path, "b", FILE_PUBLIC);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_uid, 12);
    assert_int_equal(st.st_gid, 34);
    assert_int_equal(unlink(path), 0);
}

static void test_file__links_are_followed(void **state)
{
    char *below CLEANUP(mem_cleanup) = mem_printf("%s/below", dir);
    char *target CLEANUP(mem_cleanup) = mem_printf("%s/target", dir);
    char *link CLEANUP(mem_cleanup) = mem_printf("%s/link", dir);
    char *chain CLEANUP(mem_cleanup) = mem_printf("%s/below/chain", dir);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct stat st;

    (void)state;
    assert_int_equal(mkdir(below, 0700), 0);
    assert_int_equal(symlink("target", link), 0);
    assert_int_equal(symlink("../link", chain), 0);
    write_file(chain, "made", FILE_PRIVATE); // the target was not there
    expect_file(target, 0600, "made");
    write_file(target, "old", FILE_PRIVATE);
    write_file(link, "new", FILE_PRIVATE);
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    expect_file(target, 0600, "new");
    assert_int_equal(symlink("link", target), 0);
    assert_int_equal(file_write(link, SPAN("x"), FILE_PUBLIC, &err), -1);
    assert_err(err, ERR_CONFIG, "link");
    assert_int_equal(unlink(chain), 0);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(unlink(target), 0);
    assert_int_equal(rmdir(below), 0);
}

static void test_file__devices_and_pipes_are_written_through(void **state)
{
    char *fifo CLEANUP(mem_cleanup) = mem_printf("%s/fifo", dir);
    int terminal CLEANUP(fd_cleanup) = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    char text[8] = "", device[64];
    struct stat st;
    int fd;

    (void)state;
    // Not /dev/null: a fault here must not break the machine.
    assert_int_equal(grantpt(terminal) + unlockpt(terminal), 0);
    assert_int_equal(ptsname_r(terminal, device, sizeof(device)), 0);
    write_file(device, "x", FILE_PUBLIC);
    assert_int_equal(read(terminal, text, 1), 1);
    assert_string_equal(text, "x");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    fd = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    write_file(fifo, "hello", FILE_PUBLIC);
    assert_int_equal(read(fd, text, sizeof(text)), 5);
    assert_string_equal(text, "hello");
    close(fd);
    assert_int_equal(lstat(fifo, &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    assert_int_equal(unlink(fifo), 0);
}

static void test_file__a_descriptor_is_written_through(void **state)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/open", dir);
    int fd CLEANUP(fd_cleanup) = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    char *name CLEANUP(mem_cleanup) = mem_printf("/dev/fd/%d", fd);

    (void)state;
    assert_int_equal(write(fd, "one ", 4), 4);
    write_file(name, "two", FILE_PUBLIC);
    expect_file(path, 0600, "one two");
}

static void test_file__a_full_disk_leaves_what_was_there(void **state)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/full", dir);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct rlimit old, limit;
    size_t files;

    (void)state;
    write_file(path, "old", FILE_PRIVATE);
    files = count_files();
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    limit = (struct rlimit){4, old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(file_write(path, SPAN("longer than four"), FILE_PUBLIC, &err), -1);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_err(err, ERR_INTERNAL, "full: File too large");
    assert_int_equal(count_files(), files);
    expect_file(path, 0600, "old");
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

static void test_file__read_into_an_arena(void **state)
{
    char *path CLEANUP(mem_cleanup) = mem_printf("%s/f", dir);
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct span text;

    (void)state;
    assert_int_equal(file_read_arena(AT_FDCWD, path, a, 3, &text, &err), 0);
    assert_int_equal(text.len, 3);
    assert_int_equal(text.ptr[3], '\0');
    assert_int_equal(file_read_arena(AT_FDCWD, path, a, 2, &text, &err), -1);
    assert_non_null(strstr(err_message(err), "3 bytes are more than the limit of 2"));
    err_clear(&err);
    assert_int_equal(file_read_arena(AT_FDCWD, dir, a, 3, &text, &err), -1);
    assert_non_null(strstr(err_message(err), "is a directory"));
    err_clear(&err);
    // The kernel's own say that they are empty, and have a text.
    assert_int_equal(file_read_arena(AT_FDCWD, "/proc/self/stat", a, 4096, &text, &err), 0);
    assert_true(text.len > 0);
    assert_int_equal(file_read_arena(AT_FDCWD, "/proc/self/stat", a, 4, &text, &err), -1);
    assert_non_null(strstr(err_message(err), "larger than the limit of 4"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file__write_is_durable_and_leaves_nothing_else),
        cmocka_unit_test(test_file__a_failed_write_leaves_nothing),
        cmocka_unit_test(test_file__can_write_says_what_a_write_would),
        cmocka_unit_test(test_file__modes),
        cmocka_unit_test(test_file__what_is_put_in_place_keeps_the_mode),
        cmocka_unit_test(test_file__root_keeps_the_owner),
        cmocka_unit_test(test_file__links_are_followed),
        cmocka_unit_test(test_file__devices_and_pipes_are_written_through),
        cmocka_unit_test(test_file__a_descriptor_is_written_through),
        cmocka_unit_test(test_file__a_full_disk_leaves_what_was_there),
        cmocka_unit_test(test_file__read_refuses_folders_and_what_is_too_large),
        cmocka_unit_test(test_file__read_of_exactly_the_limit),
        cmocka_unit_test(test_file__read_into_an_arena),
    };

    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
