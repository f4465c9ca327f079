// SPDX-License-Identifier: Apache-2.0
// What an agent can be asked (docs/internals/seed.md).
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/url.h"
#include "io/crypto.h"
#include "work/agent/call.h"
#include "work/agent/store.h"
#include "work/agent/wanted.h"

#define TEXT_TYPE "text/plain; charset=utf-8"

static void missing(struct call *c, const char *what)
{
    call_answer(c, 404, "%s sha256:%s is not here", what, DIGEST_HEX(&c->digest));
}

// --- reading ---

static void get_status(struct call *c)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    agent_status_write(c->agent, &text);
    call_answer_bytes(c, "application/json", buf_span(&text));
}

static void answer_from(struct call *c, const char *path, const char *what)
{
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct stat st;

    c->fd = file_open(AT_FDCWD, path, O_RDONLY, &err);
    if (c->fd < 0 || fstat(c->fd, &st) < 0) {
        missing(c, what);
        return;
    }
    c->size = (uint64_t)st.st_size;
    call_answer_file(c, NULL);
}

// What runs is what was taken by its digest, whatever is on the disk by now.
static void get_binary(struct call *c)
{
    answer_from(c, "/proc/self/exe", "the program");
}

static void get_bundles(struct call *c)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    VEC_FOREACH (struct wanted *const *, w, &c->agent->wanted)
        buf_printf(&text, "%s\n", DIGEST_TEXT(&(*w)->identity));
    call_answer_bytes(c, TEXT_TYPE, buf_span(&text));
}

static void get_head(struct call *c)
{
    const struct wanted *w = wanted_find(c->agent, &c->digest);
    char *path CLEANUP(mem_cleanup) = wanted_head_path(c->agent, &c->digest);

    if (w && w->has_head)
        answer_from(c, path, "the head of bundle");
    else
        missing(c, "the head of bundle");
}

static void get_list(struct call *c)
{
    const struct wanted *w = wanted_find(c->agent, &c->digest);
    char *path CLEANUP(mem_cleanup) = wanted_list_path(c->agent, &c->digest);

    if (w && w->has_list)
        answer_from(c, path, "the list of blobs of bundle");
    else
        missing(c, "the list of blobs of bundle");
}

static void get_lacks(struct call *c)
{
    const struct wanted *w = wanted_find(c->agent, &c->digest);
    struct seed_blobs lacks CLEANUP(seed_blobs_free) = {0};
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    if (!w || !w->has_list) {
        missing(c, "the list of blobs of bundle");
        return;
    }
    wanted_lacks(c->agent, w, &lacks);
    seed_blobs_write(&lacks, true, &text);
    call_answer_bytes(c, TEXT_TYPE, buf_span(&text));
}

static void get_blob(struct call *c)
{
    char *etag CLEANUP(mem_cleanup) = mem_printf("\"%s\"", DIGEST_TEXT(&c->digest));

    if (c->agent->store)
        c->fd = blobstore_open_blob(c->agent->store, &c->digest, &c->size);
    if (c->fd < 0)
        missing(c, "blob");
    else
        call_answer_file(c, etag);
}

static void get_asked(struct call *c)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct span name;

    if (!c->http->query.len) {
        asked_list(&c->agent->asked, &text);
    } else if (!url_query(arena, c->http->query, "name", &name)) {
        call_answer(c, 400, "a name is asked for: ?name=IMAGE");
        return;
    } else if (asked_tell(&c->agent->asked, name, &text, &err) < 0) {
        call_fail(c, err);
        return;
    }
    call_answer_bytes(c, TEXT_TYPE, buf_span(&text));
}

// --- documents that are put ---

static int keep_piece(void *data, struct span piece, struct err **err UNUSED)
{
    buf_add_span(&((struct call *)data)->body, piece);
    return 0;
}

static void receive(struct call *c, size_t max_bytes, void (*end)(void *, const struct err *))
{
    const struct httpd_sink sink = {.piece = keep_piece, .end = end, .data = c};

    c->body.max = max_bytes;
    httpd_receive(c->http, max_bytes, &sink);
}

static void on_config(void *data, const struct err *error)
{
    struct call *c = data;
    struct digest digest = crypto_sha256(buf_span(&c->body));
    struct err *err CLEANUP(err_cleanup) = NULL;
    int taken;

    if (error) {
        call_fail(c, error);
        return;
    }
    if (!digest_eq(&digest, &c->body_digest)) {
        call_answer(c, 422, "the body is not what " SEED_DIGEST_HEADER " says");
        return;
    }
    taken = agent_config_take(c->agent, buf_span(&c->body), &err);
    if (taken < 0)
        call_fail(c, err);
    else if (taken > 0)
        call_answer(c, 200, "configuration %llu was there already",
                    (unsigned long long)c->agent->config.serial);
    else
        call_answer(c, 200, "configuration %llu", (unsigned long long)c->agent->config.serial);
}

static void put_config(struct call *c)
{
    receive(c, BUF_TEXT_MAX, on_config);
}

// The bundle has to be in the configuration: else it would be collected at once.
static struct wanted *wanted_of(struct call *c)
{
    struct wanted *w = wanted_find(c->agent, &c->digest);

    if (!w)
        call_answer(c, 404, "the configuration has no bundle sha256:%s", DIGEST_HEX(&c->digest));
    return w;
}

static void end_put(struct call *c, const struct err *error,
                    int (*into)(struct agent *, struct wanted *, struct span, struct err **))
{
    struct wanted *w = error ? NULL : wanted_of(c);
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (error)
        call_fail(c, error);
    else if (w && into(c->agent, w, buf_span(&c->body), &err) < 0)
        call_fail(c, err);
    else if (w)
        call_answer(c, 201, "taken");
}

static void on_head(void *data, const struct err *error)
{
    end_put(data, error, wanted_take_head);
}

static void on_list(void *data, const struct err *error)
{
    end_put(data, error, wanted_take_list);
}

static void put_head(struct call *c)
{
    const struct wanted *w = wanted_of(c);

    if (w && w->has_head)
        call_answer(c, 200, "is here already");
    else if (w)
        receive(c, WANTED_HEAD_MAX_BYTES, on_head);
}

static void put_list(struct call *c)
{
    const struct wanted *w = wanted_of(c);

    if (w && w->has_list)
        call_answer(c, 200, "is here already");
    else if (w)
        receive(c, WANTED_LIST_MAX_BYTES, on_list);
}

// --- the end ---

static void remove_routes(struct call *c)
{
    struct err *err CLEANUP(err_cleanup) = NULL;

    c->agent->unrouted = true;
    if (agent_routes_remove(c->agent->routes, &err) < 0)
        call_fail(c, err);
    else
        call_answer(c, 200, "the routes are as they were before");
}

static void remove_store(struct call *c)
{
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (agent_store_remove(c->agent, &err) < 0)
        call_fail(c, err);
    else
        call_answer(c, 200, "%s is empty", c->agent->home);
}

const struct call_api call_apis[] = {
    {"GET", "status", CALL_READER, get_status},
    {"GET", "binary", CALL_ANYBODY, get_binary},
    {"PUT", "config", CALL_COMMAND, put_config},
    {"GET", "bundles", CALL_READER, get_bundles},
    {"GET", "bundles/*", CALL_READER, get_head},
    {"PUT", "bundles/*", CALL_WRITER, put_head},
    {"GET", "bundles/*/blobs", CALL_READER, get_list},
    {"PUT", "bundles/*/blobs", CALL_WRITER, put_list},
    {"GET", "bundles/*/lacks", CALL_READER, get_lacks},
    {"GET", "blobs/*", CALL_READER, get_blob},
    {"PUT", "blobs/*", CALL_WRITER, call_put_blob},
    {"GET", "asked", CALL_READER, get_asked},
    {"POST", "routes/remove", CALL_COMMAND, remove_routes},
    {"POST", "store/remove", CALL_COMMAND, remove_store},
};
const size_t call_api_count = ARRAY_LEN(call_apis);
