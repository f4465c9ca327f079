// SPDX-License-Identifier: Apache-2.0
// Pinned commits of git repositories; all of one repository are served together.
#include "base/file.h"
#include "base/mem.h"
#include "io/crypto.h"
#include "work/serve/content/source.h"

// More than this is read of a pack whose tag or commit is longer than usual.
#define LONG_HEAD_BYTES ((size_t)8 << 20)

static int read_head(struct serve_content *c, const struct digest *pack, size_t most,
                     struct buf *out, struct err **err)
{
    struct content_bytes bytes CLEANUP(content_release) = {.fd = -1};
    int found = content_open(c, pack, &bytes, err);
    size_t len = bytes.size < most ? (size_t)bytes.size : most;
    char *room;

    if (found <= 0)
        return found < 0 ? -1 : err_set(err, ERR_INTEGRITY, "its pack is not there");
    buf_truncate(out, 0);
    room = buf_reserve(out, len);
    if (!room)
        return buf_check(out, ERR_INTEGRITY, "the pack", err);
    if (fd_read_at(bytes.fd, room, len, bytes.offset, "the pack", err) < 0)
        return -1;
    buf_commit(out, len);
    return 0;
}

// What the first bytes of the pack tell of the commit and its tag.
static int read_pin(struct adding *a, struct git_pin *pin, struct err **err)
{
    struct buf head CLEANUP(buf_free) = BUF_INIT(LONG_HEAD_BYTES);
    struct err *short_err CLEANUP(err_cleanup) = NULL;
    const struct digest *pack = &source_blob(a, 0)->digest;

    if (read_head(a->content, pack, GIT_HEAD_BYTES, &head, err) < 0)
        return -1;
    if (git_pin_read(buf_span(&head), pin, &short_err) == 0)
        return 0;
    if (read_head(a->content, pack, LONG_HEAD_BYTES, &head, err) < 0)
        return -1;
    return git_pin_read(buf_span(&head), pin, err);
}

static struct content_git *git_of(struct adding *a, struct span key)
{
    struct serve_content *c = a->content;
    struct content_git *git = map_get(&c->gits, key);

    if (git)
        return git;
    git = ARENA_NEW(c->arena, struct content_git);
    git->url = arena_span(c->arena, a->artifact->name);
    map_put(&c->gits, key, git);
    return git;
}

// The first one of a name has it; another commit of that name is still there by its id.
static void name_pin(struct adding *a, const struct content_git *git, struct git_pin *pin)
{
    struct serve_content *c = a->content;

    VEC_FOREACH (const struct git_pin *, other, &git->pins) {
        char hex[GIT_OID_HEX + 1];

        if (!span_eq(other->ref, pin->ref) ||
            memcmp(&other->target.commit, &pin->target.commit, GIT_OID_BYTES) == 0)
            continue;
        git_oid_format(&other->target.commit, hex);
        report_warn(c->report, "serve",
                    "%.*s at %.*s of %s is not served: another bundle has it with commit %s",
                    SPAN_ARG(git->url), SPAN_ARG(pin->ref), a->source->label, hex);
        pin->ref = span_str(arena_printf(c->arena, "commit/%.*s", SPAN_ARG(a->artifact->revision)));
    }
}

static bool is_there(const struct content_git *git, const struct git_pin *pin)
{
    VEC_FOREACH (const struct git_pin *, other, &git->pins)
        if (span_eq(other->ref, pin->ref))
            return true;
    return false;
}

int source_add_git(struct adding *a, struct err **err)
{
    struct serve_content *c = a->content;
    struct git_pin pin = {.ref = arena_span(c->arena, a->artifact->version)};
    struct content_git *git;
    struct span key;

    if (content_key(c, a->artifact->name, &key, err) < 0)
        return -1;
    if (span_ends(key, ".git"))
        key.len -= sizeof(".git") - 1;
    if (!git_oid_parse(a->artifact->revision, &pin.target.commit))
        return err_set(err, ERR_INTEGRITY, "it has no commit");
    if (read_pin(a, &pin, err) < 0)
        return -1;
    git = git_of(a, key);
    name_pin(a, git, &pin);
    if (is_there(git, &pin))
        return 0;
    vec_push_arena(c->arena, &git->pins, pin);
    vec_push_arena(c->arena, &git->packs, source_blob(a, 0)->digest);
    git->all = NULL;
    return 0;
}

// --- several pins of one repository ---

// The packs of a repository, open.
struct packs {
    struct content_bytes *items;
    size_t count;
};

static void packs_free(struct packs *p)
{
    for (size_t i = 0; i < p->count; i++)
        content_release(&p->items[i]);
    free(p->items);
}

static int open_packs(const struct serve_content *c, const struct content_git *git,
                      struct packs *packs, struct err **err)
{
    packs->items = mem_zalloc(git->packs.len, sizeof(*packs->items));
    for (; packs->count < git->packs.len; packs->count++) {
        struct content_bytes *bytes = &packs->items[packs->count];
        int found = content_open(c, &git->packs.items[packs->count], bytes, err);

        if (found <= 0)
            return found < 0 ? -1 : err_set(err, ERR_INTEGRITY, "its pack is not there");
    }
    return 0;
}

static int hash_piece(void *data, struct span piece, struct err **err UNUSED)
{
    crypto_hash_add(data, piece.ptr, piece.len);
    return 0;
}

static int hash_parts(const struct packs *packs, struct content_join *all, struct err **err)
{
    struct crypto_hash *hash CLEANUP(crypto_hash_cleanup) = crypto_hash_new(CRYPTO_SHA1);

    crypto_hash_add(hash, all->header, sizeof(all->header));
    for (size_t i = 0; i < all->part_count; i++) {
        const struct git_part *part = &all->parts[i];
        const struct content_bytes *bytes = &packs->items[part->pack];
        struct stream *s CLEANUP(stream_cleanup) =
            stream_tee(stream_from_fd(bytes->fd, bytes->offset + part->offset, part->len, "a pack"),
                       hash_piece, hash);

        if (stream_drain(s, err) < 0)
            return -1;
        all->size += part->len;
    }
    crypto_hash_end(hash, all->checksum);
    all->size += sizeof(all->header) + sizeof(all->checksum);
    return 0;
}

static int join(struct serve_content *c, struct content_git *git, struct err **err)
{
    struct packs packs CLEANUP(packs_free) = {0};
    struct git_join *j CLEANUP(git_join_cleanup) = git_join_new();
    struct content_join *all = ARENA_NEW(c->arena, struct content_join);
    struct git_part *parts;

    if (open_packs(c, git, &packs, err) < 0)
        return -1;
    for (size_t i = 0; i < packs.count; i++)
        if (git_join_add(j,
                         stream_from_fd(packs.items[i].fd, packs.items[i].offset,
                                        packs.items[i].size, "a pack"),
                         err) < 0)
            return -1;
    git_join_header(j, all->header);
    all->parts = git_join_parts(j, &all->part_count);
    parts = arena_array(c->arena, all->part_count, sizeof(*parts));
    memcpy(parts, all->parts, all->part_count * sizeof(*parts));
    all->parts = parts;
    git->all = all;
    return hash_parts(&packs, all, err);
}

int source_join_gits(struct serve_content *c, struct err **err)
{
    MAP_FOREACH (e, &c->gits) {
        struct content_git *git = e->value;

        if (git->pins.len > 1 && !git->all && join(c, git, err) < 0)
            return err_wrap(err, "git %.*s", SPAN_ARG(git->url));
    }
    return 0;
}
