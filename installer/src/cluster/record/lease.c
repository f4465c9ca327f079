// SPDX-License-Identifier: Apache-2.0
// Taking, renewing and giving up the Lease.
#include "cluster/record/lease.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/timer.h"
#include "base/when.h"
#include "io/doc.h"

#define LEASE_NAME "sandstrap"

enum {
    LEASE_LOOK_MS = 500, // at one that somebody else holds
    LEASE_LAST_MS = 300, // for giving it up
    LEASE_SECOND_MS = 1000,
    LEASE_TIME_BYTES = 40,
    LEASE_HOST_BYTES = 256,
};

struct lease {
    struct lease_options options;
    const struct kube_resource *resource;
    char *identity; // "sandstrap up of root@operator (pid 123), 5f2a61c3"
    char acquired[LEASE_TIME_BYTES];
    int64_t transitions; // how often it changed hands
    char *version;       // resourceVersion, as it was last written or read
    bool held;
    uint64_t timer;
    struct kube_call *renewal;
    struct err *lost;
};

// --- who ---

static char *identity_of(const char *command)
{
    const struct passwd *user = getpwuid(geteuid());
    char host[LEASE_HOST_BYTES] = "";
    unsigned mark = 0;

    if (gethostname(host, sizeof(host) - 1) < 0 || !*host)
        memcpy(host, "?", 2);
    // Two containers may have one name and one number.
    if (getrandom(&mark, sizeof(mark), 0) != sizeof(mark))
        mem_die("no random numbers");
    return mem_printf("sandstrap %s of %s@%s (pid %ld), %08x", command, user ? user->pw_name : "?",
                      host, (long)getpid(), mark);
}

// Without the mark, which tells people nothing.
static char *holder_name(struct span holder)
{
    return text_plain(span_head(holder, span_rfind(holder, ',')), false);
}

struct lease *lease_new(const struct lease_options *options)
{
    struct lease *l = MEM_NEW(struct lease);

    l->options = *options;
    l->identity = identity_of(options->command);
    return l;
}

bool lease_is_held(const struct lease *l)
{
    return l->held;
}

int lease_check(const struct lease *l, struct err **err)
{
    struct err *copy;

    if (!l->lost)
        return 0;
    copy = err_clone(l->lost);
    return err_move(err, &copy);
}

// --- what is written ---

static void micro_time(char out[LEASE_TIME_BYTES])
{
    struct timespec now;
    struct tm utc;
    size_t len;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    len = strftime(out, LEASE_TIME_BYTES, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(out + len, LEASE_TIME_BYTES - len, ".%06ldZ", now.tv_nsec / 1000 % 1000000);
}

// As ours, or as nobody's.
static struct node *lease_node(const struct lease *l, bool ours, struct doc *d)
{
    struct node *root = node_new_map(d), *metadata = node_new_map(d), *spec = node_new_map(d);
    char now[LEASE_TIME_BYTES];

    micro_time(now);
    node_set_str(d, root, "apiVersion", SPAN("coordination.k8s.io/v1"));
    node_set_str(d, root, "kind", SPAN("Lease"));
    node_set(d, root, SPAN("metadata"), metadata);
    node_set_str(d, metadata, "name", SPAN(LEASE_NAME));
    node_set_str(d, metadata, "namespace", span_str(l->options.ns));
    if (l->version)
        node_set_str(d, metadata, "resourceVersion", span_str(l->version));
    node_set(d, root, SPAN("spec"), spec);
    if (ours)
        node_set_str(d, spec, "holderIdentity", span_str(l->identity));
    node_set(d, spec, SPAN("leaseDurationSeconds"),
             node_new_int(d, l->options.lasts_ms / LEASE_SECOND_MS));
    node_set_str(d, spec, "acquireTime", span_str(l->acquired));
    node_set_str(d, spec, "renewTime", span_str(now));
    node_set(d, spec, SPAN("leaseTransitions"), node_new_int(d, l->transitions));
    return root;
}

static void note_version(struct lease *l, const struct node *object)
{
    free(l->version);
    l->version = mem_str(node_get_str(node_get(object, "metadata"), "resourceVersion"));
}

// --- renewing ---

static void renew_in(struct lease *l, int64_t ms);

static struct kube_request request_of(const struct lease *l, enum kube_verb verb,
                                      const struct node *body)
{
    return (struct kube_request){.verb = verb,
                                 .resource = l->resource,
                                 .ns = l->options.ns,
                                 .name = LEASE_NAME,
                                 .body = body};
}

// In the background, where a renewal that comes too late is none.
static struct kube_call *ask(struct lease *l, enum kube_verb verb, const struct node *body,
                             kube_done_fn *done)
{
    struct kube_request request = request_of(l, verb, body);

    request.budget.deadline = timer_now() + l->options.renew_ms;
    return kube_start(l->options.kube, &request, done, l);
}

static int held_by(struct span holder, struct span since, struct err **err)
{
    char *name CLEANUP(mem_cleanup) = holder_name(holder);
    char text[WHEN_TEXT_BYTES] = "?";
    int64_t seconds;

    if (when_parse(since, &seconds))
        when_format(seconds, when_now(), text);
    return err_set(err, ERR_PREFLIGHT, "%s has been writing to this cluster since %s", name, text);
}

static void lose(struct lease *l, const struct node *object)
{
    const struct node *spec = node_get(object, "spec");
    struct span holder = node_get_text(spec, "holderIdentity");

    l->held = false;
    if (holder.len)
        held_by(holder, node_get_text(spec, "acquireTime"), &l->lost);
    else
        err_set(&l->lost, ERR_PREFLIGHT, "somebody took it away");
    err_wrap(&l->lost, "the Lease %s/" LEASE_NAME " is lost", l->options.ns);
    err_hint(&l->lost, "this one has stopped writing; when the other one has ended, run it again");
}

// Somebody has written it meanwhile: we ourselves, when an answer was lost.
static void on_looked(void *data, struct kube_answer *answer, const struct err *error)
{
    struct lease *l = data;
    struct span holder = node_get_text(node_get(answer->object, "spec"), "holderIdentity");

    l->renewal = NULL;
    if (answer->reason == KUBE_NOT_FOUND || (!error && !span_is(holder, l->identity))) {
        lose(l, error ? NULL : answer->object);
        return;
    }
    if (!error)
        note_version(l, answer->object);
    renew_in(l, l->options.renew_ms);
}

static void on_renewed(void *data, struct kube_answer *answer, const struct err *error)
{
    struct lease *l = data;

    l->renewal = NULL;
    if (answer->reason == KUBE_CONFLICT || answer->reason == KUBE_NOT_FOUND) {
        l->renewal = ask(l, KUBE_GET, NULL, on_looked);
        return;
    }
    if (!error)
        note_version(l, answer->object);
    // An API server that is away grants nobody else anything.
    renew_in(l, error ? LEASE_LOOK_MS : l->options.renew_ms);
}

static void on_due(void *data)
{
    struct lease *l = data;
    struct doc *d CLEANUP(doc_cleanup) = doc_new();

    l->timer = 0;
    l->renewal = ask(l, KUBE_REPLACE, lease_node(l, true, d), on_renewed);
}

static void renew_in(struct lease *l, int64_t ms)
{
    l->timer = loop_add_timer(l->options.loop, timer_now() + ms, on_due, l);
}

// --- taking ---

// What is known of one that somebody else holds.
struct sight {
    char *version;
    int64_t since; // when it was first seen like that
    int64_t lasts_ms;
};

static void sight_free(struct sight *sight)
{
    free(sight->version);
}

// Writes it as ours: 1 when somebody was quicker.
static int write_ours(struct lease *l, enum kube_verb verb, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    struct kube_request request;
    int result;

    micro_time(l->acquired);
    request = request_of(l, verb, lease_node(l, true, d));
    request.budget = l->options.budget;
    request.repeatable = true;
    result = kube_perform(l->options.kube, &request, &answer, err);
    if (answer.reason == KUBE_CONFLICT || answer.reason == KUBE_ALREADY_EXISTS ||
        (verb == KUBE_REPLACE && answer.reason == KUBE_NOT_FOUND)) {
        err_clear(err);
        return 1;
    }
    if (result < 0)
        return -1;
    note_version(l, answer.object);
    l->held = true;
    renew_in(l, l->options.renew_ms);
    return 0;
}

static int refuse(struct span holder, const struct node *spec, struct err **err)
{
    held_by(holder, node_get_text(spec, "acquireTime"), err);
    return err_hint(err, "wait until it has ended, or end it there, then run this again");
}

// Whether the holder gives no sign of life: 1, 0 when that is not certain yet.
static int look_at_holder(struct lease *l, struct sight *sight, const struct node *object,
                          struct err **err)
{
    const struct node *spec = node_get(object, "spec");
    struct span holder = node_get_text(spec, "holderIdentity");
    char *name CLEANUP(mem_cleanup) = holder_name(holder);

    if (sight->version && strcmp(sight->version, l->version) != 0)
        return refuse(holder, spec, err);
    if (!sight->version) {
        sight->version = mem_str(l->version);
        sight->since = timer_now();
        sight->lasts_ms = node_get_int(spec, "leaseDurationSeconds", 0) * LEASE_SECOND_MS;
        report_info(l->options.report, "record",
                    "%s holds the Lease %s/" LEASE_NAME ": waiting up to %llds for a sign of life",
                    name, l->options.ns, (long long)(sight->lasts_ms / LEASE_SECOND_MS));
        return 0;
    }
    if (timer_now() - sight->since < sight->lasts_ms)
        return 0;
    report_info(l->options.report, "record", "%s gave no sign of life: its Lease is taken over",
                name);
    return 1;
}

// One attempt: 1 when it is to be repeated.
static int try_take(struct lease *l, struct sight *sight, struct err **err)
{
    struct kube_answer answer CLEANUP(kube_answer_free) = {0};
    const struct node *spec;
    struct span holder;
    int result = kube_get(l->options.kube, l->resource, l->options.ns, LEASE_NAME, &answer, err);

    if (result < 0)
        return -1;
    if (result == 1) {
        free(l->version);
        l->version = NULL;
        return write_ours(l, KUBE_CREATE, err);
    }
    note_version(l, answer.object);
    spec = node_get(answer.object, "spec");
    holder = node_get_text(spec, "holderIdentity");
    if (holder.len && !span_is(holder, l->identity)) {
        result = look_at_holder(l, sight, answer.object, err);
        if (result < 1)
            return result < 0 || loop_sleep(l->options.loop, LEASE_LOOK_MS, err) < 0 ? -1 : 1;
    }
    l->transitions = node_get_int(spec, "leaseTransitions", 0) + 1;
    return write_ours(l, KUBE_REPLACE, err);
}

int lease_take(struct lease *l, struct err **err)
{
    struct sight sight CLEANUP(sight_free) = {0};
    int result;

    if (l->held)
        return 0;
    if (lease_check(l, err) < 0)
        return -1;
    l->resource = kube_find(l->options.kube, SPAN("coordination.k8s.io/v1"), SPAN("Lease"), err);
    if (!l->resource)
        return -1;
    do {
        if (budget_is_over(&l->options.budget))
            return err_set(err, ERR_TIMEOUT,
                           "the time was over before the Lease %s/" LEASE_NAME " could be taken",
                           l->options.ns);
        result = try_take(l, &sight, err);
    } while (result == 1);
    return result;
}

// --- giving it up ---

void lease_leave(struct lease *l)
{
    loop_remove_timer(l->options.loop, l->timer);
    kube_abort(l->renewal);
    l->timer = 0;
    l->renewal = NULL;
    l->held = false;
}

static void on_given_up(void *data, struct kube_answer *answer UNUSED,
                        const struct err *error UNUSED)
{
    struct lease *l = data;

    l->renewal = NULL;
}

static bool is_answered(void *data)
{
    return !((struct lease *)data)->renewal;
}

// A renewal on its way is waited for, for what it writes is what this has to replace.
static void give_up(struct lease *l)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    int64_t deadline = timer_now() + LEASE_LAST_MS;

    if (!loop_run_last(l->options.loop, is_answered, l, deadline) || !l->held)
        return;
    loop_remove_timer(l->options.loop, l->timer);
    l->renewal = ask(l, KUBE_REPLACE, lease_node(l, false, d), on_given_up);
    if (!loop_run_last(l->options.loop, is_answered, l, deadline))
        report_warn(l->options.report, "record",
                    "the Lease %s/" LEASE_NAME
                    " could not be given up: the next run waits until it is over",
                    l->options.ns);
}

void lease_free(struct lease *l)
{
    if (!l)
        return;
    if (l->held)
        give_up(l);
    lease_leave(l);
    err_free(l->lost);
    free(l->version);
    free(l->identity);
    free(l);
}
