// SPDX-License-Identifier: Apache-2.0
// What the files of controller/release share.
#ifndef CONTROLLER_RELEASE_INTERNAL_H
#define CONTROLLER_RELEASE_INTERNAL_H

#include "controller/release.h"

// --- text.c ---

// The text of one key of a ConfigMap or Secret, and where its lines stand.
struct release_text {
    struct span text; // in the arena
    const char *file; // of the tree; else the label of the object and its key
    uint32_t above;   // the text's first line is the one below
    uint32_t line;    // of the value as a whole
};
// False when the object lacks that key. ERR_CONFIG: it cannot be such an object.
int release_read_text(struct arena *arena, const struct node *object, const struct doc *doc,
                      struct span key, bool *found, struct release_text *out, struct err **err)
    MUST_CHECK;

// --- merge.c ---

// A new map of `a` with `b` (may be NULL) over it, as Flux merges: maps deeply, all else replaced.
// What only one of them has is shared with it, which is Flux's way, too, and can be seen: a value
// put at a path then changes both.
struct node *release_merge(struct doc *d, const struct node *a, const struct node *b);

// --- stream.c ---

// What kustomize is given: the documents of all templates in one file, and a kustomization. Errors
// are to name what a reader knows instead.
#define RELEASE_STREAM "helm-output.yaml"

struct release_streamed { // one object, in the order of the stream
    struct span path;     // of the template
    size_t document;      // of its output, from 1; 0: unknown
    struct span api_version, kind, name;
};
typedef VEC(struct release_streamed) release_streamed;

struct release_stream {
    const struct chart *chart;
    const release_streamed *objects;
    struct span text;            // of the stream, an object behind each line "---"
    struct span kustomization;   // its text
    const struct node *renderer; // what it was made of, or NULL
    const struct doc *doc;       // of `renderer`
};
// Says in what words of the tree and the chart what kustomize has said of them.
void release_stream_explain(const struct release_stream *stream, struct err **err);

// --- post_render.c ---

// A document as it was written, and its node.
struct release_written {
    const char *text; // where it starts in the output
    struct node *node;
    struct doc *doc; // that it is of
};

// What post-renderers make of outputs: these are replaced by texts in the arena; their nodes are in
// new docs. `written` is sorted by text, in the arena.
struct release_post {
    const struct release_options *options;
    struct arena *arena;
    release_docs *docs;
    VEC(struct release_written) written;
};
int release_post_render(struct release_post *post, chart_outputs *outputs, struct err **err)
    MUST_CHECK;

// --- objects.c ---

// Fills in result->objects of what was rendered.
int release_collect(const struct release_options *options, const struct release_post *post,
                    struct release_result *result, struct err **err) MUST_CHECK;

#endif
