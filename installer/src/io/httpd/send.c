// SPDX-License-Identifier: Apache-2.0
// An answer on its way: what was formatted, then the pieces, as the client takes them.
#include "io/httpd/conn.h"

static uint64_t piece_len(const struct httpd_piece *p)
{
    return p->fd >= 0 ? p->len : p->bytes.len;
}

static void piece_cut(struct httpd_piece *p, uint64_t len)
{
    if (p->fd >= 0) {
        p->offset += len;
        p->len -= len;
    } else {
        p->bytes = span_tail(p->bytes, len);
    }
}

// False when the handler has no more, which is a defect of its own: the client sees a body that is
// cut off.
static bool next_piece(struct exchange *x)
{
    while (piece_len(&x->piece) == 0) {
        uint64_t len;

        x->piece = (struct httpd_piece){.fd = -1};
        x->answer.next(x->answer.data, &x->piece);
        len = piece_len(&x->piece);
        if (len == 0)
            return false;
        if (len > x->skip)
            len = x->skip;
        piece_cut(&x->piece, len);
        x->skip -= len;
    }
    return true;
}

// All that was formatted; MSG_MORE when pieces follow.
static ssize_t send_out(struct exchange *x)
{
    struct conn *c = x->conn;

    while (x->out_sent < x->out.len) {
        ssize_t sent =
            c->transport->write(c, span_tail(buf_span(&x->out), x->out_sent), x->left > 0);

        if (sent <= 0)
            return sent;
        c->has_moved = true;
        x->out_sent += (size_t)sent;
        if (x->is_given && x->out_sent > x->out_body)
            x->pub.sent = x->out_sent - x->out_body;
    }
    return 1;
}

static ssize_t send_piece(struct exchange *x, uint64_t most)
{
    struct conn *c = x->conn;
    struct httpd_piece *p = &x->piece;
    uint64_t len;

    if (!next_piece(x))
        return MOVE_BROKEN;
    len = piece_len(p);
    if (len > x->left)
        len = x->left;
    if (len > most)
        len = most;
    if (p->fd >= 0)
        return c->transport->send_file(c, p->fd, p->offset, len);
    return c->transport->write(c, span_head(p->bytes, len), x->left > len);
}

static ssize_t send_pieces(struct exchange *x)
{
    uint64_t moved = 0;

    while (x->left > 0) {
        ssize_t sent = moved < TURN_BYTES ? send_piece(x, TURN_BYTES - moved) : MOVE_WANTS_WRITE;

        if (sent <= 0)
            return sent;
        piece_cut(&x->piece, (uint64_t)sent);
        x->left -= (uint64_t)sent;
        x->pub.sent += (uint64_t)sent;
        moved += (uint64_t)sent;
        x->conn->has_moved = true;
    }
    return 1;
}

enum step send_move(struct exchange *x)
{
    ssize_t sent = send_out(x);

    if (sent > 0 && x->is_given)
        sent = send_pieces(x);
    if (sent > 0 || conn_waits(x->conn, sent))
        return STEP_WAIT;
    return STEP_GONE;
}

void send_end(struct exchange *x)
{
    if (x->answer.release)
        x->answer.release(x->answer.data);
    x->answer.release = NULL;
}
