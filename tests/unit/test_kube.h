// SPDX-License-Identifier: Apache-2.0
// A client of model/kube and the API server of scripted scenes (tests/servers/kube_api.py).
#ifndef TEST_KUBE_H
#define TEST_KUBE_H

#include "unit.h"

#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "io/http.h"
#include "model/kube.h"
#include "support_server.h"

static struct server *server;

struct fixture {
    struct report report;
    struct buf said; // all events
    struct cancel *cancel;
    struct loop *loop;
    struct http *http;
    struct kubeconfig *config;
    struct kube_options kube_options;
    struct kube *kube;
    struct kube_answer answer;
    struct err *err;
};

static inline void note_event(struct report *r, const struct report_event *event)
{
    struct fixture *f = (struct fixture *)r;

    buf_printf(&f->said, "%s\n", event->text);
}

static inline int set_up(void **state)
{
    struct fixture *f = MEM_NEW(struct fixture);
    struct http_options options = {.report = &f->report};

    f->report.emit = note_event;
    f->said = (struct buf)BUF_INIT(BUF_TEXT_MAX);
    f->cancel = cancel_new(&f->err);
    f->loop = loop_new(f->cancel, &f->err);
    f->http = http_new(f->loop, &options, &f->err);
    assert_non_null(f->http);
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;

    kube_answer_free(&f->answer);
    kube_free(f->kube);
    kubeconfig_free(f->config);
    http_free(f->http);
    loop_free(f->loop);
    cancel_free(f->cancel);
    buf_free(&f->said);
    err_free(f->err);
    free(f);
    return 0;
}

static inline char *in_folder(const char *name)
{
    return mem_printf("%s/%s", server_fact(server, "folder"), name);
}

static inline void put(const char *name, const char *text)
{
    char *path CLEANUP(mem_cleanup) = in_folder(name);
    struct err *err = NULL;

    assert_int_equal(file_write(path, span_str(text), FILE_PRIVATE, &err), 0);
    assert_int_equal(chmod(path, 0700), 0);
}

// A client for one scene, with the fields of a user.
static inline int open_scene_as(struct fixture *f, const char *scene, const char *user)
{
    char *path CLEANUP(mem_cleanup) = in_folder("config");
    char *text CLEANUP(mem_cleanup) =
        mem_printf("current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n"
                   "clusters: [{name: c, cluster: {server: 'https://127.0.0.1:%s/%s', "
                   "certificate-authority: '%s/ca.crt'}}]\nusers: [{name: u, user: {%s}}]\n",
                   server_fact(server, "port"), scene, server_fact(server, "certs"), user);
    struct kubeconfig_options options = {.path = path};

    put("config", text);
    f->config = kubeconfig_load(&options, &f->err);
    assert_non_null(f->config);
    f->kube = kube_new(f->loop, f->http, f->config, &f->kube_options, &f->err);
    return f->kube ? 0 : -1;
}

static inline void open_scene(struct fixture *f, const char *scene)
{
    assert_int_equal(open_scene_as(f, scene, ""), 0);
}

static inline const struct kube_resource *config_maps(struct fixture *f)
{
    const struct kube_resource *r = kube_find(f->kube, SPAN("v1"), SPAN("ConfigMap"), &f->err);

    assert_non_null(r);
    return r;
}

static inline int perform(struct fixture *f, enum kube_verb verb, const char *name)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct node *body = node_new_map(d);
    struct kube_request request = {.verb = verb,
                                   .resource = config_maps(f),
                                   .ns = "default",
                                   .name = name,
                                   .body = verb == KUBE_GET ? NULL : body,
                                   .budget = {.deadline = timer_now() + 5000}};

    kube_answer_free(&f->answer);
    err_clear(&f->err);
    return kube_perform(f->kube, &request, &f->answer, &f->err);
}

static inline void interrupt(void *data)
{
    cancel_request(data);
}

// What waits now, and anything after it, ends.
static inline void interrupt_soon(struct fixture *f)
{
    loop_add_timer(f->loop, timer_now() + 50, interrupt, f->cancel);
}

// What the scene "echo" was asked.
static inline const char *told(struct fixture *f, const char *group, const char *field)
{
    const struct node *n = node_get(f->answer.object, "told");

    return node_get_str(group ? node_get(n, group) : n, field);
}

#endif
