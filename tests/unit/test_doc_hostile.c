// SPDX-License-Identifier: Apache-2.0
// Texts of many small values: read, or refused with the reason, in time and memory that follow from
// their size.
#include "unit.h"

#include "base/mem.h"
#include "io/doc.h"
#include "support_measure.h"

#define SMALL_BYTES ((size_t)1 << 20)
#define LARGE_BYTES ((size_t)4 << 20)
#define HUGE_BYTES ((size_t)16 << 20)

// `head`, `piece` until the text has `size` bytes, `tail`.
static void repeat(struct buf *out, const char *head, const char *piece, const char *tail,
                   size_t size)
{
    *out = (struct buf)BUF_INIT(BUF_DOC_MAX);
    buf_add_str(out, head);
    while (out->len < size)
        buf_add_str(out, piece);
    buf_add_str(out, tail);
}

// A map of keys that are all different.
static void number_keys(struct buf *out, size_t size)
{
    *out = (struct buf)BUF_INIT(BUF_DOC_MAX);
    buf_add_char(out, '{');
    for (unsigned i = 0; out->len < size; i++)
        buf_printf(out, "\"%x\":1,", i);
    buf_add_str(out, "\"z\": 0}");
}

static void read_json(struct span text)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (!doc_read_json(d, text, "f.json", ERR_API, &err))
        assert_err(err, ERR_API, "too many small values");
}

static void must_read_json(struct span text)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (!doc_read_json(d, text, "f.json", ERR_API, &err))
        fail_msg("%s", err_message(err));
}

static void read_yaml(struct span text)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node_list all = {0};

    if (doc_read_yaml(d, text, "f.yaml", &all, &err) < 0)
        assert_err(err, ERR_CONFIG, "too many small values");
}

static void test_doc__json_of_small_values_is_bounded(void **state)
{
    static const char *const shapes[][3] = {
        {"[", "[],", "0]"},        {"[", "0,", "0]"},    {"[", "{},", "0]"},
        {"[", "{\"a\":1},", "0]"}, {"[", "\"\",", "0]"}, {"[", "[[[[]]]],", "0]"},
        {"[", "1.5,", "0]"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        struct buf small CLEANUP(buf_free), large CLEANUP(buf_free);

        repeat(&small, shapes[i][0], shapes[i][1], shapes[i][2], SMALL_BYTES);
        repeat(&large, shapes[i][0], shapes[i][1], shapes[i][2], LARGE_BYTES);
        assert_linear(read_json, buf_span(&small), buf_span(&large));
    }
}

static void test_doc__json_of_many_keys_is_bounded(void **state)
{
    struct buf small CLEANUP(buf_free), large CLEANUP(buf_free);

    (void)state;
    number_keys(&small, SMALL_BYTES);
    number_keys(&large, LARGE_BYTES);
    assert_linear(read_json, buf_span(&small), buf_span(&large));
}

static void test_doc__huge_json_is_bounded(void **state)
{
    struct buf lists CLEANUP(buf_free), keys CLEANUP(buf_free);

    (void)state;
    repeat(&lists, "[", "[],", "0]", HUGE_BYTES);
    assert_frugal(read_json, buf_span(&lists));
    number_keys(&keys, HUGE_BYTES);
    assert_frugal(read_json, buf_span(&keys));
}

// A page of a list as the API server gives it, managed fields included.
static void test_doc__pages_of_objects_are_read(void **state)
{
    static const char pod[] =
        "{\"metadata\":{\"name\":\"web-5d4f8c7b9-x2x7k\",\"namespace\":\"shop\",\"uid\":"
        "\"0b9b1c1e-6f0f-4a57-9d0c-6a5c3a1f2b11\",\"resourceVersion\":\"123456\",\"labels\":"
        "{\"app\":\"web\",\"pod-template-hash\":\"5d4f8c7b9\"},\"managedFields\":[{\"manager\":"
        "\"kubelet\",\"operation\":\"Update\",\"apiVersion\":\"v1\",\"fieldsType\":\"FieldsV1\","
        "\"fieldsV1\":{\"f:status\":{\"f:conditions\":{\"k:{\\\"type\\\":\\\"Ready\\\"}\":{\".\":{}"
        ",\"f:lastProbeTime\":{},\"f:status\":{},\"f:type\":{}}},\"f:hostIP\":{},\"f:phase\":{}}}}]"
        "},\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"nginx:1.27\",\"ports\":["
        "{\"containerPort\":80,\"protocol\":\"TCP\"}]}]},\"status\":{\"phase\":\"Running\"}},";
    struct buf page CLEANUP(buf_free);

    (void)state;
    repeat(&page, "{\"items\":[", pod, "{}]}", (size_t)50 << 20);
    must_read_json(buf_span(&page));
    assert_frugal(must_read_json, buf_span(&page));
}

static void test_doc__yaml_of_small_values_is_bounded(void **state)
{
    static const char *const shapes[][3] = {
        {"[", "[],", "0]"}, {"[", "0,", "0]"}, {"[", "{a: 1},", "0]"},
        {"", "- 0\n", ""},  {"", "-\n", ""},   {"[", "!!int 0,", "0]"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        struct buf small CLEANUP(buf_free), large CLEANUP(buf_free);

        repeat(&small, shapes[i][0], shapes[i][1], shapes[i][2], SMALL_BYTES / 8);
        repeat(&large, shapes[i][0], shapes[i][1], shapes[i][2], SMALL_BYTES / 2);
        assert_as_fast(read_yaml, buf_span(&small), buf_span(&large));
    }
}

// One long text, named again and again.
static void test_doc__aliases_of_long_texts_are_bounded(void **state)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    (void)state;
    buf_add_str(&text, "a: &a ");
    buf_add_repeat(&text, 'x', 100000);
    buf_add_str(&text, "\nb: [");
    for (int i = 0; i < 20000; i++)
        buf_add_str(&text, "*a,");
    buf_add_str(&text, "]\n");
    assert_frugal(read_yaml, buf_span(&text));
}

enum { KEY_BYTES = 16, KEYS = 20000 };

static void intern_keys(struct span keys)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();

    for (; keys.len; keys = span_tail(keys, KEY_BYTES))
        (void)doc_intern(d, span_head(keys, KEY_BYTES));
}

// Two words each, the second undoes what the first did to a hash that only multiplies and shifts.
static void test_doc__chosen_keys_are_as_fast_as_others(void **state)
{
    struct buf chosen CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf others CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    for (unsigned i = 0; i < KEYS; i++) {
        uint64_t words[2] = {i, 0}, h = KEY_BYTES * 0x9e3779b97f4a7c15u;

        h = (h ^ words[0]) * 0xff51afd7ed558ccdu;
        words[1] = h ^ h >> 32;
        buf_add(&chosen, words, sizeof(words));
        buf_printf(&others, "%016u", i);
    }
    assert_as_fast(intern_keys, buf_span(&others), buf_span(&chosen));
}

UNIT_MAIN(UNIT(test_doc__json_of_small_values_is_bounded),
          UNIT(test_doc__json_of_many_keys_is_bounded), UNIT(test_doc__huge_json_is_bounded),
          UNIT(test_doc__pages_of_objects_are_read),
          UNIT(test_doc__yaml_of_small_values_is_bounded),
          UNIT(test_doc__aliases_of_long_texts_are_bounded),
          UNIT(test_doc__chosen_keys_are_as_fast_as_others))
