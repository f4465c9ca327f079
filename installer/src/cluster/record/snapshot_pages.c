// SPDX-License-Identifier: Apache-2.0
// A snapshot as pages of gzip JSON: for each kind its objects as lists of namespace, name, UID and,
// if it has one, the UID of its controller.
#include "cluster/record/snapshot_rows.h"

#include <string.h>

#include "base/stream.h"
#include "io/archive.h"
#include "io/doc.h"

#define SNAPSHOT_FORMAT "sandstrap-snapshot/1"
#define SNAPSHOT_JSON_MAX_BYTES ((size_t)64 << 20) // of one page, unpacked
#define SNAPSHOT_PAGE_ROWS ((size_t)10000)         // about 300 KiB

enum { ROW_NS, ROW_NAME, ROW_UID, ROW_CONTROLLER, ROW_FIELDS };

// --- writing ---

struct writing {
    const struct snapshot *s;
    size_t page_max, pages;
    int (*page)(void *data, size_t page, struct span bytes, struct err **err);
    void *data;
};

static struct node *row_node(const struct snapshot_row *row, struct doc *d)
{
    const char *const fields[ROW_FIELDS] = {row->ns, row->name, row->uid, row->controller};
    struct node *n = node_new_seq(d);

    for (size_t i = 0; i < ROW_FIELDS && (i < ROW_CONTROLLER || *fields[i]); i++)
        node_push(d, n, node_new_str(d, span_str(fields[i])));
    return n;
}

static struct node *kind_node(const struct snapshot_kind *kind, size_t first, size_t end,
                              struct doc *d)
{
    struct node *n = node_new_map(d), *objects = node_new_seq(d);

    node_set_str(d, n, "group", span_str(kind->group));
    node_set_str(d, n, "kind", span_str(kind->kind));
    node_set(d, n, SPAN("objects"), objects);
    for (size_t i = first; i < end; i++)
        node_push(d, objects, row_node(&kind->rows.items[i], d));
    return n;
}

static struct node *unknown_node(const struct snapshot *s, struct doc *d)
{
    struct node *unknown = node_new_seq(d);

    VEC_FOREACH (struct snapshot_kind **, it, &s->kinds) {
        struct node *pair = node_new_seq(d);

        if (!(*it)->unknown)
            continue;
        node_push(d, pair, node_new_str(d, span_str((*it)->group)));
        node_push(d, pair, node_new_str(d, span_str((*it)->kind)));
        node_push(d, unknown, pair);
    }
    return unknown;
}

// The rows from `first` to before `end`, counted through all kinds, as one page.
static void pack(const struct snapshot *s, size_t first, size_t end, struct buf *page)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf json CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct node *root = node_new_map(d), *kinds = node_new_seq(d);
    size_t before = 0; // rows of the kinds before this one

    node_set_str(d, root, "format", SPAN(SNAPSHOT_FORMAT));
    node_set(d, root, SPAN("kinds"), kinds);
    node_set(d, root, SPAN("unknown"), unknown_node(s, d));
    VEC_FOREACH (struct snapshot_kind **, it, &s->kinds) {
        size_t len = (*it)->rows.len;
        size_t from = first > before ? first - before : 0;
        size_t to = end > before ? end - before : 0;

        if (to > len)
            to = len;
        if (from < to)
            node_push(d, kinds, kind_node(*it, from, to, d));
        before += len;
    }
    doc_write_json(root, false, &json);
    compress_gzip(buf_span(&json), page);
}

// In halves until each fits.
static int write_range(struct writing *w, size_t first, size_t end, struct err **err)
{
    struct buf page CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    size_t middle = first + (end - first) / 2;

    pack(w->s, first, end, &page);
    if (page.len <= w->page_max)
        return w->page(w->data, w->pages++, buf_span(&page), err);
    if (end - first < 2)
        return err_set(err, ERR_INTEGRITY, "an object of the snapshot is larger than %zu bytes",
                       w->page_max);
    return write_range(w, first, middle, err) < 0 ? -1 : write_range(w, middle, end, err);
}

int snapshot_write(const struct snapshot *s, size_t page_max,
                   int (*page)(void *data, size_t page, struct span bytes, struct err **err),
                   void *data, struct err **err)
{
    struct writing w = {.s = s, .page_max = page_max, .page = page, .data = data};
    size_t at = 0, end;

    do {
        end = s->count - at > SNAPSHOT_PAGE_ROWS ? at + SNAPSHOT_PAGE_ROWS : s->count;
        if (write_range(&w, at, end, err) < 0)
            return -1;
        at = end;
    } while (at < s->count);
    return 0;
}

// --- reading ---

static int not_understood(const char *what, const char *why, struct err **err)
{
    err_set(err, ERR_INTEGRITY, "%s is not understood: %s", what, why);
    return err_hint(err, "a newer sandstrap may have written it: use that one");
}

static bool has_keys(const struct node *map, const char *const *keys)
{
    size_t count = 0;

    for (; *keys; keys++, count++)
        if (!node_get(map, *keys))
            return false;
    return node_len(map) == count;
}

// A list of so many texts, without NUL.
static bool is_texts(const struct node *list, size_t least, size_t most)
{
    if (!node_is(list, NODE_SEQ) || node_len(list) < least || node_len(list) > most)
        return false;
    NODE_FOREACH_ITEM (item, list) {
        struct span text = node_text(item);

        if (!node_is(item, NODE_STRING) || memchr(text.ptr, 0, text.len))
            return false;
    }
    return true;
}

static bool is_kind(const struct node *kind)
{
    static const char *const keys[] = {"group", "kind", "objects", NULL};
    struct span group = node_get_text(kind, "group"), name = node_get_text(kind, "kind");

    if (!has_keys(kind, keys) || !node_is(node_get(kind, "group"), NODE_STRING) || !name.len ||
        memchr(group.ptr, 0, group.len) || memchr(name.ptr, 0, name.len) ||
        !node_is(node_get(kind, "objects"), NODE_SEQ))
        return false;
    NODE_FOREACH_ITEM (row, node_get(kind, "objects")) {
        if (!is_texts(row, ROW_CONTROLLER, ROW_FIELDS) || !node_text(node_item(row, ROW_NAME)).len)
            return false;
    }
    return true;
}

// Why a page is not understood, or NULL.
static const char *fault_of(const struct node *root, size_t *rows)
{
    static const char *const keys[] = {"format", "kinds", "unknown", NULL};

    if (!span_is(node_get_text(root, "format"), SNAPSHOT_FORMAT))
        return "its format is not " SNAPSHOT_FORMAT;
    if (!has_keys(root, keys) || !node_is(node_get(root, "kinds"), NODE_SEQ) ||
        !node_is(node_get(root, "unknown"), NODE_SEQ))
        return "its fields are not those of that format";
    NODE_FOREACH_ITEM (kind, node_get(root, "kinds")) {
        if (!is_kind(kind))
            return "a kind with its objects";
        *rows += node_len(node_get(kind, "objects"));
    }
    NODE_FOREACH_ITEM (pair, node_get(root, "unknown")) {
        if (!is_texts(pair, 2, 2) || !node_text(node_item(pair, 1)).len)
            return "an unknown kind";
    }
    return NULL;
}

static void take_kind(struct snapshot *s, const struct node *n)
{
    struct snapshot_kind *kind =
        snapshot_kind(s, node_get_text(n, "group"), node_get_text(n, "kind"));

    NODE_FOREACH_ITEM (row, node_get(n, "objects")) {
        struct snapshot_object o = {.id.ns = node_text(node_item(row, ROW_NS)),
                                    .id.name = node_text(node_item(row, ROW_NAME)),
                                    .uid = node_str(node_item(row, ROW_UID)),
                                    .controller = node_str(node_item(row, ROW_CONTROLLER))};

        snapshot_add(s, kind, &o);
    }
}

static struct node *unpack(struct span page, const char *what, struct doc *d, struct err **err)
{
    struct stream *stream CLEANUP(stream_cleanup) =
        stream_decompress(stream_from_span(page), SNAPSHOT_JSON_MAX_BYTES, what);
    struct buf json CLEANUP(buf_free) = BUF_INIT(SNAPSHOT_JSON_MAX_BYTES);

    return stream_read_all(stream, &json, ERR_INTEGRITY, what, err) < 0
               ? NULL
               : doc_read_json(d, buf_span(&json), what, ERR_INTEGRITY, err);
}

int snapshot_read(struct snapshot *s, struct span page, const char *what, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *root = unpack(page, what, d, err);
    size_t rows = 0;
    const char *fault;

    if (!root)
        return -1;
    fault = fault_of(root, &rows);
    if (fault)
        return not_understood(what, fault, err);
    if (rows > SNAPSHOT_OBJECTS_MAX - s->count)
        return not_understood(what, "too many objects", err);
    NODE_FOREACH_ITEM (kind, node_get(root, "kinds"))
        take_kind(s, kind);
    NODE_FOREACH_ITEM (pair, node_get(root, "unknown"))
        snapshot_kind(s, node_text(node_item(pair, 0)), node_text(node_item(pair, 1)))->unknown =
            true;
    snapshot_sort(s);
    return 0;
}
