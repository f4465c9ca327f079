// SPDX-License-Identifier: Apache-2.0
// JSON Schema as santhosh-tekuri/jsonschema 6.0.2 judges values.schema.json: drafts 4, 6, 7,
// 2019-09 and 2020-12.
#ifndef MODEL_CHART_SCHEMA_H
#define MODEL_CHART_SCHEMA_H

#include "base/compiler.h"
#include "base/err.h"
#include "io/doc.h"
#include "model/chart/values/instance.h"

// Validates `value` against a schema's text. `what` names the schema in messages. What is wrong is
// appended to `out` in the words of the library, one "- at '/a/b': ..." a line; *valid tells
// whether there was any. ERR_CONFIG: the schema itself is broken, names a draft that is not known,
// or refers to what would have to be fetched.
int schema_validate(struct span schema, const struct node *value, const char *what, bool *valid,
                    struct buf *out, struct err **err) MUST_CHECK;

// All charts of an instance, whose values are of `d`, subcharts after their parents: one ERR_CONFIG
// with what Helm says, and as its hint the files and lines that set the first of them, where that
// is known; how to do without the check, too, where `user` can.
int schema_check(const struct chart_instance *instance, const struct doc *d, enum chart_user user,
                 struct err **err) MUST_CHECK;

// The same in two steps: another core begins, where there is so much to read that it is worth it.
// Until the end, which frees `c`, nobody changes the instance or adds to `d`.
struct schema_checking;
struct schema_checking *schema_check_begin(const struct chart_instance *instance,
                                           const struct doc *d, enum chart_user user)
    MUST_CHECK RETURNS_NONNULL;
int schema_check_end(struct schema_checking *c, struct err **err) MUST_CHECK;

#endif
