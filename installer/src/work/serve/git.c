// SPDX-License-Identifier: Apache-2.0
// git over smart HTTP (gitprotocol-http), version 0: the pinned commits of repositories, read only.
// What is asked and said is in model/git; here repositories are looked up and packs sent, from
// where they are.
#include "base/mem.h"
#include "base/url.h"
#include "io/archive.h"
#include "work/serve/ask.h"

#define REQUEST_MAX_BYTES ((uint64_t)16 << 20) // 300,000 commits that a client has
#define REQUEST_TYPE "application/x-git-upload-pack-request"
#define RESULT_TYPE "application/x-git-upload-pack-result"
#define REFS_TYPE "application/x-git-upload-pack-advertisement"
#define NO_CACHE                                                                                   \
    "Expires: Fri, 01 Jan 1980 00:00:00 GMT\r\nPragma: no-cache\r\n"                               \
    "Cache-Control: no-cache, max-age=0, must-revalidate\r\n"

// --- the pack on its way ---

// An answer with a pack: what is said before, then the pack, as it is or in packets.
struct sending {
    struct span prelude;
    const struct content_join *all; // NULL: one pack as it is
    struct content_bytes *packs;    // those that are open, by the place of the pin
    size_t pack_count;
    bool side_band;

    uint64_t left;      // of the pack
    size_t packet_left; // of the packet that was begun
    size_t at;          // the part, counted from the header
    uint64_t part_done; // bytes of it
    char band_head[GIT_BAND_HEAD_BYTES + 1];
    struct git_part whole; // without `all`: the only part
};

// The part at s->at: header and checksum are memory, all others files.
static struct httpd_piece part_of(const struct sending *s)
{
    const struct git_part *part = &s->whole;

    if (s->all && s->at == 0)
        return (struct httpd_piece){.fd = -1,
                                    .bytes = span_of(s->all->header, sizeof(s->all->header))};
    if (s->all && s->at == s->all->part_count + 1)
        return (struct httpd_piece){.fd = -1,
                                    .bytes = span_of(s->all->checksum, sizeof(s->all->checksum))};
    if (s->all)
        part = &s->all->parts[s->at - 1];
    return (struct httpd_piece){.fd = s->packs[part->pack].fd,
                                .offset = s->packs[part->pack].offset + part->offset,
                                .len = part->len};
}

// At most `most` bytes of the pack; how many there are in the piece.
static uint64_t next_of_pack(struct sending *s, uint64_t most, struct httpd_piece *piece)
{
    uint64_t whole, len;

    *piece = part_of(s);
    whole = piece->fd >= 0 ? piece->len : piece->bytes.len;
    len = whole - s->part_done < most ? whole - s->part_done : most;
    piece->bytes = span_head(span_tail(piece->bytes, s->part_done), len);
    piece->offset += s->part_done;
    piece->len = len;
    s->left -= len;
    s->part_done += len;
    if (s->part_done == whole) {
        s->at++;
        s->part_done = 0;
    }
    return len;
}

static void next_piece(void *data, struct httpd_piece *piece)
{
    struct sending *s = data;

    *piece = (struct httpd_piece){.fd = -1, .bytes = s->prelude};
    s->prelude = SPAN_EMPTY;
    if (piece->bytes.len)
        return;
    if (!s->left) {
        piece->bytes = SPAN("0000");
    } else if (!s->side_band) {
        (void)next_of_pack(s, s->left, piece);
    } else if (!s->packet_left) {
        s->packet_left = s->left < GIT_BAND_MAX_BYTES ? (size_t)s->left : GIT_BAND_MAX_BYTES;
        git_format_band(s->packet_left, s->band_head);
        piece->bytes = span_of(s->band_head, GIT_BAND_HEAD_BYTES);
    } else {
        s->packet_left -= (size_t)next_of_pack(s, s->packet_left, piece);
    }
}

static void release(void *data)
{
    struct sending *s = data;

    for (size_t i = 0; i < s->pack_count; i++)
        content_release(&s->packs[i]);
}

// --- what is posted ---

// A request to git-upload-pack on its way in.
struct upload {
    struct ask *ask;
    struct span path; // of the repository
    struct gunzip *gunzip;
    struct git_want want;
};

static void answer_git(struct ask *a, const char *type, struct span bytes)
{
    httpd_answer(a->http, &(struct httpd_answer){
                              .status = 200, .type = type, .headers = NO_CACHE, .bytes = bytes});
}

// Clients show this, and not the body of an error's status.
static void answer_error(struct ask *a, const struct err *err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct buf body CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);

    err_format(err, &text);
    git_format_failure(buf_str(&text), &body);
    answer_git(a, RESULT_TYPE, buf_span(&body));
}

// Opens the pack of the one pin that is wanted, or of all.
static int open_packs(struct ask *a, const struct serve_content *c, const struct content_git *git,
                      const bool *wanted, struct sending *s, struct err **err)
{
    size_t wants = 0;

    s->packs = arena_array(a->arena, git->packs.len, sizeof(*s->packs));
    for (size_t i = 0; i < git->packs.len; i++)
        wants += wanted[i];
    if (wants > 1)
        s->all = git->all;
    for (; s->pack_count < git->packs.len; s->pack_count++) {
        struct content_bytes *bytes = &s->packs[s->pack_count];
        const struct digest *digest = &git->packs.items[s->pack_count];

        *bytes = (struct content_bytes){.fd = -1};
        if (!s->all && !wanted[s->pack_count])
            continue;
        if (content_open(c, digest, bytes, err) < 0)
            return -1;
        s->whole = (struct git_part){.pack = s->pack_count, .len = bytes->size};
    }
    s->left = s->all ? s->all->size : s->whole.len;
    return 0;
}

static uint64_t whole_size(const struct sending *s)
{
    uint64_t packets = (s->left + GIT_BAND_MAX_BYTES - 1) / GIT_BAND_MAX_BYTES;

    return s->prelude.len + s->left +
           (s->side_band ? packets * GIT_BAND_HEAD_BYTES + sizeof("0000") - 1 : 0);
}

static void answer_pack(struct upload *u, const struct serve_content *c,
                        const struct content_git *git, const bool *wanted)
{
    struct ask *a = u->ask;
    struct buf prelude CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct sending *s = ARENA_NEW(a->arena, struct sending);

    git_format_answer(&u->want, git->pins.items, git->pins.len, wanted, &prelude);
    if (!u->want.done) {
        answer_git(a, RESULT_TYPE, buf_span(&prelude));
        return;
    }
    if (open_packs(a, c, git, wanted, s, &err) < 0) {
        release(s);
        answer_failure(a, err);
        return;
    }
    s->prelude = arena_span(a->arena, buf_span(&prelude));
    s->side_band = u->want.side_band;
    httpd_answer(a->http, &(struct httpd_answer){.status = 200,
                                                 .type = RESULT_TYPE,
                                                 .headers = NO_CACHE,
                                                 .size = whole_size(s),
                                                 .next = next_piece,
                                                 .release = release,
                                                 .data = s});
}

// Several come as one pack, which has all pins: each is told as shallow then.
static void widen(bool *wanted, size_t count)
{
    size_t wants = 0;

    for (size_t i = 0; i < count; i++)
        wants += wanted[i];
    for (size_t i = 0; wants > 1 && i < count; i++)
        wanted[i] = true;
}

static const struct content_git *repository(const struct ask *a, const struct serve_content *c,
                                            struct span path)
{
    return a->host.len || a->by_name ? content_git(c, a->host, path) : NULL;
}

// The refs may have been those of what was served before.
static void answer_upload(struct upload *u)
{
    struct ask *a = u->ask;
    struct err *first CLEANUP(err_cleanup) = NULL;
    const struct serve_content *c;

    for (size_t i = 0; (c = ask_generation(a, i)); i++) {
        const struct content_git *git = repository(a, c, u->path);
        struct err *err CLEANUP(err_cleanup) = NULL;
        bool *wanted = arena_array(a->arena, git ? git->pins.len : 1, sizeof(*wanted));

        if (!git)
            continue;
        if (git_want_resolve(&u->want, git->pins.items, git->pins.len, wanted, &err) == 0) {
            ask_found(a, i);
            widen(wanted, git->pins.len);
            answer_pack(u, c, git, wanted);
            return;
        }
        if (!first)
            first = STEAL(err);
    }
    if (first) {
        a->missing = true;
        answer_error(a, first);
    } else {
        answer_missing(a, a->what);
    }
}

static int take_plain(void *data, struct span piece, struct err **err)
{
    return git_want_add(&((struct upload *)data)->want, piece, err);
}

static int take_piece(void *data, struct span piece, struct err **err)
{
    struct upload *u = data;

    return u->gunzip ? gunzip_add(u->gunzip, piece, err) : take_plain(u, piece, err);
}

static void take_end(void *data, const struct err *error)
{
    struct upload *u = data;
    struct err *err CLEANUP(err_cleanup) = NULL;

    if (error)
        answer_error(u->ask, error);
    else if ((u->gunzip && gunzip_end(u->gunzip, &err) < 0) || git_want_end(&u->want, &err) < 0)
        answer_error(u->ask, err);
    else
        answer_upload(u);
    gunzip_free(u->gunzip);
}

static void upload_pack(struct ask *a, struct span path)
{
    struct span encoding = httpd_header(a->http, "content-encoding");
    struct upload *u = ARENA_NEW(a->arena, struct upload);
    const struct httpd_sink sink = {.piece = take_piece, .end = take_end, .data = u};

    if (!span_is(a->http->method, "POST")) {
        answer_wrong_method(a, "POST");
        return;
    }
    if (!span_is(httpd_header(a->http, "content-type"), REQUEST_TYPE)) {
        answer_text(a, 415, "git-upload-pack takes " REQUEST_TYPE " only");
        return;
    }
    u->ask = a;
    u->path = path;
    git_want_start(&u->want, a->arena);
    if (span_is(encoding, "gzip") || span_is(encoding, "x-gzip")) {
        u->gunzip = gunzip_new(REQUEST_MAX_BYTES, "the request", take_plain, u);
    } else if (encoding.len && !span_is(encoding, "identity")) {
        answer_text(a, 415, "the request's encoding is not gzip: %.*s", SPAN_ARG(encoding));
        return;
    }
    httpd_receive(a->http, REQUEST_MAX_BYTES, &sink);
}

// --- what is asked for ---

static void info_refs(struct ask *a, const struct content_git *git)
{
    struct buf refs CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct span service;

    if (!span_is(a->http->method, "GET") && !span_is(a->http->method, "HEAD")) {
        answer_wrong_method(a, "GET, HEAD");
    } else if (!url_query(a->arena, a->http->query, "service", &service)) {
        answer_text(a, 403,
                    "git's dumb protocol is not spoken here: ask for ?service=git-upload-pack, as "
                    "git does since 1.6.6");
    } else if (!span_is(service, "git-upload-pack")) {
        answer_text(a, 403, "%.*s is not possible here: this server only gives what is pinned",
                    SPAN_ARG(service));
    } else {
        git_format_refs(git->pins.items, git->pins.len, &refs);
        answer_git(a, REFS_TYPE, buf_span(&refs));
    }
}

enum service { SERVICE_NONE, SERVICE_REFS, SERVICE_UPLOAD, SERVICE_RECEIVE };

// What is behind the repository's path is cut off.
static enum service service_of(struct span *path)
{
    static const char *const ends[] = {[SERVICE_REFS] = "/info/refs",
                                       [SERVICE_UPLOAD] = "/git-upload-pack",
                                       [SERVICE_RECEIVE] = "/git-receive-pack"};

    for (enum service s = SERVICE_REFS; s <= SERVICE_RECEIVE; s++) {
        if (span_ends(*path, ends[s])) {
            path->len -= strlen(ends[s]);
            return s;
        }
    }
    return SERVICE_NONE;
}

bool git_ask(struct ask *a)
{
    struct span path = a->path;
    enum service service = service_of(&path);
    const struct content_git *git;

    if (service == SERVICE_NONE)
        return false;
    git = repository(a, a->content, path);
    if (service == SERVICE_REFS && !git && !span_starts(a->http->query, "service=git-"))
        return false;
    a->kind = "git";
    a->what = git ? arena_printf(a->arena, "%.*s", SPAN_ARG(git->url))
                  : arena_printf(a->arena, "git %.*s%.*s", SPAN_ARG(a->host), SPAN_ARG(path));
    if (service == SERVICE_RECEIVE)
        answer_text(a, 403,
                    "git-receive-pack is not possible here: this server only gives what is "
                    "pinned");
    else if (service == SERVICE_UPLOAD)
        upload_pack(a, path);
    else if (git)
        info_refs(a, git);
    else
        answer_missing(a, a->what);
    return true;
}
