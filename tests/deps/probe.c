// SPDX-License-Identifier: Apache-2.0
// Uses each of the C libraries once, for real, and prints one line per fact: the proof that the
// static build of installer/deps links and works. Not part of the product.
// usage: probe FILE.tar.gz HTTPS-URL CA-FILE

#include <archive.h>
#include <archive_entry.h>
#include <curl/curl.h>
#include <libdeflate.h>
#include <llhttp.h>
#include <nghttp2/nghttp2.h>
#include <openssl/evp.h>
#include <pcre2.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <yaml.h>
#include <zlib.h>
#include <zstd.h>

static int failures;

// Prints "NAME FACT", or counts and reports a failure.
static void report(const char *name, bool ok, const char *fact)
{
    printf("%s %s\n", name, ok ? fact : "FAILED");
    failures += !ok;
}

static void check_yaml(void)
{
    static const char text[] = "kind: ConfigMap\ndata: {a: [1, 2, 3]}\n";
    yaml_parser_t parser;
    yaml_document_t document;
    bool ok = false;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, sizeof text - 1);
    if (yaml_parser_load(&parser, &document)) {
        const yaml_node_t *value = yaml_document_get_node(&document, 3);
        ok = value && strcmp((const char *)value->data.scalar.value, "ConfigMap") == 0;
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    report("yaml", ok, "kind=ConfigMap");
}

static void check_regex(void)
{
    static const char pattern[] = "^(\\p{Lu}\\w+)-(\\d+)$";
    static const char subject[] = "\xc3\x89tude-42";
    int code;
    size_t offset;
    pcre2_code *re = pcre2_compile((PCRE2_SPTR)pattern, sizeof pattern - 1, PCRE2_UTF | PCRE2_UCP,
                                   &code, &offset, NULL);
    pcre2_match_data *match = re ? pcre2_match_data_create_from_pattern(re, NULL) : NULL;
    int groups =
        match ? pcre2_match(re, (PCRE2_SPTR)subject, sizeof subject - 1, 0, 0, match, NULL) : -1;
    report("pcre2", groups == 3, "groups=3");
    pcre2_match_data_free(match);
    pcre2_code_free(re);
}

static void check_zstd(void)
{
    char plain[4096], packed[8192], back[4096];
    for (size_t i = 0; i < sizeof plain; i++) {
        plain[i] = (char)(i * i >> 3);
    }
    size_t size = ZSTD_compress(packed, sizeof packed, plain, sizeof plain, 3);
    size_t got = ZSTD_isError(size) ? 0 : ZSTD_decompress(back, sizeof back, packed, size);
    report("zstd", got == sizeof plain && memcmp(plain, back, got) == 0, "roundtrip=4096");
}

static void check_zlib(void)
{
    report("zlib", crc32(0, (const Bytef *)"123456789", 9) == 0xcbf43926U, "crc32=cbf43926");
}

static void check_deflate(void)
{
    // printf 'hello, hello, hello' | gzip -n
    static const unsigned char packed[] =
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\xd7\x51\xc8\x40\xa2\x00"
        "\x9f\xa1\xca\x09\x13\x00\x00";
    char plain[32] = "";
    size_t size = 0;
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    bool ok = libdeflate_gzip_decompress(d, packed, sizeof packed, plain, sizeof plain, &size) ==
              LIBDEFLATE_SUCCESS;
    libdeflate_free_decompressor(d);
    report("deflate", ok && size == 19, plain);
}

// Of one allocator, whatever gives the block: freeing what another one made would not end well.
static bool frees_what_others_give(void)
{
    void *aligned = aligned_alloc(1 << 21, 1 << 22), *page = NULL;
    char *printed = NULL, *copy = NULL;
    size_t room = 0;
    FILE *file = open_memstream(&copy, &room);
    bool ok = aligned && (uintptr_t)aligned % (1 << 21) == 0 &&
              posix_memalign(&page, 4096, 100) == 0 && asprintf(&printed, "%0100d", 1) == 100;
    if (file) {
        fputs("line\n", file);
        fclose(file);
    }
    ok = ok && room == 5;
    free(aligned);
    free(page);
    free(printed);
    free(copy);
    free(realpath("/", NULL));
    return ok;
}

static void *allocate_all(void *failed)
{
    char *blocks[1000];
    for (size_t i = 0; i < 1000; i++) {
        size_t size = i * i / 4 + 1;
        blocks[i] = calloc(size, 1);
        if (!blocks[i] || blocks[i][0] || blocks[i][size - 1]) {
            *(bool *)failed = true;
            return NULL;
        }
        memset(blocks[i], (int)i, size);
        if (i % 3 == 2) {
            free(blocks[i - 2]);
            blocks[i - 2] = NULL;
        }
    }
    for (size_t i = 0; i < 1000; i++) {
        if (blocks[i] && (unsigned char)blocks[i][i * i / 4] != (unsigned char)i) {
            *(bool *)failed = true;
        }
        free(blocks[i]);
    }
    return NULL;
}

// Whether the allocator is the one that is linked in, where one is: its own functions are not
// exported.
extern int mi_version(void) __attribute__((weak));

static void check_malloc(void)
{
    pthread_t threads[4];
    bool failed = !frees_what_others_give();
    for (size_t i = 0; i < 4; i++) {
        failed |= pthread_create(&threads[i], NULL, allocate_all, &failed) != 0;
    }
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    report("malloc", !failed, mi_version ? "mimalloc" : "libc");
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static int compare_bytes(const unsigned char *a, const unsigned char *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return 0;
}

// A text of `size` bytes with the byte `other` at `at`, that ends where the memory does.
static bool strings_are_right(char *end, size_t size, size_t at, char other)
{
    char *text = end - size - 1, same[80];
    memset(text, 'a', size);
    text[at] = other;
    end[-1] = '\0';
    memcpy(same, text, size);
    same[at] = 'a';
    const size_t length = other ? size : at;
    char *first = other ? text + at : NULL;
    char *zero = text + length;
    volatile size_t anywhere = SIZE_MAX;
    return strlen(text) == length && memchr(text, other, size) == text + at &&
           memchr(text, other, at) == NULL && memchr(text, 'z', size) == NULL &&
           strchr(text, 'z') == NULL && strchr(text, '\0') == zero &&
           (!other || strchr(text, other) == first) && strchrnul(text, 'z') == zero &&
           memchr(text, other, anywhere) == text + at && memcmp(text, same, at) == 0 &&
           sign(memcmp(text, same, size)) ==
               compare_bytes((unsigned char *)text, (unsigned char *)same, size);
}

// Each function of musl's that strings.c replaces, at every place before a page that may not be
// read.
static void check_strings(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bool ok = pages != MAP_FAILED && mprotect(pages + page, page, PROT_READ | PROT_WRITE) == 0;
    for (size_t size = 1; ok && size < 80; size++) {
        for (size_t at = 0; at < size; at++) {
            for (size_t before = 0; before < 16; before++) {
                char *end = pages + 2 * page - before;
                ok = ok && strings_are_right(end, size, at, 'b') &&
                     strings_are_right(end, size, at, '\xff') &&
                     strings_are_right(end, size, at, '\0');
            }
        }
    }
    report("strings", ok, "right");
}

static int count_body(llhttp_t *parser, const char *at, size_t len)
{
    (void)at;
    *(size_t *)parser->data += len;
    return 0;
}

static void check_llhttp(void)
{
    static const char text[] = "PUT /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    size_t body = 0;
    llhttp_settings_t settings;
    llhttp_t parser;
    llhttp_settings_init(&settings);
    settings.on_body = count_body;
    llhttp_init(&parser, HTTP_REQUEST, &settings);
    parser.data = &body;
    bool ok = llhttp_execute(&parser, text, sizeof text - 1) == HPE_OK;
    report("llhttp", ok && body == 5 && parser.method == HTTP_PUT, "body=5");
}

static void check_sha256(void)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char hex[2 * EVP_MAX_MD_SIZE + 1] = "";
    unsigned int size = 0;
    if (EVP_Digest("abc", 3, digest, &size, EVP_sha256(), NULL) == 1) {
        for (unsigned int i = 0; i < size; i++) {
            snprintf(hex + 2 * i, 3, "%02x", digest[i]);
        }
    }
    report("sha256", size == 32, hex);
}

static bool ed25519_verifies(const unsigned char *signature)
{
    // RFC 8032 section 7.1, test 1: the empty message.
    static const unsigned char key[32] =
        "\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a"
        "\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a";
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, sizeof key);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = pkey && ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
              EVP_DigestVerify(ctx, signature, 64, (const unsigned char *)"", 0) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return ok;
}

static void check_ed25519(void)
{
    unsigned char signature[64] =
        "\xe5\x56\x43\x00\xc3\x60\xac\x72\x90\x86\xe2\xcc\x80\x6e\x82\x8a"
        "\x84\x87\x7f\x1e\xb8\xe5\xd9\x74\xd8\x73\xe0\x65\x22\x49\x01\x55"
        "\x5f\xb8\x82\x15\x90\xa3\x3b\xac\xc6\x1e\x39\x70\x1c\xf9\xb4\x6b"
        "\xd2\x5b\xf5\xf0\x59\x5b\xbe\x24\x65\x51\x41\x43\x8e\x7a\x10\x0b";
    bool good = ed25519_verifies(signature);
    signature[5] ^= 1;
    report("ed25519", good && !ed25519_verifies(signature), "verified");
}

static void check_tar_gz(const char *file)
{
    struct archive *tar = archive_read_new();
    struct archive_entry *entry;
    char text[64] = "";
    archive_read_support_filter_gzip(tar);
    archive_read_support_filter_zstd(tar);
    archive_read_support_format_tar(tar);
    if (archive_read_open_filename(tar, file, 65536) == ARCHIVE_OK &&
        archive_read_next_header(tar, &entry) == ARCHIVE_OK) {
        int used = snprintf(text, sizeof text, "%.20s=", archive_entry_pathname(entry));
        ssize_t got = archive_read_data(tar, text + used, sizeof text - (size_t)used - 1);
        text[used + (got > 0 ? got : 0)] = '\0';
    }
    report("archive", text[0], text);
    archive_read_free(tar);
}

static void *stack_size(void *size)
{
    pthread_attr_t attr;
    pthread_getattr_np(pthread_self(), &attr);
    pthread_attr_getstacksize(&attr, size);
    pthread_attr_destroy(&attr);
    return NULL;
}

static void check_thread(void)
{
    pthread_t thread;
    size_t size = 0;
    char fact[32];
    bool ok = pthread_create(&thread, NULL, stack_size, &size) == 0;
    ok = ok && pthread_join(thread, NULL) == 0;
    snprintf(fact, sizeof fact, "stack=%zu", size);
    report("thread", ok, fact);
}

// A constant that needs a relocation: after start it must be read-only.
static void (*const relocated[])(void) = {check_yaml, check_regex};

static void check_relro(void)
{
    pid_t child = fork();
    if (child == 0) {
        void (**volatile writable)(void) = (void (**)(void))relocated;
        *writable = check_regex;
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    report("relro", WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, "protected");
}

static size_t discard(char *data, size_t size, size_t count, void *total)
{
    (void)data;
    *(size_t *)total += size * count;
    return size * count;
}

static void check_https(const char *url, const char *ca_file)
{
    size_t total = 0;
    long version = 0, status = 0, verified = 1;
    char error[CURL_ERROR_SIZE] = "", fact[64];
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &total);
    CURLcode code = curl_easy_perform(easy);
    curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verified);
    snprintf(fact, sizeof fact, "status=%ld http=%s bytes=%zu", status,
             version == CURL_HTTP_VERSION_2_0 ? "2" : "1", total);
    report("https", code == CURLE_OK && verified == 0, fact);
    if (code != CURLE_OK) {
        fprintf(stderr, "probe: %s\n", error[0] ? error : curl_easy_strerror(code));
    }
    curl_easy_cleanup(easy);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: probe FILE.tar.gz HTTPS-URL CA-FILE\n");
        return 2;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    printf("versions curl=%s nghttp2=%s\n", curl_version_info(CURLVERSION_NOW)->version,
           nghttp2_version(0)->version_str);
    for (size_t i = 0; i < sizeof relocated / sizeof relocated[0]; i++) {
        relocated[i]();
    }
    check_regex();
    check_zstd();
    check_zlib();
    check_deflate();
    check_malloc();
    check_strings();
    check_llhttp();
    check_sha256();
    check_ed25519();
    check_tar_gz(argv[1]);
    check_thread();
    check_relro();
    check_https(argv[2], argv[3]);
    curl_global_cleanup();
    return failures != 0;
}
