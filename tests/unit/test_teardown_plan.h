// SPDX-License-Identifier: Apache-2.0
// What a plan makes of a cluster, from documents. An object's `was` says what is known of it:
// applied (its layer), adopted (its layer), there (before the first up).
#ifndef TEST_TEARDOWN_PLAN_H
#define TEST_TEARDOWN_PLAN_H

#include "unit.h"

#include "base/mem.h"
#include "cluster/record/snapshot_rows.h"
#include "work/teardown/plan/decision.h"

#define RECORD "sandstrap-system"

struct scene {
    struct arena *arena;
    struct doc *doc;
    struct census census;
    struct whose_table whose;
    struct journal *journal;
    struct snapshot *before;
    struct report report;
    struct buf said;
    struct teardown_plan plan;
    bool has_no_record;
    bool keeps_nodes;
    struct orphans orphans;
    struct dead_hooks hooks;
};

static inline void note_event(struct report *r, const struct report_event *event)
{
    struct scene *s = (struct scene *)(void *)((char *)r - offsetof(struct scene, report));

    buf_printf(&s->said, "%s\n", event->text);
}

static inline void note_journal(struct scene *s, const struct node *object, const struct node *was)
{
    const char *adopted = node_get_str(was, "adopted");
    const char *layer = adopted[0] ? adopted : node_get_str(was, "applied");
    const struct journal_entry entry = {
        .id = node_identity(object),
        .version = "v1",
        .uid = node_get(was, "uid") ? node_get_str(was, "uid")
                                    : node_get_str(node_get(object, "metadata"), "uid"),
        .digest = "sha256:0",
        .layer = layer,
        .adopted = adopted[0] != 0,
    };

    if (layer[0])
        journal_put(s->journal, &entry);
}

static inline void note_before(struct scene *s, const struct node *object, const struct node *was)
{
    struct identity id = node_identity(object);
    const struct snapshot_object o = {id, node_get_str(node_get(object, "metadata"), "uid"), ""};

    if (node_get(was, "there"))
        snapshot_add(s->before, snapshot_kind(s->before, id.group, id.kind), &o);
}

static inline void note_kind(struct scene *s, const struct node *definition)
{
    const struct node *names = node_path(definition, "spec", "names");

    if (names)
        census_add_kind(&s->census, node_get_text(node_get(definition, "spec"), "group"),
                        node_get_text(names, "kind"), node_get_text(names, "plural"));
}

static inline void open_scene(struct scene *s, const char *cluster)
{
    static const char *layers[] = {"flux", "platform", "bigbang", "tenants"};
    struct node_list list = {0};
    struct err *err = NULL;

    *s = (struct scene){.arena = arena_new(),
                        .doc = doc_new(),
                        .journal = journal_new(),
                        .before = snapshot_new(),
                        .report = {.emit = note_event},
                        .said = BUF_INIT(BUF_TEXT_MAX),
                        .plan = {.arena = arena_new()}};
    census_open(&s->census);
    journal_set_layers(s->journal, layers, ARRAY_LEN(layers));
    assert_int_equal(doc_read_yaml(s->doc, span_str(cluster), "cluster", &list, &err), 0);
    for (size_t i = 0; i < list.len; i++) {
        const struct node *was = node_get(list.items[i], "was");

        note_journal(s, list.items[i], was);
        note_before(s, list.items[i], was);
        note_kind(s, list.items[i]);
        if (!node_get(was, "gone"))
            census_add(&s->census, list.items[i]);
    }
    snapshot_sort(s->before);
}

static inline void close_scene(struct scene *s)
{
    whose_close(&s->whose);
    census_close(&s->census);
    teardown_plan_free(&s->plan);
    journal_free(s->journal);
    snapshot_free(s->before);
    buf_free(&s->said);
    doc_free(s->doc);
    arena_free(s->arena);
}

static inline void decide_scene(struct scene *s, const char *to, bool data)
{
    struct decision d = {.census = &s->census,
                         .whose = &s->whose,
                         .orphans = &s->orphans,
                         .hooks = &s->hooks,
                         .record_ns = RECORD,
                         .keys_copy = "sealing-keys",
                         .data = data,
                         .keep_nodes = s->keeps_nodes,
                         .report = &s->report,
                         .plan = &s->plan};

    whose_open(&s->whose, &s->census, s->has_no_record ? NULL : s->journal,
               s->has_no_record ? NULL : s->before, NULL);
    d.to = whose_layer(&s->whose, to);
    decide(&d);
}

static inline void expect_printed(struct scene *s, const char *want)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    teardown_plan_print(&s->plan, &text);
    assert_string_equal(buf_str(&text), want);
}

// The plan of a whole teardown, as text.
static inline void expect(const char *cluster, const char *want)
{
    struct scene s CLEANUP(close_scene);

    open_scene(&s, cluster);
    decide_scene(&s, NULL, false);
    expect_printed(&s, want);
}

#define BY(manager)                                                                                \
    ", managedFields: [{manager: " manager ", operation: Update, "                                 \
    "time: '2026-11-27T09:00:00Z'}]"
#define META(ns, name, more) "metadata: {name: " name ", namespace: " ns ", uid: u-" name more "}\n"
#define OBJECT(version, kind, ns, name, more)                                                      \
    "---\napiVersion: " version "\nkind: " kind "\n" META(ns, name, more)
#define WIDE(version, kind, name, more)                                                            \
    "---\napiVersion: " version "\nkind: " kind "\nmetadata: {name: " name ", uid: u-" name more   \
    "}\n"
#define APPLIED(layer) "was: {applied: " layer "}\n"
#define SPACE(name, more) WIDE("v1", "Namespace", name, more)
#define MAP(ns, name, more) OBJECT("v1", "ConfigMap", ns, name, more)
#define RELEASE(ns, name, more) OBJECT("helm.toolkit.fluxcd.io/v2", "HelmRelease", ns, name, more)
#define KUSTOMIZATION(ns, name, more)                                                              \
    OBJECT("kustomize.toolkit.fluxcd.io/v1", "Kustomization", ns, name, more)
#define FROM_RELEASE(name)                                                                         \
    ", labels: {helm.toolkit.fluxcd.io/name: " name ", helm.toolkit.fluxcd.io/namespace: b}"
#define FROM_HELM(name) FROM_RELEASE(name) ", annotations: {meta.helm.sh/release-name: " name "}"
#define FROM_KUSTOMIZATION(name)                                                                   \
    ", labels: {kustomize.toolkit.fluxcd.io/name: " name                                           \
    ", kustomize.toolkit.fluxcd.io/namespace: f}"
#define AFTER(name) "spec: {dependsOn: [{name: " name "}]}\n"
#define DEFINITION(plural, group, kind, more)                                                      \
    WIDE("apiextensions.k8s.io/v1", "CustomResourceDefinition", plural "." group, more)            \
    "spec: {group: " group ", names: {kind: " kind ", plural: " plural "}}\n"

// What stays of a plan, one line each: "left Namespace n", "data …", "kept …".
static inline void expect_kept(struct scene *s, const char *want)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    VEC_FOREACH (const struct teardown_kept *, k, &s->plan.kept) {
        buf_add_str(&text, k->left ? "left " : k->data ? "data " : "kept ");
        identity_format(&k->id, &text);
        buf_printf(&text, ": %s\n", k->why);
    }
    assert_string_equal(buf_str(&text), want);
}

// The steps, one line each: "releases 0 delete HelmRelease b/x".
static inline void expect_steps(struct scene *s, const char *want)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    VEC_FOREACH (const struct teardown_step *, it, &s->plan.steps) {
        buf_printf(&text, "%s %zu %s ", teardown_phase_name(it->phase), it->wave,
                   teardown_verb_name(it->verb));
        identity_format(&it->id, &text);
        buf_add_char(&text, '\n');
    }
    assert_string_equal(buf_str(&text), want);
}

static inline void expect_all(const char *cluster, const char *steps, const char *kept)
{
    struct scene s CLEANUP(close_scene);

    open_scene(&s, cluster);
    decide_scene(&s, NULL, false);
    expect_steps(&s, steps);
    expect_kept(&s, kept);
}

#define OURS SPACE("n", "") APPLIED("platform")
#define GONE_N "namespaces 0 delete Namespace n\n"

#define UMBRELLA                                                                                   \
    SPACE("f", "")                                                                                 \
    APPLIED("flux")                                                                                \
    SPACE("b", "")                                                                                 \
    APPLIED("bigbang")                                                                             \
    OBJECT("source.toolkit.fluxcd.io/v1", "GitRepository", "f", "git", "")                         \
    APPLIED("bigbang")                                                                             \
    KUSTOMIZATION("f", "base", "")                                                                 \
    APPLIED("bigbang")                                                                             \
    "spec: {prune: true}\nstatus: {inventory: {entries: "                                          \
    "[{id: b_umbrella_helm.toolkit.fluxcd.io_HelmRelease, v: v2}]}}\n" RELEASE(                    \
        "b", "umbrella", FROM_KUSTOMIZATION("base"))
#define PACKAGE(name) RELEASE("b", name, FROM_HELM("umbrella"))

#define PART ", labels: {app.kubernetes.io/part-of: flux}"
#define FLUX                                                                                       \
    SPACE("f", PART)                                                                               \
    APPLIED("flux")                                                                                \
    OBJECT("v1", "ServiceAccount", "f", "helm", PART)                                              \
    APPLIED("flux")                                                                                \
    WIDE("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "crb", PART)                        \
    APPLIED("flux")                                                                                \
    OBJECT("apps/v1", "Deployment", "f", "helm-controller", PART)                                  \
    APPLIED("flux")                                                                                \
    DEFINITION("helmreleases", "helm.toolkit.fluxcd.io", "HelmRelease", PART) APPLIED("flux")

#endif
