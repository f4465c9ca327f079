// SPDX-License-Identifier: Apache-2.0
// Texts in ConfigMaps and Secrets, and the lines of the tree that they stand in.
#include "controller/release/internal.h"
#include "io/crypto.h"

static int fail(const struct node *object, const struct node *n, const struct doc *doc,
                struct span key, struct err **err, const char *what)
{
    char *label CLEANUP(mem_cleanup) = node_label(object);
    const char *file = doc_file_name(doc, n->file);

    if (*file)
        return err_set(err, ERR_CONFIG, "%s:%u: %s: the value of the key '%.*s' %s", file, n->line,
                       label, SPAN_ARG(key), what);
    return err_set(err, ERR_CONFIG, "%s: the value of the key '%.*s' %s", label, SPAN_ARG(key),
                   what);
}

// As the API server reads one: Go's base64 passes over the ends of lines.
static bool decode(struct arena *arena, struct span text, struct span *out)
{
    struct buf plain CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf packed CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != '\n' && text.ptr[i] != '\r')
            buf_add_char(&packed, text.ptr[i]);
    if (!crypto_base64_decode(buf_span(&packed), &plain))
        return false;
    *out = arena_span(arena, buf_span(&plain));
    return true;
}

// Lines count where each line of the text is one of the file: in a literal block, or when a
// generator took the whole file. In base64 they do only then.
static void locate(struct arena *arena, const struct node *object, const struct node *n,
                   const struct doc *doc, struct span key, bool packed, struct release_text *out)
{
    const char *file = doc_file_name(doc, n->file);
    bool literal = n->flags & NODE_LITERAL;

    if (*file && literal && (!packed || !n->line)) {
        out->file = file;
        out->above = n->line;
        out->line = n->line + 1;
        return;
    }
    if (*file && n->line && span_find(out->text, '\n') >= out->text.len - !!out->text.len) {
        out->file = file; // a text of one line
        out->above = n->line - 1;
        out->line = n->line;
        return;
    }
    char *label CLEANUP(mem_cleanup) = node_label(object);
    out->file = arena_printf(arena, "%s, %.*s", label, SPAN_ARG(key));
    out->above = 0;
    out->line = 1;
}

int release_read_text(struct arena *arena, const struct node *object, const struct doc *doc,
                      struct span key, bool *found, struct release_text *out, struct err **err)
{
    bool secret = span_is(node_get_text(object, "kind"), "Secret");
    const struct node *plain = node_get_span(node_get(object, secret ? "stringData" : "data"), key);
    const struct node *packed = secret ? node_get_span(node_get(object, "data"), key) : NULL;
    const struct node *n = plain ? plain : packed;

    *found = n != NULL;
    if (!n)
        return 0;
    if (n->type == NODE_NULL) { // Go has an empty text then
        out->text = SPAN_EMPTY;
    } else if (n->type != NODE_STRING) {
        (void)fail(object, n, doc, key, err, "is not a string, which the API server refuses");
        return err_hint(err, "put it in quotes");
    } else if (plain) {
        out->text = n->text;
    } else if (!decode(arena, n->text, &out->text)) {
        (void)fail(object, n, doc, key, err, "is not base64, which the API server refuses");
        return err_hint(err, "put the plain text into stringData");
    }
    locate(arena, object, n, doc, key, !plain, out);
    return 0;
}
