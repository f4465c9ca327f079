// SPDX-License-Identifier: Apache-2.0
// work/serve: the authority's folder, whom it issues certificates for, and the user's own files.
#include "unit.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/when.h"
#include "io/crypto.h"
#include "work/serve/authority.h"

enum { DAY_S = 86400, STARTERS = 8 };

struct fixture {
    struct report report; // first
    char dir[32];
    char *folder, *cert_path, *key_path;
    struct authority *authority;
    struct buf cert, key, warned;
    struct err *err;
};

static void note_warning(struct report *r, const struct report_event *event)
{
    struct fixture *f = (struct fixture *)r;

    if (event->level == REPORT_WARN)
        buf_printf(&f->warned, "%s\n", event->text);
}

static int set_up(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);

    memcpy(f->dir, "/tmp/authority-XXXXXX", sizeof("/tmp/authority-XXXXXX"));
    assert_non_null(mkdtemp(f->dir));
    f->folder = mem_printf("%s/deep/authority", f->dir);
    f->cert_path = mem_printf("%s/ca.crt", f->folder);
    f->key_path = mem_printf("%s/ca.key", f->folder);
    f->cert = f->key = f->warned = (struct buf)BUF_INIT(BUF_TEXT_MAX);
    f->report.emit = note_warning;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    char *parent CLEANUP(mem_cleanup) = mem_printf("%s/deep", f->dir);

    unlink(f->cert_path);
    unlink(f->key_path);
    rmdir(f->folder);
    rmdir(parent);
    rmdir(f->dir);
    authority_free(f->authority);
    free(f->folder);
    free(f->cert_path);
    free(f->key_path);
    buf_free(&f->cert);
    crypto_buf_wipe(&f->key);
    buf_free(&f->warned);
    err_free(f->err);
    free(f);
    return 0;
}

static bool serves_ghcr(void *data, struct span host)
{
    (void)data;
    return span_is(host, "ghcr.io");
}

static struct authority *open_it(struct fixture *f)
{
    authority_free(f->authority);
    err_clear(&f->err);
    f->authority = authority_open(f->folder, serves_ghcr, NULL, &f->report, &f->err);
    return f->authority;
}

static int ask(struct fixture *f, struct span name)
{
    err_clear(&f->err);
    buf_truncate(&f->cert, 0);
    buf_truncate(&f->key, 0);
    return authority_certificate(f->authority, name, &f->cert, &f->key, &f->err);
}

static unsigned mode_of(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777U;
}

static void write_pair(struct fixture *f, int64_t from, int64_t until)
{
    buf_truncate(&f->cert, 0);
    buf_truncate(&f->key, 0);
    crypto_make_authority("sandstrap test", from, until, &f->key, &f->cert);
    assert_int_equal(file_make_dirs(f->folder, &f->err), 0);
    assert_int_equal(file_write(f->cert_path, buf_span(&f->cert), FILE_PUBLIC, &f->err), 0);
    assert_int_equal(file_write(f->key_path, buf_span(&f->key), FILE_PRIVATE, &f->err), 0);
}

static void test_serve_authority__is_made_once_and_kept(void **state)
{
    struct fixture *f = *state;
    struct buf first CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf second CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    umask(022);
    assert_non_null(open_it(f));
    assert_int_equal(mode_of(f->folder), 0700);
    assert_int_equal(mode_of(f->key_path), 0600);
    assert_int_equal(mode_of(f->cert_path), 0644);
    assert_int_equal(file_read(AT_FDCWD, f->cert_path, &first, &f->err), 0);
    assert_non_null(open_it(f));
    assert_int_equal(file_read(AT_FDCWD, f->cert_path, &second, &f->err), 0);
    assert_string_equal(buf_str(&first), buf_str(&second));
    assert_string_equal(buf_str(&f->warned), "");
}

static void test_serve_authority__those_that_start_at_once_share_one(void **state)
{
    struct fixture *f = *state;
    pid_t pids[STARTERS];
    int go[2], status;

    assert_int_equal(pipe2(go, O_CLOEXEC), 0);
    for (size_t i = 0; i < STARTERS; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            char c;

            close(go[1]);
            _exit(read(go[0], &c, 1) == 0 && open_it(f) && ask(f, SPAN("ghcr.io")) == 0 ? 0 : 1);
        }
    }
    close(go[0]);
    close(go[1]);
    for (size_t i = 0; i < STARTERS; i++) {
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    assert_non_null(open_it(f));
}

static void test_serve_authority__issues_for_hosts_of_bundles_and_itself(void **state)
{
    struct fixture *f = *state;
    char host[256];

    assert_int_equal(gethostname(host, sizeof(host)), 0);
    assert_non_null(open_it(f));
    assert_int_equal(ask(f, SPAN("ghcr.io")), 0);
    assert_int_equal(crypto_check_pair(buf_span(&f->cert), buf_span(&f->key), "x", &f->err), 0);
    assert_int_equal(ask(f, SPAN_EMPTY), 0);
    assert_int_equal(ask(f, SPAN("LocalHost")), 0);
    assert_int_equal(ask(f, span_str(host)), 0);
    assert_int_equal(ask(f, SPAN("quay.io")), -1);
    assert_err(f->err, ERR_CONFIG, "no bundle has that host, and it does not name this");
    authority_add_name(f->authority, SPAN("bastion.example"));
    assert_int_equal(ask(f, SPAN("bastion.example")), 0);
}

static void test_serve_authority__a_key_that_others_can_read_is_refused(void **state)
{
    static const mode_t modes[] = {0644, 0640, 0660, 0604};
    struct fixture *f = *state;

    write_pair(f, when_now() - 1, when_now() + 100 * DAY_S);
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        assert_int_equal(chmod(f->key_path, modes[i]), 0);
        assert_null(open_it(f));
        assert_err(f->err, ERR_CONFIG, f->key_path);
        assert_err(f->err, ERR_CONFIG, "others than its owner have rights to this private key");
    }
    assert_int_equal(chmod(f->key_path, 0400), 0);
    assert_non_null(open_it(f));
}

static void test_serve_authority__a_pair_that_does_not_match_is_refused(void **state)
{
    struct fixture *f = *state;
    struct buf cert CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    write_pair(f, when_now() - 1, when_now() + 100 * DAY_S);
    buf_add_span(&cert, buf_span(&f->cert));
    write_pair(f, when_now() - 1, when_now() + 100 * DAY_S);
    assert_int_equal(file_write(f->cert_path, buf_span(&cert), FILE_PUBLIC, &f->err), 0);
    assert_null(open_it(f));
    assert_err(f->err, ERR_CONFIG, "ca.key: the private key does not belong to the certificate");
}

static void test_serve_authority__dates_count(void **state)
{
    struct fixture *f = *state;

    write_pair(f, when_now() - 10 * DAY_S, when_now() - DAY_S);
    assert_null(open_it(f));
    assert_err(f->err, ERR_CONFIG, "ca.crt: the certificate expired at 20");
    write_pair(f, when_now() + DAY_S, when_now() + 10 * DAY_S);
    assert_null(open_it(f));
    assert_err(f->err, ERR_CONFIG, "ca.crt: the certificate is not valid before 20");
    write_pair(f, when_now() - DAY_S, when_now() + 10 * DAY_S);
    assert_non_null(open_it(f));
    assert_non_null(strstr(buf_str(&f->warned), "ca.crt: the certificate expires at 20"));
}

static void test_serve_authority__half_of_it_is_never_overwritten(void **state)
{
    struct fixture *f = *state;

    write_pair(f, when_now() - 1, when_now() + 100 * DAY_S);
    assert_int_equal(unlink(f->cert_path), 0);
    assert_null(open_it(f));
    assert_err(f->err, ERR_CONFIG, "ca.key is there, and");
    assert_int_equal(mode_of(f->key_path), 0600);
    write_pair(f, when_now() - 1, when_now() + 100 * DAY_S);
    assert_int_equal(unlink(f->key_path), 0);
    assert_null(open_it(f));
    assert_err(f->err, ERR_CONFIG, "ca.crt is there, and");
}

static void test_serve_authority__a_server_certificate_is_no_authority(void **state)
{
    struct fixture *f = *state;

    assert_non_null(open_it(f));
    assert_int_equal(ask(f, SPAN("ghcr.io")), 0);
    assert_int_equal(file_write(f->cert_path, buf_span(&f->cert), FILE_PUBLIC, &f->err), 0);
    assert_int_equal(file_write(f->key_path, buf_span(&f->key), FILE_PRIVATE, &f->err), 0);
    assert_null(open_it(f));
    assert_err(f->err, ERR_CONFIG, "ca.crt: the certificate is not one of an authority");
}

static void test_serve_authority__a_file_that_was_renewed_is_read_again(void **state)
{
    struct fixture *f = *state;
    struct buf before CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    write_pair(f, when_now() - 1, when_now() + 100 * DAY_S);
    f->authority = authority_of_files(f->cert_path, f->key_path, &f->report, &f->err);
    assert_non_null(f->authority);
    assert_int_equal(ask(f, SPAN("anything.example")), 0);
    buf_add_span(&before, buf_span(&f->cert));
    write_pair(f, when_now() - 1, when_now() + 100 * DAY_S);
    assert_int_equal(ask(f, SPAN_EMPTY), 0);
    assert_string_not_equal(buf_str(&f->cert), buf_str(&before));
    buf_truncate(&before, 0);
    buf_add_span(&before, buf_span(&f->cert));
    assert_int_equal(file_write(f->key_path, SPAN("half a ke"), FILE_PRIVATE, &f->err), 0);
    assert_int_equal(ask(f, SPAN_EMPTY), 0);
    assert_string_equal(buf_str(&f->cert), buf_str(&before));
    assert_non_null(strstr(buf_str(&f->warned), "ca.key: not a PEM private key"));
}

UNIT_MAIN(UNIT_FIXTURE(test_serve_authority__is_made_once_and_kept),
          UNIT_FIXTURE(test_serve_authority__those_that_start_at_once_share_one),
          UNIT_FIXTURE(test_serve_authority__issues_for_hosts_of_bundles_and_itself),
          UNIT_FIXTURE(test_serve_authority__a_key_that_others_can_read_is_refused),
          UNIT_FIXTURE(test_serve_authority__a_pair_that_does_not_match_is_refused),
          UNIT_FIXTURE(test_serve_authority__dates_count),
          UNIT_FIXTURE(test_serve_authority__half_of_it_is_never_overwritten),
          UNIT_FIXTURE(test_serve_authority__a_server_certificate_is_no_authority),
          UNIT_FIXTURE(test_serve_authority__a_file_that_was_renewed_is_read_again))
