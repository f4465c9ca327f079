// SPDX-License-Identifier: Apache-2.0
// installer/seed: SHA-256, and what the loader takes for an HTTP message.
#include "unit.h"

#include "base/buf.h"
#include "seed/message.h"
#include "seed/sha256.h"

static const char *sha256_of(struct span data, size_t step, struct digest *digest)
{
    static char hex[DIGEST_HEX_BYTES];
    struct sha256 h;

    sha256_begin(&h);
    for (; data.len; data = span_tail(data, step))
        sha256_add(&h, span_head(data, step));
    sha256_end(&h, digest);
    return digest_format_hex(digest, hex);
}

// Vectors of FIPS 180-4's examples.
static void test_loader__sha256_of_known_texts(void **state)
{
    struct buf million CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct digest d;

    (void)state;
    buf_add_repeat(&million, 'a', 1000000);
    assert_string_equal(sha256_of(SPAN_EMPTY, 1, &d),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_string_equal(sha256_of(SPAN("abc"), 3, &d),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_string_equal(
        sha256_of(SPAN("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), 64, &d),
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_string_equal(sha256_of(buf_span(&million), 4096, &d),
                        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void test_loader__sha256_does_not_depend_on_the_pieces(void **state)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    (void)state;
    for (size_t len = 0; len < 300; len++) {
        struct digest whole, cut;

        buf_add_char(&text, (char)(len * 7));
        sha256_of(buf_span(&text), text.len, &whole);
        for (size_t step = 1; step < 130; step += 21) {
            sha256_of(buf_span(&text), step, &cut);
            assert_true(digest_eq(&whole, &cut));
        }
    }
}

static void test_loader__reads_requests(void **state)
{
    struct span text = SPAN("PUT /sandstrap/v1/binary?a=b HTTP/1.1\r\nHost: a\r\n"
                            "content-length:  12\t\r\nExpect: 100-Continue\r\n\r\nrest");
    const char *why = NULL;
    struct head h;

    (void)state;
    assert_int_equal(head_read_request(text, &h, &why), MESSAGE_DONE);
    assert_true(span_is(h.method, "PUT"));
    assert_true(span_is(h.path, "/sandstrap/v1/binary"));
    assert_true(h.has_length && h.length == 12 && h.expects_continue && !h.is_chunked);
    assert_int_equal(h.size, text.len - 4);
    for (size_t i = 0; i < text.len - 4; i++)
        assert_int_equal(head_read_request(span_head(text, i), &h, &why), MESSAGE_MORE);
}

static void test_loader__refuses_what_two_readers_could_take_differently(void **state)
{
    static const char *const bad[] = {
        "GET / HTTP/2.0\r\n\r\n",
        "GET / HTTP/1.1 \r\n\r\n",
        "GET  / HTTP/1.1\r\n\r\n",
        "GET x HTTP/1.1\r\n\r\n",
        "GET /\x01 HTTP/1.1\r\n\r\n",
        "GET /\n HTTP/1.1\r\n\r\n",
        "G(T / HTTP/1.1\r\n\r\n",
        " / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\n folded: a\r\n\r\n",
        "GET / HTTP/1.1\r\nA b: c\r\n\r\n",
        "GET / HTTP/1.1\r\nA : c\r\n\r\n",
        "GET / HTTP/1.1\r\nnothing\r\n\r\n",
        "GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n",
        "GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n",
        "PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
        "PUT / HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
        "PUT / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n",
        "PUT / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "PUT / HTTP/1.1\r\nContent-Length:\r\n\r\n",
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
        "PUT / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        "PUT / HTTP/1.1\r\nExpect: the unexpected\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const char *why = NULL;
        struct head h;

        if (head_read_request(span_str(bad[i]), &h, &why) != MESSAGE_BAD || !why)
            fail_msg("'%s' is taken", bad[i]);
    }
}

static void test_loader__reads_answers(void **state)
{
    static const char *const bad[] = {
        "HTTP/1.1 20 OK\r\n\r\n",  "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n", "ICY 200 OK\r\n\r\n",       "HTTP/1.1 -20 OK\r\n\r\n",
    };
    const char *why = NULL;
    struct head h;

    (void)state;
    assert_int_equal(
        head_read_answer(SPAN("HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\n"), &h, &why),
        MESSAGE_DONE);
    assert_int_equal(h.status, 404);
    assert_int_equal(h.length, 3);
    assert_int_equal(head_read_answer(SPAN("HTTP/1.0 200\r\n\r\n"), &h, &why), MESSAGE_DONE);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (head_read_answer(span_str(bad[i]), &h, &why) != MESSAGE_BAD)
            fail_msg("'%s' is taken", bad[i]);
}

static void test_loader__a_head_has_an_end(void **state)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    const char *why = NULL;
    struct head h;

    (void)state;
    buf_add_str(&text, "GET / HTTP/1.1\r\nA: ");
    buf_add_repeat(&text, 'a', MESSAGE_HEAD_MAX - text.len);
    assert_int_equal(head_read_request(buf_span(&text), &h, &why), MESSAGE_BAD);
    assert_int_equal(head_read_request(span_head(buf_span(&text), MESSAGE_HEAD_MAX - 1), &h, &why),
                     MESSAGE_MORE);
}

// The content of a chunked body that comes in pieces of `step` bytes.
static enum message_result read_chunks(struct span data, size_t step, struct buf *content)
{
    struct body b;
    struct head h = {.is_chunked = true};
    const char *why = NULL;
    enum message_result result = MESSAGE_MORE;

    body_begin(&b, &h);
    while (data.len && result == MESSAGE_MORE) {
        struct span piece = span_head(data, step), part;
        size_t before = piece.len;

        result = body_next(&b, &piece, &part, &why);
        buf_add_span(content, part);
        data = span_tail(data, before - piece.len);
    }
    return result;
}

static void test_loader__reads_chunks(void **state)
{
    struct span text = SPAN("5;name=value\r\nabcde\r\n00A\r\n0123456789\r\n1 \r\nx\r\n0\r\n"
                            "Trailer: a\r\n\r\n");

    (void)state;
    for (size_t step = 1; step <= text.len; step++) {
        struct buf content CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

        assert_int_equal(read_chunks(text, step, &content), MESSAGE_DONE);
        assert_string_equal(buf_str(&content), "abcde0123456789x");
    }
}

static void test_loader__refuses_broken_chunks(void **state)
{
    static const char *const bad[] = {
        "g\r\n",   "\r\n",     "-1\r\n",     "1\n",
        "1\r\nab", "1\r\na\n", "1\r\na\r\r", "ffffffffffffffff\r\n",
        "0\r\n\n", "0\r\na\n", "1;\n",
    };
    struct buf endless CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf none CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (read_chunks(span_str(bad[i]), 100, &none) != MESSAGE_BAD)
            fail_msg("'%s' is taken", bad[i]);
    buf_add_str(&endless, "0\r\n");
    while (endless.len < 5000)
        buf_add_str(&endless, "A: b\r\n");
    assert_int_equal(read_chunks(buf_span(&endless), 100, &none), MESSAGE_BAD);
}

UNIT_MAIN(cmocka_unit_test(test_loader__sha256_of_known_texts),
          cmocka_unit_test(test_loader__sha256_does_not_depend_on_the_pieces),
          cmocka_unit_test(test_loader__reads_requests),
          cmocka_unit_test(test_loader__refuses_what_two_readers_could_take_differently),
          cmocka_unit_test(test_loader__reads_answers),
          cmocka_unit_test(test_loader__a_head_has_an_end),
          cmocka_unit_test(test_loader__reads_chunks),
          cmocka_unit_test(test_loader__refuses_broken_chunks))
