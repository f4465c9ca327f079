// SPDX-License-Identifier: Apache-2.0
// What comes and goes by itself: the table, and that it is published as it is.
#include "unit.h"

#include <fcntl.h>

#include "base/file.h"
#include "base/mem.h"
#include "cluster/record/ignored.h"

static const char *why(const char *yaml)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err = NULL;
    const struct node *object = doc_read_yaml_one(d, span_str(yaml), "object", &err);

    assert_non_null(object);
    return ignored_object(object);
}

static void test_objects(void **state)
{
    (void)state;
    assert_non_null(why("{apiVersion: v1, kind: Event, metadata: {name: a, namespace: b}}"));
    assert_non_null(why("{apiVersion: metrics.k8s.io/v1, kind: PodMetrics, metadata: {name: a}}"));
    assert_null(why("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: b}}"));
    assert_non_null(why("{apiVersion: v1, kind: ConfigMap, "
                        "metadata: {name: kube-root-ca.crt, namespace: b}}"));
    assert_null(why("{apiVersion: x.io/v1, kind: ConfigMap, "
                    "metadata: {name: kube-root-ca.crt, namespace: b}}"));
    assert_null(why("{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: b}}"));
    assert_non_null(why("{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: b, "
                        "annotations: {kubernetes.io/service-account.name: default}}}"));
    assert_null(why("{apiVersion: apiregistration.k8s.io/v1, kind: APIService, "
                    "metadata: {name: v1beta1.metrics.k8s.io}}"));
    assert_non_null(
        why("{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: "
            "{name: v1.x.io, labels: {kube-aggregator.kubernetes.io/automanaged: 'true'}}}"));
    assert_non_null(why("{apiVersion: v1, kind: Namespace, metadata: {name: sandstrap-system}}"));
    assert_non_null(
        why("{apiVersion: v1, kind: ConfigMap, metadata: {name: j, namespace: sandstrap-system}}"));
}

static void test_kinds(void **state)
{
    (void)state;
    assert_non_null(ignored_kind(SPAN("coordination.k8s.io"), SPAN("Lease")));
    assert_non_null(ignored_kind(SPAN("custom.metrics.k8s.io"), SPAN("Any")));
    assert_null(ignored_kind(SPAN("x.io"), SPAN("Lease")));
    assert_null(ignored_kind(SPAN(""), SPAN("Secret")));
}

static void format_row(const struct ignored_row *row, struct buf *out)
{
    buf_printf(out, "| `%s`%s%s%s | ", row->kind, *row->group ? " of `" : "", row->group,
               *row->group ? "`" : "");
    if (row->name)
        buf_printf(out, "named `%s`", row->name);
    if (row->mark)
        buf_printf(out, "with `%s`", row->mark);
    buf_printf(out, "%s | %s |\n", row->name || row->mark ? "" : "all", row->why);
}

// The table of the document, from its head to the next empty line.
static void test_published(void **state)
{
    static const char path[] = SOURCE_ROOT "/docs/internals/leftovers.md";
    static const char head[] = "| kind | which | why it is left out |\n|---|---|---|\n";
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf table CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err = NULL;
    size_t count;
    const struct ignored_row *rows = ignored_rows(&count);
    const char *start;

    (void)state;
    assert_int_equal(file_read(AT_FDCWD, path, &text, &err), 0);
    start = strstr(buf_str(&text), head);
    assert_non_null(start);
    start += strlen(head);
    for (size_t i = 0; i < count; i++)
        format_row(&rows[i], &table);
    buf_add_char(&table, '\n');
    if (strncmp(start, buf_str(&table), table.len) != 0) {
        puts(buf_str(&table));
        fail_msg("docs/internals/leftovers.md has to have the table above");
    }
}

UNIT_MAIN(cmocka_unit_test(test_objects), cmocka_unit_test(test_kinds),
          cmocka_unit_test(test_published))
