// SPDX-License-Identifier: Apache-2.0
#include "cmd/agent/served.h"

#include "base/mem.h"
#include "base/vec.h"
#include "base/worker.h"
#include "model/blobstore.h"

struct served {
    struct loop *loop;
    struct report *report;
    struct agent *agent;
    struct serve *serve;
    struct loop_task *task;
    bool again;            // it changed while the thread looked
    struct worker *worker; // which has what follows while it runs
    const char *path;
    struct serve_content *opened;
    struct digest *identities;
    size_t count;
    struct err *error;
};

// Without a store there is nothing.
static int open_store(struct served *c, struct err **err)
{
    struct blobstore *store CLEANUP(blobstore_cleanup) = NULL;

    if (!c->path)
        return 0;
    store = blobstore_open(c->path, BLOBSTORE_READ, 0, err);
    if (!store || blobstore_list(store, &c->identities, &c->count, err) < 0)
        return -1;
    return serve_add_store(c->opened, STEAL(store), SERVE_PART, err);
}

static void work(void *data)
{
    struct served *c = data;

    c->opened = serve_content_new(NULL);
    if (open_store(c, &c->error) < 0)
        c->count = 0;
}

static void forget(struct served *c)
{
    serve_content_free(STEAL(c->opened));
    free(STEAL(c->identities));
    c->count = 0;
    err_clear(&c->error);
}

static void on_opened(void *data)
{
    struct served *c = data;

    worker_free(STEAL(c->worker));
    if (c->error)
        serve_keep(c->serve); // what was served before still is
    else
        serve_put(c->serve, STEAL(c->opened));
    if (!c->error)
        report_info(c->report, "agent", "%zu bundle%s served", c->count,
                    c->count == 1 ? " is" : "s are");
    agent_serves(c->agent, c->identities, c->count, c->error);
    forget(c);
    if (c->again)
        loop_post(c->task);
}

static void look(void *data)
{
    struct served *c = data;
    struct err *err CLEANUP(err_cleanup) = NULL;

    c->again = c->worker != NULL;
    if (c->again)
        return;
    c->path = agent_store_path(c->agent);
    c->worker = worker_start(c->loop, work, on_opened, c, &err);
    if (!c->worker)
        agent_serves(c->agent, NULL, 0, err);
}

void served_changed(void *served)
{
    loop_post(((struct served *)served)->task);
}

struct served *served_new(struct loop *loop, struct report *report)
{
    struct served *c = MEM_NEW(struct served);

    c->loop = loop;
    c->report = report;
    c->task = loop_add_task(loop, look, c);
    return c;
}

void served_connect(struct served *c, struct agent *agent, struct serve *serve)
{
    c->agent = agent;
    c->serve = serve;
}

void served_free(struct served *c)
{
    if (!c)
        return;
    worker_free(c->worker);
    loop_remove_task(c->task);
    forget(c);
    free(c);
}
