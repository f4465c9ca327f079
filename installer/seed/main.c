// SPDX-License-Identifier: Apache-2.0
// The loader: what a bare node can start with. It is small enough for a ConfigMap, waits for the
// sandstrap whose digest its command line names, and becomes it (docs/internals/seed.md).
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "seed/binary.h"
#include "seed/fetch.h"
#include "seed/loader.h"
#include "seed/peers.h"

#define PATIENCE_MS 30000

static const char usage[] =
    "usage: loader serve --home=FOLDER --sha256=HEX --size=BYTES --address=IP --port=PORT\n"
    "                    [--peers=FILE] -- ARGUMENT...\n"
    "       loader run URL SHA256 SIZE -- ARGUMENT...\n"
    "       loader exit CODE\n"
    "\n"
    "serve  waits for sandstrap: from FOLDER/bin, from the peers (an address a line), or by\n"
    "       PUT http://IP:PORT" PEERS_PATH "; then becomes it, with these arguments\n"
    "run    fetches sandstrap from http://IP:PORT/PATH into memory and becomes it\n"
    "exit   ends with this code\n";

struct serve_options {
    const char *home, *sha256, *size, *address, *port, *peers;
};

static int bad_usage(struct err **err, const char *what, const char *value)
{
    return err_set(err, ERR_USAGE, "%s is wrong: '%s'; 'loader' alone tells how", what,
                   value ? value : "");
}

static int read_number(const char *what, const char *text, uint64_t max, uint64_t *value,
                       struct err **err)
{
    if (!text || !span_u64(span_str(text), value) || *value == 0 || *value > max)
        return bad_usage(err, what, text);
    return 0;
}

static int read_binary(const char *sha256, const char *size, struct binary *b, struct err **err)
{
    if (!sha256 || !digest_parse_hex(span_str(sha256), &b->digest))
        return bad_usage(err, "the digest", sha256);
    return read_number("the size", size, (uint64_t)1 << 40, &b->size, err);
}

// The arguments behind "--", with sandstrap's name in front of them: argv[first - 1] is "--".
static char **arguments_of(char **argv, int first)
{
    static char name[] = "sandstrap";

    argv[first - 1] = name;
    return argv + first - 1;
}

// --- serve ---

static int read_serve_options(int argc, char **argv, struct serve_options *o, struct err **err)
{
    static const struct option table[] = {
        {"home", required_argument, NULL, 'h'},
        {"sha256", required_argument, NULL, 'd'},
        {"size", required_argument, NULL, 's'},
        {"address", required_argument, NULL, 'a'},
        {"port", required_argument, NULL, 'p'},
        {"peers", required_argument, NULL, 'f'},
        {NULL, 0, NULL, 0},
    };
    int c;

    opterr = 0;
    while ((c = getopt_long(argc, argv, "+", table, NULL)) >= 0) {
        switch (c) {
        case 'h': o->home = optarg; break;
        case 'd': o->sha256 = optarg; break;
        case 's': o->size = optarg; break;
        case 'a': o->address = optarg; break;
        case 'p': o->port = optarg; break;
        case 'f': o->peers = optarg; break;
        default: return bad_usage(err, "an option", argv[optind - 1]);
        }
    }
    if (!o->home || strlen(o->home) > PATH_MAX - 64 || !span_starts(span_str(o->home), "/"))
        return bad_usage(err, "the folder", o->home);
    if (optind < 2 || strcmp(argv[optind - 1], "--") != 0)
        return bad_usage(err, "the place of '--'", argv[optind - 1]);
    return 0;
}

static void on_term(int number)
{
    (void)number;
    _exit(0);
}

// As process 1 of a container it would not be ended without handlers.
static void set_signals(void)
{
    struct sigaction end = {.sa_handler = on_term};

    sigaction(SIGTERM, &end, NULL);
    sigaction(SIGINT, &end, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int wait_for_binary(const struct binary *b, const struct serve_options *o, uint16_t port,
                           struct err **err)
{
    struct peers peers;
    struct endpoint endpoint;
    struct loader *loader CLEANUP(loader_cleanup) = NULL;

    if (!endpoint_of(span_str(o->address), port, &endpoint))
        return bad_usage(err, "the address", o->address);
    peers_begin(&peers, o->peers, o->address, port);
    loader = loader_new(b, &endpoint, &peers, PATIENCE_MS, err);
    if (!loader)
        return err_wrap(err, "port %u of %s", port, o->address);
    fprintf(stderr, "waits for sandstrap %s at %s port %u\n", o->sha256, o->address, port);
    loader_run(loader);
    return 0;
}

static int serve(int argc, char **argv, struct err **err)
{
    struct serve_options o = {0};
    struct binary b = {0};
    uint64_t port;

    if (read_serve_options(argc, argv, &o, err) < 0 || read_binary(o.sha256, o.size, &b, err) < 0 ||
        read_number("the port", o.port, 65535, &port, err) < 0)
        return -1;
    b.home = o.home;
    set_signals();
    if (binary_prepare(&b, err) < 0 ||
        (!binary_is_there(&b) && wait_for_binary(&b, &o, (uint16_t)port, err) < 0))
        return -1;
    fprintf(stderr, "starts %s/bin/sandstrap\n", b.home);
    return binary_start(&b, arguments_of(argv, optind), err);
}

// --- run ---

// "http://10.0.0.1:4860/path" or "http://[fd00::1]:4860/path".
static bool read_url(struct span url, struct source *from)
{
    struct span host, port;
    uint64_t number;
    size_t slash, colon;

    if (!span_skip(&url, "http://"))
        return false;
    slash = span_find(url, '/');
    host = span_head(url, slash);
    colon = span_rfind(host, ':');
    port = span_tail(host, colon + 1);
    from->host = host;
    from->path = span_tail(url, slash);
    return from->path.len && span_u64(port, &number) && number > 0 && number <= 65535 &&
           endpoint_of(span_head(host, colon), (uint16_t)number, &from->endpoint);
}

static int fetch_all(struct fetch *f, const struct source *from, const struct binary *b,
                     struct err **err)
{
    int result = fetch_begin(f, from, b, true, err);

    while (result == 0) {
        struct pollfd one = {.fd = f->fd, .events = fetch_events(f)};

        poll(&one, 1, 250);
        result = fetch_step(f, err);
    }
    return result;
}

static int run(int argc, char **argv, struct err **err)
{
    static struct fetch fetch;
    struct binary b = {.home = "memory"};
    struct source from;

    if (argc < 5 || strcmp(argv[4], "--") != 0)
        return bad_usage(err, "the command line", argc > 1 ? argv[1] : NULL);
    if (!read_url(span_str(argv[1]), &from))
        return bad_usage(err, "the URL", argv[1]);
    if (read_binary(argv[2], argv[3], &b, err) < 0)
        return -1;
    set_signals();
    if (fetch_all(&fetch, &from, &b, err) < 0)
        return err_wrap(err, "%s", argv[1]);
    return incoming_start(&fetch.incoming, arguments_of(argv, 5), err);
}

// --- exit ---

static int end(const char *text, struct err **err)
{
    uint64_t code;

    if (!text || !span_u64(span_str(text), &code) || code > 255)
        return bad_usage(err, "the code", text);
    exit((int)code);
}

int main(int argc, char **argv)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct err *err CLEANUP(err_cleanup) = NULL;
    const char *command = argc > 1 ? argv[1] : "";

    if (strcmp(command, "serve") == 0)
        serve(argc - 1, argv + 1, &err);
    else if (strcmp(command, "run") == 0)
        run(argc - 1, argv + 1, &err);
    else if (strcmp(command, "exit") == 0)
        end(argv[2], &err);
    if (!err) {
        fputs(usage, stderr);
        return ERR_USAGE;
    }
    err_format(err, &text);
    fprintf(stderr, "error: %s\n", buf_str(&text));
    return (int)err_kind(err);
}
