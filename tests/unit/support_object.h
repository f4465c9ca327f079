// SPDX-License-Identifier: Apache-2.0
// Objects from a few lines of YAML, in a document that lives as long as the program's tests.
#ifndef SUPPORT_OBJECT_H
#define SUPPORT_OBJECT_H

#include "io/doc.h"
#include "unit.h"

static struct doc *object_doc;

static inline int make_objects(void **state)
{
    (void)state;
    object_doc = doc_new();
    return 0;
}

static inline int free_objects(void **state)
{
    (void)state;
    doc_free(object_doc);
    return 0;
}

static inline struct node *object(const char *yaml)
{
    struct err *err = NULL;
    struct node *n = doc_read_yaml_one(object_doc, span_str(yaml), "test", &err);

    assert_null(err);
    return n;
}

#endif
