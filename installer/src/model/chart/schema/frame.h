// SPDX-License-Identifier: Apache-2.0
// One schema that is tried on one value: what the files of the judge share.
#ifndef MODEL_CHART_SCHEMA_FRAME_H
#define MODEL_CHART_SCHEMA_FRAME_H

#include "base/err.h"
#include "model/chart/schema/compiled.h"
#include "model/chart/schema/violation.h"

struct frame;

struct judge {
    // NULL when the value fits. What is found is in the arena.
    const struct violation *(*judge)(struct frame *f);
    struct arena *a;
    const char *what;
    size_t steps;
    size_t arena_max;
    struct err **err; // set by whatever ends the whole
    bool failed;
};

// Where a value stands. On the stack of C.
struct place {
    const struct place *parent; // NULL: of the outermost value, which has neither of these
    struct span key;
    size_t index; // used when there is no key
    bool is_item;
};

// The properties or items that no keyword has looked at, for unevaluated*.
struct open {
    bool *flags; // by the place of the pair or item; NULL: none
    size_t len, count;
};

struct frame {
    struct judge *j;
    const struct schema *s;
    const struct node *v;
    const struct place *place;
    const struct frame *parent; // the schema that led here, of the same value or of one around it
    const char *keyword;        // the reference that led here, or NULL
    bool same_value;            // as the parent's
    bool quiet;                 // only whether it fits is asked
    size_t depth;
    struct open open;
    VEC(const struct violation *) found;
};

// Stands for any violation where only the fact counts.
extern const struct violation violation_unsaid;

// Tries another schema on the same value, or on a part of it.
const struct violation *frame_try(struct frame *f, const struct schema *s, const char *keyword,
                                  bool quiet);
const struct violation *frame_try_key(struct frame *f, const struct schema *s, struct span key,
                                      const struct node *v);
const struct violation *frame_try_item(struct frame *f, const struct schema *s, size_t index);
// A value that stands nowhere, a key.
const struct violation *frame_try_alone(struct frame *f, const struct schema *s,
                                        const struct node *v);

// A violation of this frame. Nothing is made of the text when it is quiet.
const struct violation *frame_violation(const struct frame *f, const struct buf *text);
const struct violation *frame_violation_of(const struct frame *f, enum violation_kind kind,
                                           const char *text, const struct violation *const *causes,
                                           size_t count);
void frame_add(struct frame *f, const struct violation *v); // NULL adds nothing
void frame_add_text(struct frame *f, const char *text);
// Violations of several schemas under one.
typedef VEC(const struct violation *) violation_list;
void frame_add_causes(struct frame *f, const char *text, const violation_list *causes);
// "NAME: got 1, want 2"
void frame_add_counts(struct frame *f, const char *name, size_t got, int64_t want);

// Only who asks for it, itself or for its caller, keeps a list.
struct open open_new(const struct schema *s, const struct node *v, bool caller_asks);
void open_close(struct open *open, size_t index);

// By file.
void frame_judge_map(struct frame *f);
void frame_judge_list(struct frame *f);
const struct violation *frame_judge_plain(struct frame *f); // type, const, enum, format
void frame_judge_scalar(struct frame *f);
void frame_judge_conditions(struct frame *f);

#endif
