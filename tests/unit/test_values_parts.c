// SPDX-License-Identifier: Apache-2.0
// controller/values: which values an image's name was put together from.
#include "unit.h"

#include "controller/values.h"

enum { TEMPLATES_MAX = 3 };

#define OBJECT(name, text)                                                                         \
    "{apiVersion: v1, kind: Note, metadata: {name: " name "}, text: '" text "'}"

struct file {
    const char *path, *text;
};

// A chart's values and templates, and the image whose name is looked for in the first template.
struct question {
    const char *values, *image;
    struct file templates[TEMPLATES_MAX];
};

static struct chart *load(const struct question *q)
{
    chart_files files CLEANUP(chart_files_free) = {0};
    struct err *err = NULL;
    struct chart *chart;

    vec_push(&files,
             (struct chart_file){.path = "Chart.yaml",
                                 .content = SPAN("{apiVersion: v2, name: c, version: 1.0.0}")});
    vec_push(&files, (struct chart_file){.path = "values.yaml", .content = span_str(q->values)});
    for (size_t i = 0; i < TEMPLATES_MAX && q->templates[i].path; i++)
        vec_push(&files, (struct chart_file){.path = q->templates[i].path,
                                             .content = span_str(q->templates[i].text)});
    chart = chart_load_files(&files, "c", &err);
    if (!chart)
        fail_msg("%s", err_message(err));
    return chart;
}

// "name a.b=text, tag c=text" in the order in which they were found.
static char *list_parts(struct arena *a, const values_parts *parts)
{
    struct buf out CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    VEC_FOREACH (const struct values_part *, part, parts)
        buf_printf(&out, "%s%s %s=%.*s", out.len ? ", " : "",
                   part->of == VALUES_PART_NAME ? "name" : "tag",
                   values_path_text(a, part->path.items, part->path.len),
                   SPAN_ARG(node_scalar(part->value)));
    return buf_take(&out);
}

static void expect(const struct question *q, const char *expected)
{
    struct chart *chart CLEANUP(chart_cleanup) = load(q);
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *given = node_new_map(d);
    struct chart_target target = {
        .release = SPAN("r"), .space = SPAN("n"), .given_doc = d, .track_reads = true};
    struct err *err = NULL;
    struct chart_rendering *rendering CLEANUP(chart_rendering_cleanup) =
        chart_render(chart, given, &target, &err);
    struct values_input input = {
        .chart = chart, .given = given, .target = &target, .rendering = rendering};
    struct values_view *view CLEANUP(values_view_cleanup) = NULL;
    struct span file = span_str(arena_printf(doc_arena(d), "c/%s", q->templates[0].path));
    values_parts parts = {0};
    char *found CLEANUP(mem_cleanup) = NULL;

    if (!rendering)
        fail_msg("%s", err_message(err));
    view = values_view_new(&input, &err);
    assert_non_null(view);
    values_find_image(doc_arena(d), view, file, span_str(q->image), &parts);
    found = list_parts(doc_arena(d), &parts);
    vec_free(&parts);
    assert_string_equal(found, expected);
}

// Of one template.
static void expect_of(const char *template, const char *values, const char *image,
                      const char *expected)
{
    struct question q = {values, image, {{"templates/NOTES.txt", template}}};

    expect(&q, expected);
}

static void test_values_parts__a_name_and_its_tag(void **state)
{
    (void)state;
    expect_of("{{ .Values.image.repository }}:{{ .Values.image.tag }}",
              "{image: {repository: r.io/a/web, tag: v1}}", "r.io/a/web:v1",
              "name image.repository=r.io/a/web, tag image.tag=v1");
    // The colon of a port is none of a tag.
    expect_of("{{ .Values.image.repository }}:{{ .Values.image.tag }}",
              "{image: {repository: 'r.io:5000/web', tag: v1}}", "r.io:5000/web:v1",
              "name image.repository=r.io:5000/web, tag image.tag=v1");
}

static void test_values_parts__one_value_that_has_it_all(void **state)
{
    (void)state;
    expect_of("{{ .Values.image }} {{ .Values.tag }}", "{image: 'r.io/web:v1', tag: v1}",
              "r.io/web:v1", "name image=r.io/web:v1");
    expect_of("{{ .Values.image }}", "{image: 'r.io/web:v2'}", "r.io/web:v1", ""); // of another tag
}

static void test_values_parts__the_longest_part_of_a_name(void **state)
{
    static const char template[] =
        "{{ with .Values.image }}{{ .registry }}/{{ .repository }}:{{ .tag }}{{ .name }}{{ end }}";

    (void)state;
    expect_of(template, "{image: {registry: r.io, repository: a/web, name: web, tag: v1}}",
              "r.io/a/web:v1", "name image.repository=a/web, tag image.tag=v1");
    // A part ends the name, from one of its slashes on.
    expect_of(template, "{image: {registry: r.io, repository: b, name: eb, tag: v1}}",
              "r.io/a/web:v1", "");
    expect_of(template, "{image: {registry: r.io, repository: r.io/a, name: a, tag: v1}}",
              "r.io/a/web:v1", "");
}

static void test_values_parts__short_texts_are_many_things(void **state)
{
    (void)state;
    expect_of("{{ .Values.app }} {{ .Values.image.name }} {{ .Values.stage }}",
              "{app: web, stage: v1, image: {name: web}}", "r.io/web:v1",
              "name image.name=web"); // "app" and "stage" are about no image
    expect_of("{{ .Values.app }}", "{app: web}", "r.io/web:v1", "");
    // The key or the one above it says so, no key further up.
    expect_of("{{ .Values.image.x.app }} {{ .Values.image.app }}",
              "{image: {app: web, x: {app: web}}}", "r.io/web:v1", "name image.app=web");
    expect_of("{{ .Values.imagetag.name }} {{ .Values.x.z.imageTag }}",
              "{imagetag: {name: a/web}, x: {z: {imageTag: v1}}}", "r.io/a/web:v1",
              "name imagetag.name=a/web, tag x.z.imageTag=v1");
    expect_of("{{ .Values.app }}", "{app: a/web}", "r.io/a/web:v1", "name app=a/web");
}

static void test_values_parts__the_tag_beside_the_name(void **state)
{
    (void)state;
    expect_of("{{ .Values.image.repository }}:{{ .Values.image.tag }} {{ .Values.init.tag }}",
              "{image: {repository: r.io/web, tag: v1}, init: {tag: v1}}", "r.io/web:v1",
              "name image.repository=r.io/web, tag image.tag=v1");
    // Elsewhere it is the only one, or cannot be told.
    expect_of("{{ .Values.image.repository }}:{{ .Values.version }}",
              "{image: {repository: r.io/web}, version: v1}", "r.io/web:v1",
              "name image.repository=r.io/web, tag version=v1");
    expect_of("{{ .Values.image.repository }}:{{ .Values.version }} {{ .Values.init.tag }}",
              "{image: {repository: r.io/web}, version: v1, init: {tag: v1}}", "r.io/web:v1",
              "name image.repository=r.io/web");
    // Without a name a tag is nothing.
    expect_of("r.io/web:{{ .Values.tag }}", "{tag: v1}", "r.io/web:v1", "");
}

static void test_values_parts__digests(void **state)
{
    static const char template[] = "{{ .Values.image.repository }}@sha256:{{ .Values.image.sha }}";

    (void)state;
    expect_of(template, "{image: {repository: r.io/web, sha: abc}}", "r.io/web@sha256:abc",
              "name image.repository=r.io/web, tag image.sha=abc");
    expect_of(template, "{image: {repository: r.io/web, sha: 'sha256:abc'}}", "r.io/web@sha256:abc",
              "name image.repository=r.io/web, tag image.sha=sha256:abc");
    expect_of("{{ .Values.image }}", "{image: 'r.io/web:v1@sha256:abc'}", "r.io/web:v1@sha256:abc",
              "name image=r.io/web:v1@sha256:abc");
}

static void test_values_parts__items_and_maps_that_are_read_as_a_whole(void **state)
{
    (void)state;
    expect_of("{{ range .Values.list }}{{ .image }}{{ end }}",
              "{list: [{image: r.io/other}, {image: r.io/web}]}", "r.io/web",
              "name list.1.image=r.io/web");
    expect_of("{{ toYaml .Values.pods }}", "{pods: {a: [{image: 'r.io/web:v1'}]}}", "r.io/web:v1",
              "name pods.a.0.image=r.io/web:v1");
}

static void test_values_parts__only_what_is_read(void **state)
{
    (void)state;
    expect_of("{{ .Values.other }}", "{image: r.io/web, other: r.io/other}", "r.io/web", "");
    // A map that is only looked into is not read as a whole.
    expect_of("{{ if hasKey .Values \"a\" }}{{ if .Values.a }}{{ .Values.a.b }}{{ end }}{{ end }}",
              "{a: {b: x, image: r.io/web}}", "r.io/web", "");
    // However often it is read.
    expect_of("{{ .Values.image }}\n{{ .Values.image }}", "{image: r.io/web}", "r.io/web",
              "name image=r.io/web");
    // Two that are alike cannot be told apart: both.
    expect_of("{{ .Values.a.image }} {{ .Values.b.image }}",
              "{a: {image: r.io/web}, b: {image: r.io/web}}", "r.io/web",
              "name a.image=r.io/web, name b.image=r.io/web");
}

static void test_values_parts__the_objects_own_template_before_others(void **state)
{
    struct question q = {"{a: {image: r.io/web}, b: {image: r.io/web}}",
                         "r.io/web",
                         {{"templates/own.yaml", OBJECT("own", "{{ .Values.b.image }}")},
                          {"templates/z.yaml", OBJECT("z", "{{ .Values.a.image }}")}}};

    (void)state;
    expect(&q, "name b.image=r.io/web");
    // So are tags, each beside a name.
    q.values = "{a: {image: r.io/web, tag: v1}, b: {image: r.io/web, tag: v1}}";
    q.image = "r.io/web:v1";
    q.templates[0].text = OBJECT("own", "{{ .Values.b.image }}:{{ .Values.b.tag }}");
    q.templates[1].text = OBJECT("z", "{{ .Values.a.image }}:{{ .Values.a.tag }}");
    expect(&q, "name b.image=r.io/web, tag b.tag=v1");
    q.values = "{a: {image: r.io/web}, tag: v1, other: {tag: v1}}";
    q.templates[0].text = OBJECT("own", "{{ include \"image\" . }}:{{ .Values.tag }}");
    q.templates[1].text = OBJECT("z", "{{ .Values.other.tag }}");
    q.templates[2] =
        (struct file){"templates/_z.tpl", "{{ define \"image\" }}{{ .Values.a.image }}{{ end }}"};
    expect(&q, "name a.image=r.io/web, tag tag=v1");
    // A helper's counts where the own one has none.
    q.values = "{a: {image: r.io/web}, b: {image: r.io/web}}";
    q.image = "r.io/web";
    q.templates[2] = (struct file){0};
    q.templates[0].text = OBJECT("own", "{{ include \"image\" . }}");
    q.templates[1] =
        (struct file){"templates/_z.tpl", "{{ define \"image\" }}{{ .Values.a.image }}{{ end }}"};
    expect(&q, "name a.image=r.io/web");
}

static void test_values_parts__a_name_that_a_template_writes_out(void **state)
{
    struct question q = {"{a: {image: r.io/web}, tag: v1}",
                         "r.io/web:v1",
                         {{"templates/own.yaml", OBJECT("own", "r.io/web:{{ .Values.tag }}")},
                          {"templates/z.yaml", OBJECT("z", "{{ .Values.a.image }}")}}};

    (void)state;
    expect(&q, ""); // though another one reads the same text out of the values
    q.templates[0].text = OBJECT("own", "{{ .Values.tag }}");
    expect(&q, "name a.image=r.io/web, tag tag=v1");
}

static void test_values_parts__reads_of_copies_are_seen_in_the_text(void **state)
{
    (void)state;
    expect_of("{{ $v := deepCopy .Values }}{{ if $v.on }}{{ .Values.image }}{{ end }}",
              "{on: false, image: r.io/web}", "r.io/web", "name image=r.io/web");
    // Only when no read that is executed has the name.
    expect_of("{{ if .Values.on }}{{ .Values.b.image }}{{ end }}{{ .Values.image }}",
              "{on: false, image: r.io/web, b: {image: r.io/web}}", "r.io/web",
              "name image=r.io/web");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_parts__a_name_and_its_tag),
        cmocka_unit_test(test_values_parts__one_value_that_has_it_all),
        cmocka_unit_test(test_values_parts__the_longest_part_of_a_name),
        cmocka_unit_test(test_values_parts__short_texts_are_many_things),
        cmocka_unit_test(test_values_parts__the_tag_beside_the_name),
        cmocka_unit_test(test_values_parts__digests),
        cmocka_unit_test(test_values_parts__items_and_maps_that_are_read_as_a_whole),
        cmocka_unit_test(test_values_parts__only_what_is_read),
        cmocka_unit_test(test_values_parts__the_objects_own_template_before_others),
        cmocka_unit_test(test_values_parts__a_name_that_a_template_writes_out),
        cmocka_unit_test(test_values_parts__reads_of_copies_are_seen_in_the_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
