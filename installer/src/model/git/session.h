// SPDX-License-Identifier: Apache-2.0
// Talking to a server over smart HTTP (gitprotocol-http). Version 2 of the protocol is asked for; a
// server that answers with version 0 is spoken to in that. All of this blocks.
#ifndef MODEL_GIT_SESSION_H
#define MODEL_GIT_SESSION_H

#include <stdbool.h>

#include "base/buf.h"
#include "io/http.h"
#include "model/git.h"
#include "model/git/pktline.h"

// What the first answer told.
struct greeting {
    char *url; // of the repository, after redirects
    bool v2;
    bool object_format; // v2: the server wants to know which one
    struct buf body;    // v0: the list of refs is in here
};

void greeting_free(struct greeting *g);

// Asks what the server speaks. ERR_SOURCE; ERR_UNSUPPORTED for SHA-256 names.
int session_greet(const struct git_remote *remote, struct greeting *g, struct err **err) MUST_CHECK;

// Begins the body of a command of version 2; its arguments and a flush follow.
void session_begin_command(const struct greeting *g, const char *name, struct buf *body);

// Posts a body to the repository that greeted.
int session_ask(const struct git_remote *remote, const struct greeting *g, const struct buf *body,
                struct http_response *response, struct err **err) MUST_CHECK;

// The next line of text of an answer; a line "ERR <message>" is the server's error.
int session_next_line(struct span *rest, enum pktline_kind *kind, struct span *line,
                      struct err **err) MUST_CHECK;

int session_server_error(struct span line, struct err **err) MUST_CHECK;

#endif
