// SPDX-License-Identifier: Apache-2.0
// Objects of any kind, and texts: what is found lies where it is said to, and once.
#include "fuzz.h"

#include "io/doc.h"
#include "model/images.h"

static void check_words(struct span text)
{
    struct span word;
    size_t left = text.len;

    while (images_next_word(&text, &word)) {
        FUZZ_CHECK(text.len < left);
        left = text.len;
        (void)images_is_reference(word);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct arena *a CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct node_list objects = {0};
    images_list found = {0};

    check_words(span_of(data, size));
    if (doc_read_yaml(d, span_of(data, size), "input", &objects, &err) < 0)
        return 0;
    for (size_t i = 0; i < objects.len; i++) {
        size_t before = found.len;

        if (images_of(a, objects.items[i], &found, &err) < 0) {
            fuzz_check_error(err);
            return 0;
        }
        FUZZ_CHECK(found.len >= before);
    }
    VEC_FOREACH (const struct images_found *, f, &found)
        FUZZ_CHECK(f->path && (f->reference.len || f->use == IMAGES_UNSAID));
    return 0;
}
