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

// --- structs of texts ---

struct texts {
    struct span stringer; // what String() of its pointer gives, or empty
    struct span git;      // what the method GitVersion gives, or empty
    struct value_member fields[5];
    size_t len;
    const struct capabilities_listener *listener; // of a version of Kubernetes
};

static bool texts_field(struct arena *a, void *data, struct span name, struct value *out)
{
    const struct texts *texts = data;

    (void)a;
    for (size_t i = 0; i < texts->len; i++)
        if (texts->fields[i].json && span_is(name, texts->fields[i].name)) {
            *out = texts->fields[i].item;
            tell(texts->listener, CHART_ASKED_KUBE_VERSION, name, out->s);
            return true;
        }
    return false;
}

static const struct value_member *texts_members(struct arena *a, void *data, size_t *count)
{
    const struct texts *texts = data;

    (void)a;
    tell(texts->listener, CHART_ASKED_KUBE_VERSION, SPAN("String"), texts->stringer);
    *count = texts->len;
    return texts->fields;
}

static bool texts_equal(void *data, void *other)
{
    const struct texts *left = data, *right = other;

    for (size_t i = 0; i < left->len; i++)
        if (!span_eq(left->fields[i].item.s, right->fields[i].item.s))
            return false;
    return true;
}

static const struct value_class helm_version_class = {
    .type_name = "version.BuildInfo",
    .kind = "struct",
    .field = texts_field,
    .members = texts_members,
    .equal = texts_equal,
};

// --- .KubeVersion ---

enum { PLAIN_FIELD = 1 };

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

static struct value kube_version_deep(struct arena *a, void *data);

// As an interface{} has it. The one in .Capabilities has an address, and what goes with it.
static const struct value_class kube_version_boxed = {
    .type_name = "common.KubeVersion",
    .kind = "struct",
    .field = texts_field,
    .members = texts_members,
    .equal = texts_equal,
    .deep = kube_version_deep,
};

static const struct value_class kube_version_class = {
    .type_name = "common.KubeVersion",
    .kind = "struct",
    .field = texts_field,
    .method = kube_version_method,
    .write = kube_version_write,
    .members = texts_members,
    .equal = texts_equal,
    .boxed = &kube_version_boxed,
};

// A copy lacks the version without what is behind its numbers, and says the whole one instead.
static struct texts *without_plain(struct arena *a, const struct texts *texts)
{
    struct texts *copy = ARENA_NEW(a, struct texts);

    *copy = *texts;
    copy->stringer = texts->git;
    copy->fields[PLAIN_FIELD].item = value_string(SPAN_EMPTY);
    return copy;
}

static struct value kube_version_deep(struct arena *a, void *data)
{
    return value_new_object(&kube_version_boxed, without_plain(a, data));
}

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

    *texts = (struct texts){
        .stringer = version->plain,
        .git = version->full,
        .fields = {{"Version", "Version", false, value_string(version->full)},
                   [PLAIN_FIELD] = {"normalizedVersion", NULL, false, value_string(version->plain)},
                   {"Major", "Major", false, value_string(version->major)},
                   {"Minor", "Minor", false, value_string(version->minor)}},
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

static const struct value_class versions_class = {
    .type_name = "common.VersionSet",
    .kind = "slice",
    .method = versions_method,
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

static const struct value_member *capabilities_members(struct arena *a, void *data, size_t *count)
{
    const struct capabilities *c = data;
    struct value_member *members = arena_array(a, 3, sizeof(*members));

    members[0] = (struct value_member){"KubeVersion", "KubeVersion", false, c->kube_version};
    members[1] = (struct value_member){"APIVersions", "APIVersions", false, c->api_versions};
    members[2] = (struct value_member){"HelmVersion", "HelmVersion", false, c->helm_version};
    *count = 3;
    return members;
}

static const struct value_class pointed_class = {
    .type_name = "common.Capabilities",
    .kind = "struct",
    .members = capabilities_members,
};

// An action prints what the pointer points to.
static void capabilities_write(void *data, struct buf *out)
{
    struct value pointed = value_new_object(&pointed_class, data);

    value_print(&pointed, out);
}

static struct value capabilities_deep(struct arena *a, void *data);

static const struct value_class capabilities_class = {
    .type_name = "*common.Capabilities",
    .kind = "ptr",
    .field = capabilities_field,
    .write = capabilities_write,
    .members = capabilities_members,
    .deep = capabilities_deep,
};

static struct value capabilities_deep(struct arena *a, void *data)
{
    const struct capabilities *c = data;
    struct capabilities *copy = ARENA_NEW(a, struct capabilities);

    *copy = *c;
    copy->kube_version.object.data = without_plain(a, c->kube_version.object.data);
    return value_new_object(&capabilities_class, copy);
}

static struct value helm_version(struct arena *a)
{
    struct texts *texts = ARENA_NEW(a, struct texts);

    *texts = (struct texts){
        .fields = {{"Version", "version", true, value_string(SPAN("v4.2.4"))},
                   {"GitCommit", "git_commit", true, value_string(SPAN_EMPTY)},
                   {"GitTreeState", "git_tree_state", true, value_string(SPAN_EMPTY)},
                   {"GoVersion", "go_version", true, value_string(SPAN("go1.26.8"))},
                   {"KubeClientVersion", "kube_client_version", false,
                    value_string(SPAN("v1.36"))}},
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
