// SPDX-License-Identifier: Apache-2.0
// Certificates of a server: an authority in a folder, and what it issues; or the user's own file.
#include "work/serve/authority.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/when.h"
#include "io/crypto.h"
#include "work/serve/own_names.h"

enum {
    DAY_S = 86400,
    HOUR_S = 3600, // certificates are valid since an hour ago: clocks differ
    PEM_MAX_BYTES = 1 << 20,
    KEY_READERS = S_IRWXO | S_IRWXG, // nobody but the owner may have any right to the authority's
    USER_KEY_READERS = S_IRWXO | S_IWGRP, // a group may read a key of the user's (ssl-cert)
};

struct pair {
    char *cert_path, *key_path;
    struct buf cert, key;
};

struct authority {
    struct pair pair;
    bool issues; // else the pair itself is what is answered with
    authority_serves_fn *serves;
    void *data;
    struct report *report;
    struct own_names given; // what the user calls this machine
    struct own_names own;   // that, and what it has now
};

static void pair_free(struct pair *p)
{
    free(p->cert_path);
    free(p->key_path);
    buf_free(&p->cert);
    crypto_buf_wipe(&p->key);
}

void authority_free(struct authority *a)
{
    if (!a)
        return;
    pair_free(&a->pair);
    own_names_free(&a->given);
    own_names_free(&a->own);
    free(a);
}

static struct authority *authority_new(char *cert_path_take, char *key_path_take,
                                       struct report *report)
{
    struct authority *a = MEM_NEW(struct authority);

    a->pair = (struct pair){cert_path_take, key_path_take, BUF_INIT(PEM_MAX_BYTES),
                            BUF_INIT(PEM_MAX_BYTES)};
    a->report = report;
    return a;
}

void authority_add_name(struct authority *a, struct span name)
{
    own_names_add(&a->given, name);
}

// Anew each time: addresses come and go.
static void find_own_names(struct authority *a)
{
    own_names_free(&a->own);
    VEC_FOREACH (const char **, name, &a->given.list)
        own_names_add(&a->own, span_str(*name));
    own_names_find(&a->own);
}

// --- reading and checking ---

static int check_key_file(const char *path, mode_t forbidden, struct err **err)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return err_set_errno(err, ERR_CONFIG, errno, "cannot read %s", path);
    if ((st.st_mode & forbidden) == 0)
        return 0;
    err_set(err, ERR_CONFIG,
            "%s: others than its owner have rights to this private key (mode %04o)", path,
            st.st_mode & 07777U);
    return err_hint(err, "chmod 600 %s", path);
}

static int read_pair(struct pair *p, mode_t forbidden, struct err **err)
{
    if (check_key_file(p->key_path, forbidden, err) < 0 ||
        file_read(AT_FDCWD, p->cert_path, &p->cert, err) < 0 ||
        file_read(AT_FDCWD, p->key_path, &p->key, err) < 0 ||
        crypto_check_certs(buf_span(&p->cert), p->cert_path, NULL, err) < 0 ||
        crypto_check_key(buf_span(&p->key), p->key_path, err) < 0)
        return -1;
    if (crypto_check_pair(buf_span(&p->cert), buf_span(&p->key), p->key_path, err) < 0)
        return err_hint(err, "its certificate is %s", p->cert_path);
    return 0;
}

static int check_times(const struct pair *p, struct report *report, struct err **err)
{
    char from_text[WHEN_TEXT_BYTES], until_text[WHEN_TEXT_BYTES];
    time_t from, until, now = when_now();

    if (!crypto_cert_times(buf_span(&p->cert), &from, &until))
        return err_set(err, ERR_CONFIG, "%s: the certificate has no readable dates", p->cert_path);
    when_stamp(from, from_text);
    when_stamp(until, until_text);
    if (now < from) {
        err_set(err, ERR_CONFIG, "%s: the certificate is not valid before %s", p->cert_path,
                from_text);
        return err_hint(err, "is this host's clock right?");
    }
    if (now > until) {
        err_set(err, ERR_CONFIG, "%s: the certificate expired at %s", p->cert_path, until_text);
        return err_hint(err, "renew it; an authority is made anew once it and its key are removed, "
                             "and clients have to trust the new one");
    }
    if (until - now < (time_t)AUTHORITY_WARN_DAYS * DAY_S)
        report_warn(report, "serve", "%s: the certificate expires at %s", p->cert_path, until_text);
    return 0;
}

// --- the authority's folder ---

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

// The folder is for its owner only when it is made here; what is there is the user's.
static int open_folder(const char *dir, struct err **err)
{
    char *parent CLEANUP(mem_cleanup) = path_dir(dir);

    if (!is_there(dir)) {
        if (file_make_dirs(parent, err) < 0)
            return -1;
        if (mkdir(dir, 0700) < 0 && errno != EEXIST)
            return err_set_errno(err, ERR_CONFIG, errno, "cannot make %s", dir);
    }
    return file_open(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, err);
}

static int make_pair(const struct pair *p, struct err **err)
{
    struct buf key CLEANUP(crypto_buf_wipe) = BUF_INIT(PEM_MAX_BYTES);
    struct buf cert CLEANUP(buf_free) = BUF_INIT(PEM_MAX_BYTES);
    unsigned char id[4];
    char hex[2 * sizeof(id) + 1], *name CLEANUP(mem_cleanup) = NULL;
    int64_t now = when_now();

    // Two authorities have two names: people tell them apart, and clients look for the right one.
    crypto_random(id, sizeof(id));
    crypto_hex(id, sizeof(id), hex);
    name = mem_printf("sandstrap %s", hex);
    crypto_make_authority(name, now - HOUR_S, now + (int64_t)AUTHORITY_DAYS * DAY_S, &key, &cert);
    // The key first: a certificate without it would be one that clients trust for nothing.
    if (file_write(p->key_path, buf_span(&key), FILE_PRIVATE, err) < 0)
        return -1;
    return file_write(p->cert_path, buf_span(&cert), FILE_PUBLIC, err);
}

static int refuse_half(const struct pair *p, bool has_key, struct err **err)
{
    const char *here = has_key ? p->key_path : p->cert_path;
    const char *gone = has_key ? p->cert_path : p->key_path;

    err_set(err, ERR_CONFIG, "%s is there, and %s is not", here, gone);
    return err_hint(err, "put it back, or remove %s to have a new authority made", here);
}

// Under a lock on the folder: whoever comes second finds what the first has made, never half of it.
static int make_if_missing(const char *dir, const struct pair *p, struct report *report,
                           struct err **err)
{
    int fd CLEANUP(fd_cleanup) = -1;
    bool has_cert, has_key;

    if (is_there(p->cert_path) && is_there(p->key_path))
        return 0;
    fd = open_folder(dir, err);
    if (fd < 0)
        return -1;
    while (flock(fd, LOCK_EX) < 0)
        if (errno != EINTR)
            return err_set_errno(err, ERR_CONFIG, errno, "cannot lock %s", dir);
    has_cert = is_there(p->cert_path);
    has_key = is_there(p->key_path);
    if (has_cert != has_key)
        return refuse_half(p, has_key, err);
    if (has_cert)
        return 0;
    if (make_pair(p, err) < 0)
        return -1;
    report_info(report, "serve", "made a new certificate authority: clients have to trust %s",
                p->cert_path);
    return 0;
}

struct authority *authority_open(const char *dir, authority_serves_fn *serves, void *data,
                                 struct report *report, struct err **err)
{
    struct authority *a CLEANUP(authority_cleanup) =
        authority_new(path_join(dir, "ca.crt"), path_join(dir, "ca.key"), report);
    struct crypto_authority issuer;
    // Whether it may issue is seen by issuing.
    const char *name = "localhost";
    struct buf cert CLEANUP(buf_free) = BUF_INIT(PEM_MAX_BYTES);
    struct buf key CLEANUP(crypto_buf_wipe) = BUF_INIT(PEM_MAX_BYTES);

    a->issues = true;
    a->serves = serves;
    a->data = data;
    if (make_if_missing(dir, &a->pair, report, err) < 0 ||
        read_pair(&a->pair, KEY_READERS, err) < 0 || check_times(&a->pair, report, err) < 0)
        return NULL;
    issuer = (struct crypto_authority){buf_span(&a->pair.cert), buf_span(&a->pair.key),
                                       a->pair.cert_path};
    if (crypto_issue(&issuer, &name, 1, when_now(), when_now(), &key, &cert, err) < 0)
        return NULL;
    return STEAL(a);
}

struct authority *authority_of_files(const char *cert, const char *key, struct report *report,
                                     struct err **err)
{
    struct authority *a CLEANUP(authority_cleanup) =
        authority_new(mem_str(cert), mem_str(key), report);

    if (read_pair(&a->pair, USER_KEY_READERS, err) < 0 || check_times(&a->pair, report, err) < 0)
        return NULL;
    return STEAL(a);
}

// --- what is answered with ---

// The user's pair as it is now, unless it is wrong.
static void read_again(struct authority *a)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct pair fresh CLEANUP(pair_free) = {mem_str(a->pair.cert_path), mem_str(a->pair.key_path),
                                            BUF_INIT(PEM_MAX_BYTES), BUF_INIT(PEM_MAX_BYTES)};

    if (read_pair(&fresh, USER_KEY_READERS, &err) < 0) {
        err_format(err, &text);
        report_warn(a->report, "serve", "%s; the certificate that was read before stays in use",
                    buf_str(&text));
        return;
    }
    struct pair old = a->pair;

    a->pair = fresh;
    fresh = old;
}

static int issue_for(const struct authority *a, const char *const *names, size_t count,
                     struct buf *certs_pem, struct buf *key_pem, struct err **err)
{
    const struct crypto_authority issuer = {buf_span(&a->pair.cert), buf_span(&a->pair.key),
                                            a->pair.cert_path};
    int64_t now = when_now();

    return crypto_issue(&issuer, names, count, now - HOUR_S,
                        now + (int64_t)AUTHORITY_CERT_DAYS * DAY_S, key_pem, certs_pem, err);
}

int authority_certificate(void *data, struct span name, struct buf *certs_pem, struct buf *key_pem,
                          struct err **err)
{
    struct authority *a = data;
    char *host CLEANUP(mem_cleanup) = mem_strn(name.ptr, name.len);

    if (!a->issues) {
        read_again(a);
        buf_add_span(certs_pem, buf_span(&a->pair.cert));
        buf_add_span(key_pem, buf_span(&a->pair.key));
        return 0;
    }
    find_own_names(a);
    if (!name.len || own_names_has(&a->own, name))
        return issue_for(a, a->own.list.items, a->own.list.len, certs_pem, key_pem, err);
    if (a->serves(a->data, name))
        return issue_for(a, (const char *const[]){host}, 1, certs_pem, key_pem, err);
    err_set(err, ERR_CONFIG, "no bundle has that host, and it does not name this machine");
    return err_hint(err, "a name that it listens to is one: --tls NAME:PORT");
}
