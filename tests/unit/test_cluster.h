// SPDX-License-Identifier: Apache-2.0
// One look at a tree and a cluster from a few lines of YAML, and what is said about it.
#ifndef TEST_CLUSTER_H
#define TEST_CLUSTER_H

#include "test_kube.h"

#include "cluster/look.h"

// Documents of YAML as the objects of the cluster.
static inline void fill_cluster(const char *yaml)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node_list list = {0};
    struct node *all = node_new_seq(d);
    struct buf json CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err = NULL;

    assert_int_equal(doc_read_yaml(d, span_str(yaml), "cluster", &list, &err), 0);
    for (size_t i = 0; i < list.len; i++)
        node_push(d, all, list.items[i]);
    doc_write_json(all, false, &json);
    put("objects.json", buf_str(&json));
}

// The findings of one look at a tree of one layer, a line each, with their evidence below; `more`
// as in struct facts.
static inline char *look_at(struct fixture *f, const char *tree, const char *cluster, unsigned more)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct facts facts CLEANUP(facts_close) = {0};
    struct look look CLEANUP(look_free) = {0};
    struct node_list list = {0};
    struct layer layer = {.name = "one"};
    struct layers layers = {&layer, 1};
    struct budget budget = {.deadline = timer_now() + 20000};

    fill_cluster(cluster);
    open_scene(f, "cluster");
    assert_int_equal(doc_read_yaml(d, span_str(tree), "tree", &list, &f->err), 0);
    layer.objects = (const struct node **)list.items;
    layer.count = list.len;
    facts_open(&facts, f->loop, f->kube, &f->report, false);
    facts.evidence_more = more;
    assert_int_equal(look_settled(&look, &facts, &layers, &budget, &f->err), 0);
    for (size_t i = 0; i < look.count; i++) {
        assert_string_equal(look.findings[i].layer, "one");
        buf_printf(&text, "%s ", ready_state_name(look.findings[i].state));
        finding_describe(&look.findings[i], &text);
        if (look.findings[i].behind)
            buf_printf(&text, " [%zu behind]", look.findings[i].behind);
        buf_add_char(&text, '\n');
        for (const char *const *it = look.findings[i].evidence; it && *it; it++)
            buf_printf(&text, "  %s\n", *it);
    }
    return mem_str(buf_str(&text));
}

static inline void expect(void **state, const char *tree, const char *cluster, const char *want)
{
    char *said CLEANUP(mem_cleanup) = look_at(*state, tree, cluster, 0);

    assert_string_equal(said, want);
}

#define NAMED(name, more) "metadata: {name: " name ", namespace: n, uid: u-" name more "}\n"
#define OWNED(name, kind, owner)                                                                   \
    NAMED(name, ", ownerReferences: [{apiVersion: apps/v1, kind: " kind ", name: " owner           \
                ", uid: u-" owner ", controller: true}]")

#endif
