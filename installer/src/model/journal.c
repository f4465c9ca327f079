// SPDX-License-Identifier: Apache-2.0
// The journal in memory, and as pages.
#include "model/journal.h"

#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/stream.h"
#include "io/archive.h"
#include "io/doc.h"

#define JOURNAL_FORMAT "sandstrap-journal/1"
#define JOURNAL_JSON_MAX_BYTES ((size_t)64 << 20) // of one page, unpacked

struct journal {
    struct arena *arena; // of all texts, replaced ones too: a journal is short-lived
    struct map places;   // struct journal_entry by identity
    VEC(struct journal_entry *) entries;
    VEC(const char *) layers;
};

struct journal *journal_new(void)
{
    struct journal *j = MEM_NEW(struct journal);

    j->arena = arena_new();
    return j;
}

void journal_free(struct journal *j)
{
    if (!j)
        return;
    map_free(&j->places);
    vec_free(&j->entries);
    vec_free(&j->layers);
    arena_free(j->arena);
    free(j);
}

// --- layers ---

static bool has_name(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

void journal_set_layers(struct journal *j, const char *const *names, size_t count)
{
    VEC(const char *) all = {0};
    size_t known = 0; // those of j->layers that have their place

    // What the tree lost stays behind what it came after.
    for (size_t i = 0; i <= count; i++) {
        while (known < j->layers.len && !has_name(names, count, j->layers.items[known]))
            vec_push(&all, j->layers.items[known++]);
        if (i == count)
            break;
        vec_push(&all, arena_str(j->arena, names[i]));
        if (known < j->layers.len && has_name(names, i + 1, j->layers.items[known]))
            known++;
    }
    vec_free(&j->layers);
    j->layers.items = all.items;
    j->layers.len = all.len;
    j->layers.cap = all.cap;
}

const char *const *journal_layers(const struct journal *j, size_t *count)
{
    *count = j->layers.len;
    return j->layers.items;
}

// --- entries ---

static struct journal_entry *find(const struct journal *j, const struct identity *id)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    return map_get(&j->places, identity_key(id, &key));
}

const struct journal_entry *journal_find(const struct journal *j, const struct identity *id)
{
    return find(j, id);
}

void journal_put(struct journal *j, const struct journal_entry *entry)
{
    struct journal_entry *place = find(j, &entry->id);

    if (!place) {
        struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

        place = ARENA_NEW(j->arena, struct journal_entry);
        place->id = identity_copy(j->arena, &entry->id);
        map_put(&j->places, arena_span(j->arena, identity_key(&entry->id, &key)), place);
        vec_push(&j->entries, place);
    }
    place->version = arena_span(j->arena, span_str(entry->version)).ptr;
    place->uid = arena_span(j->arena, span_str(entry->uid)).ptr;
    place->digest = arena_span(j->arena, span_str(entry->digest)).ptr;
    place->layer = arena_span(j->arena, span_str(entry->layer)).ptr;
    place->adopted = entry->adopted;
}

void journal_remove(struct journal *j, const struct identity *id)
{
    struct buf key CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct journal_entry *gone = map_delete(&j->places, identity_key(id, &key));

    for (size_t i = 0; gone && i < j->entries.len; i++) {
        if (j->entries.items[i] == gone) {
            vec_remove(&j->entries, i);
            return;
        }
    }
}

const struct journal_entry *const *journal_entries(const struct journal *j, size_t *count)
{
    *count = j->entries.len;
    return (const struct journal_entry *const *)j->entries.items;
}

// --- writing ---

static void set_text(struct doc *d, struct node *n, const char *key, struct span text)
{
    if (text.len)
        node_set_str(d, n, key, text);
}

static struct node *entry_node(const struct journal_entry *entry, struct doc *d)
{
    struct node *n = node_new_map(d);

    set_text(d, n, "group", entry->id.group);
    set_text(d, n, "version", span_str(entry->version));
    set_text(d, n, "kind", entry->id.kind);
    set_text(d, n, "namespace", entry->id.ns);
    set_text(d, n, "name", entry->id.name);
    set_text(d, n, "uid", span_str(entry->uid));
    set_text(d, n, "digest", span_str(entry->digest));
    set_text(d, n, "layer", span_str(entry->layer));
    if (entry->adopted)
        node_set(d, n, SPAN("adopted"), node_new_bool(d, true));
    return n;
}

// The entries from `first` on as one page.
static void pack(const struct journal *j, size_t first, size_t count, struct buf *page)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf json CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct node *root = node_new_map(d), *layers = node_new_seq(d), *objects = node_new_seq(d);

    node_set_str(d, root, "format", SPAN(JOURNAL_FORMAT));
    node_set(d, root, SPAN("layers"), layers);
    node_set(d, root, SPAN("objects"), objects);
    VEC_FOREACH (const char **, it, &j->layers)
        node_push(d, layers, node_new_str(d, span_str(*it)));
    for (size_t i = first; i < first + count; i++)
        node_push(d, objects, entry_node(j->entries.items[i], d));
    doc_write_json(root, false, &json);
    compress_gzip(buf_span(&json), page);
}

struct writing {
    const struct journal *j;
    size_t page_max, pages;
    journal_page_fn *page;
    void *data;
};

// In halves until each fits.
static int write_range(struct writing *w, size_t first, size_t count, struct err **err)
{
    struct buf page CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    pack(w->j, first, count, &page);
    if (page.len <= w->page_max)
        return w->page(w->data, w->pages++, buf_span(&page), err);
    if (count < 2)
        return err_set(err, ERR_INTEGRITY, "an entry of the journal is larger than %zu bytes",
                       w->page_max);
    return write_range(w, first, count / 2, err) < 0
               ? -1
               : write_range(w, first + count / 2, count - count / 2, err);
}

int journal_write(const struct journal *j, size_t page_max, journal_page_fn *page, void *data,
                  struct err **err)
{
    struct writing w = {.j = j, .page_max = page_max, .page = page, .data = data};

    return write_range(&w, 0, j->entries.len, err);
}

// --- reading ---

static int not_understood(const char *what, const char *why, struct span which, struct err **err)
{
    err_set(err, ERR_INTEGRITY, "%s is not understood: %s%s%.*s", what, why, which.len ? " " : "",
            SPAN_ARG(which));
    return err_hint(err, "a newer sandstrap may have written it: use that one");
}

static int check_keys(const struct node *map, const char *const *known, const char *what,
                      struct err **err)
{
    if (!node_is(map, NODE_MAP))
        return not_understood(what, "it is no map", SPAN_EMPTY, err);
    NODE_FOREACH_PAIR (pair, map) {
        const char *const *it = known;

        while (*it && !span_is(pair->key, *it))
            it++;
        if (!*it)
            return not_understood(what, "unknown field", pair->key, err);
    }
    return 0;
}

static int read_entry(const struct node *n, struct journal_entry *entry, const char *what,
                      struct err **err)
{
    static const char *const known[] = {"group", "version", "kind",  "namespace", "name",
                                        "uid",   "digest",  "layer", "adopted",   NULL};

    if (check_keys(n, known, what, err) < 0)
        return -1;
    NODE_FOREACH_PAIR (pair, n) {
        enum node_type type = span_is(pair->key, "adopted") ? NODE_BOOL : NODE_STRING;

        if (!node_is(pair->value, type) ||
            memchr(node_text(pair->value).ptr, 0, node_text(pair->value).len))
            return not_understood(what, "the value of", pair->key, err);
    }
    *entry = (struct journal_entry){
        .id = {node_get_text(n, "group"), node_get_text(n, "kind"), node_get_text(n, "namespace"),
               node_get_text(n, "name")},
        .version = node_get_str(n, "version"),
        .uid = node_get_str(n, "uid"),
        .digest = node_get_str(n, "digest"),
        .layer = node_get_str(n, "layer"),
        .adopted = node_get_bool(n, "adopted", false),
    };
    if (!entry->id.kind.len || !entry->id.name.len || !*entry->version)
        return not_understood(what, "an object without version, kind and name", SPAN_EMPTY, err);
    return 0;
}

static int read_layers(struct journal *j, const struct node *list, struct arena *arena,
                       const char *what, struct err **err)
{
    const char **names = arena_array(arena, node_len(list) + 1, sizeof(*names));

    for (size_t i = 0; i < node_len(list); i++) {
        names[i] = node_str(node_item(list, i));
        if (!*names[i] || has_name(names, i, names[i]))
            return not_understood(what, "the names of the layers", SPAN_EMPTY, err);
    }
    journal_set_layers(j, names, node_len(list));
    return 0;
}

static struct node *unpack(struct span page, const char *what, struct doc *d, struct err **err)
{
    struct stream *s CLEANUP(stream_cleanup) =
        stream_decompress(stream_from_span(page), JOURNAL_JSON_MAX_BYTES, what);
    struct buf json CLEANUP(buf_free) = BUF_INIT(JOURNAL_JSON_MAX_BYTES);

    return stream_read_all(s, &json, ERR_INTEGRITY, what, err) < 0
               ? NULL
               : doc_read_json(d, buf_span(&json), what, ERR_INTEGRITY, err);
}

int journal_read(struct journal *j, struct span page, const char *what, struct err **err)
{
    static const char *const known[] = {"format", "layers", "objects", NULL};
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *root = unpack(page, what, d, err), *objects = node_get(root, "objects");
    struct journal_entry *entries;

    if (!root)
        return -1;
    if (!span_is(node_get_text(root, "format"), JOURNAL_FORMAT))
        return not_understood(what, "its format is not " JOURNAL_FORMAT, SPAN_EMPTY, err);
    if (check_keys(root, known, what, err) < 0)
        return -1;
    if (!node_is(objects, NODE_SEQ) || !node_is(node_get(root, "layers"), NODE_SEQ))
        return not_understood(what, "layers or objects are no list", SPAN_EMPTY, err);
    entries = arena_array(doc_arena(d), node_len(objects) + 1, sizeof(*entries));
    for (size_t i = 0; i < node_len(objects); i++)
        if (read_entry(node_item(objects, i), &entries[i], what, err) < 0)
            return -1;
    if (read_layers(j, node_get(root, "layers"), doc_arena(d), what, err) < 0)
        return -1;
    for (size_t i = 0; i < node_len(objects); i++)
        journal_put(j, &entries[i]);
    return 0;
}
