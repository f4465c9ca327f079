// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 messages (RFC 9112) as far as the loader needs them: the head of a request or of an
// answer, and the framing of a body. Strict: what two readers could take differently is refused.
// Pure; everything borrows from the text that was given.
#ifndef SEED_MESSAGE_H
#define SEED_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

#define MESSAGE_HEAD_MAX 8192 // bytes; a longer one is refused

enum message_result {
    MESSAGE_MORE, // not all of it is there
    MESSAGE_DONE,
    MESSAGE_BAD, // with the reason in *why
};

struct head {
    struct span method, path; // of a request; the path without its query
    int status;               // of an answer
    bool has_length, is_chunked, expects_continue;
    uint64_t length;
    size_t size; // of the head itself, with its empty line
};
enum message_result head_read_request(struct span text, struct head *h, const char **why)
    MUST_CHECK;
enum message_result head_read_answer(struct span text, struct head *h, const char **why) MUST_CHECK;

enum body_state {
    BODY_PLAIN,     // by Content-Length
    BODY_SIZE,      // of a chunk
    BODY_EXTENSION, // behind it
    BODY_SIZE_END,  // its LF
    BODY_CHUNK,     // content
    BODY_CHUNK_CR,  // behind it
    BODY_CHUNK_LF,  //
    BODY_TRAILER,   // begin of a line behind the last chunk
    BODY_FIELD,     // in such a line
    BODY_FIELD_END, // its LF
    BODY_LAST_LF,   // of the empty line that ends it all
    BODY_OVER,
};
struct body {
    enum body_state state;
    uint64_t left;    // of the content, or of the chunk
    unsigned digits;  // of the chunk's size
    unsigned framing; // bytes of extensions and trailers
};

void body_begin(struct body *b, const struct head *h);
bool body_is_over(const struct body *b);

// Steps over *data to its end, to the body's or to the end of a piece of content, which is then in
// *content, else that is empty.
enum message_result body_next(struct body *b, struct span *data, struct span *content,
                              const char **why) MUST_CHECK;

#endif
