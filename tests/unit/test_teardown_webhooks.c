// SPDX-License-Identifier: Apache-2.0
// work/teardown: what the API server asks in vain.
#include "test_teardown.h"

#include "work/teardown/hard/webhooks.h"

#define SERVICE(ns, name)                                                                          \
    "{apiVersion: v1, kind: Service, metadata: {namespace: " ns ", name: " name "}}\n---\n"
#define ENDPOINTS(ns, name, ready)                                                                 \
    "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {namespace: " ns             \
    ", name: " name "-1, labels: {kubernetes.io/service-name: " name                               \
    "}}, endpoints: [{conditions: {ready: " ready "}}]}\n---\n"
#define WEBHOOK(name, ns, service)                                                                 \
    "{name: " name ", clientConfig: {service: {namespace: " ns ", name: " service "}}}"
#define CONFIGURATION(kind, name, webhooks)                                                        \
    "{apiVersion: admissionregistration.k8s.io/v1, kind: " kind                                    \
    "WebhookConfiguration, metadata: {name: " name "}, webhooks: [" webhooks "]}\n---\n"
#define API_SERVICE(name, service)                                                                 \
    "{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: " name             \
    "}, spec: {" service "}}\n---\n"

static struct dead_hooks find(struct fixture *f, struct webhooks_options *options,
                              struct arena *arena)
{
    struct dead_hooks found;

    options->kube = f->kube;
    assert_int_equal(webhooks_find(options, arena, &found, &f->err), 0);
    return found;
}

static void list(const struct dead_hooks *found, struct buf *out)
{
    VEC_FOREACH (const struct dead_hook *, hook, &found->list) {
        identity_format(&hook->id, out);
        buf_printf(out, ": %s%s\n", hook->why, hook->is_part ? " (part)" : "");
    }
}

static void test_teardown_webhooks__dead_ones_are_found_and_taken_away(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    char *log CLEANUP(mem_cleanup) = NULL;
    struct webhooks_options options = {0};
    struct dead_hooks found;
    size_t removed;

    open_cluster(
        f, "dead",
        SERVICE("x", "alive") ENDPOINTS("x", "alive", "true") SERVICE("x", "empty")
            ENDPOINTS("x", "empty", "false") SERVICE("x", "bare")
                CONFIGURATION("Validating", "gone", WEBHOOK("a.x.io", "x", "gone")) CONFIGURATION(
                    "Mutating", "empty",
                    WEBHOOK("b.x.io", "x", "empty") "," WEBHOOK("c.x.io", "x", "empty"))
                    CONFIGURATION("Validating", "alive", WEBHOOK("d.x.io", "x", "alive"))
                        CONFIGURATION(
                            "Validating", "half",
                            WEBHOOK("e.x.io", "x", "alive") "," WEBHOOK("f.x.io", "y", "alive"))
                            CONFIGURATION("Validating", "url",
                                          "{name: g.x.io, clientConfig: {url: 'https://x'}}")
                                CONFIGURATION("Validating", "none", "")
                                    API_SERVICE("v1.bare.io", "service: {namespace: x, name: bare}")
                                        API_SERVICE("v1.apps", ""));
    found = find(f, &options, arena);
    list(&found, &out);
    assert_string_equal(
        buf_str(&out),
        "ValidatingWebhookConfiguration gone: webhook a.x.io calls Service x/gone, which does not "
        "exist\n"
        "ValidatingWebhookConfiguration half: webhook f.x.io calls Service y/alive, which does not "
        "exist (part)\n"
        "MutatingWebhookConfiguration empty: webhook b.x.io calls Service x/empty, which has no "
        "ready endpoints\n"
        "APIService v1.bare.io: it calls Service x/bare, which has no ready endpoints\n");
    assert_int_equal(webhooks_remove(f->kube, &found, &f->report, &removed, &f->err), 0);
    assert_int_equal(removed, 3);
    log = written("dead");
    assert_string_equal(log, "DELETE /apis/admissionregistration.k8s.io/v1/"
                             "validatingwebhookconfigurations/gone\n"
                             "DELETE /apis/admissionregistration.k8s.io/v1/"
                             "mutatingwebhookconfigurations/empty\n"
                             "DELETE /apis/apiregistration.k8s.io/v1/apiservices/v1.bare.io\n");
    assert_said(f, "it stays, because its other webhooks answer");
}

#define MADE_BY(program, kind, name, webhooks)                                                     \
    "{apiVersion: admissionregistration.k8s.io/v1, kind: " kind                                    \
    "WebhookConfiguration, metadata: {name: " name ", managedFields: [{manager: " program          \
    ", operation: Update, time: '2026-01-01T00:00:00Z'}]}, webhooks: [" webhooks "]}\n---\n"

// As Kyverno does: it keeps one without any webhook, of which nothing else tells.
static void test_teardown_webhooks__an_empty_one_goes_with_those_of_its_program(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct webhooks_options options = {0};
    struct dead_hooks found;

    open_cluster(f, "program",
                 MADE_BY("kyverno", "Validating", "some", WEBHOOK("a.x.io", "x", "gone"))
                     MADE_BY("kyverno", "Mutating", "none", "")
                         MADE_BY("other", "Mutating", "theirs", ""));
    found = find(f, &options, arena);
    list(&found, &out);
    assert_string_equal(
        buf_str(&out),
        "MutatingWebhookConfiguration none: it has no webhook in it, and others of the program "
        "that made it call nothing\n"
        "ValidatingWebhookConfiguration some: webhook a.x.io calls Service x/gone, which does not "
        "exist\n");
}

static void test_teardown_webhooks__a_conversion_is_ended(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct webhooks_options options = {0};
    const struct kube_resource *definitions;
    struct dead_hooks found;
    size_t removed;

    open_cluster(f, "conversion",
                 "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: "
                 "{name: things.example.com}, spec: {conversion: {strategy: Webhook, webhook: "
                 "{conversionReviewVersions: [v1], clientConfig: {service: {namespace: x, name: "
                 "gone}}}}}}\n---\n"
                 "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: "
                 "{name: plain.example.com}, spec: {conversion: {strategy: None}}}\n");
    found = find(f, &options, arena);
    assert_int_equal(found.list.len, 1);
    assert_string_equal(found.list.items[0].why,
                        "its conversion webhook calls Service x/gone, which does not exist");
    assert_int_equal(webhooks_remove(f->kube, &found, &f->report, &removed, &f->err), 0);
    assert_int_equal(removed, 1);
    definitions = kube_find(f->kube, SPAN("apiextensions.k8s.io/v1"),
                            SPAN("CustomResourceDefinition"), &f->err);
    assert_int_equal(kube_get(f->kube, definitions, NULL, "things.example.com", &answer, &f->err),
                     0);
    assert_string_equal(node_get_str(node_path(answer.object, "spec", "conversion"), "strategy"),
                        "None");
    assert_null(node_path(answer.object, "spec", "conversion", "webhook"));
    assert_int_equal(find(f, &options, arena).list.len, 0);
}

static void test_teardown_webhooks__another_one_of_its_name_stays(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct webhooks_options options = {0};
    struct dead_hooks found;
    size_t removed;

    open_cluster(f, "another", CONFIGURATION("Validating", "gone", WEBHOOK("a.x.io", "x", "gone")));
    found = find(f, &options, arena);
    found.list.items[0].uid = "u-former";
    assert_int_equal(webhooks_remove(f->kube, &found, &f->report, &removed, &f->err), 0);
    assert_true(is_there(f, "admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration",
                         NULL, "gone"));
}

static bool is_x(void *data, const struct node *object, struct span ns)
{
    (void)data;
    (void)object;
    return span_is(ns, "x");
}

static void test_teardown_webhooks__of_others_they_stay(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct webhooks_options options = {.is_ours = is_x};
    struct dead_hooks found;

    open_cluster(f, "others",
                 CONFIGURATION("Validating", "ours", WEBHOOK("a.x.io", "x", "gone"))
                     CONFIGURATION("Validating", "theirs", WEBHOOK("a.x.io", "y", "gone")));
    found = find(f, &options, arena);
    list(&found, &out);
    assert_string_equal(buf_str(&out), "ValidatingWebhookConfiguration ours: webhook a.x.io calls "
                                       "Service x/gone, which does not exist\n");
}

// What was there before the first `up` is not ours, whatever is behind it.
static void test_teardown_webhooks__what_was_there_before_stays(void **state)
{
    struct fixture *f = *state;
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct snapshot *before CLEANUP(snapshot_cleanup) = snapshot_new();
    struct webhooks_options options = {.before = before};

    open_cluster(f, "before", CONFIGURATION("Validating", "old", WEBHOOK("a.x.io", "x", "gone")));
    assert_int_equal(find(f, &options, arena).list.len, 1);
    assert_int_equal(snapshot_take(f->kube, before, &f->err), 0);
    assert_int_equal(find(f, &options, arena).list.len, 0);
}

SERVER_MAIN("kube_objects.py",
            UNIT_FIXTURE(test_teardown_webhooks__dead_ones_are_found_and_taken_away),
            UNIT_FIXTURE(test_teardown_webhooks__an_empty_one_goes_with_those_of_its_program),
            UNIT_FIXTURE(test_teardown_webhooks__a_conversion_is_ended),
            UNIT_FIXTURE(test_teardown_webhooks__another_one_of_its_name_stays),
            UNIT_FIXTURE(test_teardown_webhooks__of_others_they_stay),
            UNIT_FIXTURE(test_teardown_webhooks__what_was_there_before_stays))
