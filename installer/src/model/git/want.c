// SPDX-License-Identifier: Apache-2.0
// What a client wants of a server of pins: the request of gitprotocol-pack, "Packfile Negotiation",
// stateless as in gitprotocol-http, and what is said before the pack.
#include <string.h>

#include "model/git.h"
#include "model/git/pktline.h"

enum { NAMED_MAX = 8 }; // pins that an error lists

void git_want_start(struct git_want *w, struct arena *arena)
{
    *w = (struct git_want){.arena = arena};
}

static int not_understood(struct span line, struct err **err)
{
    return err_set(err, ERR_SOURCE, "the request is not understood: %.*s",
                   SPAN_ARG(span_head(line, 80)));
}

// "want <oid>", capabilities behind it in the first one.
static int take_want(struct git_want *w, struct span line, struct err **err)
{
    struct span word;
    struct git_oid oid;

    if (!span_next(&line, ' ', &word) || !git_oid_parse(word, &oid))
        return not_understood(word, err);
    if (w->oids.len == GIT_WANTS_MAX)
        return err_set(err, ERR_SOURCE, "more than %d wants", GIT_WANTS_MAX);
    vec_push_arena(w->arena, &w->oids, oid);
    while (span_next(&line, ' ', &word))
        w->side_band = w->side_band || span_is(word, "side-band-64k");
    return 0;
}

static int take_wish(struct git_want *w, struct span line, struct err **err)
{
    struct span rest = line;
    uint64_t depth;

    if (span_skip(&rest, "want "))
        return take_want(w, rest, err);
    if (span_skip(&rest, "shallow "))
        return 0; // of what the client has nothing is left out
    if (span_skip(&rest, "deepen ") && span_u64(rest, &depth)) {
        w->deepen = w->deepen || depth;
        return 0;
    }
    if (span_starts(line, "deepen-since ") || span_starts(line, "deepen-not ")) {
        w->deepen = true; // what there is of each pin is one commit
        return 0;
    }
    return not_understood(line, err);
}

static int take_line(struct git_want *w, enum pktline_kind kind, struct span line, struct err **err)
{
    if (w->done)
        return err_set(err, ERR_SOURCE, "the request goes on after its end");
    if (kind == PKTLINE_DELIM || kind == PKTLINE_END)
        return err_set(err, ERR_SOURCE, "only version 0 of git's protocol is spoken here");
    if (!w->complete) {
        w->complete = kind == PKTLINE_FLUSH;
        return w->complete ? 0 : take_wish(w, line, err);
    }
    w->haves = true;
    w->done = kind == PKTLINE_DATA && span_is(line, "done");
    if (kind == PKTLINE_FLUSH || w->done || span_starts(line, "have "))
        return 0;
    return not_understood(line, err);
}

// The length of the line that begins here, with its head; 0 when that is not whole yet.
static int line_length(struct span at, size_t *length, struct err **err)
{
    *length = 0;
    if (at.len < PKTLINE_HEAD_BYTES)
        return 0;
    if (!pktline_length(at, length))
        return err_set(err, ERR_SOURCE, "the request is not git's protocol");
    if (*length > GIT_LINE_MAX_BYTES)
        return err_set(err, ERR_SOURCE, "the request has a line of %zu bytes, more than %d",
                       *length, GIT_LINE_MAX_BYTES);
    if (*length < PKTLINE_HEAD_BYTES)
        *length = PKTLINE_HEAD_BYTES;
    return 0;
}

static int take_whole_lines(struct git_want *w, struct span *rest, struct err **err)
{
    for (;;) {
        enum pktline_kind kind;
        struct span line;
        size_t length;

        if (line_length(*rest, &length, err) < 0)
            return -1;
        if (!length || length > rest->len)
            return 0;
        if (pktline_next(rest, true, &kind, &line, err) < 0 || take_line(w, kind, line, err) < 0)
            return -1;
    }
}

// A line that began in an earlier piece is put together first.
int git_want_add(struct git_want *w, struct span piece, struct err **err)
{
    if (!w->line)
        w->line = arena_alloc(w->arena, GIT_LINE_MAX_BYTES);
    while (w->line_len && piece.len) {
        struct span held = span_of(w->line, w->line_len);
        size_t wanted = PKTLINE_HEAD_BYTES, take;

        if (held.len >= PKTLINE_HEAD_BYTES && line_length(held, &wanted, err) < 0)
            return -1;
        take = wanted - held.len < piece.len ? wanted - held.len : piece.len;
        memcpy(w->line + w->line_len, piece.ptr, take);
        piece = span_tail(piece, take);
        w->line_len += take;
        held = span_of(w->line, w->line_len);
        if (take_whole_lines(w, &held, err) < 0)
            return -1;
        w->line_len = held.len;
    }
    if (take_whole_lines(w, &piece, err) < 0)
        return -1;
    if (piece.len)
        memcpy(w->line, piece.ptr, piece.len);
    w->line_len += piece.len;
    return 0;
}

int git_want_end(const struct git_want *w, struct err **err)
{
    if (w->line_len || !w->complete)
        return err_set(err, ERR_SOURCE, "the request ends too early");
    if (w->done && !w->oids.len)
        return err_set(err, ERR_SOURCE, "the request wants nothing");
    return 0;
}

static bool has(const struct git_pin *pin, const struct git_oid *oid)
{
    const struct git_target *t = &pin->target;

    return memcmp(oid, &t->commit, sizeof(*oid)) == 0 ||
           (t->annotated && memcmp(oid, &t->tag, sizeof(*oid)) == 0);
}

static int not_here(const struct git_oid *oid, const struct git_pin *pins, size_t count,
                    struct err **err)
{
    struct buf list CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    char hex[GIT_OID_HEX + 1];

    for (size_t i = 0; i < count && i < NAMED_MAX; i++) {
        git_oid_format(&pins[i].target.commit, hex);
        buf_printf(&list, "%s %.*s %s", i ? "," : "", SPAN_ARG(pins[i].ref), hex);
    }
    git_oid_format(oid, hex);
    return err_set(err, ERR_SOURCE, "not our ref %s: of this repository there is only%s%s", hex,
                   buf_str(&list), count > NAMED_MAX ? ", …" : "");
}

int git_want_resolve(const struct git_want *w, const struct git_pin *pins, size_t count,
                     bool *wanted, struct err **err)
{
    for (size_t i = 0; i < count; i++)
        wanted[i] = !w->deepen && w->oids.len;
    VEC_FOREACH (const struct git_oid *, oid, &w->oids) {
        size_t found = count;

        // One that is wanted anyway does, too.
        for (size_t i = count; i-- > 0;)
            if (has(&pins[i], oid) && (found == count || !wanted[found]))
                found = i;
        if (found == count)
            return not_here(oid, pins, count, err);
        wanted[found] = true;
    }
    return 0;
}

void git_format_answer(const struct git_want *w, const struct git_pin *pins, size_t count,
                       const bool *wanted, struct buf *out)
{
    if (w->deepen) {
        for (size_t i = 0; i < count; i++)
            if (wanted[i] && pins[i].has_parents)
                pktline_add_shallow(out, &pins[i].target.commit);
        pktline_add_flush(out);
    }
    if (w->haves)
        pktline_add(out, "NAK\n");
}

void git_format_failure(const char *message, struct buf *out)
{
    pktline_add(out, "ERR %.*s", GIT_LINE_MAX_BYTES / 2, message);
}

void git_format_band(size_t len, char head[GIT_BAND_HEAD_BYTES + 1])
{
    static const char digits[] = "0123456789abcdef";
    size_t whole = len + GIT_BAND_HEAD_BYTES;

    for (unsigned i = 0; i < PKTLINE_HEAD_BYTES; i++)
        head[i] = digits[whole >> (12 - 4 * i) & 15];
    head[PKTLINE_HEAD_BYTES] = 1;
    head[GIT_BAND_HEAD_BYTES] = '\0';
}
