// SPDX-License-Identifier: Apache-2.0
// Pinned commits of git repositories; all of one repository are served together.
#include "base/file.h"
#include "work/serve/source.h"

// What the first bytes of the pack tell of the commit and its tag.
static int read_pin(const struct adding *a, struct git_pin *pin, struct err **err)
{
    const struct bundle_blob *blob = source_blob(a, 0);
    struct content_bytes bytes;
    char head[GIT_HEAD_BYTES];
    size_t len = blob->size < sizeof(head) ? (size_t)blob->size : sizeof(head);
    int read;

    if (content_open(a->content, &blob->digest, &bytes, err) < 1)
        return -1;
    read = fd_read_at(bytes.fd, head, len, bytes.offset, "the pack", err);
    content_release(&bytes);
    return read < 0 ? -1 : git_pin_read(span_of(head, len), pin, err);
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
    return 0;
}
