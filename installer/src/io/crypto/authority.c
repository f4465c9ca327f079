// SPDX-License-Identifier: Apache-2.0
// A certificate authority of EC P-256 keys, and the certificates of servers that it issues: what
// RFC 5280 and the checks of OpenSSL and Go's crypto/x509 want of them.
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "io/crypto/cert.h"
#include "io/crypto/pem.h"

// A common name has 64 characters at most (RFC 5280, appendix A.1); host names may have more.
enum { COMMON_NAME_MAX = 64, HOST_NAME_MAX_BYTES = 253, LABEL_MAX_BYTES = 63 };

static void require(bool ok)
{
    if (!ok)
        mem_die("OpenSSL cannot make a certificate");
}

static void set_common_name(X509 *cert, const char *name)
{
    require(X509_NAME_add_entry_by_NID(X509_get_subject_name(cert), NID_commonName, MBSTRING_UTF8,
                                       (const unsigned char *)name, -1, -1, 0) == 1);
}

void crypto_make_authority(const char *name, int64_t from, int64_t until, struct buf *key_pem,
                           struct buf *cert_pem)
{
    EVP_PKEY *key CLEANUP(pkey_cleanup) = EVP_EC_gen("P-256");
    X509 *cert CLEANUP(x509_cleanup) = NULL;

    require(key != NULL);
    cert = cert_new(key, from, until);
    set_common_name(cert, name);
    require(X509_set_issuer_name(cert, X509_get_subject_name(cert)) == 1);
    cert_add_extension(cert, cert, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    cert_add_extension(cert, cert, NID_key_usage, "critical,keyCertSign,cRLSign");
    cert_add_extension(cert, cert, NID_subject_key_identifier, "hash");
    cert_sign(cert, key);
    cert_write_key(key, key_pem);
    cert_write(cert, cert_pem);
}

// --- subject alternative names ---

static void names_cleanup(GENERAL_NAMES **names)
{
    GENERAL_NAMES_free(*names);
}

// An underscore is in no host name, and in many names that a network has.
static bool is_label(struct span label)
{
    for (size_t i = 0; i < label.len; i++) {
        char c = label.ptr[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_'))
            return false;
    }
    return label.len > 0 && label.len <= LABEL_MAX_BYTES;
}

bool crypto_is_host_name(struct span name)
{
    struct span label;

    if (name.len == 0 || name.len > HOST_NAME_MAX_BYTES || span_ends(name, "."))
        return false;
    while (span_next(&name, '.', &label))
        if (!is_label(label))
            return false;
    return true;
}

static int add_name(GENERAL_NAMES *names, const char *text, const char *what, struct err **err)
{
    ASN1_OCTET_STRING *address = a2i_IPADDRESS(text);
    GENERAL_NAME *name;
    ASN1_IA5STRING *host;

    ERR_clear_error();
    if (!address && !crypto_is_host_name(span_str(text)))
        return err_set(err, ERR_CONFIG, "%s: '%s' is no host name and no address", what, text);
    name = GENERAL_NAME_new();
    require(name != NULL);
    if (address) {
        GENERAL_NAME_set0_value(name, GEN_IPADD, address);
    } else {
        host = ASN1_IA5STRING_new();
        require(host && ASN1_STRING_set(host, text, -1) == 1);
        GENERAL_NAME_set0_value(name, GEN_DNS, host);
    }
    require(sk_GENERAL_NAME_push(names, name) > 0);
    return 0;
}

static int set_names(X509 *cert, const char *const *list, size_t count, const char *what,
                     struct err **err)
{
    GENERAL_NAMES *names CLEANUP(names_cleanup) = GENERAL_NAMES_new();
    bool fits = strlen(list[0]) <= COMMON_NAME_MAX;

    require(names != NULL);
    for (size_t i = 0; i < count; i++)
        if (add_name(names, list[i], what, err) < 0)
            return -1;
    // For people; clients read the alternative names only. Without a subject they are critical
    // (RFC 5280, section 4.2.1.6).
    if (fits)
        set_common_name(cert, list[0]);
    require(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, !fits, X509V3_ADD_DEFAULT) == 1);
    return 0;
}

// --- issuing ---

static int check_issuer(X509 *cert, EVP_PKEY *key, const char *what, struct err **err)
{
    bool same;

    if (!cert)
        return pem_fail(what, "not a PEM certificate", err);
    if (!key)
        return pem_fail(what, "not a PEM private key that can be read", err);
    same = X509_check_private_key(cert, key) == 1;
    ERR_clear_error();
    if (!same)
        return err_set(err, ERR_CONFIG, "%s: the private key does not belong to the certificate",
                       what);
    // 1 is a CA by the standard; others are what has been let pass for one.
    if (X509_check_ca(cert) != 1 || !(X509_get_key_usage(cert) & KU_KEY_CERT_SIGN))
        return err_set(err, ERR_CONFIG, "%s: the certificate is not one of an authority", what);
    return 0;
}

static void set_last(X509 *cert, const X509 *issuer)
{
    if (ASN1_TIME_compare(X509_get0_notAfter(cert), X509_get0_notAfter(issuer)) > 0)
        require(X509_set1_notAfter(cert, X509_get0_notAfter(issuer)) == 1);
}

int crypto_issue(const struct crypto_authority *issuer, const char *const *names, size_t count,
                 int64_t from, int64_t until, struct buf *key_pem, struct buf *cert_pem,
                 struct err **err)
{
    bool encrypted = false;
    X509 *ca CLEANUP(x509_cleanup) = pem_read_cert(issuer->cert_pem);
    EVP_PKEY *ca_key CLEANUP(pkey_cleanup) = ca ? pem_read_key(issuer->key_pem, &encrypted) : NULL;
    EVP_PKEY *key CLEANUP(pkey_cleanup) = NULL;
    X509 *cert CLEANUP(x509_cleanup) = NULL;

    if (check_issuer(ca, ca_key, issuer->what, err) < 0)
        return -1;
    key = EVP_EC_gen("P-256");
    require(key != NULL);
    cert = cert_new(key, from, until);
    set_last(cert, ca);
    if (set_names(cert, names, count, issuer->what, err) < 0)
        return -1;
    require(X509_set_issuer_name(cert, X509_get_subject_name(ca)) == 1);
    cert_add_extension(cert, ca, NID_basic_constraints, "critical,CA:FALSE");
    cert_add_extension(cert, ca, NID_key_usage, "critical,digitalSignature");
    cert_add_extension(cert, ca, NID_ext_key_usage, "serverAuth");
    cert_add_extension(cert, ca, NID_subject_key_identifier, "hash");
    cert_add_extension(cert, ca, NID_authority_key_identifier, "keyid");
    cert_sign(cert, ca_key);
    cert_write_key(key, key_pem);
    cert_write(cert, cert_pem);
    return 0;
}
