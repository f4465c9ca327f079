// SPDX-License-Identifier: Apache-2.0
// The pure parts of the client: paths, Status objects, the event stream, the store.
#include "unit.h"

#include "base/mem.h"
#include "model/kube.h"
#include "model/kube/client.h"
#include "model/kube/watch.h"

static const struct kube_resource config_map = {
    .group = "", .version = "v1", .kind = "ConfigMap", .plural = "configmaps", .namespaced = true};
static const struct kube_resource crd = {.group = "apiextensions.k8s.io",
                                         .version = "v1",
                                         .kind = "CustomResourceDefinition",
                                         .plural = "customresourcedefinitions"};

static void test_kube__paths(void **state)
{
    char *a CLEANUP(mem_cleanup) = kube_path(&config_map, "ns", "x y", NULL);
    char *b CLEANUP(mem_cleanup) = kube_path(&config_map, NULL, NULL, NULL);
    char *c CLEANUP(mem_cleanup) = kube_path(&crd, "ignored", "a.b", "status");
    struct buf query CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    (void)state;
    assert_string_equal(a, "/api/v1/namespaces/ns/configmaps/x%20y");
    assert_string_equal(b, "/api/v1/configmaps");
    assert_string_equal(c, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/a.b/status");
    buf_add_str(&query, "/x");
    kube_query(&query, "a", "1");
    kube_query(&query, "b", "p=q,r");
    assert_string_equal(buf_str(&query), "/x?a=1&b=p%3Dq%2Cr");
}

static void test_kube__names(void **state)
{
    char *one CLEANUP(mem_cleanup) = kube_call_name("apply", &crd, "", "a.b");
    char *all CLEANUP(mem_cleanup) = kube_call_name("list", &crd, "x", NULL);

    (void)state;
    assert_string_equal(one, "apply CustomResourceDefinition a.b");
    assert_string_equal(all, "list CustomResourceDefinition");
}

static void read_refusal(struct refusal *f, const char *json)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;

    refusal_read_status(f, "apply X", doc_read_json(d, span_str(json), "x", ERR_API, &err));
}

static void test_kube__messages_have_one_line(void **state)
{
    struct refusal f CLEANUP(refusal_free) = {0};

    (void)state;
    read_refusal(&f, "{\"code\":422,\"message\":\"first\\nsecond.\\n\"}");
    assert_string_equal(err_message(f.error), "apply X: first; second");
    assert_int_equal(f.reason, KUBE_INVALID);
}

#define CAUSE(field, message)                                                                      \
    "{\"reason\":\"FieldValueInvalid\",\"field\":\"" field "\",\"message\":\"" message "\"}"

static void expect_invalid(const char *what, const char *causes, const char *want)
{
    struct refusal f CLEANUP(refusal_free) = {0};
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    char *json CLEANUP(mem_cleanup) = mem_printf(
        "{\"code\":422,\"message\":\"Job.batch \\\"x\\\" is invalid: []: field is immutable\","
        "\"details\":{\"causes\":[%s]}}",
        causes);

    refusal_read_status(&f, what, doc_read_json(d, span_str(json), "x", ERR_API, &err));
    assert_string_equal(err_message(f.error), want);
    assert_int_equal(f.reason, KUBE_IMMUTABLE);
    assert_non_null(strstr(err_hint_text(f.error), "cannot be changed"));
    assert_non_null(strstr(err_hint_text(f.error), strchr(what, ' ') + 1));
}

static void test_kube__invalid_fields_by_path(void **state)
{
    (void)state;
    expect_invalid("apply Job once/x",
                   CAUSE("spec.template",
                         "Invalid value: {\\\"metadata\\\":{\\\"creationTimestamp\\\":null,"
                         "\\\"labels\\\":{\\\"a\\\":\\\"b\\\"}}}: field is immutable"),
                   "apply Job once/x: spec.template: field is immutable");
    expect_invalid(
        "apply Service s/web",
        CAUSE("spec.clusterIPs[0]",
              "Invalid value: [\\\"10.96.0.10\\\"]: may not change once set") "," CAUSE("spec.x",
                                                                                        "Required "
                                                                                        "value"),
        "apply Service s/web: spec.clusterIPs[0]: Invalid value: [\"10.96.0.10\"]: may not "
        "change once set; spec.x: Required value");
    // a cause that names no field tells less than the whole
    expect_invalid("apply Job x", CAUSE("", "y"),
                   "apply Job x: Job.batch \"x\" is invalid: []: field "
                   "is immutable");
}

static void test_kube__deleting_first_costs_something(void **state)
{
    struct refusal f CLEANUP(refusal_free) = {0};

    (void)state;
    read_refusal(&f, "{\"code\":422,\"message\":\"spec is immutable after creation\"}");
    assert_string_equal(err_hint_text(f.error),
                        "the field cannot be changed: delete the object first");
}

static void test_kube__conflicts_name_managers_and_fields(void **state)
{
    struct refusal f CLEANUP(refusal_free) = {0};
    struct kube_conflict *conflicts;

    (void)state;
    read_refusal(
        &f,
        "{\"code\":409,\"reason\":\"Conflict\",\"message\":\"x\",\"details\":{\"causes\":["
        "{\"reason\":\"FieldManagerConflict\",\"field\":\".a\",\"message\":\"conflict with "
        "\\\"kubectl\\\" using v1\"},{\"reason\":\"FieldManagerConflict\",\"field\":\".b\","
        "\"message\":\"conflict with \\\"kubectl\\\" with subresource \\\"scale\\\" using v1\"},"
        "{\"reason\":\"FieldManagerConflict\",\"field\":\".c\",\"message\":\"strange\"}]}}");
    assert_int_equal(f.reason, KUBE_MANAGER_CONFLICT);
    assert_int_equal(refusal_conflicts(&f, &conflicts), 3);
    assert_string_equal(conflicts[1].manager, "kubectl");
    assert_string_equal(conflicts[1].field, ".b");
    assert_string_equal(err_message(f.error), "apply X: fields belong to other managers: kubectl "
                                              "has .a, .b; strange has .c");
}

// --- events ---

struct heard {
    struct buf text; // "ADDED name;..."
};

static int hear(void *data, enum event_type type, struct doc *d, struct node *object,
                const char *unread, struct err **err)
{
    static const char *const names[] = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"};
    struct heard *h = data;

    (void)d;
    (void)unread;
    (void)err;
    buf_printf(&h->text, "%s %s;", names[type], node_get_str(node_get(object, "metadata"), "name"));
    return 0;
}

#define EVENTS                                                                                     \
    "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\"}}}\n\n"                          \
    "{\"type\":\"UNHEARD\",\"object\":{}}\r\n"                                                     \
    "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{}}}\n"                                       \
    "{\"type\":\"DELETED\",\"object\":{\"metadata\":{\"name\":\"b\"}}}\n{\"type\":"

static void test_kube__events_cut_at_any_place(void **state)
{
    (void)state;
    for (size_t cut = 1; cut < sizeof(EVENTS); cut++) {
        struct event_decoder decoder CLEANUP(event_decoder_free) = EVENT_DECODER_INIT;
        struct heard h = {BUF_INIT(BUF_TEXT_MAX)};
        struct err *err CLEANUP(err_cleanup) = NULL;
        struct span rest = SPAN(EVENTS);

        while (rest.len) {
            struct span piece = span_head(rest, cut);

            assert_int_equal(event_decoder_feed(&decoder, piece, hear, &h, &err), 0);
            rest = span_tail(rest, piece.len);
        }
        assert_string_equal(buf_str(&h.text), "ADDED a;BOOKMARK ;DELETED b;");
        buf_free(&h.text);
    }
}

static void test_kube__what_is_no_event_is_refused(void **state)
{
    static const char *const bad[] = {"{]\n", "[]\n", "{\"type\":\"ADDED\"}\n", "<html>\n"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct event_decoder decoder CLEANUP(event_decoder_free) = EVENT_DECODER_INIT;
        struct heard h = {BUF_INIT(BUF_TEXT_MAX)};
        struct err *err CLEANUP(err_cleanup) = NULL;

        assert_int_equal(event_decoder_feed(&decoder, span_str(bad[i]), hear, &h, &err), -1);
        assert_int_equal(err_kind(err), ERR_API);
        buf_free(&h.text);
    }
}

static void test_kube__an_event_has_a_limit(void **state)
{
    struct event_decoder decoder CLEANUP(event_decoder_free) = EVENT_DECODER_INIT;
    struct err *err CLEANUP(err_cleanup) = NULL;
    char *piece CLEANUP(mem_cleanup) = mem_alloc(1 << 20);
    int done = 0;

    (void)state;
    memset(piece, ' ', 1 << 20);
    for (int i = 0; i < 40 && done == 0; i++)
        done = event_decoder_feed(&decoder, span_of(piece, 1 << 20), hear, NULL, &err);
    assert_int_equal(done, -1);
    assert_non_null(strstr(err_message(err), "watch event is larger than"));
}

// --- store ---

static struct node *object_of(struct doc *d, const char *name, int version)
{
    char *text CLEANUP(mem_cleanup) =
        mem_printf("{\"metadata\":{\"name\":\"%s\",\"namespace\":\"n\",\"resourceVersion\":\"%d\","
                   "\"managedFields\":[{\"manager\":\"m\",\"fieldsV1\":{\"f:a\":{}}},7],"
                   "\"annotations\":{\"keep\":\"x\","
                   "\"kubectl.kubernetes.io/last-applied-configuration\":\"long\"}}}",
                   name, version);
    struct err *err = NULL;

    return doc_read_json(d, span_str(text), "x", ERR_API, &err);
}

static void test_kube__store_knows_what_changed(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct store s CLEANUP(store_free) = {0};
    struct node *stored;
    struct doc *gone;

    (void)state;
    assert_int_equal(store_put(&s, object_of(d, "a", 1), &stored), STORE_ADDED);
    assert_int_equal(store_put(&s, object_of(d, "a", 1), &stored), STORE_SAME);
    assert_int_equal(store_put(&s, object_of(d, "a", 2), &stored), STORE_MODIFIED);
    assert_ptr_equal(store_get(&s, SPAN("n"), SPAN("a")), stored);
    assert_null(store_get(&s, SPAN(""), SPAN("a")));
    assert_int_equal(s.count, 1);
    gone = store_take(&s, SPAN("n"), SPAN("a"), &stored);
    assert_non_null(gone);
    assert_string_equal(node_str(node_path(stored, "metadata", "resourceVersion")), "2");
    doc_free(gone);
    assert_null(store_take(&s, SPAN("n"), SPAN("a"), &stored));
    assert_null(store_get(&s, SPAN("n"), SPAN("a")));
    assert_int_equal(store_put(&s, object_of(d, "a", 2), &stored), STORE_ADDED);
}

static void test_kube__store_finds_what_a_list_no_longer_has(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct store s CLEANUP(store_free) = {0};
    struct node *stored;
    struct doc *gone;

    (void)state;
    store_begin_round(&s);
    store_put(&s, object_of(d, "a", 1), &stored);
    store_put(&s, object_of(d, "b", 1), &stored);
    store_begin_round(&s);
    store_put(&s, object_of(d, "b", 1), &stored);
    gone = store_take_unseen(&s, &stored);
    assert_non_null(gone);
    assert_string_equal(node_str(node_path(stored, "metadata", "name")), "a");
    doc_free(gone);
    assert_null(store_take_unseen(&s, &stored));
    assert_int_equal(s.count, 1);
}

static void test_kube__store_does_not_grow_with_what_comes_and_goes(void **state)
{
    struct store s CLEANUP(store_free) = {0};
    struct node *stored;

    (void)state;
    for (int i = 0; i < 5000; i++) {
        struct doc *d CLEANUP(doc_cleanup) = doc_new();
        char *name CLEANUP(mem_cleanup) = mem_printf("pod-%d", i);

        store_put(&s, object_of(d, name, i), &stored);
        doc_free(store_take(&s, SPAN("n"), span_str(name), &stored));
    }
    assert_true(s.by_key.entries.len < 2000);
    assert_int_equal(s.count, 0);
}

static void test_kube__trimming(void **state)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *n = object_of(d, "a", 1);
    const struct node *managed;

    (void)state;
    store_trim(n);
    managed = node_path(n, "metadata", "managedFields");
    assert_int_equal(node_len(managed), 2);
    assert_string_equal(node_get_str(node_item(managed, 0), "manager"), "m");
    assert_null(node_get(node_item(managed, 0), "fieldsV1"));
    assert_int_equal(node_len(node_path(n, "metadata", "annotations")), 1);
}

UNIT_MAIN(UNIT(test_kube__paths), UNIT(test_kube__names), UNIT(test_kube__messages_have_one_line),
          UNIT(test_kube__invalid_fields_by_path), UNIT(test_kube__deleting_first_costs_something),
          UNIT(test_kube__conflicts_name_managers_and_fields),
          UNIT(test_kube__events_cut_at_any_place), UNIT(test_kube__what_is_no_event_is_refused),
          UNIT(test_kube__an_event_has_a_limit), UNIT(test_kube__store_knows_what_changed),
          UNIT(test_kube__store_finds_what_a_list_no_longer_has),
          UNIT(test_kube__store_does_not_grow_with_what_comes_and_goes), UNIT(test_kube__trimming))
