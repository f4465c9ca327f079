// SPDX-License-Identifier: Apache-2.0
// The journal: entries by identity, layers in order, and pages that hold by themselves.
#include "support_pages.h"
#include "unit.h"

#include "io/archive.h"
#include "model/journal.h"

static struct journal_entry entry_of(const char *ns, const char *name)
{
    return (struct journal_entry){
        .id = {SPAN("apps"), SPAN("Deployment"), span_str(ns), span_str(name)},
        .version = "v1",
        .uid = "",
        .digest = "sha256:0",
        .layer = "apps",
    };
}

static const struct journal_entry *find(const struct journal *j, const char *name)
{
    const struct journal_entry e = entry_of("app", name);

    return journal_find(j, &e.id);
}

static void test_entries(void **state)
{
    struct journal *j CLEANUP(journal_cleanup) = journal_new();
    struct journal_entry e = entry_of("app", "web"), other = entry_of("app", "db");
    const struct journal_entry *const *all;
    size_t count;

    (void)state;
    assert_null(find(j, "web"));
    journal_put(j, &e);
    journal_put(j, &other);
    e.uid = "1";
    e.adopted = true;
    journal_put(j, &e);
    all = journal_entries(j, &count);
    assert_int_equal(count, 2);
    assert_true(span_is(all[0]->id.name, "web"));
    assert_string_equal(all[0]->uid, "1");
    assert_true(all[0]->adopted);
    // A later one stands for itself.
    e.uid = NULL;
    e.adopted = false;
    journal_put(j, &e);
    assert_string_equal(find(j, "web")->uid, "");
    assert_false(find(j, "web")->adopted);

    journal_remove(j, &e.id);
    journal_remove(j, &e.id);
    assert_null(find(j, "web"));
    all = journal_entries(j, &count);
    assert_int_equal(count, 1);
    assert_true(span_is(all[0]->id.name, "db"));
    journal_put(j, &e);
    all = journal_entries(j, &count);
    assert_int_equal(count, 2);
    assert_true(span_is(all[1]->id.name, "web"));
}

static void assert_layers(const struct journal *j, const char *expected)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    size_t count;
    const char *const *names = journal_layers(j, &count);

    for (size_t i = 0; i < count; i++)
        buf_printf(&text, "%s%s", i ? " " : "", names[i]);
    assert_string_equal(buf_str(&text), expected);
}

// What left the tree keeps its place behind what it came after.
static void test_layers(void **state)
{
    static const char *const first[] = {"base", "old", "apps"}, *const second[] = {"base", "new"},
                             *const swapped[] = {"new", "apps", "base"};
    struct journal *j CLEANUP(journal_cleanup) = journal_new();

    (void)state;
    journal_set_layers(j, first, 3);
    journal_set_layers(j, first, 3);
    assert_layers(j, "base old apps");
    journal_set_layers(j, second, 2);
    assert_layers(j, "base old apps new");
    journal_set_layers(j, first, 1);
    assert_layers(j, "base old apps new");
    journal_set_layers(j, swapped, 3);
    assert_layers(j, "new apps base old");
    journal_set_layers(j, NULL, 0);
    assert_layers(j, "new apps base old");
}

static void fill(struct journal *j, size_t count)
{
    static const char *const layers[] = {"base", "apps"};

    journal_set_layers(j, layers, 2);
    for (size_t i = 0; i < count; i++) {
        char name[32], uid[64];
        struct journal_entry e = entry_of(i % 3 ? "app" : "", name);

        snprintf(name, sizeof(name), "name-%zu", i);
        snprintf(uid, sizeof(uid), "%zu-%zu", i * 7919 % 1009, i * 104729 % 10007);
        e.id.name = span_str(name);
        e.uid = uid;
        e.adopted = i % 5 == 0;
        journal_put(j, &e);
    }
}

static void assert_same(const struct journal *a, const struct journal *b)
{
    size_t count, other;
    const struct journal_entry *const *x = journal_entries(a, &count);
    const struct journal_entry *const *y = journal_entries(b, &other);

    assert_int_equal(count, other);
    for (size_t i = 0; i < count; i++) {
        assert_true(identity_eq(&x[i]->id, &y[i]->id));
        assert_string_equal(x[i]->version, y[i]->version);
        assert_string_equal(x[i]->uid, y[i]->uid);
        assert_string_equal(x[i]->digest, y[i]->digest);
        assert_string_equal(x[i]->layer, y[i]->layer);
        assert_int_equal(x[i]->adopted, y[i]->adopted);
    }
}

// In pages that each hold by themselves, of no more than their size, and always the same bytes.
static void test_pages(void **state)
{
    enum { ENTRIES = 300, PAGE_MAX = 1500 };
    struct journal *j CLEANUP(journal_cleanup) = journal_new();
    struct journal *again CLEANUP(journal_cleanup) = journal_new();
    struct pages pages CLEANUP(pages_free) = {0}, twice CLEANUP(pages_free) = {0};
    struct err *err = NULL;

    (void)state;
    fill(j, ENTRIES);
    assert_int_equal(journal_write(j, PAGE_MAX, keep, &pages, &err), 0);
    assert_true(pages.items.len > 2);
    VEC_FOREACH (const struct span *, it, &pages.items) {
        struct journal *alone CLEANUP(journal_cleanup) = journal_new();
        size_t count;

        assert_true(it->len <= PAGE_MAX);
        assert_int_equal(journal_read(alone, *it, "a page", &err), 0);
        journal_entries(alone, &count);
        assert_true(count > 0 && count < ENTRIES);
        assert_layers(alone, "base apps");
        assert_int_equal(journal_read(again, *it, "a page", &err), 0);
    }
    assert_same(j, again);
    assert_int_equal(journal_write(again, PAGE_MAX, keep, &twice, &err), 0);
    assert_int_equal(twice.items.len, pages.items.len);
    for (size_t i = 0; i < pages.items.len; i++)
        assert_true(span_eq(pages.items.items[i], twice.items.items[i]));
}

static void test_empty(void **state)
{
    struct journal *j CLEANUP(journal_cleanup) = journal_new();
    struct pages pages CLEANUP(pages_free) = {0};
    struct err *err = NULL;

    (void)state;
    assert_int_equal(journal_write(j, 1000, keep, &pages, &err), 0);
    assert_int_equal(pages.items.len, 1);
    assert_int_equal(journal_read(j, pages.items.items[0], "a page", &err), 0);
    assert_same(j, j);
}

static void test_too_large(void **state)
{
    struct journal *j CLEANUP(journal_cleanup) = journal_new();
    struct pages pages CLEANUP(pages_free) = {0};
    struct err *err CLEANUP(err_cleanup) = NULL;

    (void)state;
    fill(j, 1);
    assert_int_equal(journal_write(j, 20, keep, &pages, &err), -1);
    assert_err(err, ERR_INTEGRITY, "larger than 20 bytes");
}

// Nothing of a page that is not understood is taken in.
static void test_not_understood(void **state)
{
    static const struct {
        const char *json, *words;
    } rows[] = {
        {"{}", "page 3 is not understood: its format is not sandstrap-journal/1"},
        {"{\"format\":\"sandstrap-journal/2\",\"layers\":[],\"objects\":[]}", "its format is not"},
        {"{\"format\":\"sandstrap-journal/1\",\"layers\":[],\"objects\":[],\"x\":1}",
         "unknown field x"},
        {"{\"format\":\"sandstrap-journal/1\",\"layers\":[]}", "no list"},
        {"{\"format\":\"sandstrap-journal/1\",\"layers\":[1],\"objects\":[]}",
         "names of the layers"},
        {"{\"format\":\"sandstrap-journal/1\",\"layers\":[],\"objects\":[{\"version\":\"v1\","
         "\"kind\":\"A\",\"name\":\"a\"},{\"version\":\"v1\",\"kind\":\"B\"}]}",
         "without version, kind and name"},
        {"{\"format\":\"sandstrap-journal/1\",\"layers\":[],\"objects\":[{\"version\":\"v1\","
         "\"kind\":\"A\",\"name\":\"a\"},{\"uid\":1}]}",
         "the value of uid"},
        {"{\"format\":\"sandstrap-journal/1\",\"layers\":[],\"objects\":[[]]}", "it is no map"},
        {"{\"format", "page 3"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct journal *j CLEANUP(journal_cleanup) = journal_new();
        struct buf page CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
        struct err *err CLEANUP(err_cleanup) = NULL;
        size_t count;

        compress_gzip(span_str(rows[i].json), &page);
        assert_int_equal(journal_read(j, buf_span(&page), "page 3", &err), -1);
        assert_err(err, ERR_INTEGRITY, rows[i].words);
        journal_entries(j, &count);
        assert_int_equal(count, 0);
        journal_layers(j, &count);
        assert_int_equal(count, 0);
    }
}

UNIT_MAIN(UNIT(test_entries), UNIT(test_layers), UNIT(test_pages), UNIT(test_empty),
          UNIT(test_too_large), UNIT(test_not_understood))
