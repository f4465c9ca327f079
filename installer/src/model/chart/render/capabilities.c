// SPDX-License-Identifier: Apache-2.0
// .Capabilities (Helm 4.2, pkg/chart/common/capabilities.go): versions of Kubernetes, of its API,
// and of Helm.
#include <ctype.h>

#include "model/chart/render/objects.h"

// What client-go 0.36 knows, which Helm 4.2.4 is built with, in its order.
static const char *const known_versions[] = {
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha2",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
};

#define DEFAULT_KUBE_VERSION "v1.36.0"

static void tell(const struct capabilities_listener *listener, enum chart_asked of,
                 struct span what, struct span answer)
{
    if (listener)
        listener->asked(listener->data, of, what, answer);
}

// --- structs of texts: fields by name, printed as {a b}, as a map by their JSON names ---

struct text_field {
    const char *name; // NULL: only printed
    const char *json;
    bool omit_empty;
    struct span text;
};

struct texts {
    struct span stringer; // what String() of its pointer gives, or empty
    struct span git;      // what the method GitVersion gives, or empty
    struct text_field fields[5];
    size_t len;
    const struct capabilities_listener *listener; // of a version of Kubernetes
};

static bool texts_field(struct arena *a, void *data, struct span name, struct value *out)
{
    const struct texts *texts = data;

    (void)a;
    for (size_t i = 0; i < texts->len; i++)
        if (texts->fields[i].name && span_is(name, texts->fields[i].name)) {
            *out = value_string(texts->fields[i].text);
            tell(texts->listener, CHART_ASKED_KUBE_VERSION, name, texts->fields[i].text);
            return true;
        }
    return false;
}

static void texts_print(void *data, struct buf *out)
{
    const struct texts *texts = data;

    tell(texts->listener, CHART_ASKED_KUBE_VERSION, SPAN("String"), texts->stringer);
    for (size_t i = 0; i < texts->len; i++) {
        buf_add_char(out, i ? ' ' : '{');
        buf_add_span(out, texts->fields[i].text);
    }
    buf_add_char(out, '}');
}

static struct value texts_unfold(struct arena *a, void *data)
{
    const struct texts *texts = data;
    struct value map = value_new_map(a, VALUE_MAP);

    tell(texts->listener, CHART_ASKED_KUBE_VERSION, SPAN("String"), texts->stringer);
    for (size_t i = 0; i < texts->len; i++) {
        const struct text_field *field = &texts->fields[i];

        if (field->json && (field->text.len || !field->omit_empty))
            value_set(a, map.map, span_str(field->json), value_string(field->text));
    }
    return map;
}

static const struct value_class helm_version_class = {
    .type_name = "version.BuildInfo",
    .kind = "struct",
    .field = texts_field,
    .print = texts_print,
    .unfold = texts_unfold,
};

// --- .KubeVersion ---

static int git_version(struct template_call *call, struct value *result, struct err **err)
{
    const struct texts *texts = call->data;

    (void)err;
    *result = value_string(texts->git);
    tell(texts->listener, CHART_ASKED_KUBE_VERSION, SPAN("GitVersion"), texts->git);
    return 0;
}

static int plain_version(struct template_call *call, struct value *result, struct err **err)
{
    const struct texts *texts = call->data;

    (void)err;
    *result = value_string(texts->stringer);
    tell(texts->listener, CHART_ASKED_KUBE_VERSION, SPAN("String"), texts->stringer);
    return 0;
}

static const struct template_function *kube_version_method(void *data, struct span name)
{
    static const struct template_function methods[] = {
        {"GitVersion", git_version, "", NULL},
        {"String", plain_version, "", NULL},
        {NULL, NULL, NULL, NULL},
    };

    (void)data;
    return object_method(methods, name);
}

static void kube_version_write(void *data, struct buf *out)
{
    const struct texts *texts = data;

    tell(texts->listener, CHART_ASKED_KUBE_VERSION, SPAN("String"), texts->stringer);
    buf_add_span(out, texts->stringer);
}

static const struct value_class kube_version_class = {
    .type_name = "common.KubeVersion",
    .kind = "struct",
    .field = texts_field,
    .method = kube_version_method,
    .print = texts_print,
    .write = kube_version_write,
    .unfold = texts_unfold,
};

// The number at the start of a text, which may not start with 0 where `strict`.
static bool cut_number(struct span *text, bool strict, struct span *number)
{
    size_t len = 0;
    uint64_t value;

    while (len < text->len && isdigit((unsigned char)text->ptr[len]))
        len++;
    *number = span_head(*text, len);
    *text = span_tail(*text, len);
    return span_u64(*number, &value) && !(strict && len > 1 && number->ptr[0] == '0');
}

static struct span without_zeros(struct span number)
{
    while (number.len > 1 && number.ptr[0] == '0')
        number = span_tail(number, 1);
    return number;
}

static int refuse_version(struct span text, struct err **err)
{
    err_set(err, ERR_CONFIG, "'%.*s' is no version of Kubernetes", SPAN_ARG(text));
    return err_hint(err, "two numbers or more with dots between: 1.34 or v1.34.4");
}

int object_kube_version(struct arena *a, struct span text, struct kube_version *version,
                        struct err **err)
{
    struct buf plain CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span rest = span_trim(text), number;
    size_t count = 0;

    if (!text.len)
        text = rest = SPAN(DEFAULT_KUBE_VERSION);
    (void)span_skip(&rest, "v");
    do {
        if (!cut_number(&rest, count == 0, &number))
            return refuse_version(text, err);
        number = arena_span(a, without_zeros(number));
        buf_printf(&plain, "%s%.*s", count ? "." : "v", SPAN_ARG(number));
        if (count == 0)
            version->major = number;
        if (count == 1)
            version->minor = number;
        count++;
    } while (rest.len > 1 && rest.ptr[0] == '.' && isdigit((unsigned char)rest.ptr[1]) &&
             span_skip(&rest, "."));
    if (count < 2)
        return refuse_version(text, err);
    version->plain = arena_span(a, buf_span(&plain));
    version->full =
        span_str(arena_printf(a, "%s%.*s", span_starts(text, "v") ? "" : "v", SPAN_ARG(text)));
    return 0;
}

static struct value kube_version(struct arena *a, const struct kube_version *version,
                                 const struct capabilities_listener *listener)
{
    struct texts *texts = ARENA_NEW(a, struct texts);

    *texts = (struct texts){.stringer = version->plain,
                            .git = version->full,
                            .fields = {{"Version", "Version", false, version->full},
                                       {NULL, NULL, false, version->plain},
                                       {"Major", "Major", false, version->major},
                                       {"Minor", "Minor", false, version->minor}},
                            .len = 4,
                            .listener = listener};
    return value_new_object(&kube_version_class, texts);
}

// --- .APIVersions ---

struct versions {
    struct value_list *list;
    const struct capabilities_listener *listener;
};

static int has(struct template_call *call, struct value *result, struct err **err)
{
    const struct versions *versions = call->data;
    bool found = false;

    (void)err;
    for (size_t i = 0; i < versions->list->len && !found; i++)
        found = span_eq(versions->list->items[i].s, call->args[0].s);
    *result = value_bool(found);
    tell(versions->listener, CHART_ASKED_API_VERSION, call->args[0].s,
         found ? SPAN("true") : SPAN("false"));
    return 0;
}

static const struct template_function *versions_method(void *data, struct span name)
{
    static const struct template_function methods[] = {
        {"Has", has, "s", NULL},
        {NULL, NULL, NULL, NULL},
    };

    (void)data;
    return object_method(methods, name);
}

static struct value versions_unfold(struct arena *a, void *data)
{
    const struct versions *versions = data;

    (void)a;
    tell(versions->listener, CHART_ASKED_API_VERSION, SPAN_EMPTY, SPAN_EMPTY);
    return (struct value){.type = VALUE_STRINGS, .list = versions->list};
}

static void versions_print(void *data, struct buf *out)
{
    const struct versions *versions = data;
    struct value list = {.type = VALUE_STRINGS, .list = versions->list};

    value_print(&list, out);
}

static const struct value_class versions_class = {
    .type_name = "common.VersionSet",
    .kind = "slice",
    .method = versions_method,
    .print = versions_print,
    .unfold = versions_unfold,
    .is_false_when_empty = true,
};

static struct value api_versions(struct arena *a, const struct chart_target *target,
                                 const struct capabilities_listener *listener)
{
    struct value list = value_new_list(a, VALUE_STRINGS);
    struct versions *versions = ARENA_NEW(a, struct versions);

    for (size_t i = 0; i < ARRAY_LEN(known_versions) && !target->only_api_versions; i++)
        value_push(a, list.list, value_string(span_str(known_versions[i])));
    for (size_t i = 0; i < target->api_version_count; i++)
        value_push(a, list.list, value_string(arena_span(a, target->api_versions[i])));
    *versions = (struct versions){list.list, listener};
    return value_new_object(&versions_class, versions);
}

// --- the whole ---

struct capabilities {
    struct value kube_version, api_versions, helm_version;
};

static bool capabilities_field(struct arena *a, void *data, struct span name, struct value *out)
{
    const struct capabilities *c = data;

    (void)a;
    if (span_is(name, "KubeVersion"))
        *out = c->kube_version;
    else if (span_is(name, "APIVersions"))
        *out = c->api_versions;
    else if (span_is(name, "HelmVersion"))
        *out = c->helm_version;
    else
        return false;
    return true;
}

static struct value capabilities_unfold(struct arena *a, void *data)
{
    const struct capabilities *c = data;
    struct value map = value_new_map(a, VALUE_MAP);

    value_set(a, map.map, SPAN("KubeVersion"), c->kube_version);
    value_set(a, map.map, SPAN("APIVersions"), c->api_versions);
    value_set(a, map.map, SPAN("HelmVersion"), c->helm_version);
    return map;
}

static void capabilities_print(void *data, struct buf *out)
{
    const struct capabilities *c = data;

    buf_add_char(out, '{');
    value_print(&c->kube_version, out);
    buf_add_char(out, ' ');
    value_print(&c->api_versions, out);
    buf_add_char(out, ' ');
    value_print(&c->helm_version, out);
    buf_add_char(out, '}');
}

static const struct value_class capabilities_class = {
    .type_name = "*common.Capabilities",
    .kind = "ptr",
    .field = capabilities_field,
    .print = capabilities_print,
    .unfold = capabilities_unfold,
};

static struct value helm_version(struct arena *a)
{
    struct texts *texts = ARENA_NEW(a, struct texts);

    *texts = (struct texts){
        .fields = {{"Version", "version", true, SPAN("v4.2.4")},
                   {"GitCommit", "git_commit", true, SPAN_EMPTY},
                   {"GitTreeState", "git_tree_state", true, SPAN_EMPTY},
                   {"GoVersion", "go_version", true, SPAN("go1.26.8")},
                   {"KubeClientVersion", "kube_client_version", false, SPAN("v1.36")}},
        .len = 5};
    return value_new_object(&helm_version_class, texts);
}

struct value object_capabilities(struct arena *a, const struct kube_version *version,
                                 const struct chart_target *target,
                                 const struct capabilities_listener *listener)
{
    struct capabilities *c = ARENA_NEW(a, struct capabilities);

    c->kube_version = kube_version(a, version, listener);
    c->api_versions = api_versions(a, target, listener);
    c->helm_version = helm_version(a);
    return value_new_object(&capabilities_class, c);
}
