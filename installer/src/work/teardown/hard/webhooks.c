// SPDX-License-Identifier: Apache-2.0
// From the configurations to the Services behind them.
#include "work/teardown/hard/webhooks.h"

#include <string.h>

#include "base/mem.h"
#include "cluster/watch/backend.h"
#include "work/teardown/managers.h"

// The field manager of what is asked of objects that others own.
#define MANAGER "sandstrap-request"

// One webhook, or API service: what is called.
struct client {
    const char *name;         // of the webhook; "" where the object has but one
    const char *ns, *service; // NULL: a URL
    enum backend_state state;
};

struct candidate {
    struct identity id;
    const char *uid;
    struct span maker; // the program that made it
    VEC(struct client) clients;
};

struct search {
    const struct webhooks_options *options;
    struct arena *arena;
    VEC(struct candidate) candidates;
    VEC(struct candidate) empty; // configurations without a webhook, of which nothing else tells
};

// --- what is called ---

static bool is_of_before(const struct search *s, const struct candidate *c)
{
    const struct snapshot *before = s->options->before;

    return before && snapshot_find(before, &c->id, c->uid) == SNAPSHOT_SAME;
}

static bool is_ours(const struct search *s, const struct node *object, const struct client *client)
{
    return !client->service || !s->options->is_ours ||
           s->options->is_ours(s->options->data, object, span_str(client->ns));
}

// `config` is a WebhookClientConfig, or the spec of an APIService.
static struct client read_client(struct arena *arena, struct span name, const struct node *config)
{
    const struct node *service = node_get(config, "service");
    struct client client = {.name = arena_span(arena, name).ptr};

    if (service) {
        client.ns = arena_str(arena, node_get_str(service, "namespace"));
        client.service = arena_str(arena, node_get_str(service, "name"));
    }
    return client;
}

static struct candidate start_candidate(struct search *s, const struct node *object)
{
    struct identity id = node_identity(object);

    return (struct candidate){
        .id = identity_copy(s->arena, &id),
        .uid = arena_str(s->arena, node_get_str(node_get(object, "metadata"), "uid")),
    };
}

static void add_client(struct search *s, struct candidate *c, struct span name,
                       const struct node *config)
{
    struct client client = read_client(s->arena, name, config);

    vec_push_arena(s->arena, &c->clients, client);
}

static void take_candidate(struct search *s, const struct node *object, struct candidate *c)
{
    if (!c->clients.len || is_of_before(s, c))
        return;
    VEC_FOREACH (const struct client *, client, &c->clients)
        if (!is_ours(s, object, client))
            return;
    vec_push_arena(s->arena, &s->candidates, *c);
}

static int see_configuration(void *data, const struct node *object, struct err **err UNUSED)
{
    struct search *s = data;
    struct candidate c = start_candidate(s, object);

    c.maker = arena_span(s->arena, managers_of(object).name);
    NODE_FOREACH_ITEM (webhook, node_get(object, "webhooks"))
        add_client(s, &c, node_get_text(webhook, "name"), node_get(webhook, "clientConfig"));
    if (!c.clients.len && c.maker.len && !is_of_before(s, &c))
        vec_push_arena(s->arena, &s->empty, c);
    take_candidate(s, object, &c);
    return 0;
}

static int see_api_service(void *data, const struct node *object, struct err **err UNUSED)
{
    struct search *s = data;
    struct candidate c = start_candidate(s, object);
    const struct node *spec = node_get(object, "spec");

    // Without a Service the API server answers itself.
    if (node_is(node_get(spec, "service"), NODE_MAP))
        add_client(s, &c, SPAN_EMPTY, spec);
    take_candidate(s, object, &c);
    return 0;
}

static int see_definition(void *data, const struct node *object, struct err **err UNUSED)
{
    struct search *s = data;
    struct candidate c = start_candidate(s, object);
    const struct node *conversion = node_path(object, "spec", "conversion");

    if (span_is(node_get_text(conversion, "strategy"), "Webhook"))
        add_client(s, &c, SPAN_EMPTY, node_path(conversion, "webhook", "clientConfig"));
    take_candidate(s, object, &c);
    return 0;
}

static const struct {
    const char *group, *kind;
    kube_object_fn *see;
} kinds[] = {
    {"admissionregistration.k8s.io", "ValidatingWebhookConfiguration", see_configuration},
    {"admissionregistration.k8s.io", "MutatingWebhookConfiguration", see_configuration},
    {"apiregistration.k8s.io", "APIService", see_api_service},
    {"apiextensions.k8s.io", "CustomResourceDefinition", see_definition},
};

static int list_all(struct search *s, struct err **err)
{
    struct kube *k = s->options->kube;

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct kube_selection selection = {0};

        if (kube_find_kind(k, kinds[i].group, kinds[i].kind, &selection.resource, err) < 0)
            return -1;
        if (selection.resource && kube_list(k, &selection, kinds[i].see, s, NULL, err) < 0)
            return -1;
    }
    return 0;
}

// --- what answers ---

// The state of the same Service, when it was looked at for another one.
static const struct client *known(const struct search *s, const struct client *client)
{
    VEC_FOREACH (const struct candidate *, c, &s->candidates) {
        VEC_FOREACH (const struct client *, other, &c->clients) {
            if (other == client)
                return NULL;
            if (other->service && strcmp(other->service, client->service) == 0 &&
                strcmp(other->ns, client->ns) == 0)
                return other;
        }
    }
    return NULL;
}

static int look_behind(struct search *s, struct client *client, struct err **err)
{
    const struct client *other;

    if (!client->service)
        return 0;
    other = known(s, client);
    if (!other)
        return backend_look(s->options->kube, client->ns, client->service, &client->state, err);
    client->state = other->state;
    return 0;
}

static const char *describe(struct arena *arena, const struct client *client, const char *kind)
{
    const char *what = strcmp(kind, "APIService") == 0 ? "it"
                       : *client->name ? arena_printf(arena, "webhook %s", client->name)
                                       : "its conversion webhook";

    return arena_printf(arena, "%s calls Service %s/%s, which %s", what, client->ns,
                        client->service, backend_text(client->state));
}

// A program that registers its webhooks at run time keeps a configuration without any until there
// is something to ask it for, as Kyverno does. It goes with the others of that program, and before
// them: they are what tells of it.
static void add_empty(struct search *s, struct span maker, struct dead_hooks *found)
{
    VEC_FOREACH (struct candidate *, c, &s->empty) {
        struct dead_hook hook = {
            .id = c->id,
            .uid = c->uid,
            .why = "it has no webhook in it, and others of the program that made it call nothing",
        };

        if (!c->maker.len || !span_eq(c->maker, maker))
            continue;
        vec_push_arena(s->arena, &found->list, hook);
        c->maker = SPAN_EMPTY; // once
    }
}

static int judge(struct search *s, struct candidate *c, struct dead_hooks *found, struct err **err)
{
    const struct client *dead = NULL;
    size_t count = 0;

    VEC_FOREACH (struct client *, client, &c->clients) {
        if (look_behind(s, client, err) < 0)
            return -1;
        if (client->state == BACKEND_READY)
            continue;
        dead = dead ? dead : client;
        count++;
    }
    if (dead) {
        struct dead_hook hook = {
            .id = c->id,
            .uid = c->uid,
            .why = describe(s->arena, dead, c->id.kind.ptr),
            .is_part = count < c->clients.len,
        };

        if (!hook.is_part)
            add_empty(s, c->maker, found);
        vec_push_arena(s->arena, &found->list, hook);
    }
    return 0;
}

int webhooks_find(const struct webhooks_options *options, struct arena *arena,
                  struct dead_hooks *found, struct err **err)
{
    struct search s = {.options = options, .arena = arena};

    *found = (struct dead_hooks){0};
    if (list_all(&s, err) < 0)
        return -1;
    VEC_FOREACH (struct candidate *, c, &s.candidates)
        if (judge(&s, c, found, err) < 0)
            return -1;
    return 0;
}

// --- taking them away ---

// What a definition without its webhook converts with: the API version is changed, nothing else.
static int end_conversion(struct kube *k, const struct kube_resource *resource,
                          const struct dead_hook *hook, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct node *body = node_new_map(d), *metadata = node_new_map(d);
    struct node *spec = node_new_map(d), *conversion = node_new_map(d);
    struct kube_request request = {.verb = KUBE_MERGE_PATCH,
                                   .resource = resource,
                                   .name = hook->id.name.ptr,
                                   .body = body,
                                   .manager = MANAGER};
    struct err *error = NULL;

    node_set_str(d, metadata, "uid", span_str(hook->uid));
    node_set_str(d, conversion, "strategy", SPAN("None"));
    node_set(d, conversion, SPAN("webhook"), node_new_null(d));
    node_set(d, spec, SPAN("conversion"), conversion);
    node_set(d, body, SPAN("metadata"), metadata);
    node_set(d, body, SPAN("spec"), spec);
    if (kube_perform(k, &request, &answer, &error) == 0)
        return 0;
    if (answer.reason != KUBE_NOT_FOUND && answer.reason != KUBE_CONFLICT)
        return err_move(err, &error);
    err_free(error); // gone, or another one
    return 0;
}

static int remove_one(struct kube *k, const struct dead_hook *hook, struct report *report,
                      struct err **err)
{
    char *label CLEANUP(mem_cleanup) = identity_label(&hook->id);
    bool is_definition = span_is(hook->id.kind, "CustomResourceDefinition");
    const struct kube_resource *resource;

    if (kube_find_kind(k, hook->id.group.ptr, hook->id.kind.ptr, &resource, err) < 0)
        return -1;
    if (!resource)
        return 0;
    report_object(report, "teardown", NULL, label, "%s: %s", hook->why,
                  is_definition ? "its conversion is ended, so that its objects can be deleted"
                                : "it is deleted, since it would hold up what is asked of it");
    if (is_definition)
        return end_conversion(k, resource, hook, err);
    return kube_delete(k, resource, NULL, hook->id.name.ptr, hook->uid, err);
}

int webhooks_remove(struct kube *k, const struct dead_hooks *found, struct report *report,
                    size_t *removed, struct err **err)
{
    *removed = 0;
    VEC_FOREACH (const struct dead_hook *, hook, &found->list) {
        char *label CLEANUP(mem_cleanup) = identity_label(&hook->id);

        if (hook->is_part) {
            report_object(report, "teardown", NULL, label,
                          "%s; it stays, because its other webhooks answer", hook->why);
            continue;
        }
        if (remove_one(k, hook, report, err) < 0)
            return -1;
        ++*removed;
    }
    return 0;
}
