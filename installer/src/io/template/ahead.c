// SPDX-License-Identifier: Apache-2.0
// Files parsed by other threads while the one that owns the set does something else.
//
// The threads share the files' texts and the table of functions, which nobody writes. What a file
// defines is a map of its own, in an arena that no other thread has meanwhile. The owner waits for
// all, and adds these maps in the order of the files, which gives what parsing one after the other
// gives, whoever parsed which file when. Files that turn out not to be in the set are left out,
// whatever they came to. A file that could not be parsed the owner parses itself: errors, and how
// deep a text may nest, are always its own.
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/pool.h"
#include "base/vec.h"
#include "io/template/parse/arenas.h"
#include "io/template/texts.h"

// Less text is parsed in the time that a thread takes to start.
#define WORTH_A_THREAD_BYTES ((size_t)64 << 10)
#define PIECE_BYTES ((size_t)16 << 10)

struct ahead_file {
    struct template_file file;
    struct text *text; // that is parsed, or NULL: the file is
    struct map trees;  // that it defines, when it is parsed
    bool is_parsed;
    bool is_wanted; // the owner's, until `is_decided`
};

struct piece {
    size_t first, end; // its files
};

struct template_parsing {
    struct template_set *set;
    struct template_texts *texts; // or NULL
    VEC(struct ahead_file) files;
    struct map by_name; // name to struct ahead_file
    VEC(struct piece) pieces;
    struct pool *pool;
    atomic_bool is_decided; // which files are wanted
    struct parse_arenas arenas;
};

static void parse(const struct template_set *set, struct ahead_file *f)
{
    struct err *error CLEANUP(err_cleanup) = NULL;

    f->is_parsed = parse_file(set, f->file.name, f->file.text, &f->trees, &error) == 0;
}

static int parse_piece(void *data, size_t index, struct err **err UNUSED)
{
    struct template_parsing *p = data;
    const struct piece *piece = &p->pieces.items[index];
    struct template_set set = *p->set;

    set.arena = parse_arenas_take(&p->arenas);
    set.stack_base = __builtin_frame_address(0);
    if (set.stack_bytes > PARSE_STACK_BYTES) // the owner may have less
        set.stack_bytes = PARSE_STACK_BYTES;
    for (size_t i = piece->first; i < piece->end; i++) {
        struct ahead_file *f = &p->files.items[i];

        if (!f->text && (!atomic_load(&p->is_decided) || f->is_wanted))
            parse(&set, f);
    }
    parse_arenas_give(&p->arenas, set.arena);
    return 0;
}

static size_t bytes_to_parse(const struct ahead_file *f)
{
    return f->text ? 0 : f->file.text.len;
}

static void cut(struct template_parsing *p)
{
    size_t first = 0, bytes = 0;

    for (size_t i = 0; i < p->files.len; i++) {
        bytes += bytes_to_parse(&p->files.items[i]);
        if (bytes < PIECE_BYTES && i + 1 < p->files.len)
            continue;
        vec_push(&p->pieces, (struct piece){first, i + 1});
        first = i + 1;
        bytes = 0;
    }
}

static void begin(struct template_parsing *p)
{
    size_t bytes = 0;

    VEC_FOREACH (struct ahead_file *, f, &p->files) {
        (void)map_put(&p->by_name, f->file.name, f);
        bytes += bytes_to_parse(f);
    }
    if (bytes < WORTH_A_THREAD_BYTES)
        return;
    cut(p);
    p->pool = pool_begin(p->pieces.len, parse_piece, p);
}

static struct template_parsing *parsing_new(struct template_set *set)
{
    struct template_parsing *p = MEM_NEW(struct template_parsing);

    p->set = set;
    parse_arenas_init(&p->arenas);
    return p;
}

static void add(struct template_parsing *p, struct template_file file)
{
    struct text *text = p->texts ? texts_find(p->texts, file.text) : NULL;

    vec_push(&p->files, (struct ahead_file){.file = file, .text = text});
}

struct template_parsing *template_parse_begin(struct template_set *set,
                                              struct template_texts *texts_take,
                                              const struct template_file *expected, size_t count)
{
    struct template_parsing *p = parsing_new(set);

    p->texts = texts_take;
    if (p->texts)
        texts_close(p->texts);
    for (size_t i = 0; i < count; i++)
        add(p, expected[i]);
    begin(p);
    return p;
}

static void wait_for_all(struct template_parsing *p)
{
    struct err *none CLEANUP(err_cleanup) = NULL;

    atomic_store(&p->is_decided, true);
    if (p->pool && pool_end(p->pool, &none) < 0)
        abort(); // parse_piece() never fails
    p->pool = NULL;
}

// NULL when it was not begun with: by its text, too, as two files may want one name.
static struct ahead_file *find(const struct template_parsing *p, const struct template_file *file)
{
    struct ahead_file *f = map_get(&p->by_name, file->name);

    return f && f->file.text.ptr == file->text.ptr && f->file.text.len == file->text.len ? f : NULL;
}

// The files that were not begun with.
static struct template_parsing *begin_the_rest(struct template_parsing *p,
                                               const struct template_file *files, size_t count)
{
    struct template_parsing *rest = parsing_new(p->set);

    for (size_t i = 0; i < count; i++) {
        struct ahead_file *f = find(p, &files[i]);

        if (f)
            f->is_wanted = true;
        else
            add(rest, files[i]);
    }
    if (p->texts)
        texts_finish(p->texts);
    wait_for_all(p);
    VEC_FOREACH (struct ahead_file *, f, &p->files)
        if (f->text && f->is_wanted)
            f->is_parsed = texts_take(p->texts, f->text, f->file.name, &f->trees);
    VEC_FOREACH (struct ahead_file *, f, &rest->files)
        f->is_wanted = true;
    begin(rest);
    wait_for_all(rest);
    return rest;
}

static int put_together(struct template_parsing *p, const struct template_parsing *rest,
                        const struct template_file *files, size_t count, size_t *failed,
                        struct err **err)
{
    for (size_t i = 0; i < count; i++) {
        const struct ahead_file *f = find(p, &files[i]);

        if (!f)
            f = find(rest, &files[i]);
        *failed = i;
        if (f && f->is_parsed)
            set_add(p->set, &f->trees);
        else if (template_parse(p->set, files[i].name, files[i].text, err) < 0)
            return -1;
    }
    *failed = count;
    return 0;
}

int template_parse_end(struct template_parsing *p, const struct template_file *files, size_t count,
                       size_t *failed, struct err **err)
{
    struct template_parsing *rest = begin_the_rest(p, files, count);
    int status = put_together(p, rest, files, count, failed, err);

    parse_arenas_keep(&p->arenas, p->set);
    parse_arenas_keep(&rest->arenas, p->set);
    template_parse_abandon(p);
    template_parse_abandon(rest);
    return status;
}

void template_parse_abandon(struct template_parsing *p)
{
    if (!p)
        return;
    wait_for_all(p); // nothing is wanted any more
    if (p->texts)
        texts_end(p->texts, p->set);
    VEC_FOREACH (struct ahead_file *, f, &p->files)
        map_free(&f->trees);
    vec_free(&p->files);
    map_free(&p->by_name);
    vec_free(&p->pieces);
    parse_arenas_end(&p->arenas);
    free(p);
}
