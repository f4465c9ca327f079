// SPDX-License-Identifier: Apache-2.0
// Images as text and JSON.
#include "cmd/images/rows.h"
#include "io/doc.h"

static const struct {
    const char *text, *word;
} uses[] = {
    [IMAGES_RUN] = {"runs in a pod", "run"},
    [IMAGES_START] = {"started by an operator", "start"},
    [IMAGES_NAMED] = {"only named", "named"},
    [IMAGES_UNSAID] = {"picked by its operator", "unsaid"},
};

static void print_public(const struct images_equivalent *e, struct buf *out)
{
    buf_printf(out, "  public  %s", e->public ? e->public : "none");
    if (e->note)
        buf_printf(out, " (%s)", e->note);
    if (e->path)
        buf_printf(out, ", %s below %s.values, as %s", e->path, e->package, e->form);
    buf_add_char(out, '\n');
}

// The first one's file and line are there already.
static void print_places(const struct rows_user *user, struct buf *out)
{
    const struct artifacts_place *first = user->places.items;

    VEC_FOREACH (const struct artifacts_place *, it, &user->places) {
        buf_printf(out, "%s%s", it == first ? " (" : "; ", it->path);
        if (it != first)
            buf_printf(out, " in %s", it->file);
        if (it != first && it->line)
            buf_printf(out, ":%u", it->line);
    }
    buf_add_str(out, user->places.len ? ")" : "");
}

static void print_user(const struct rows_user *user, struct buf *out)
{
    buf_printf(out, "  user    %s, by %s", user->object->label, user->object->by->label);
    if (*user->file)
        buf_printf(out, ", %s", user->file);
    if (*user->file && user->line)
        buf_printf(out, ":%u", user->line);
    print_places(user, out);
    buf_printf(out, ", %s\n", user->path);
}

void rows_print(const struct rows *rows, struct buf *out)
{
    VEC_FOREACH (const struct rows_image *, it, &rows->items) {
        if (it->use == IMAGES_UNSAID)
            buf_printf(out, "(not said%s%.*s)\n", it->reference.len ? ", version " : "",
                       SPAN_ARG(it->reference));
        else
            buf_printf(out, "%.*s\n", SPAN_ARG(it->reference));
        if (it->digest)
            buf_printf(out, "  digest  %s\n", it->digest);
        buf_printf(out, "  use     %s\n", uses[it->use].text);
        if (it->equivalent)
            print_public(it->equivalent, out);
        VEC_FOREACH (const struct rows_user *, user, &it->users)
            print_user(user, out);
    }
}

static void set(struct doc *d, struct node *map, const char *key, const char *text)
{
    if (text && *text)
        node_set_str(d, map, key, span_str(text));
}

static struct node *public_node(struct doc *d, const struct images_equivalent *e)
{
    struct node *n = node_new_map(d);

    set(d, n, "repository", e->public);
    set(d, n, "note", e->note);
    set(d, n, "package", e->package);
    set(d, n, "path", e->path);
    set(d, n, "form", e->form);
    return n;
}

static struct node *places_node(struct doc *d, const artifacts_places *places)
{
    static const char *const names[] = {"name", "tag"};
    struct node *list = node_new_seq(d);

    VEC_FOREACH (const struct artifacts_place *, it, places) {
        struct node *n = node_new_map(d);

        set(d, n, "part", names[it->of]);
        set(d, n, "path", it->path);
        set(d, n, "file", it->file);
        if (it->line)
            node_set(d, n, SPAN("line"), node_new_int(d, it->line));
        node_push(d, list, n);
    }
    return list;
}

static struct node *user_node(struct doc *d, const struct rows_user *user)
{
    struct node *n = node_new_map(d);

    set(d, n, "object", user->object->label);
    set(d, n, "by", user->object->by->label);
    set(d, n, "use", uses[user->use].word);
    set(d, n, "path", user->path);
    set(d, n, "file", user->file);
    if (user->line)
        node_set(d, n, SPAN("line"), node_new_int(d, user->line));
    if (user->places.len) {
        set(d, n, "template", user->object->file);
        node_set(d, n, SPAN("set"), places_node(d, &user->places));
    }
    return n;
}

void rows_print_json(const struct rows *rows, struct buf *out)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *list = node_new_seq(d);

    VEC_FOREACH (const struct rows_image *, it, &rows->items) {
        struct node *n = node_new_map(d), *users = node_new_seq(d);

        node_set_str(d, n, it->use == IMAGES_UNSAID ? "version" : "image", it->reference);
        set(d, n, "digest", it->digest);
        set(d, n, "use", uses[it->use].word);
        if (it->equivalent)
            node_set(d, n, SPAN("public"), public_node(d, it->equivalent));
        VEC_FOREACH (const struct rows_user *, user, &it->users)
            node_push(d, users, user_node(d, user));
        node_set(d, n, SPAN("users"), users);
        node_push(d, list, n);
    }
    doc_write_json(list, false, out);
    buf_add_char(out, '\n');
}
