// SPDX-License-Identifier: Apache-2.0
// From the words of the API server to a webhook's configuration, and on to the pods behind it.
#include "work/layers/apply/webhook.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cluster/watch/backend.h"

#define ADMISSION_GROUP "admissionregistration.k8s.io"

// --- what the API server says (apiserver pkg/admission/plugin/webhook, pkg/util/webhook) ---

// The text between `before` and the next quote; empty without it.
static struct span quoted_after(const char *message, const char *before)
{
    const char *at = strstr(message, before);
    struct span name, rest;

    if (at && span_cut(span_str(at + strlen(before)), '"', &name, &rest))
        return name;
    return SPAN_EMPTY;
}

char *webhook_name(const char *message)
{
    struct span name = quoted_after(message, "failed calling webhook \"");

    if (!name.len)
        name = quoted_after(message, "admission webhook \"");
    return mem_strn(name.ptr, name.len);
}

static const char *after(const char *message, const char *words)
{
    const char *at = strstr(message, words);

    return at ? at + strlen(words) : message;
}

const char *webhook_trouble(const char *message)
{
    message = after(message, ": "); // which call on which object
    message = after(message, "Internal error occurred: ");
    message = after(message, "failed calling webhook ");
    message = *message == '"' ? after(message, "\": ") : message;
    return after(message, "failed to call webhook: ");
}

// --- whose it is ---

struct search {
    const char *name;
    struct webhook *found;
    struct span ns, service, url; // of its clientConfig, in `arena`
    struct arena *arena;
};

static void take_client(struct search *s, const struct node *client)
{
    const struct node *service = node_get(client, "service");

    s->ns = arena_span(s->arena, node_get_text(service, "namespace"));
    s->service = arena_span(s->arena, node_get_text(service, "name"));
    s->url = arena_span(s->arena, node_get_text(client, "url"));
}

static void take_configuration(struct search *s, const struct node *object, char *name)
{
    s->found->name = name;
    s->found->configuration = node_label(object);
}

static int see_configuration(void *data, const struct node *object, struct err **err)
{
    struct search *s = data;

    (void)err;
    NODE_FOREACH_ITEM (webhook, node_get(object, "webhooks")) {
        if (s->found->configuration || !span_is(node_get_text(webhook, "name"), s->name))
            continue;
        take_configuration(s, object, mem_printf("webhook %s", s->name));
        take_client(s, node_get(webhook, "clientConfig"));
    }
    return 0;
}

static int search_configurations(struct kube *k, struct search *s, struct err **err)
{
    static const char *const kinds[] = {"ValidatingWebhookConfiguration",
                                        "MutatingWebhookConfiguration"};

    for (size_t i = 0; i < ARRAY_LEN(kinds) && !s->found->configuration; i++) {
        struct kube_selection selection = {0};

        if (kube_find_kind(k, ADMISSION_GROUP, kinds[i], &selection.resource, err) < 0)
            return -1;
        if (selection.resource && kube_list(k, &selection, see_configuration, s, NULL, err) < 0)
            return -1;
    }
    return 0;
}

// The webhook of a conversion has no name: the definition has it.
static int read_definition(struct kube *k, const struct kube_resource *of, struct search *s,
                           struct err **err)
{
    char *name CLEANUP(mem_cleanup) = mem_printf("%s.%s", of->plural, of->group);
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    const struct kube_resource *resource;
    const struct node *conversion;

    if (kube_find_kind(k, "apiextensions.k8s.io", "CustomResourceDefinition", &resource, err) < 0)
        return -1;
    if (!resource || kube_get(k, resource, NULL, name, &answer, err) != 0)
        return *err ? -1 : 0;
    conversion = node_path(answer.object, "spec", "conversion", "webhook", "clientConfig");
    if (!conversion)
        return 0;
    take_configuration(s, answer.object, mem_str("the conversion webhook"));
    take_client(s, conversion);
    return 0;
}

// --- what answers behind it ---

static int look_behind(struct kube *k, struct search *s, struct err **err)
{
    enum backend_state state;

    s->found->service = mem_printf("Service %s/%s", s->ns.ptr, s->service.ptr);
    if (backend_look(k, s->ns.ptr, s->service.ptr, &state, err) < 0)
        return -1;
    s->found->state = backend_text(state);
    return 0;
}

static int search(struct kube *k, const struct kube_resource *resource, struct search *s,
                  struct err **err)
{
    if ((*s->name ? search_configurations(k, s, err) : read_definition(k, resource, s, err)) < 0)
        return -1;
    if (s->service.len)
        return look_behind(k, s, err);
    if (s->url.len)
        s->found->service = mem_strn(s->url.ptr, s->url.len);
    return 0;
}

int webhook_find(struct kube *k, const char *name, const struct kube_resource *resource,
                 struct webhook *w, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *unknown CLEANUP(err_cleanup) = NULL;
    struct search s = {.name = name, .found = w, .arena = arena};

    webhook_free(w);
    if (search(k, resource, &s, &unknown) < 0 && err_kind(unknown) == ERR_CANCELLED)
        return err_move(err, &unknown);
    if (!w->name && *name)
        w->name = mem_printf("webhook %s", name);
    return 0;
}

// --- what is said of it ---

void webhook_describe(const struct webhook *w, struct buf *out)
{
    if (!w->name)
        return;
    buf_add_str(out, w->name);
    if (w->configuration)
        buf_printf(out, " of %s", w->configuration);
    if (w->service)
        buf_printf(out, " calls %s", w->service);
    if (w->state)
        buf_printf(out, ", which %s", w->state);
    buf_add_str(out, ": ");
}

int webhook_hint(const struct webhook *w, struct err **err)
{
    if (!w->configuration)
        return err_hint(err, "check that the pods behind the webhook's service are running");
    return err_hint(err,
                    "let %s answer (its pods, its certificate), or take %s away; then run "
                    "'sandstrap up' again",
                    w->service ? w->service : "what is behind it", w->configuration);
}

int webhook_explain(struct kube *k, const struct kube_resource *resource, struct err **refusal,
                    struct err **err)
{
    struct webhook w CLEANUP(webhook_free) = {0};
    char *name CLEANUP(mem_cleanup) = webhook_name(err_message(*refusal));

    if (!*name)
        return 0;
    if (webhook_find(k, name, resource, &w, err) < 0)
        return -1;
    if (w.configuration)
        err_hint(refusal, "%s has the webhook; do as it says in the tree, or change its rules",
                 w.configuration);
    return 0;
}

void webhook_free(struct webhook *w)
{
    free(w->name);
    free(w->configuration);
    free(w->service);
    *w = (struct webhook){0};
}
