// SPDX-License-Identifier: Apache-2.0
// io/crypto: an authority and the certificates that it issues, judged by the openssl program.
#include "unit.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/when.h"
#include "io/crypto.h"

enum { DAY_S = 86400 };

struct fixture {
    char dir[32];
    struct buf ca_key, ca_cert, key, cert;
    struct err *err;
};

static int set_up(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);

    memcpy(f->dir, "/tmp/authority-XXXXXX", sizeof("/tmp/authority-XXXXXX"));
    assert_non_null(mkdtemp(f->dir));
    f->ca_key = f->ca_cert = f->key = f->cert = (struct buf)BUF_INIT(BUF_TEXT_MAX);
    crypto_make_authority("sandstrap test", when_now() - 3600, when_now() + 10 * DAY_S, &f->ca_key,
                          &f->ca_cert);
    *state = f;
    return 0;
}

static char *path_in(const struct fixture *f, const char *name)
{
    return mem_printf("%s/%s", f->dir, name);
}

static int tear_down(void **state)
{
    static const char *const files[] = {"ca.crt", "leaf.crt"};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char *path CLEANUP(mem_cleanup) = path_in(f, files[i]);

        unlink(path);
    }
    rmdir(f->dir);
    crypto_buf_wipe(&f->ca_key);
    crypto_buf_wipe(&f->key);
    buf_free(&f->ca_cert);
    buf_free(&f->cert);
    err_free(f->err);
    free(f);
    return 0;
}

static int issue(struct fixture *f, const char *const *names, size_t count, int64_t until)
{
    struct crypto_authority issuer = {buf_span(&f->ca_cert), buf_span(&f->ca_key), "/srv/ca"};

    err_clear(&f->err);
    buf_truncate(&f->key, 0);
    buf_truncate(&f->cert, 0);
    return crypto_issue(&issuer, names, count, when_now() - 3600, until, &f->key, &f->cert,
                        &f->err);
}

static void write_file(struct fixture *f, const char *name, const struct buf *content)
{
    char *path CLEANUP(mem_cleanup) = path_in(f, name);

    assert_int_equal(file_write(path, buf_span(content), FILE_PUBLIC, &f->err), 0);
}

// Whether `openssl verify` takes the certificate for the name, by the letter of the standards.
static bool openssl_takes(struct fixture *f, const char *option, const char *name)
{
    char *ca CLEANUP(mem_cleanup) = path_in(f, "ca.crt");
    char *leaf CLEANUP(mem_cleanup) = path_in(f, "leaf.crt");
    const char *argv[] = {"openssl", "verify", "-x509_strict", "-purpose", "sslserver",
                          "-CAfile", ca,       "-no-CApath",   option,     name,
                          leaf,      NULL};
    pid_t pid;
    int status;

    write_file(f, "ca.crt", &f->ca_cert);
    write_file(f, "leaf.crt", &f->cert);
    assert_int_equal(posix_spawnp(&pid, "openssl", NULL, NULL, (char *const *)argv, environ), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void test_crypto_authority__openssl_takes_what_it_issues(void **state)
{
    static const char *const names[] = {"ghcr.io", "registry-1.docker.io", "10.78.0.11", "fd00::1"};
    struct fixture *f = *state;

    assert_int_equal(issue(f, names, ARRAY_LEN(names), when_now() + DAY_S), 0);
    assert_true(openssl_takes(f, "-verify_hostname", "ghcr.io"));
    assert_true(openssl_takes(f, "-verify_hostname", "registry-1.docker.io"));
    assert_true(openssl_takes(f, "-verify_ip", "10.78.0.11"));
    assert_true(openssl_takes(f, "-verify_ip", "fd00::1"));
    assert_false(openssl_takes(f, "-verify_hostname", "quay.io"));
    assert_false(openssl_takes(f, "-verify_ip", "10.78.0.12"));
}

static void test_crypto_authority__a_name_longer_than_a_common_name(void **state)
{
    const char *name = "a-registry-with-a-long-name.of-a-department-that-likes-long-names.example";
    struct fixture *f = *state;

    assert_true(strlen(name) > 64);
    assert_int_equal(issue(f, &name, 1, when_now() + DAY_S), 0);
    assert_true(openssl_takes(f, "-verify_hostname", name));
}

static void test_crypto_authority__another_authority_of_the_same_name_is_not_believed(void **state)
{
    static const char *const names[] = {"ghcr.io"};
    struct fixture *f = *state;

    assert_int_equal(issue(f, names, 1, when_now() + DAY_S), 0);
    buf_truncate(&f->ca_key, 0);
    buf_truncate(&f->ca_cert, 0);
    crypto_make_authority("sandstrap test", when_now() - 3600, when_now() + DAY_S, &f->ca_key,
                          &f->ca_cert);
    assert_false(openssl_takes(f, "-verify_hostname", "ghcr.io"));
}

static void test_crypto_authority__ends_no_later_than_the_authority(void **state)
{
    static const char *const names[] = {"ghcr.io"};
    struct fixture *f = *state;
    time_t from, until, ca_until;

    assert_int_equal(issue(f, names, 1, when_now() + 100 * DAY_S), 0);
    assert_true(crypto_cert_times(buf_span(&f->ca_cert), &from, &ca_until));
    assert_true(crypto_cert_times(buf_span(&f->cert), &from, &until));
    assert_int_equal(until, ca_until);
}

static void test_crypto_authority__every_certificate_has_its_own_key_and_serial(void **state)
{
    static const char *const names[] = {"ghcr.io"};
    struct fixture *f = *state;
    struct buf other CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    assert_int_equal(issue(f, names, 1, when_now() + DAY_S), 0);
    assert_int_equal(crypto_check_pair(buf_span(&f->cert), buf_span(&f->key), "x", &f->err), 0);
    buf_add_span(&other, buf_span(&f->cert));
    assert_int_equal(issue(f, names, 1, when_now() + DAY_S), 0);
    assert_int_equal(crypto_check_pair(buf_span(&other), buf_span(&f->key), "x", &f->err), -1);
}

static void test_crypto_authority__what_is_no_name_is_refused(void **state)
{
    static const char *const names[] = {
        "", "a..b", "*.example", "a b", "ghcr.io,IP:1.2.3.4", "example.", "a/b", "ghcr.io:443"};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        assert_int_equal(issue(f, &names[i], 1, when_now() + DAY_S), -1);
        assert_err(f->err, ERR_CONFIG, "/srv/ca: '");
        assert_err(f->err, ERR_CONFIG, "is no host name and no address");
    }
}

static void test_crypto_authority__what_is_no_authority_issues_nothing(void **state)
{
    static const char *const names[] = {"ghcr.io"};
    struct fixture *f = *state;
    struct buf key CLEANUP(crypto_buf_wipe) = BUF_INIT(BUF_TEXT_MAX);
    struct buf cert CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct crypto_authority server = {0}, mixed = {0};

    assert_int_equal(issue(f, names, 1, when_now() + DAY_S), 0);
    server = (struct crypto_authority){buf_span(&f->cert), buf_span(&f->key), "server.crt"};
    assert_int_equal(crypto_issue(&server, names, 1, 0, DAY_S, &key, &cert, &f->err), -1);
    assert_err(f->err, ERR_CONFIG, "server.crt: the certificate is not one of an authority");
    err_clear(&f->err);
    mixed = (struct crypto_authority){buf_span(&f->ca_cert), buf_span(&f->key), "mixed"};
    assert_int_equal(crypto_issue(&mixed, names, 1, 0, DAY_S, &key, &cert, &f->err), -1);
    assert_err(f->err, ERR_CONFIG, "mixed: the private key does not belong to the certificate");
}

// What an authority to order signs, is signed by it; and every kind of key can sign itself.
static void test_crypto_make_cert__to_order(void **state)
{
    static const char *const hosts[] = {"a.example", "*.b.example"}, *const addresses[] = {
                                                                         "fd00::1"};
    struct buf ca_key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf ca_cert CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct crypto_order order = {
        .name = SPAN("ca"), .from = 1, .until = 4000000000, .is_authority = true};
    struct crypto_authority issuer = {.what = "the authority"};

    (void)state;
    crypto_make_key(CRYPTO_KEY_RSA_2048, &ca_key);
    assert_true(span_starts(buf_span(&ca_key), "-----BEGIN RSA PRIVATE KEY-----"));
    order.key_pem = buf_span(&ca_key);
    assert_int_equal(crypto_make_cert(&order, &ca_cert, &err), 0);
    assert_int_equal(crypto_check_pair(buf_span(&ca_cert), buf_span(&ca_key), "ca", &err), 0);
    issuer.cert_pem = buf_span(&ca_cert);
    issuer.key_pem = buf_span(&ca_key);
    for (enum crypto_key_kind kind = CRYPTO_KEY_EC; kind <= CRYPTO_KEY_ED25519; kind++) {
        struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        struct buf cert CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        struct crypto_order server = {.name = SPAN("s"),
                                      .hosts = hosts,
                                      .host_count = 2,
                                      .addresses = addresses,
                                      .address_count = 1,
                                      .from = 1,
                                      .until = 2};

        crypto_make_key(kind, &key);
        server.key_pem = buf_span(&key);
        assert_int_equal(crypto_make_cert(&server, &cert, &err), 0);
        buf_truncate(&cert, 0);
        server.issuer = &issuer;
        assert_int_equal(crypto_make_cert(&server, &cert, &err), 0);
        assert_int_equal(crypto_check_pair(buf_span(&cert), buf_span(&key), "s", &err), 0);
        issuer.key_pem = buf_span(&key);
        assert_int_equal(crypto_make_cert(&server, &cert, &err), -1);
        assert_err(err, ERR_CONFIG, "doesn't match parent's PublicKey");
        err_clear(&err);
        issuer.key_pem = buf_span(&ca_key);
    }
}

UNIT_MAIN(UNIT(test_crypto_make_cert__to_order),
          UNIT_FIXTURE(test_crypto_authority__openssl_takes_what_it_issues),
          UNIT_FIXTURE(test_crypto_authority__a_name_longer_than_a_common_name),
          UNIT_FIXTURE(test_crypto_authority__another_authority_of_the_same_name_is_not_believed),
          UNIT_FIXTURE(test_crypto_authority__ends_no_later_than_the_authority),
          UNIT_FIXTURE(test_crypto_authority__every_certificate_has_its_own_key_and_serial),
          UNIT_FIXTURE(test_crypto_authority__what_is_no_name_is_refused),
          UNIT_FIXTURE(test_crypto_authority__what_is_no_authority_issues_nothing))
