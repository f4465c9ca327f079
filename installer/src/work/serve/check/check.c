// SPDX-License-Identifier: Apache-2.0
// Whether a server gives every artifact of a bundle to every kind of client, byte for byte: the
// test of a bastion before the gap closes.
#include "io/http.h"
#include "work/serve.h"
#include "work/serve/check/client.h"

enum { CLIENTS_MAX = 16 };

struct check {
    struct loop *loop;
    const struct bundle *bundle;
    const struct serve_check_options *options;
    struct serve_tried *tried;
    struct http *plain, *tls; // NULL: the server is not asked so
    struct map known[CLIENTS_MAX];
};

static void check_free(struct check *c)
{
    http_free(c->plain);
    http_free(c->tls);
    for (size_t i = 0; i < CLIENTS_MAX; i++)
        map_free(&c->known[i]);
}

// --- kinds of clients ---

static bool is_image(const struct bundle_artifact *a)
{
    return a->kind == BUNDLE_IMAGE;
}

static bool is_https_chart(const struct bundle_artifact *a)
{
    return a->kind == BUNDLE_CHART && !bundle_is_oci(a);
}

static bool is_of_registry(const struct bundle_artifact *a)
{
    return bundle_is_oci(a);
}

static bool is_git(const struct bundle_artifact *a)
{
    return a->kind == BUNDLE_GIT;
}

static bool is_file(const struct bundle_artifact *a)
{
    return a->kind == BUNDLE_FILE;
}

// `by_own_name`: it asks the server by its own name, over HTTP; the others ask for the upstream
// host, over HTTPS where the server has it.
static const struct kind {
    const char *name;
    bool (*takes)(const struct bundle_artifact *a);
    check_fn *check;
    bool by_own_name;
} kinds[] = {
    {"containerd", is_image, check_containerd, true},
    {"CRI-O", is_image, check_crio, true},
    {"a registry client", is_of_registry, check_registry, false},
    {"helm", is_https_chart, check_charts, false},
    {"git", is_git, check_git, false},
    {"go-git", is_git, check_go_git, false},
    {"a download", is_file, check_file, false},
    {"a download by path", is_file, check_file_path, true},
};

// --- the server ---

static int connect_to(struct check *c, const char *at, struct http **http, struct err **err)
{
    const struct http_options options = {
        .report = c->options->report, .ca_file = c->options->ca_file, .connect_to = at};

    *http = http_new(c->loop, &options, err);
    return *http ? 0 : -1;
}

// Nobody there is one error, not one for each artifact.
static int reach(struct http *http, const char *scheme, const char *at, struct err **err)
{
    struct buf url CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct http_request request = {0};
    struct http_response r CLEANUP(http_response_free) = {0};
    struct err *failure CLEANUP(err_cleanup) = NULL;

    if (!http)
        return 0;
    buf_printf(&url, "%s://%s/healthz", scheme, at);
    request.url = buf_str(&url);
    if (http_perform(http, &request, &r, &failure) < 0 &&
        (r.failure == HTTP_UNREACHED || r.failure == HTTP_CANCELLED))
        return err_move(err, &failure);
    return 0;
}

// --- the check ---

static void tell(struct check *c, const struct bundle_artifact *a, const char *client,
                 const struct err *error)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    err_format(error, &text);
    report_warn(c->options->report, "serve", "%s %.*s%s%.*s as %s: %s", bundle_kind_name(a->kind),
                SPAN_ARG(a->name), a->version.len ? " " : "", SPAN_ARG(a->version), client,
                buf_str(&text));
}

// One artifact by one kind of client. -1 only when all is to end.
static int try(struct check *c, size_t k, const struct bundle_artifact *artifact, struct err **err)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    bool by_tls = c->tls && !kinds[k].by_own_name;
    const struct check_client client = {.name = kinds[k].name,
                                        .http = by_tls ? c->tls : c->plain,
                                        .scheme = by_tls ? "https" : "http",
                                        .at = c->options->plain,
                                        .known = &c->known[k],
                                        .bytes = &c->tried->bytes};
    struct check_ask ask = {&client, c->bundle, artifact, arena};
    struct err *failure CLEANUP(err_cleanup) = NULL;

    if (!client.http)
        return 0;
    if (kinds[k].check(&ask, &failure) == 0) {
        c->tried->fetched++;
        return 0;
    }
    if (err_kind(failure) == ERR_CANCELLED)
        return err_move(err, &failure);
    c->tried->failed++;
    tell(c, artifact, client.name, failure);
    return 0;
}

static int try_all(struct check *c, struct err **err)
{
    size_t count;
    const struct bundle_artifact *artifacts = bundle_artifacts(c->bundle, &count);

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
            if (kinds[k].takes(&artifacts[i]) && try(c, k, &artifacts[i], err) < 0)
                return -1;
    return 0;
}

static int try_smallest(struct check *c, struct err **err)
{
    size_t count;
    const struct bundle_artifact *artifacts = bundle_artifacts(c->bundle, &count);

    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        const struct bundle_artifact *smallest = NULL;

        for (size_t i = 0; i < count; i++)
            if (kinds[k].takes(&artifacts[i]) &&
                (!smallest || bundle_artifact_size(c->bundle, &artifacts[i]) <
                                  bundle_artifact_size(c->bundle, smallest)))
                smallest = &artifacts[i];
        if (smallest && try(c, k, smallest, err) < 0)
            return -1;
    }
    return 0;
}

// By name nobody is asked for who is there: each name may lead elsewhere.
static int connect_all(struct check *c, struct err **err)
{
    const struct serve_check_options *o = c->options;

    if (o->by_name)
        return connect_to(c, NULL, &c->tls, err);
    if ((o->plain && connect_to(c, o->plain, &c->plain, err) < 0) ||
        (o->tls && connect_to(c, o->tls, &c->tls, err) < 0))
        return -1;
    return reach(c->plain, "http", o->plain, err) < 0 || reach(c->tls, "https", o->tls, err) < 0
               ? -1
               : 0;
}

int serve_check(struct loop *loop, const struct bundle *b,
                const struct serve_check_options *options, struct serve_tried *tried,
                struct err **err)
{
    struct check c CLEANUP(check_free) = {
        .loop = loop, .bundle = b, .options = options, .tried = tried};

    _Static_assert(ARRAY_LEN(kinds) <= CLIENTS_MAX, "each kind knows what it has");
    *tried = (struct serve_tried){0};
    if (connect_all(&c, err) < 0 ||
        (options->sample ? try_smallest(&c, err) : try_all(&c, err)) < 0)
        return -1;
    if (tried->failed)
        return err_set(err, ERR_SOURCE, "%u of %u checks failed", tried->failed,
                       tried->fetched + tried->failed);
    return 0;
}
