// SPDX-License-Identifier: Apache-2.0
// A cluster of objects for the tests of work/teardown (tests/servers/kube_objects.py).
#ifndef TEST_TEARDOWN_H
#define TEST_TEARDOWN_H

#include "test_kube.h"

#include <fcntl.h>

// A client of a cluster that holds these objects. A program has each scene once.
static inline void open_cluster(struct fixture *f, const char *scene, const char *yaml)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf json CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    char *file CLEANUP(mem_cleanup) = mem_printf("%s.json", scene);
    struct node_list list = {0};
    struct node *all = node_new_seq(d);

    assert_int_equal(doc_read_yaml(d, span_str(yaml), "objects", &list, &f->err), 0);
    for (size_t i = 0; i < list.len; i++)
        node_push(d, all, list.items[i]);
    doc_write_json(all, false, &json);
    put(file, buf_str(&json));
    open_scene(f, scene);
}

// All requests that were no reads, "DELETE /api/v1/…" and the like, a line each.
static inline char *written(const char *scene)
{
    char *name CLEANUP(mem_cleanup) = mem_printf("%s.log", scene);
    char *path CLEANUP(mem_cleanup) = in_folder(name);
    struct buf text = BUF_INIT(BUF_TEXT_MAX);
    struct err *err = NULL;

    assert_int_equal(file_read(AT_FDCWD, path, &text, &err), 0);
    return buf_take(&text);
}

static inline bool is_there(struct fixture *f, const char *api_version, const char *kind,
                            const char *ns, const char *name)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    const struct kube_resource *r =
        kube_find(f->kube, span_str(api_version), span_str(kind), &f->err);

    assert_non_null(r);
    return kube_get(f->kube, r, ns, name, &answer, &f->err) == 0;
}

static inline void assert_said(struct fixture *f, const char *words)
{
    if (!strstr(buf_str(&f->said), words))
        fail_msg("'%s' does not say '%s'", buf_str(&f->said), words);
}

#endif
