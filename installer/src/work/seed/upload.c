// SPDX-License-Identifier: Apache-2.0
// The connections of an upload, what their ends mean, and going on after one broke off.
#include "work/seed/upload.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/timer.h"
#include "io/http.h"
#include "work/seed/upload/plan.h"
#include "work/seed/upload/progress.h"

#define LACKS_MAX_BYTES ((size_t)16 << 20)

struct upload;

struct lane {
    struct upload *upload;
    struct upload_item *item; // NULL: it is free
    struct kube_proxy *proxy;
};

// A node that takes part.
struct target {
    struct seed_node *node;
    const char *pod; // n->pod comes and goes while others are looked for
};

struct upload {
    const struct fleet *fleet;
    struct seed_result *result;
    VEC(struct target) targets; // as the plan's nodes
    struct upload_plan plan;
    struct lane lanes[UPLOAD_CONNECTIONS];
    struct upload_progress progress;
    uint64_t ticker;
    int failures;      // in a row
    int64_t retry_at;  // when agents that broke off are looked for again; 0: none did
    struct err *broke; // why the last one did
    struct err *error; // ends it
};

static void upload_free(struct upload *u)
{
    for (size_t i = 0; i < ARRAY_LEN(u->lanes); i++)
        if (u->lanes[i].item)
            kube_proxy_abort(u->lanes[i].proxy);
    loop_remove_timer(u->fleet->options->loop, u->ticker);
    upload_plan_free(&u->plan);
    vec_free(&u->targets);
    err_free(u->broke);
    err_free(u->error);
}

static const struct seed_options *options_of(const struct upload *u)
{
    return u->fleet->options;
}

// --- what a node lacks ---

// 1: its agent does not tell, for now; why is in u->broke.
static int read_lacks(struct upload *u, size_t node, struct err **err)
{
    const struct target *t = &u->targets.items[node];
    const struct digest *identity = bundle_identity(options_of(u)->bundle);
    char *path CLEANUP(mem_cleanup) =
        mem_printf(SEED_API "/bundles/%s/lacks", DIGEST_HEX(identity));
    const struct agents_request request = {.path = path, .content = identity};
    struct buf body CLEANUP(buf_free) = BUF_INIT(LACKS_MAX_BYTES);
    struct seed_blobs lacks CLEANUP(seed_blobs_free) = {0};
    struct err *why CLEANUP(err_cleanup) = NULL;
    int status = 0;

    if (agents_ask(u->fleet->agents, t->pod, &request, &status, &body, &why) == 0 && status != 200)
        err_set(&why, ERR_API, "the agent on node %s: GET %s: %d: %.*s", t->node->node.name, path,
                status, SPAN_ARG(span_trim(buf_span(&body))));
    if (why && err_kind(why) == ERR_CANCELLED)
        return err_move(err, &why);
    if (why) {
        err_clear(&u->broke);
        err_move(&u->broke, &why);
        return 1;
    }
    if (seed_blobs_read(buf_span(&body), &lacks, err) < 0)
        return err_wrap(err, "the agent on node %s: GET %s", t->node->node.name, path);
    upload_plan_lacks(&u->plan, node, &lacks);
    return 0;
}

// --- what comes of a blob that was sent ---

static void on_done(void *data, const struct kube_proxy_answer *answer, const struct err *error);

static void fail(struct upload *u, struct err **error)
{
    if (!u->error)
        err_move(&u->error, error);
    err_clear(error);
}

// Looks again after a pause for what broke off. u->broke says why it did.
static void look_again(struct upload *u)
{
    u->retry_at = budget_repeat_at(&options_of(u)->budget, ++u->failures, 0);
    if (u->retry_at && u->failures <= UPLOAD_FAILURES_MAX)
        return;
    err_wrap(&u->broke, "nothing comes through to the nodes any more");
    fail(u, &u->broke);
}

// Agent or API server went away, or either says something that passes.
static void break_off(struct upload *u, struct upload_item *item, struct err **why)
{
    const struct target *t = &u->targets.items[item->node];

    upload_plan_broke(&u->plan, item);
    err_clear(&u->broke);
    err_move(&u->broke, why);
    if (u->retry_at)
        return;
    report_info(options_of(u)->report, "seed", "node %s: the upload broke off: %s",
                t->node->node.name, err_message(u->broke));
    look_again(u);
}

// The agent says that it is another one: is it, here?
static void check_spoilt(struct upload *u, struct upload_item *item)
{
    const struct bundle *bundle = options_of(u)->bundle;
    const struct bundle_blob *blob = bundle_find_blob(bundle, &item->blob.digest);
    struct stream *s CLEANUP(stream_cleanup) = bundle_stream(bundle, blob);
    struct err *error = NULL;

    upload_plan_spoilt(item);
    if (stream_drain(s, &error) < 0) {
        fail(u, &error);
        return;
    }
    report_warn(options_of(u)->report, "seed", "node %s: %s arrived as something else; once more",
                u->targets.items[item->node].node->node.name, DIGEST_TEXT(&item->blob.digest));
    if (item->damaged < UPLOAD_DAMAGED_MAX)
        return;
    err_set(&error, ERR_INTEGRITY, "%s arrives on the nodes as something else again and again",
            DIGEST_TEXT(&item->blob.digest));
    err_hint(&error, "it is whole in the bundle: what is between here and the nodes changes it");
    fail(u, &error);
}

static void refuse(struct upload *u, const struct upload_item *item, enum err_kind kind,
                   const struct kube_proxy_answer *answer)
{
    struct err *error = NULL;

    err_set(&error, kind, "the agent on node %s does not take %s: %d: %.*s",
            u->targets.items[item->node].node->node.name, DIGEST_TEXT(&item->blob.digest),
            answer->status, SPAN_ARG(span_trim(answer->body)));
    if (kind == ERR_TERMINAL)
        err_hint(&error, "make room on its disk; '--store-budget' says how much may be used");
    fail(u, &error);
}

static void take_answer(struct upload *u, struct upload_item *item,
                        const struct kube_proxy_answer *answer)
{
    struct err *why = NULL;

    switch (answer->status) {
    case 200:
    case 201:
    case 204:
        upload_plan_arrived(item);
        u->failures = 0;
        u->result->sent_blobs++;
        break;
    case 401:
    case 403: refuse(u, item, ERR_API, answer); break;
    case 422: check_spoilt(u, item); break;
    case 507: refuse(u, item, ERR_TERMINAL, answer); break;
    default: // 409: it has another part of it than it said; a loader that has not got its agent yet
        err_set(&why, ERR_API, "%d: %.*s", answer->status, SPAN_ARG(span_trim(answer->body)));
        break_off(u, item, &why);
    }
}

// --- sending ---

static void send(struct lane *l, struct upload_item *item)
{
    struct upload *u = l->upload;
    const struct seed_options *o = options_of(u);
    const struct bundle_blob *blob = bundle_find_blob(o->bundle, &item->blob.digest);
    char *path CLEANUP(mem_cleanup) =
        mem_printf(SEED_API "/blobs/%s?size=%" PRIu64 "&offset=%" PRIu64,
                   DIGEST_HEX(&item->blob.digest), item->blob.size, item->blob.have);
    const struct agents_request signed_as = {
        .method = "PUT", .path = path, .content = &item->blob.digest};
    const struct http_file file = {.fd = bundle_fd(o->bundle),
                                   .offset = blob->offset + item->blob.have,
                                   .size = item->blob.size - item->blob.have};
    struct buf mac CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const char *headers[2] = {NULL};
    const struct kube_proxy_request request = {.method = "PUT",
                                               .ns = SEED_NAMESPACE,
                                               .pod = u->targets.items[item->node].pod,
                                               .port = u->fleet->agents->port,
                                               .path = path,
                                               .headers = headers,
                                               .file = &file,
                                               .budget = o->budget};

    agents_sign(u->fleet->agents, &signed_as, &mac);
    headers[0] = buf_str(&mac);
    l->item = item;
    l->proxy = kube_proxy_start(o->kube, &request, on_done, l);
}

static void feed(struct upload *u)
{
    for (size_t i = 0; i < ARRAY_LEN(u->lanes) && !u->error; i++) {
        struct upload_item *item = u->lanes[i].item ? NULL : upload_plan_next(&u->plan);

        if (item)
            send(&u->lanes[i], item);
    }
}

static void on_done(void *data, const struct kube_proxy_answer *answer, const struct err *error)
{
    struct lane *l = data;
    struct upload *u = l->upload;
    struct upload_item *item = l->item;
    struct err *why = NULL;

    u->result->sent_bytes += kube_proxy_sent(l->proxy);
    l->item = NULL;
    if (answer->reason == KUBE_OK) {
        take_answer(u, item, answer);
    } else {
        why = err_clone(error);
        if (answer->reason == KUBE_FORBIDDEN || err_kind(why) == ERR_CANCELLED)
            fail(u, &why);
        else
            break_off(u, item, &why);
    }
    feed(u);
}

// --- going on ---

static int recover(struct upload *u, struct err **err)
{
    u->retry_at = 0;
    if (fleet_start(u->fleet, err) < 0)
        return -1;
    for (size_t i = 0; i < u->targets.len; i++) {
        struct target *t = &u->targets.items[i];
        int untold;

        t->pod = t->node->pod;
        if (!u->plan.nodes.items[i].away)
            continue;
        untold = read_lacks(u, i, err);
        if (untold < 0)
            return -1;
        if (untold == 0)
            upload_plan_return(&u->plan, i);
    }
    if (upload_plan_is_away(&u->plan) && !u->retry_at)
        look_again(u);
    feed(u);
    return 0;
}

static bool is_idle(const struct upload *u)
{
    for (size_t i = 0; i < ARRAY_LEN(u->lanes); i++)
        if (u->lanes[i].item)
            return false;
    return true;
}

static bool is_over(void *data)
{
    const struct upload *u = data;

    return u->error || (is_idle(u) && !upload_plan_is_away(&u->plan));
}

static bool is_over_or_broken(void *data)
{
    const struct upload *u = data;

    return u->retry_at || is_over(data);
}

static int run(struct upload *u, struct err **err)
{
    struct loop *loop = options_of(u)->loop;

    feed(u);
    for (;;) {
        int late;

        // When to look again is known only once something has broken off.
        if (loop_run_until(loop, is_over_or_broken, u, TIMER_NEVER, err) < 0)
            return -1;
        late = loop_run_until(loop, is_over, u, u->retry_at, err);
        if (late < 0)
            return -1;
        if (!late)
            return u->error ? err_move(err, &u->error) : 0;
        if (recover(u, err) < 0)
            return -1;
    }
}

// --- from the start ---

static void tell(void *data)
{
    struct upload *u = data;
    struct upload_progress *p = &u->progress;
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    p->now = timer_now();
    p->left_bytes = upload_plan_left(&u->plan, &p->left_blobs);
    for (size_t i = 0; i < ARRAY_LEN(u->lanes); i++)
        if (u->lanes[i].item)
            p->left_bytes -= kube_proxy_sent(u->lanes[i].proxy);
    upload_progress_tell(p, &text);
    report_info(options_of(u)->report, "seed", "uploading: %s", buf_str(&text));
    u->ticker = loop_add_timer(options_of(u)->loop, timer_now() + UPLOAD_TELL_MS, tell, u);
}

// What the nodes lack has to be here: a delta is no use without the bundle that it is since.
static int check_held(const struct upload *u, struct err **err)
{
    const struct bundle *b = options_of(u)->bundle;

    VEC_FOREACH (const struct upload_item *, it, &u->plan.items)
        if (it->state != UPLOAD_THERE &&
            bundle_check_holds(b, bundle_find_blob(b, &it->blob.digest), err) < 0)
            return -1;
    return 0;
}

static int look(struct upload *u, const struct seed_blobs *needed, struct err **err)
{
    VEC_FOREACH (struct seed_node *, it, &u->fleet->nodes->items)
        if (!it->skipped)
            vec_push(&u->targets, (struct target){it, it->pod});
    upload_plan_begin(&u->plan, needed, u->targets.len);
    for (size_t i = 0; i < u->targets.len; i++) {
        int untold = read_lacks(u, i, err);

        if (untold)
            return untold < 0 ? -1 : err_move(err, &u->broke);
    }
    upload_plan_order(&u->plan);
    return check_held(u, err);
}

static void begin_progress(struct upload *u)
{
    struct upload_progress *p = &u->progress;

    p->total_bytes = p->then_left = p->left_bytes = upload_plan_left(&u->plan, &p->total_blobs);
    p->then = timer_now();
    VEC_FOREACH (const struct upload_item *, it, &u->plan.items)
        u->result->skipped_bytes += it->state == UPLOAD_THERE ? it->blob.size : it->blob.have;
    if (!p->total_blobs)
        return;
    report_info(options_of(u)->report, "seed",
                "uploading %" PRIu64 " MB, %zu blob%s, through the API server",
                p->total_bytes / 1000000, p->total_blobs, PLURAL(p->total_blobs));
    u->ticker = loop_add_timer(options_of(u)->loop, timer_now() + UPLOAD_TELL_MS, tell, u);
}

static void tell_end(const struct upload *u, int64_t begun, uint64_t before)
{
    const uint64_t bytes = u->result->sent_bytes - before;
    const int64_t took = timer_now() - begun;
    char text[32];

    if (!u->progress.total_blobs)
        return;
    report_info(options_of(u)->report, "seed", "uploaded %" PRIu64 " MB in %s, %" PRIu64 " MB/s",
                bytes / 1000000, timer_format(took, text),
                bytes / 1000 / (uint64_t)(took > 0 ? took : 1));
}

int upload_run(const struct fleet *f, const struct seed_blobs *needed, struct seed_result *result,
               struct err **err)
{
    struct upload u CLEANUP(upload_free) = {.fleet = f, .result = result};
    const uint64_t before = result->sent_bytes;
    int64_t begun;

    for (size_t i = 0; i < ARRAY_LEN(u.lanes); i++)
        u.lanes[i].upload = &u;
    if (look(&u, needed, err) < 0)
        return -1;
    begin_progress(&u);
    begun = timer_now();
    if (run(&u, err) < 0)
        return -1;
    tell_end(&u, begun, before);
    return 0;
}
