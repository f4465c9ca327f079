// SPDX-License-Identifier: Apache-2.0
// work/seed: which image carries the loader where, what the pods look like, and what an admission
// plugin may not change.
#include "unit.h"

#include <elf.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "work/seed/admission.h"
#include "work/seed/images.h"
#include "work/seed/objects.h"
#include "work/seed/program.h"

struct scene {
    struct seed_nodes nodes;
    struct images_classes classes;
};

static int open_scene(void **state)
{
    struct scene *s = MEM_NEW(struct scene);

    s->nodes.arena = arena_new();
    s->nodes.facts = ARENA_NEW(s->nodes.arena, struct seed_facts);
    *state = s;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *s = *state;

    arena_free(s->nodes.arena);
    free(s);
    return 0;
}

static void add_node(struct scene *s, const char *name, const char *layout)
{
    struct seed_node n = {.node = {.name = name, .layout = runtime_layout_find(span_str(layout))}};

    assert_non_null(n.node.layout);
    n.node.folder = n.node.layout->folder;
    vec_push_arena(s->nodes.arena, &s->nodes.items, n);
}

static void add_image(struct scene *s, size_t node, const char *name, enum facts_reason reason)
{
    vec_push_arena(s->nodes.arena, &s->nodes.facts->images,
                   (struct facts_image){node, span_str(name), reason});
}

static const struct images_class *class_of(const struct scene *s, const char *name)
{
    VEC_FOREACH (const struct images_class *, it, &s->classes.items)
        if (strcmp(it->name, name) == 0)
            return it;
    fail_msg("there is no class %s", name);
    return NULL;
}

// --- images ---

static void test_seed_objects__the_image_that_most_nodes_run_is_taken(void **state)
{
    struct scene *s = *state;

    add_node(s, "a", "containerd");
    add_node(s, "b", "containerd");
    add_node(s, "c", "containerd");
    add_image(s, 0, "api:1", FACTS_DAEMON);
    add_image(s, 0, "proxy:1", FACTS_DAEMON);
    add_image(s, 1, "proxy:1", FACTS_DAEMON);
    add_image(s, 2, "pause:3", FACTS_PAUSE);
    add_image(s, 1, "pause:3", FACTS_PAUSE);
    images_choose(&s->nodes, NULL);
    assert_string_equal(s->nodes.items.items[0].image, "proxy:1");
    assert_string_equal(s->nodes.items.items[1].image, "proxy:1");
    assert_string_equal(s->nodes.items.items[2].image, "pause:3");
}

static void test_seed_objects__what_an_agent_runs_from_stays(void **state)
{
    struct scene *s = *state;

    add_node(s, "a", "containerd");
    add_node(s, "b", "containerd");
    add_image(s, 0, "new:1", FACTS_DAEMON);
    add_image(s, 1, "new:1", FACTS_DAEMON);
    add_image(s, 0, "pause:3", FACTS_OURS);
    images_choose(&s->nodes, NULL);
    assert_string_equal(s->nodes.items.items[0].image, "pause:3");
    assert_string_equal(s->nodes.items.items[1].image, "new:1");
}

static void test_seed_objects__a_named_image_is_for_all_and_none_for_skipped_nodes(void **state)
{
    struct scene *s = *state;

    add_node(s, "a", "containerd");
    add_node(s, "b", "k3s");
    s->nodes.items.items[1].skipped = true;
    add_image(s, 0, "pause:3", FACTS_PAUSE);
    images_choose(&s->nodes, "mine:1");
    assert_string_equal(s->nodes.items.items[0].image, "mine:1");
    assert_null(s->nodes.items.items[1].image);
}

static void test_seed_objects__nodes_without_any_image_have_none(void **state)
{
    struct scene *s = *state;

    add_node(s, "a", "containerd");
    images_choose(&s->nodes, NULL);
    assert_null(s->nodes.items.items[0].image);
}

// --- classes ---

static void add_three(struct scene *s)
{
    add_node(s, "a", "containerd");
    add_node(s, "b", "containerd");
    add_node(s, "c", "k3s");
    add_image(s, 0, "pause:3", FACTS_PAUSE);
    add_image(s, 1, "pause:3", FACTS_PAUSE);
    add_image(s, 2, "mirrored-pause:3", FACTS_PAUSE);
    images_choose(&s->nodes, NULL);
    images_classes(&s->nodes, &s->classes);
}

static void test_seed_objects__a_class_is_a_layout_with_an_image(void **state)
{
    struct scene *s = *state;

    add_three(s);
    assert_int_equal(s->classes.items.len, 2);
    assert_int_equal(class_of(s, "sandstrap-node-containerd")->nodes.len, 2);
    assert_int_equal(class_of(s, "sandstrap-node-k3s")->nodes.len, 1);
}

// The same image under the same name, whatever became the largest class meanwhile.
static void test_seed_objects__names_of_classes_stay(void **state)
{
    struct scene *s = *state;

    add_node(s, "a", "containerd");
    add_node(s, "b", "containerd");
    add_node(s, "c", "containerd");
    add_image(s, 0, "pause:3", FACTS_OURS);
    add_image(s, 1, "pause:4", FACTS_PAUSE);
    add_image(s, 2, "pause:4", FACTS_PAUSE);
    vec_push_arena(s->nodes.arena, &s->nodes.facts->sets,
                   (struct facts_set){"sandstrap-node-containerd", "pause:3", "containerd",
                                      "/etc/containerd"});
    images_choose(&s->nodes, NULL);
    images_classes(&s->nodes, &s->classes);
    assert_string_equal(class_of(s, "sandstrap-node-containerd")->image, "pause:3");
    assert_string_equal(s->classes.items.items[0].image, "pause:4");
    assert_true(strncmp(s->classes.items.items[0].name, "sandstrap-node-containerd-", 26) == 0);
}

// --- the pods ---

static const struct node *make(struct scene *s, struct doc *d, const char *name)
{
    const struct seed_options options = {0};
    const struct secrets secrets = {.cert = SPAN("cert"), .token = SPAN("t")};
    const struct objects_wanted wanted = {
        .options = &options, .nodes = &s->nodes, .classes = &s->classes, .secrets = &secrets};
    struct objects_list list = {0};

    objects_make(&wanted, d, &list);
    for (size_t i = 0; i < list.len; i++)
        if (strcmp(node_str(node_path(list.items[i], "metadata", "name")), name) == 0)
            return list.items[i];
    fail_msg("there is no %s", name);
    return NULL;
}

static const char *name_at(const struct node *terms, size_t term, size_t field)
{
    const struct node *fields = node_get(node_item(terms, term), "matchFields");

    return node_str(node_item(node_get(node_item(fields, field), "values"), 0));
}

static const struct node *terms_of(const struct node *set)
{
    return node_path(set, "spec", "template", "spec", "affinity", "nodeAffinity",
                     "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms");
}

static void test_seed_objects__each_node_is_of_one_class_and_new_ones_of_any(void **state)
{
    struct scene *s = *state;
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *terms;

    add_three(s);
    terms = terms_of(make(s, d, "sandstrap-node-containerd"));
    assert_int_equal(node_len(terms), 1);
    assert_string_equal(name_at(terms, 0, 0), "c");
    assert_string_equal(
        node_get_str(node_item(node_get(node_item(terms, 0), "matchFields"), 0), "operator"),
        "NotIn");
    terms = terms_of(make(s, d, "sandstrap-node-k3s"));
    assert_int_equal(node_len(terms), 1);
    assert_string_equal(name_at(terms, 0, 0), "a");
    assert_string_equal(name_at(terms, 0, 1), "b");
}

// What the specification promises of the pod's rights, and what a restricted cluster looks at.
static void test_seed_objects__a_pod_has_no_rights_but_its_folders(void **state)
{
    struct scene *s = *state;
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *spec, *container, *security;

    add_three(s);
    spec = node_path(make(s, d, "sandstrap-node-containerd"), "spec", "template", "spec");
    container = node_item(node_get(spec, "containers"), 0);
    security = node_get(container, "securityContext");
    assert_false(node_get_bool(spec, "automountServiceAccountToken", true));
    assert_false(node_get_bool(security, "allowPrivilegeEscalation", true));
    assert_true(node_get_bool(security, "readOnlyRootFilesystem", false));
    assert_null(node_get(security, "privileged"));
    assert_null(node_get(container, "ports")); // one would be a host port
    assert_string_equal(node_get_str(container, "imagePullPolicy"), "Never");
    assert_string_equal(node_get_str(container, "image"), "pause:3");
    NODE_FOREACH_ITEM (volume, node_get(spec, "volumes")) {
        const struct node *path = node_get(volume, "hostPath");

        if (path && strcmp(node_get_str(path, "path"), SEED_HOME) != 0)
            assert_string_equal(node_get_str(path, "type"), "Directory");
        assert_null(strstr(node_str(node_path(volume, "secret", "secretName")), "authority"));
    }
}

static void test_seed_objects__pods_of_another_certificate_are_other_pods(void **state)
{
    struct scene *s = *state;
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct seed_options options = {0};
    struct secrets secrets = {.cert = SPAN("one")};
    const struct objects_wanted wanted = {
        .options = &options, .nodes = &s->nodes, .classes = &s->classes, .secrets = &secrets};
    struct objects_list list = {0};
    const char *first;

    add_three(s);
    objects_make(&wanted, d, &list);
    first = s->classes.items.items[0].template;
    objects_make(&wanted, d, &list);
    assert_string_equal(s->classes.items.items[0].template, first);
    secrets.cert = SPAN("two");
    objects_make(&wanted, d, &list);
    assert_string_not_equal(s->classes.items.items[0].template, first);
}

// As the next run finds them: to each class its own, though layouts, images and beginnings of names
// are the same.
static void test_seed_objects__classes_find_their_sets_again(void **state)
{
    static const char *const layouts[] = {"containerd-old", "containerd", "containerd"};
    struct scene *s = *state;
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct images_classes again = {0};

    for (size_t i = 0; i < ARRAY_LEN(layouts); i++) {
        add_node(s, arena_printf(s->nodes.arena, "node-%zu", i), layouts[i]);
        add_image(s, i, "pause:3", FACTS_PAUSE);
    }
    s->nodes.items.items[2].node.folder = "/srv/containerd";
    images_choose(&s->nodes, NULL);
    images_classes(&s->nodes, &s->classes);
    assert_int_equal(s->classes.items.len, 3);
    VEC_FOREACH (const struct images_class *, it, &s->classes.items) {
        struct facts_set set = facts_read_set(make(s, d, it->name), s->nodes.arena);

        vec_push_arena(s->nodes.arena, &s->nodes.facts->sets, set);
    }
    images_classes(&s->nodes, &again);
    VEC_FOREACH (const struct images_class *, it, &again.items) {
        const struct images_class *before = class_of(s, it->name);

        assert_int_equal(it->nodes.len, 1);
        assert_int_equal(it->nodes.items[0], before->nodes.items[0]);
    }
}

// Pods of other nodes are not made anew because one is away for a while.
static void test_seed_objects__a_node_that_is_away_keeps_its_class(void **state)
{
    struct scene *s = *state;
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct seed_node *c;
    const char *before;

    add_three(s);
    make(s, d, "sandstrap-node-containerd");
    before = class_of(s, "sandstrap-node-containerd")->template;
    c = &s->nodes.items.items[2];
    c->skipped = c->away = true;
    c->image = NULL;
    s->classes = (struct images_classes){0};
    images_choose(&s->nodes, NULL);
    images_classes(&s->nodes, &s->classes);
    make(s, d, "sandstrap-node-k3s");
    assert_string_equal(class_of(s, "sandstrap-node-containerd")->template, before);
}

// --- the program ---

static void write_program(const char *path, Elf64_Word type)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct {
        Elf64_Ehdr head;
        Elf64_Phdr parts[2];
    } program = {.head = {.e_ident = ELFMAG, .e_phoff = sizeof(Elf64_Ehdr), .e_phnum = 2},
                 .parts = {{.p_type = PT_LOAD}, {.p_type = type}}};

    program.head.e_ident[EI_CLASS] = ELFCLASS64;
    assert_int_equal(
        file_write(path, (struct span){(const char *)&program, sizeof(program)}, FILE_PUBLIC, &err),
        0);
}

static void test_seed_objects__only_a_static_program_is_sent(void **state UNUSED)
{
    char path[] = "/tmp/test_seed_objects.XXXXXX";
    struct program p CLEANUP(program_close) = {.fd = -1};
    struct err *err CLEANUP(err_cleanup) = NULL;

    close(mkstemp(path));
    write_program(path, PT_GNU_STACK);
    assert_int_equal(program_open(path, &p, &err), 0);
    program_close(&p);
    write_program(path, PT_INTERP);
    assert_int_equal(program_open(path, &p, &err), -1);
    assert_err(err, ERR_CONFIG, "dynamically");
    err_clear(&err);
    program_close(&p);
    assert_int_equal(file_write(path, SPAN("#!/bin/sh\n"), FILE_PUBLIC, &err), 0);
    assert_int_equal(program_open(path, &p, &err), -1);
    unlink(path);
}

// --- admission ---

static void assert_differs(const char *wanted, const char *got, const char *where)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf path CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct node *a = doc_read_yaml_one(d, span_str(wanted), "wanted", &err);
    const struct node *b = doc_read_yaml_one(d, span_str(got), "got", &err);

    assert_int_equal(admission_differs(a, b, &path), where != NULL);
    if (where)
        assert_string_equal(buf_str(&path), where);
}

static void test_seed_objects__what_admission_changes_is_named(void **state UNUSED)
{
    assert_differs("{a: 1}", "{a: 1, b: 2}", NULL);
    assert_differs("{c: [{imagePullPolicy: Never}]}", "{c: [{imagePullPolicy: Always}]}",
                   ".c[0].imagePullPolicy");
    assert_differs("{t: [{operator: Exists}]}", "{t: [{key: x}, {operator: Exists}]}", NULL);
    assert_differs("{a: {b: {c: x}}}", "{a: {b: {}}}", ".a.b.c");
    assert_differs("{a: 1}", "{a: '1'}", ".a");
    assert_differs("{s: {drop: [ALL]}}", "{s: {drop: []}}", ".s.drop[0]");
}

#define IN_SCENE(test) cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

UNIT_MAIN(IN_SCENE(test_seed_objects__the_image_that_most_nodes_run_is_taken),
          IN_SCENE(test_seed_objects__what_an_agent_runs_from_stays),
          IN_SCENE(test_seed_objects__a_named_image_is_for_all_and_none_for_skipped_nodes),
          IN_SCENE(test_seed_objects__nodes_without_any_image_have_none),
          IN_SCENE(test_seed_objects__a_class_is_a_layout_with_an_image),
          IN_SCENE(test_seed_objects__names_of_classes_stay),
          IN_SCENE(test_seed_objects__each_node_is_of_one_class_and_new_ones_of_any),
          IN_SCENE(test_seed_objects__a_pod_has_no_rights_but_its_folders),
          IN_SCENE(test_seed_objects__pods_of_another_certificate_are_other_pods),
          IN_SCENE(test_seed_objects__classes_find_their_sets_again),
          IN_SCENE(test_seed_objects__a_node_that_is_away_keeps_its_class),
          cmocka_unit_test(test_seed_objects__only_a_static_program_is_sent),
          cmocka_unit_test(test_seed_objects__what_admission_changes_is_named))
