// SPDX-License-Identifier: Apache-2.0
// work/layers: what left the tree is deleted, and what must not be stays.
#include "test_kube.h"

#include "work/layers/apply/apply.h"
#include "work/layers/prune/prune.h"

#define NAMESPACE(name) "apiVersion: v1\nkind: Namespace\nmetadata: {name: " name "}\n---\n"
#define OBJECT(kind, ns, name)                                                                     \
    "apiVersion: v1\nkind: " kind "\nmetadata: {namespace: " ns ", name: " name "}\n---\n"
#define CONFIG_MAP(name) OBJECT("ConfigMap", "app", name)
#define RELEASE(name)                                                                              \
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"                                   \
    "metadata: {namespace: app, name: " name "}\n---\n"
#define DEFINITION                                                                                 \
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"                        \
    "metadata: {name: widgets.example.com}\n"                                                      \
    "spec: {group: example.com, names: {kind: Widget, plural: widgets}, versions: [{name: v1}]}\n" \
    "---\n"

// A tree of two layers and a record.
struct scene {
    struct fixture *f;
    struct doc *doc;
    struct record *record;
    struct layer items[2];
    struct layers layers;
    struct budget budget;
    struct apply how;
};

static void scene_free(struct scene *s)
{
    record_free(s->record);
    doc_free(s->doc);
}

static void set_layer(struct scene *s, size_t i, const char *yaml)
{
    struct node_list list = {0};

    assert_int_equal(doc_read_yaml(s->doc, span_str(yaml), "tree", &list, &s->f->err), 0);
    s->items[i].objects = (const struct node **)list.items;
    s->items[i].count = list.len;
}

static void apply_layer(struct scene *s, size_t i)
{
    s->how.layer = s->items[i].name;
    assert_int_equal(apply_objects(&s->how, s->items[i].objects, s->items[i].count, &s->f->err), 0);
    s->how.layer = NULL;
}

// Opens a scene of its own, and applies both layers.
static void bring_up(struct scene *s, struct fixture *f, const char *name, const char *base,
                     const char *apps)
{
    struct record_options options = {.loop = f->loop, .command = "up", .report = &f->report};

    open_scene(f, name);
    options.kube = f->kube;
    s->f = f;
    s->doc = doc_new();
    s->budget.deadline = timer_now() + 20000;
    s->record = record_open(&options, &f->err);
    assert_non_null(s->record);
    s->items[0].name = "base";
    s->items[1].name = "apps";
    s->layers = (struct layers){s->items, 2};
    s->how = (struct apply){.loop = f->loop,
                            .kube = f->kube,
                            .manager = "sandstrap",
                            .budget = &s->budget,
                            .report = &f->report,
                            .record = s->record,
                            .layers = &s->layers,
                            .fail_after_ms = 20000};
    set_layer(s, 0, base);
    set_layer(s, 1, apps);
    apply_layer(s, 0);
    apply_layer(s, 1);
    record_layers(s->record, (const char *const[]){"base", "apps"}, 2);
}

static int prune(struct scene *s)
{
    return prune_objects(&s->how, 0, 1, false, &s->f->err);
}

static const struct kube_resource *resource(struct fixture *f, const char *kind)
{
    const struct kube_resource *r;
    const char *group = strcmp(kind, "HelmRelease") == 0                ? "helm.toolkit.fluxcd.io"
                        : strcmp(kind, "Widget") == 0                   ? "example.com"
                        : strcmp(kind, "CustomResourceDefinition") == 0 ? "apiextensions.k8s.io"
                                                                        : "";

    assert_int_equal(kube_find_kind(f->kube, group, kind, &r, &f->err), 0);
    assert_non_null(r);
    return r;
}

static bool is_there(struct fixture *f, const char *kind, const char *name)
{
    const struct kube_resource *r = resource(f, kind);

    kube_answer_free(&f->answer);
    return kube_get(f->kube, r, r->namespaced ? "app" : NULL, name, &f->answer, &f->err) == 0;
}

static const struct journal_entry *find(const struct scene *s, const char *kind, const char *name)
{
    const struct kube_resource *r = resource(s->f, kind);
    struct identity id = {span_str(r->group), span_str(kind),
                          r->namespaced ? SPAN("app") : SPAN(""), span_str(name)};

    return journal_find(record_journal(s->record), &id);
}

static void patch(struct fixture *f, const char *kind, const char *name, const char *yaml)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct kube_request request = {.verb = KUBE_MERGE_PATCH,
                                   .resource = resource(f, kind),
                                   .ns = "app",
                                   .name = name,
                                   .manager = "other",
                                   .body = doc_read_yaml_one(d, span_str(yaml), "patch", &f->err)};

    kube_answer_free(&f->answer);
    assert_int_equal(kube_perform(f->kube, &request, &f->answer, &f->err), 0);
}

static void make(struct fixture *f, const char *yaml)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *object = doc_read_yaml_one(d, span_str(yaml), "object", &f->err);
    struct kube_request request = {.verb = KUBE_CREATE,
                                   .resource = kube_find_for(f->kube, object, &f->err),
                                   .body = object,
                                   .manager = "kubectl-create"};

    kube_answer_free(&f->answer);
    assert_int_equal(kube_perform(f->kube, &request, &f->answer, &f->err), 0);
}

static void assert_said(const struct fixture *f, const char *words)
{
    if (!strstr(buf_str(&f->said), words))
        fail_msg("'%s' does not say '%s'", buf_str(&f->said), words);
}

// What needs others goes before what it needs; what stays in the tree stays.
static void test_layers_prune__what_left_the_tree_goes_in_reverse_order(void **state)
{
    struct fixture *f = *state;
    struct scene s CLEANUP(scene_free) = {0};
    const char *requests;

    bring_up(&s, f, "left", NAMESPACE("app") CONFIG_MAP("a") CONFIG_MAP("b"),
             OBJECT("Secret", "app", "s") RELEASE("r") CONFIG_MAP("c"));
    set_layer(&s, 0, NAMESPACE("app") CONFIG_MAP("a"));
    set_layer(&s, 1, CONFIG_MAP("c"));
    assert_int_equal(prune(&s), 0);
    assert_false(is_there(f, "HelmRelease", "r"));
    assert_false(is_there(f, "Secret", "s"));
    assert_false(is_there(f, "ConfigMap", "b"));
    assert_true(is_there(f, "ConfigMap", "a"));
    assert_true(is_there(f, "ConfigMap", "c"));
    assert_true(is_there(f, "Namespace", "app"));
    assert_null(find(&s, "ConfigMap", "b"));
    assert_non_null(find(&s, "ConfigMap", "a"));
    assert_said(f, "left the tree and is deleted");

    struct buf json CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    assert_int_equal(kube_get_raw(f->kube, "/requests", &json, &f->err), 0);
    requests = buf_str(&json);
    const char *release = strstr(requests, "DELETE helmreleases/app/r");
    const char *secret = strstr(requests, "DELETE secrets/app/s");
    const char *map = strstr(requests, "DELETE configmaps/app/b");
    assert_true(release && secret && map && release < secret && secret < map);
}

static void test_layers_prune__nothing_left_is_nothing_asked(void **state)
{
    struct fixture *f = *state;
    struct scene s CLEANUP(scene_free) = {0};
    struct buf before CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf after CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    bring_up(&s, f, "nothing", NAMESPACE("app") CONFIG_MAP("a"), CONFIG_MAP("b"));
    assert_int_equal(record_flush(s.record, &f->err), 0);
    assert_int_equal(kube_get_raw(f->kube, "/requests", &before, &f->err), 0);
    // The other way round, too: an object may move.
    set_layer(&s, 0, NAMESPACE("app") CONFIG_MAP("b"));
    set_layer(&s, 1, CONFIG_MAP("a"));
    assert_int_equal(prune(&s), 0);
    assert_int_equal(kube_get_raw(f->kube, "/requests", &after, &f->err), 0);
    assert_string_equal(buf_str(&before), buf_str(&after));
}

static void test_layers_prune__a_layer_that_is_gone_or_empty_stays(void **state)
{
    struct fixture *f = *state;
    struct scene s CLEANUP(scene_free) = {0};

    bring_up(&s, f, "layers", NAMESPACE("app") CONFIG_MAP("a"), CONFIG_MAP("b") CONFIG_MAP("c"));
    s.layers.count = 1;
    assert_int_equal(prune_objects(&s.how, 0, 0, false, &f->err), 0);
    assert_said(f, "the tree has nothing of this layer any more");
    s.layers.count = 2;
    s.items[1].count = 0;
    assert_int_equal(prune(&s), 0);
    s.layers.count = 0;
    assert_int_equal(prune_objects(&s.how, 0, 0, false, &f->err), 0);
    assert_true(is_there(f, "ConfigMap", "a"));
    assert_true(is_there(f, "ConfigMap", "b"));
    assert_non_null(find(&s, "ConfigMap", "b"));
}

static void test_layers_prune__what_no_tree_brought_is_left_alone(void **state)
{
    struct fixture *f = *state;
    struct scene s CLEANUP(scene_free) = {0};

    bring_up(&s, f, "others", NAMESPACE("app") CONFIG_MAP("a"), CONFIG_MAP("b"));
    s.items[0].name = "node-agents";
    set_layer(&s, 0, CONFIG_MAP("agents"));
    apply_layer(&s, 0);
    s.items[0].name = "base";
    set_layer(&s, 0, NAMESPACE("app") CONFIG_MAP("a"));
    assert_int_equal(prune(&s), 0);
    assert_null(strstr(buf_str(&f->said), "any more"));
    assert_true(is_there(f, "ConfigMap", "agents"));
    assert_non_null(find(&s, "ConfigMap", "agents"));
}

static void test_layers_prune__other_layers_are_left_alone(void **state)
{
    struct fixture *f = *state;
    struct scene s CLEANUP(scene_free) = {0};

    bring_up(&s, f, "range", NAMESPACE("app") CONFIG_MAP("a"), CONFIG_MAP("b") CONFIG_MAP("c"));
    set_layer(&s, 0, NAMESPACE("app"));
    set_layer(&s, 1, CONFIG_MAP("c"));
    assert_int_equal(prune_objects(&s.how, 0, 0, false, &f->err), 0);
    assert_false(is_there(f, "ConfigMap", "a"));
    assert_true(is_there(f, "ConfigMap", "b"));
    assert_int_equal(prune_objects(&s.how, 1, 1, true, &f->err), 0);
    assert_said(f, "left the tree and stays");
    assert_true(is_there(f, "ConfigMap", "b"));
    assert_int_equal(prune_objects(&s.how, 1, 1, false, &f->err), 0);
    assert_false(is_there(f, "ConfigMap", "b"));
}

static void test_layers_prune__what_somebody_else_made_is_released(void **state)
{
    struct fixture *f = *state;
    struct scene s CLEANUP(scene_free) = {0};

    bring_up(&s, f, "released", NAMESPACE("app") CONFIG_MAP("a") CONFIG_MAP("taken"),
             CONFIG_MAP("b"));
    struct journal_entry theirs = *find(&s, "ConfigMap", "a");
    theirs.uid = "uid-of-before";
    theirs.adopted = true;
    assert_int_equal(record_intend(s.record, &theirs, 1, &f->err), 0);
    struct journal_entry taken = *find(&s, "ConfigMap", "taken");
    taken.uid = "uid-of-another";
    assert_int_equal(record_intend(s.record, &taken, 1, &f->err), 0);

    set_layer(&s, 0, NAMESPACE("app"));
    assert_int_equal(prune(&s), 0);
    assert_said(f, "left the tree and is released");
    assert_said(f, "somebody made it anew");
    assert_true(is_there(f, "ConfigMap", "a"));
    assert_true(is_there(f, "ConfigMap", "taken"));
    assert_null(find(&s, "ConfigMap", "a"));
    assert_null(find(&s, "ConfigMap", "taken"));
}

static void test_layers_prune__what_holds_something_else_stays(void **state)
{
    struct fixture *f = *state;
    struct scene s CLEANUP(scene_free) = {0};

    bring_up(&s, f, "content", NAMESPACE("app") DEFINITION NAMESPACE("other"),
             OBJECT("PersistentVolumeClaim", "app", "data") CONFIG_MAP("a"));
    make(f, "apiVersion: example.com/v1\nkind: Widget\nmetadata: {namespace: other, name: w}\n");
    make(f, "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: other, name: "
            "kube-root-ca.crt}\n");
    set_layer(&s, 0, NAMESPACE("unmade"));
    set_layer(&s, 1, NAMESPACE("unmade"));
    assert_int_equal(prune(&s), 0);
    assert_false(is_there(f, "ConfigMap", "a"));
    assert_true(is_there(f, "PersistentVolumeClaim", "data"));
    assert_said(f, "it is data");
    assert_true(is_there(f, "Namespace", "app"));
    assert_said(f, "stays, for it would take along what is not of the tree: "
                   "PersistentVolumeClaim app/data");
    assert_true(is_there(f, "CustomResourceDefinition", "widgets.example.com"));
    assert_said(f, "stays, for it would take along what is not of the tree: Widget other/w");
    assert_true(is_there(f, "Namespace", "other"));
    // They are ours as before, and go when they are empty.
    assert_int_equal(kube_delete(f->kube, resource(f, "Widget"), "other", "w", NULL, &f->err), 0);
    assert_int_equal(prune(&s), 0);
    assert_false(is_there(f, "CustomResourceDefinition", "widgets.example.com"));
    assert_false(is_there(f, "Namespace", "other"));
    assert_true(is_there(f, "Namespace", "app"));
}

static void test_layers_prune__a_suspended_release_is_resumed(void **state)
{
    struct fixture *f = *state;
    struct scene s CLEANUP(scene_free) = {0};
    struct buf json CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const char *resumed, *deleted;

    bring_up(&s, f, "suspended", NAMESPACE("app"), RELEASE("r") CONFIG_MAP("a"));
    patch(f, "HelmRelease", "r", "spec: {suspend: true}\n");
    set_layer(&s, 1, CONFIG_MAP("a"));
    assert_int_equal(prune(&s), 0);
    assert_said(f, "is suspended: resumed");
    assert_false(is_there(f, "HelmRelease", "r"));
    assert_int_equal(kube_get_raw(f->kube, "/requests", &json, &f->err), 0);
    deleted = strstr(buf_str(&json), "DELETE helmreleases/app/r");
    resumed =
        strstr(strstr(buf_str(&json), "PATCH helmreleases/app/r") + 1, "PATCH helmreleases/app/r");
    resumed = strstr(resumed + 1, "PATCH helmreleases/app/r");
    assert_true(resumed && deleted && resumed < deleted);
}

static void test_layers_prune__what_does_not_go_is_named(void **state)
{
    struct fixture *f = *state;
    struct scene s CLEANUP(scene_free) = {0};

    bring_up(&s, f, "stuck", NAMESPACE("app"), CONFIG_MAP("a") CONFIG_MAP("b"));
    patch(f, "ConfigMap", "a", "metadata: {finalizers: [example.com/never]}\n");
    set_layer(&s, 1, CONFIG_MAP("b"));
    s.how.fail_after_ms = 600;
    assert_int_equal(prune(&s), -1);
    assert_err(f->err, ERR_TERMINAL,
               "it left the tree and does not go: ConfigMap app/a: Terminating: finalizers: "
               "example.com/never");
    assert_said(f, "finalizers: example.com/never"); // while it goes on
    assert_non_null(find(&s, "ConfigMap", "a"));
}

static void test_layers_prune__what_a_release_fails_of_is_told(void **state)
{
    struct fixture *f = *state;
    struct scene s CLEANUP(scene_free) = {0};

    bring_up(&s, f, "uninstall", NAMESPACE("app"), RELEASE("r") CONFIG_MAP("a"));
    patch(f, "HelmRelease", "r",
          "metadata: {finalizers: [finalizers.fluxcd.io]}\n"
          "status: {conditions: [{type: Released, status: 'False', reason: UninstallFailed, "
          "message: job app/migrate failed}]}\n");
    set_layer(&s, 1, CONFIG_MAP("a"));
    s.how.fail_after_ms = 600;
    assert_int_equal(prune(&s), -1);
    assert_err(f->err, ERR_TERMINAL,
               "it left the tree and does not go: HelmRelease app/r: Terminating: "
               "UninstallFailed: job app/migrate failed; finalizers: finalizers.fluxcd.io");
    assert_non_null(strstr(err_hint_text(f->err), "patch helmrelease r --type merge"));
}

SERVER_MAIN("kube_store.py",
            UNIT_FIXTURE(test_layers_prune__what_left_the_tree_goes_in_reverse_order),
            UNIT_FIXTURE(test_layers_prune__nothing_left_is_nothing_asked),
            UNIT_FIXTURE(test_layers_prune__a_layer_that_is_gone_or_empty_stays),
            UNIT_FIXTURE(test_layers_prune__what_no_tree_brought_is_left_alone),
            UNIT_FIXTURE(test_layers_prune__other_layers_are_left_alone),
            UNIT_FIXTURE(test_layers_prune__what_somebody_else_made_is_released),
            UNIT_FIXTURE(test_layers_prune__what_holds_something_else_stays),
            UNIT_FIXTURE(test_layers_prune__a_suspended_release_is_resumed),
            UNIT_FIXTURE(test_layers_prune__what_does_not_go_is_named),
            UNIT_FIXTURE(test_layers_prune__what_a_release_fails_of_is_told))
