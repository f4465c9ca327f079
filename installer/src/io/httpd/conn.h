// SPDX-License-Identifier: Apache-2.0
// What the files of io/httpd share: the server, its listeners, connections and exchanges. From the
// lowest to the highest: conns.c, body.c, answer.c, send.c, exchange.c, conn.c, listen.c, httpd.c.
#ifndef IO_HTTPD_CONN_H
#define IO_HTTPD_CONN_H

#include <netinet/in.h>

#include "base/list.h"
#include "base/vec.h"
#include "io/httpd.h"
#include "io/httpd/head.h"
#include "io/httpd/parse.h"
#include "io/httpd/transport.h"

enum {
    READ_BYTES = 16 << 10,  // one read of a body
    INPUT_BYTES = 2 << 10,  // of a head, at first
    KEPT_BYTES = 16 << 10,  // buffers that grew larger are not kept for the next request
    KEPT_EXCHANGES = 64,    // that wait for the next request
    DROP_BYTES = 256 << 10, // of a body that nobody receives
    TURN_BYTES = 256 << 10, // of one answer, before others have their turn
    TURN_REQUESTS = 16,     // of one connection, likewise
    LINGER_MS = 2000,       // for the client to take the last answer
    ACCEPT_PAUSE_MS = 100,  // when no descriptor is left
    QUIET_MS = 60000,       // between two warnings of that
    ACCEPT_TURN = 64,
    HEADS_BYTES = 4 << 20, // of all heads that are not whole yet
    SPARE_FILES = 64,      // descriptors that are left to the rest of the program
};

// By what a connection waits for; each state has its limit of time.
enum conn_state {
    CONN_OPENING,   // the TLS handshake; head_ms
    CONN_IDLE,      // for a request; idle_ms
    CONN_HEAD,      // for the rest of a head; head_ms in all
    CONN_BUSY,      // has a request; stall_ms
    CONN_LINGERING, // the last answer was sent; LINGER_MS in all
    CONN_STATES,
};

struct listener {
    struct httpd *httpd;
    struct list link;
    int fd;
    int port;
    char *path; // of a Unix socket that we made; NULL
    struct httpd_tls *tls;
    struct loop_fd *watch;
};

struct httpd {
    struct loop *loop;
    struct report *report;
    struct httpd_handler handler;
    struct httpd_limits limits;
    struct list listeners;
    struct list conns[CONN_STATES]; // each in the order of conn->since
    struct list posted;             // connections that go on in the next turn
    struct loop_task *work;
    void (*time_out)(struct conn *c); // conn_time_out()
    struct list spare;                // exchanges
    size_t spare_len;
    size_t heads_bytes; // see HEADS_BYTES
    uint64_t sweep;     // timer; 0: none
    int64_t sweep_at;
    uint64_t accept_timer; // 0: none
    int64_t quiet_until;   // see QUIET_MS
    bool is_full;          // accepting waits for a connection to end
    bool is_stopping;
    struct httpd_counts counts;
    int64_t date_at; // seconds, of `date`
    char date[40];   // "Date: …\r\n"
};

struct conn {
    struct list link;   // in httpd->conns[state]
    struct list posted; // in httpd->posted
    struct httpd *httpd;
    const struct listener *listener;
    int fd;
    struct loop_fd *watch;
    const struct transport *transport;
    void *session; // the transport's
    enum conn_state state;
    int64_t since;      // in this state; of CONN_BUSY, since bytes moved
    unsigned events;    // that the loop watches for
    unsigned waits_for; // LOOP_READ, LOOP_WRITE: what the last step asked for
    bool has_moved;     // bytes, in this step
    bool is_running;    // a callback may be on the stack
    struct exchange *x; // NULL: CONN_IDLE, CONN_OPENING, CONN_LINGERING
    size_t lingered;    // bytes
    char client[INET6_ADDRSTRLEN];
};

enum body_state {
    BODY_NONE,    // there is none, or it was read
    BODY_HELD,    // nobody has asked for it yet
    BODY_SINK,    // goes to the handler's sink
    BODY_DROPPED, // is read for the sake of what follows
};

// One request with its answer. The buffers are kept from one to the next.
struct exchange {
    struct httpd_request pub; // first
    struct list link;         // in httpd->spare
    struct conn *conn;
    struct parse parse;
    struct head head;
    bool is_told;  // the handler has it
    bool is_last;  // of its connection
    bool is_given; // the answer

    char *in; // the head, and what came behind it
    size_t in_len, in_cap;
    size_t in_used;   // parsed
    size_t counted;   // in httpd->heads_bytes
    struct buf ahead; // what came behind a body: of the next request

    enum body_state body;
    bool must_continue; // "100 Continue" is due
    uint64_t body_len, body_max;
    struct httpd_sink sink;
    struct err *body_error; // piece()'s

    struct buf out; // what is sent first
    size_t out_sent;
    size_t out_body;            // where in it the body begins
    struct httpd_answer answer; // next, release and data of it
    uint64_t skip, left;        // of the body's pieces
    struct httpd_piece piece;
};

// How a step ended.
enum step {
    STEP_ON,   // there is more to do now
    STEP_WAIT, // for conn->waits_for
    STEP_GONE, // the connection was freed
};

// --- conns.c ---

// Puts the connection at the end of the list of a state, as of now.
void conn_enter(struct conn *c, enum conn_state state);
// Takes it out of the lists of states.
void conn_leave(struct conn *c);
// The one that is in the state for longest and may be ended now; NULL when there is none.
struct conn *conns_first(const struct httpd *h, enum conn_state state);
// Runs the connection in the next turn.
void conn_post(struct conn *c);
// Notes what a transport's negative result waits for; false when the connection is broken.
bool conn_waits(struct conn *c, ssize_t moved);
// "Date: …\r\n", made once a second.
const char *conns_date(struct httpd *h);
// Nothing can be given up for another connection: those who wait are in the kernel's queue, for a
// while or until one has ended. `why` is told, once in a while.
void conns_pause_accepting(struct httpd *h, const char *why);
// A connection has ended: there may be room for another.
void conns_resume_accepting(struct httpd *h);
void conns_forget_times(struct httpd *h);

// --- listen.c ---

int listen_open(struct httpd *h, const char *address, struct httpd_tls *tls, struct err **err)
    MUST_CHECK;
// Accepts no more; the connections that it has stay.
void listener_close(struct listener *l);
void listener_free(struct listener *l);

// --- conn.c ---

// Takes the descriptor over.
void conn_begin(const struct listener *l, int fd, const char *client);
void conn_run(struct conn *c);
// Ends it as it is; what is in flight is told to its handler.
void conn_free(struct conn *c);
// The time that its state has is over.
void conn_time_out(struct conn *c);

// --- exchange.c ---

struct exchange *exchange_get(struct conn *c) MUST_CHECK RETURNS_NONNULL;
// The same at the connection's end, or before a rest: keeps the memory for another.
void exchange_put(struct exchange *x);
void exchange_free(struct exchange *x);
// Tells the handler that the request is over; what the client sent ahead is the next one's.
void exchange_next(struct exchange *x);
// Reads and parses until a head is there, and begins it. STEP_GONE: the client has gone.
enum step exchange_read(struct exchange *x) MUST_CHECK;
// Moves body and answer.
enum step exchange_move(struct exchange *x) MUST_CHECK;
// Whether all of both has moved.
bool exchange_is_over(const struct exchange *x);
// Answers in the handler's place; the connection ends after.
void exchange_refuse(struct exchange *x, int status, const char *why);

// --- body.c ---

// Begins with the body of a request whose head is read.
void body_begin(struct exchange *x);
enum step body_move(struct exchange *x) MUST_CHECK;
// Nobody will receive what nobody has asked for yet.
void body_drop(struct exchange *x);
// The client has gone, or is of no use.
void body_break(struct exchange *x, const char *why);

// --- send.c ---

enum step send_move(struct exchange *x) MUST_CHECK;
// Releases what the answer's pieces come from.
void send_end(struct exchange *x);

#endif
