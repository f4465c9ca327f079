// SPDX-License-Identifier: Apache-2.0
// engine.files (Helm 4.2, pkg/engine/files.go): .Files, the files of a chart that mean nothing to
// Helm, and what templates read of them. In its map a content that comes later stands as an object,
// which nobody sees: it is replaced before the content, or the map as a whole, is handed out.
#include "base/glob.h"
#include "io/crypto.h"
#include "model/chart/convert/convert.h"
#include "model/chart/render/objects.h"

static struct value new_files(struct value_map *map);

static struct value bytes(struct span content)
{
    return (struct value){.type = VALUE_BYTES, .s = content};
}

// --- contents that come later ---

struct later {
    const struct chart_file *file;
    struct err **trouble;
};
static const struct value_class later_class = {.type_name = "[]uint8", .kind = "slice"};

static struct value object_of(struct arena *a, const struct chart_file *file, struct err **trouble)
{
    struct later *later;

    if (!file->later)
        return bytes(file->content);
    later = ARENA_NEW(a, struct later);
    *later = (struct later){file, trouble};
    return value_new_object(&later_class, later);
}

static void bring(struct value *content)
{
    struct err *failed CLEANUP(err_cleanup) = NULL;
    struct span text = SPAN_EMPTY;
    const struct later *later;

    if (content->type != VALUE_OBJECT)
        return;
    later = content->object.data;
    if (chart_file_text(later->file, &text, &failed) < 0 && !*later->trouble)
        *later->trouble = STEAL(failed);
    *content = bytes(text);
}

static bool find(const struct value_map *files, struct span path, struct value *content)
{
    if (!value_get(files, path, content))
        return false;
    bring(content);
    return true;
}

static struct value_map *bring_all(struct arena *a, struct value_map *files)
{
    struct value_pair file;

    for (size_t at = 0; value_map_next(files, &at, &file);) {
        if (file.item.type != VALUE_OBJECT)
            continue;
        bring(&file.item);
        value_set_borrowed(a, files, file.key, file.item);
    }
    return files;
}

static struct span content_of(const struct value_map *files, struct span path)
{
    struct value found;

    return find(files, path, &found) ? found.s : SPAN_EMPTY;
}

// --- fields ---

// For a file that is not there, nil bytes, which print as "[]": what a map of Go gives for a key
// that it does not have.
static bool files_field(struct arena *a, void *data, struct span name, struct value *out)
{
    if (!find(data, name, out))
        *out = value_new_nil(a, VALUE_BYTES);
    return true;
}

// --- methods ---

static int get(struct template_call *call, struct value *result, struct err **err)
{
    (void)err;
    *result = value_string(content_of(call->data, call->args[0].s));
    return 0;
}

static int get_bytes(struct template_call *call, struct value *result, struct err **err)
{
    (void)err;
    *result = bytes(content_of(call->data, call->args[0].s));
    return 0;
}

// A malformed pattern matches every file.
static int glob(struct template_call *call, struct value *result, struct err **err)
{
    struct span pattern = glob_is_valid(call->args[0].s, GLOB_TREE) ? call->args[0].s : SPAN("**");
    struct value found = value_new_map(call->arena, VALUE_MAP);
    struct value_pair file;

    (void)err;
    for (size_t at = 0; value_map_next(call->data, &at, &file);)
        if (glob_match(pattern, file.key, GLOB_TREE))
            value_set_borrowed(call->arena, found.map, file.key, file.item);
    *result = new_files(found.map);
    return 0;
}

// A newline at the end ends the last line. An empty file makes Helm fail, too.
static int lines(struct template_call *call, struct value *result, struct err **err)
{
    struct value found;
    struct span text;

    *result = value_new_list(call->arena, VALUE_STRINGS);
    result->list->is_exact = true;
    if (!find(call->data, call->args[0].s, &found))
        return 0;
    text = found.s;
    if (!text.len)
        return err_set(err, ERR_CONFIG, "the file is empty");
    if (span_ends(text, "\n"))
        text.len--;
    for (;;) {
        size_t end = span_find(text, '\n');

        value_push(call->arena, result->list, value_string(span_head(text, end)));
        if (end == text.len)
            return 0;
        text = span_tail(text, end + 1);
    }
}

static struct span base_of(struct span path)
{
    size_t slash = span_rfind(path, '/');

    return slash < path.len ? span_tail(path, slash + 1) : path;
}

static struct span in_base64(struct arena *a, struct span content)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    crypto_base64_encode(content, &text);
    return arena_span(a, buf_span(&text));
}

// As the data of a ConfigMap or a Secret: by the last parts of the paths, of which the last counts.
static int as_data(struct template_call *call, bool secret, struct value *result, struct err **err)
{
    struct value_pair *pairs = value_map_sorted(call->arena, bring_all(call->arena, call->data));
    struct value data = value_new_map(call->arena, VALUE_STRING_MAP);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    for (size_t i = 0; i < value_map_len(call->data); i++) {
        struct span content = pairs[i].item.s;

        value_set(call->arena, data.map, base_of(pairs[i].key),
                  value_string(secret ? in_base64(call->arena, content) : content));
    }
    if (convert_write(&data, CONVERT_YAML, &text, err) < 0 ||
        buf_check(&text, ERR_CONFIG, "the YAML of the files", err) < 0)
        return -1;
    *result = value_string(arena_span(call->arena, buf_span(&text)));
    return 0;
}

static int as_config(struct template_call *call, struct value *result, struct err **err)
{
    return as_data(call, false, result, err);
}

static int as_secrets(struct template_call *call, struct value *result, struct err **err)
{
    return as_data(call, true, result, err);
}

static const struct template_function *files_method(void *data, struct span name)
{
    static const struct template_function methods[] = {
        {"Get", get, "s", NULL},           {"GetBytes", get_bytes, "s", NULL},
        {"Glob", glob, "s", NULL},         {"Lines", lines, "s", NULL},
        {"AsConfig", as_config, "", NULL}, {"AsSecrets", as_secrets, "", NULL},
        {NULL, NULL, NULL, NULL},
    };

    (void)data;
    return object_method(methods, name);
}

// --- the class ---

static struct value files_unfold(struct arena *a, void *data)
{
    return (struct value){.type = VALUE_MAP, .map = bring_all(a, data)};
}

static const struct value_class files_class = {
    .type_name = "engine.files",
    .kind = "map",
    .field = files_field,
    .method = files_method,
    .unfold = files_unfold,
    .copied = new_files,
    .is_false_when_empty = true,
};

static struct value new_files(struct value_map *map)
{
    return value_new_object(&files_class, map);
}

struct value object_files(struct arena *a, const chart_files *files, struct err **trouble)
{
    struct value map = value_new_map(a, VALUE_MAP);

    VEC_FOREACH (const struct chart_file *, file, files)
        value_set_borrowed(a, map.map, span_str(file->path), object_of(a, file, trouble));
    return new_files(map.map);
}
