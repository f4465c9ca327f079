// SPDX-License-Identifier: Apache-2.0
// Reading YAML: a file is cut into documents as kyaml cuts it, and each is read by the fast reader
// or, when that one declines, through libyaml.
#include "base/mem.h"
#include "io/doc/yaml/readers.h"

// Reads the first document of `text`; kustomize ignores what follows it behind "...". One that is
// null counts as none.
static int read_document(struct reader *r, struct span text, struct node_list *out)
{
    struct node *n;

    r->pairs.len = r->items.len = 0;
    if (!yaml_read_fast(r, text, &n)) {
        r->pairs.len = r->items.len = 0;
        if (yaml_read_events(r, text, &n) < 0)
            return -1;
    }
    if (n && n->type != NODE_NULL)
        vec_push_arena(r->d->arena, out, n);
    return 0;
}

static uint32_t count_lines(struct span text)
{
    uint32_t lines = 0;
    struct span line;

    while (span_next(&text, '\n', &line))
        lines++;
    return lines;
}

// Cuts the next document off *rest, at a line that starts with "---" (not the very first one).
// `line` is the line number of the separator, for the message.
static int cut_document(struct span *rest, struct span *text, const struct reader *r)
{
    static const char separator[] = "\n---";
    size_t at = span_search(*rest, span_str(separator));
    struct span line = span_tail(*rest, at + sizeof(separator) - 1);
    size_t end = span_find(line, '\n');
    struct span comment;

    if (end == line.len) { // none, or not a whole line
        *text = *rest;
        *rest = span_of(rest->ptr + rest->len, 0);
        return 0;
    }
    *text = span_head(*rest, at + 1);
    *rest = span_tail(line, end + 1);
    comment = span_trim(span_head(line, end));
    if (comment.len && comment.ptr[0] != '#') {
        err_set(r->err, ERR_CONFIG, "%s:%u: the separator --- is followed by \"%.*s\"", r->file,
                r->first_line + count_lines(*text) + 1, SPAN_ARG(span_head(comment, 80)));
        return err_hint(r->err, "put it on the next line");
    }
    return 0;
}

// Text without the carriage returns of Windows' line ends; `copy` holds it when there were some.
static struct span without_crlf(struct span text, char **copy)
{
    size_t len = 0;

    if (span_search(text, SPAN("\r\n")) == text.len)
        return text;
    *copy = mem_alloc(text.len);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '\r' || i + 1 == text.len || text.ptr[i + 1] != '\n')
            (*copy)[len++] = text.ptr[i];
    return span_of(*copy, len);
}

static int read_documents(struct reader *r, struct span rest, struct node_list *out)
{
    int result = 0;

    r->file_index = doc_add_file(r->d, r->file);
    reader_start(r, rest.len, DOC_YAML_RATIO);
    while (result == 0 && rest.len) {
        struct span document;
        const char *start = rest.ptr;

        result = cut_document(&rest, &document, r);
        if (result == 0)
            result = read_document(r, document, out);
        if (rest.len)
            r->first_line += count_lines(span_of(start, (size_t)(rest.ptr - start)));
    }
    reader_end(r);
    return result;
}

int doc_read_yaml(struct doc *d, struct span text, const char *file, struct node_list *out,
                  struct err **err)
{
    char *copy CLEANUP(mem_cleanup) = NULL;
    struct reader r CLEANUP(reader_cleanup) = {.d = d, .file = file, .err = err};

    return read_documents(&r, without_crlf(text, &copy), out);
}

static struct node *only_document(const struct node_list *all, const char *file, struct err **err)
{
    if (all->len == 1)
        return all->items[0];
    err_set(err, ERR_CONFIG, all->len ? "%s: has %zu documents instead of one" : "%s: is empty",
            file, all->len);
    return NULL;
}

struct node *doc_read_yaml_one(struct doc *d, struct span text, const char *file, struct err **err)
{
    struct node_list all = {0};

    return doc_read_yaml(d, text, file, &all, err) < 0 ? NULL : only_document(&all, file, err);
}

struct node *doc_read_yaml11(struct doc *d, struct span text, const char *file, struct err **err)
{
    struct node_list all = {0};
    struct reader r CLEANUP(reader_cleanup) = {.d = d, .file = file, .yaml11 = true, .err = err};

    int result;

    r.file_index = doc_add_file(d, file);
    reader_start(&r, text.len, DOC_YAML_RATIO);
    result = read_document(&r, text, &all);
    reader_end(&r);
    return result < 0 ? NULL : only_document(&all, file, err);
}

int doc_read_text(struct doc *d, struct span text, struct node **out, struct err **err)
{
    struct node_list all = {0};
    struct reader r CLEANUP(reader_cleanup) = {.d = d, .yaml11 = true, .helm = true, .err = err};
    int result;

    (void)span_skip(&text, "\xef\xbb\xbf");
    reader_start(&r, text.len, DOC_YAML_RATIO);
    result = read_document(&r, text, &all);
    reader_end(&r);
    *out = all.len ? all.items[0] : NULL;
    return result;
}

int doc_read_within(struct doc *d, struct span text, const char *file, uint32_t above,
                    struct node **out, struct err **err)
{
    struct node_list all = {0};
    struct reader r CLEANUP(reader_cleanup) = {
        .d = d, .file = file, .yaml11 = true, .helm = true, .first_line = above, .err = err};
    int result;

    (void)span_skip(&text, "\xef\xbb\xbf");
    r.file_index = doc_add_file(d, file);
    reader_start(&r, text.len, DOC_YAML_RATIO);
    result = read_document(&r, text, &all);
    reader_end(&r);
    *out = all.len ? all.items[0] : NULL;
    return result;
}

int doc_read_helm(struct doc *d, struct span text, const char *file, struct node_list *out,
                  struct err **err)
{
    struct reader r CLEANUP(reader_cleanup) = {
        .d = d, .file = file, .yaml11 = true, .helm = true, .err = err};

    (void)span_skip(&text, "\xef\xbb\xbf");
    return read_documents(&r, text, out);
}
