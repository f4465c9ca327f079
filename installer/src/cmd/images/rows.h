// SPDX-License-Identifier: Apache-2.0
// The images of a tree, one row each.
#ifndef CMD_IMAGES_ROWS_H
#define CMD_IMAGES_ROWS_H

#include "model/images.h"
#include "work/artifacts.h"

struct rows_user {
    enum images_use use;
    const struct deep_object *object;
    const char *path; // the field
    const char *file; // where its name is set: the values, the object's file, the template; ""
    uint32_t line;    // 0: unknown
    artifacts_places places; // the values that it comes from; none where it is written out
};
struct rows_image {
    struct span reference;                      // of IMAGES_UNSAID the version, or empty
    enum images_use use;                        // the strongest one
    const char *digest;                         // NULL: neither lock nor bundle has it
    const struct images_equivalent *equivalent; // NULL: not in the table
    VEC(struct rows_user) users;
};
struct rows {
    VEC(struct rows_image) items; // sorted by reference; the operators' choices are their own
    struct artifacts_placing *placing;
    struct arena *arena;
};

// Of all objects but those that never run. `bundle` and `lock` may be NULL. ERR_CONFIG.
int rows_collect(const struct deep *deep, const struct bundle *bundle, const struct lock *lock,
                 struct rows *rows, struct err **err) MUST_CHECK;
// Leaves only images of registry1.dso.mil that have no public equivalent.
void rows_keep_unmapped(struct rows *rows);
void rows_free(struct rows *rows); // a CLEANUP

void rows_print(const struct rows *rows, struct buf *out);
void rows_print_json(const struct rows *rows, struct buf *out);

#endif
