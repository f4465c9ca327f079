// SPDX-License-Identifier: Apache-2.0
// Collecting the images of a tree.
#include "cmd/images/rows.h"

#include <stdlib.h>

// Enumerators go from the strongest use to the weakest; what is not said stands alone.
static struct rows_image *row_of(struct rows *rows, const struct images_found *found)
{
    struct rows_image row = {.reference = arena_span(rows->arena, found->reference),
                             .use = found->use};

    VEC_FOREACH (struct rows_image *, it, &rows->items)
        if (span_eq(it->reference, found->reference) &&
            (it->use == IMAGES_UNSAID) == (found->use == IMAGES_UNSAID))
            return it;
    if (found->use != IMAGES_UNSAID)
        row.equivalent = images_find_equivalent(row.reference);
    vec_push(&rows->items, row);
    return &rows->items.items[rows->items.len - 1];
}

// Lines of what a chart has rendered mean nothing to a reader: its values do, or its template.
static int add_user(struct rows *rows, const struct deep_object *object,
                    const struct images_found *found, struct rows_image *row, struct err **err)
{
    struct rows_user user = {
        found->use,   object,       arena_span(rows->arena, span_str(found->path)).ptr,
        object->file, object->line, {0}};

    if (object->by->kind != DEEP_RELEASE && found->at && found->at->file) {
        user.file = doc_file_name(object->doc, found->at->file);
        user.line = found->at->line;
    }
    if (found->use != IMAGES_UNSAID &&
        artifacts_place_image(rows->placing, object, found->reference, &user.places, err) < 0) {
        vec_free(&user.places);
        return -1;
    }
    if (user.places.len) {
        user.file = user.places.items[0].file;
        user.line = user.places.items[0].line;
    }
    vec_push(&row->users, user);
    return 0;
}

static int add_object(struct rows *rows, const struct deep_object *object, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    images_list list = {0};

    if (images_of(arena, object->node, &list, err) < 0)
        return err_wrap(err, "%s", object->label);
    VEC_FOREACH (const struct images_found *, found, &list) {
        struct rows_image *row = row_of(rows, found);

        if (found->use < row->use)
            row->use = found->use;
        if (add_user(rows, object, found, row, err) < 0)
            return -1;
    }
    return 0;
}

static const char *digest_of(const struct rows_image *row, const struct bundle *bundle,
                             const struct lock *lock, struct arena *arena)
{
    const struct bundle_artifact *artifact =
        bundle ? bundle_find(bundle, BUNDLE_IMAGE, row->reference, SPAN_EMPTY) : NULL;
    const struct lock_entry *entry =
        lock ? lock_find(lock, LOCK_IMAGE, row->reference, SPAN_EMPTY) : NULL;

    if (artifact)
        return arena_span(arena, artifact->revision).ptr;
    return entry ? arena_printf(arena, "%s", DIGEST_TEXT(&entry->digest)) : NULL;
}

static int by_reference(const void *a, const void *b)
{
    const struct rows_image *x = a, *y = b;
    bool x_unsaid = x->use == IMAGES_UNSAID, y_unsaid = y->use == IMAGES_UNSAID;

    return x_unsaid != y_unsaid ? x_unsaid - y_unsaid : span_cmp(x->reference, y->reference);
}

int rows_collect(const struct deep *deep, const struct bundle *bundle, const struct lock *lock,
                 struct rows *rows, struct err **err)
{
    rows->arena = arena_new();
    rows->placing = artifacts_placing_new(deep);
    VEC_FOREACH (const struct deep_object *, it, &deep->objects)
        if (add_object(rows, it, err) < 0)
            return -1;
    VEC_FOREACH (struct rows_image *, it, &rows->items)
        if (it->use != IMAGES_UNSAID)
            it->digest = digest_of(it, bundle, lock, rows->arena);
    if (rows->items.len)
        qsort(rows->items.items, rows->items.len, sizeof(*rows->items.items), by_reference);
    return 0;
}

static void row_free(struct rows_image *row)
{
    VEC_FOREACH (struct rows_user *, it, &row->users)
        vec_free(&it->places);
    vec_free(&row->users);
}

void rows_keep_unmapped(struct rows *rows)
{
    size_t kept = 0;

    VEC_FOREACH (struct rows_image *, it, &rows->items) {
        if (it->use != IMAGES_UNSAID && span_starts(it->reference, IMAGES_IRON_BANK) &&
            (!it->equivalent || !it->equivalent->public))
            rows->items.items[kept++] = *it;
        else
            row_free(it);
    }
    rows->items.len = kept;
}

void rows_free(struct rows *rows)
{
    VEC_FOREACH (struct rows_image *, it, &rows->items)
        row_free(it);
    vec_free(&rows->items);
    artifacts_placing_free(rows->placing);
    arena_free(rows->arena);
}
