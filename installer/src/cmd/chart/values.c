// SPDX-License-Identifier: Apache-2.0
// Values given on the command line (Helm 4.2, pkg/cli/values/options.go).
#include "cmd/chart/values.h"

#include "base/file.h"
#include "model/chart.h"

enum { VALUES_MAX_BYTES = 64 << 20 };

static int read_whole(const char *path, struct buf *out, struct err **err)
{
    int status = strcmp(path, "-") == 0 ? fd_read_all(STDIN_FILENO, "standard input", out, err)
                                        : file_read(AT_FDCWD, path, out, err);

    return status < 0 ? -1 : buf_check(out, ERR_CONFIG, path, err);
}

static int add_file(struct doc *d, struct node *values, const char *path, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(VALUES_MAX_BYTES);

    return read_whole(path, &text, err) < 0
               ? -1
               : chart_values_read(d, values, buf_span(&text), path, err);
}

// One -f may name several files, separated by commas.
static int add_files(struct doc *d, struct node *values, const char *list, struct err **err)
{
    struct span rest = span_str(list), path;

    while (span_next(&rest, ',', &path))
        if (add_file(d, values, arena_span(doc_arena(d), path).ptr, err) < 0)
            return -1;
    return 0;
}

// The file of a --set-file.
static int read_value(void *data, struct span path, struct buf *content, struct err **err)
{
    struct doc *d = data;

    return read_whole(arena_span(doc_arena(d), path).ptr, content, err);
}

static int add_sets(struct doc *d, struct node *values, const char *option,
                    const struct opt_list *list, enum chart_set_kind kind, struct err **err)
{
    for (size_t i = 0; i < list->len; i++)
        if (chart_set(d, values, span_str(list->items[i]), kind, read_value, d, err) < 0) {
            err_wrap(err, "%s %s", option, list->items[i]);
            return err_hint(err, "PATH=VALUE, several with commas between them; a comma or brace "
                                 "that belongs to a value has a '\\' before it");
        }
    return 0;
}

struct node *values_read(struct doc *d, const struct values_options *o, struct err **err)
{
    struct node *values = node_new_map(d);

    for (size_t i = 0; i < o->files.len; i++)
        if (add_files(d, values, o->files.items[i], err) < 0)
            return NULL;
    if (add_sets(d, values, "--set-json", &o->set_json, CHART_SET_JSON, err) < 0 ||
        add_sets(d, values, "--set", &o->set, CHART_SET, err) < 0 ||
        add_sets(d, values, "--set-string", &o->set_string, CHART_SET_STRING, err) < 0 ||
        add_sets(d, values, "--set-file", &o->set_file, CHART_SET_FILE, err) < 0 ||
        add_sets(d, values, "--set-literal", &o->set_literal, CHART_SET_LITERAL, err) < 0)
        return NULL;
    return values;
}
