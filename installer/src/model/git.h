// SPDX-License-Identifier: Apache-2.0
// git without git: one commit of a repository over smart HTTP (gitprotocol-http, gitprotocol-v2,
// with v0 as the fallback), packs (gitformat-pack) read and written, files looked up by path.
// SHA-1 repositories only; another object format is ERR_UNSUPPORTED.
#ifndef MODEL_GIT_H
#define MODEL_GIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cancel.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/stream.h"
#include "base/vec.h"
#include "io/http.h"

#define GIT_OID_BYTES 20
#define GIT_OID_HEX 40
#define GIT_PACK_MAX_BYTES ((size_t)1 << 30)       // of one pack
#define GIT_OBJECTS_MAX 1000000                    // in one pack
#define GIT_OBJECT_MAX_BYTES ((uint64_t)256 << 20) // of one object
#define GIT_TREE_DEPTH_MAX 128

// All objects of a pack together, deltas and what they make: a floor and a multiple of the pack,
// up to a maximum.
#define GIT_STORE_FLOOR_BYTES ((uint64_t)16 << 20)
#define GIT_STORE_RATIO 64
#define GIT_STORE_MAX_BYTES ((uint64_t)2 << 30)

// A walk: the paths of all entries, 128 bytes added for each, are at most a floor (100,000 files)
// and a multiple of the pack.
#define GIT_WALK_FLOOR_BYTES ((uint64_t)16 << 20)
#define GIT_WALK_RATIO 2

struct git_oid {
    unsigned char bytes[GIT_OID_BYTES];
};

bool git_oid_parse(struct span hex, struct git_oid *oid) MUST_CHECK;
void git_oid_format(const struct git_oid *oid, char hex[GIT_OID_HEX + 1]);

// What a ref names: a commit, or an annotated tag of one. Such a tag is an object of its own, which
// whoever verifies its signature needs.
struct git_target {
    struct git_oid commit;
    bool annotated;
    struct git_oid tag; // when annotated; it names the commit, maybe through further tags
};

// --- a remote repository; blocking, on the loop of `h` ---

struct git_remote {
    struct http *http;
    const char *url; // https://host/path.git, without a trailing slash; its userinfo, else the
                     // login of its host in ~/.netrc, is used
};

// Resolves "tag/<name>", "branch/<name>", "commit/<id>", "refs/<any>" or "" (the default branch).
// ERR_UNSUPPORTED: no URL of http or https. ERR_SOURCE: unreachable, or no such ref.
int git_resolve(const struct git_remote *remote, const char *ref, struct git_target *target,
                struct err **err) MUST_CHECK;

// A tag of a repository, and what it comes to.
struct git_tag {
    struct span name; // "v1.2.3"
    struct git_oid commit;
};
typedef VEC(struct git_tag) git_tags;
// Appends all tags that the repository has; in the arena. Kinds as above.
int git_list_tags(const struct git_remote *remote, struct arena *arena, git_tags *out,
                  struct err **err) MUST_CHECK;

// Appends a pack of the commit, without its history, and of its tag to `pack`. ERR_SOURCE.
int git_fetch(const struct git_remote *remote, const struct git_target *target, struct buf *pack,
              struct err **err) MUST_CHECK;

// --- objects ---

enum git_type { GIT_COMMIT = 1, GIT_TREE = 2, GIT_BLOB = 3, GIT_TAG = 4 };

// The objects of one pack, each under its verified name.
struct git_store;

// Parses and verifies a whole pack. ERR_INTEGRITY with the byte where it goes wrong. The objects
// are copies: `pack` is not needed after. `cancel` (may be NULL; must outlive the store) ends this,
// and what walks or packs the store later, with ERR_CANCELLED.
struct git_store *git_store_new(struct span pack, const char *what, struct cancel *cancel,
                                struct err **err) MUST_CHECK;
void git_store_free(struct git_store *s); // NULL-safe
CLEANUP_DEFINE(git_store_cleanup, struct git_store, git_store_free);

// The tree of a commit. ERR_INTEGRITY.
int git_commit_tree(const struct git_store *s, const struct git_oid *commit, struct git_oid *tree,
                    struct err **err) MUST_CHECK;

enum git_mode {
    GIT_MODE_FILE = 0100644,
    GIT_MODE_EXECUTABLE = 0100755,
    GIT_MODE_LINK = 0120000,
    GIT_MODE_FOLDER = 0040000,
    GIT_MODE_SUBMODULE = 0160000,
};

// Called for every file, link and submodule below a tree, in path order; `content` of a submodule
// is the GIT_OID_BYTES of its commit, during the call. -1 ends the walk.
typedef int git_visit_fn(void *data, const char *path, unsigned mode, struct span content,
                         struct err **err);

// Walks the tree of a commit. The content is the store's, also after the walk. ERR_INTEGRITY: an
// object is missing or malformed, or there are too many entries.
int git_walk(const struct git_store *s, const struct git_oid *commit, git_visit_fn *visit,
             void *data, struct err **err) MUST_CHECK;

// The first attribute that has git convert files when it checks the commit out (line ends,
// encoding, $Id$), as "<path>:<line>: <attribute>": here they are read as they are stored. NULL
// when there is none; free().
char *git_conversion(const struct git_store *s, const struct git_oid *commit) MUST_CHECK;

// The file at `path` (clean, relative); false when there is none.
bool git_find(const struct git_store *s, const struct git_oid *commit, const char *path,
              struct span *content) MUST_CHECK;

// Whether the store is that tag, the commit and what its tree needs, nothing less and nothing more:
// what git_pack() would write. ERR_INTEGRITY.
int git_check(const struct git_store *s, const struct git_target *target, struct err **err)
    MUST_CHECK;

// Appends a pack of the tag, the commit and what its tree needs, in this order and each sorted by
// name: the same target gives the same bytes, whatever pack it came from. ERR_INTEGRITY: something
// is missing, or the tag is of another commit; ERR_UNSUPPORTED: a tag named another object than a
// commit.
int git_pack(const struct git_store *s, const struct git_target *target, struct buf *out,
             struct err **err) MUST_CHECK;

// --- the other side: a server of pinned commits (protocol v0), without sockets ---

// One pinned commit of a repository, as a bundle has it.
struct git_pin {
    struct span ref; // "tag/<name>", "branch/<name>", "commit/<id>", "refs/<any>" or ""
    struct git_target target;
    bool has_parents; // the commit names some: a shallow one
};

// Reads from the first bytes of a pack of git_pack() (GIT_HEAD_BYTES are enough for what is usual)
// what a pin has beside ref and commit, which is compared. ERR_INTEGRITY, also when the bytes end
// too early.
#define GIT_HEAD_BYTES ((size_t)64 << 10)
int git_pin_read(struct span pack_head, struct git_pin *pin, struct err **err) MUST_CHECK;

// Several packs of git_pack() as one, with every object once: the header, then these parts of the
// packs, then the SHA-1 of both.
struct git_part {
    size_t pack; // counted from 0, in the order of git_join_add()
    uint64_t offset, len;
};
struct git_join;
struct git_join *git_join_new(void) MUST_CHECK RETURNS_NONNULL;
void git_join_free(struct git_join *j); // NULL-safe
CLEANUP_DEFINE(git_join_cleanup, struct git_join, git_join_free);
// Takes ownership of the stream. Blocks as it does. ERR_INTEGRITY.
int git_join_add(struct git_join *j, struct stream *pack_take, struct err **err) MUST_CHECK;
// Borrowed.
const struct git_part *git_join_parts(const struct git_join *j, size_t *count);
#define GIT_PACK_HEADER_BYTES 12
void git_join_header(const struct git_join *j, char header[GIT_PACK_HEADER_BYTES]);

// Appends the answer to GET info/refs?service=git-upload-pack: HEAD, and what each pin's ref is on
// a server; capabilities on the first line. HEAD is the default branch's pin, else a branch's (main
// and master first), else the last one's. The commits are told as shallow at the end, so that
// clients that ask for no depth take them, too.
void git_format_refs(const struct git_pin *pins, size_t count, struct buf *out);

// What a POST to git-upload-pack asks for, understood as it comes in: nothing grows with it but the
// list of wants.
struct git_want {
    struct arena *arena;      // borrowed
    VEC(struct git_oid) oids; // in the arena, at most GIT_WANTS_MAX
    bool deepen;              // a depth was asked for
    bool side_band;           // the pack comes in side-band-64k
    bool complete;            // all wants are here
    bool haves;               // the client told what it has, or asks to go on
    bool done;                // false: the client negotiates, and gets no pack yet
    char *line;               // what is here of a line that is not whole
    size_t line_len;
};
#define GIT_WANTS_MAX 4096
#define GIT_LINE_MAX_BYTES 4096 // a longer line is refused

// All errors are ERR_SOURCE, and for the client: git_format_failure().
void git_want_start(struct git_want *w, struct arena *arena);
int git_want_add(struct git_want *w, struct span piece, struct err **err) MUST_CHECK;
int git_want_end(const struct git_want *w, struct err **err) MUST_CHECK;

// Sets wanted[i] for each of the pins that the answer is to hold. A client that asks for no depth
// wants all that there is of the repository, as all of it might be history of what it names: every
// pin then. An error names what is not here, and what is.
int git_want_resolve(const struct git_want *w, const struct git_pin *pins, size_t count,
                     bool *wanted, struct err **err) MUST_CHECK;

// Appends what comes before the pack, or is the whole answer when the client is not done.
void git_format_answer(const struct git_want *w, const struct git_pin *pins, size_t count,
                       const bool *wanted, struct buf *out);
// An answer that says what is wrong.
void git_format_failure(const char *message, struct buf *out);

// A packet of side-band-64k: how much of the pack it takes, and its head for `len` bytes of that.
#define GIT_BAND_MAX_BYTES 65515
#define GIT_BAND_HEAD_BYTES 5
void git_format_band(size_t len, char head[GIT_BAND_HEAD_BYTES + 1]);

#endif
