// SPDX-License-Identifier: Apache-2.0
// Values by values.schema.json. A schema is itself judged first, by the schema of its draft.
#include "model/chart/schema/schema.h"

#include "model/chart/schema/compile.h"
#include "model/chart/schema/judge.h"
#include "model/chart/schema/location.h"

// A schema and the one of its draft.
struct pair_of_compilers {
    struct schema_compiler own, meta;
};

static void compilers_free(struct pair_of_compilers *both)
{
    schema_compiler_free(&both->own);
    schema_compiler_free(&both->meta);
}

// What is wrong, in one line.
static void add_line(struct buf *out, const struct violation *found)
{
    struct buf lines CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    const char *before = "";
    struct span rest, line;

    violation_print(found, &lines);
    for (rest = buf_span(&lines); span_next(&rest, '\n', &line); before = "; ") {
        line = span_trim(line);
        span_skip(&line, "- ");
        buf_add_str(out, before);
        buf_add_span(out, line);
    }
}

// Whether a part of a document is a schema at all.
static int check_part(void *data, const struct schema_document *document, struct span pointer,
                      struct err **err)
{
    struct pair_of_compilers *both = data;
    struct schema_documents *documents = &both->own.documents;
    struct arena *a = doc_arena(documents->d);
    const struct schema_resource *resource = schema_resource_at(document, pointer);
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    const struct violation *found;
    const struct node *n = pointer_lookup(a, document->root, pointer);
    struct schema *meta = schema_compile(&both->meta, schema_draft_url(resource->draft), err);

    if (!meta || schema_judge(a, meta, n, documents->what, &found, err) < 0)
        return -1;
    if (!found)
        return 0;
    add_line(&text, found);
    return err_set(err, ERR_CONFIG,
                   "%s: \"%.*s#%.*s\" is not valid against metaschema: jsonschema "
                   "validation failed with '%.*s#': %s",
                   documents->what, SPAN_ARG(document->url), SPAN_ARG(pointer),
                   SPAN_ARG(schema_draft_url(resource->draft)), buf_str(&text));
}

// Judges a value by the text of a schema; *found lives in `d`.
static int judge(struct doc *d, struct span schema, const struct node *value, const char *what,
                 const struct violation **found, struct err **err)
{
    struct pair_of_compilers both CLEANUP(compilers_free) = {0};
    struct node *root = doc_read_json_last(d, schema, what, ERR_CONFIG, err);
    struct schema_document *document;
    struct schema *compiled;

    if (!root)
        return -1;
    both.own.documents = (struct schema_documents){.d = d, .what = what};
    both.meta.documents = both.own.documents;
    both.meta.asserts_formats = true;
    both.own.check = check_part;
    both.own.data = &both;
    if (schema_add_document(&both.own.documents, SPAN(SCHEMA_URL), root, err) < 0)
        return -1;
    document = schema_get_document(&both.own.documents, SPAN(SCHEMA_URL), err);
    if (!document || check_part(&both, document, SPAN_EMPTY, err) < 0)
        return -1;
    compiled = schema_compile(&both.own, SPAN(SCHEMA_URL), err);
    return compiled ? schema_judge(doc_arena(d), compiled, value, what, found, err) : -1;
}

int schema_validate(struct span schema, const struct node *value, const char *what, bool *valid,
                    struct buf *out, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct violation *found;

    if (judge(d, schema, value, what, &found, err) < 0)
        return -1;
    *valid = !found;
    if (found)
        violation_print(found, out);
    return 0;
}

enum { PLACES_SHOWN = 5 };

// Where the values at fault were set, as far as that is known.
static void add_places(const struct violation *v, const struct doc *d, struct buf *places,
                       size_t *count)
{
    for (size_t i = 0; i < v->cause_count; i++)
        add_places(v->causes[i], d, places, count);
    if (v->cause_count || !v->value->line || !*v->path || *count == PLACES_SHOWN)
        return;
    buf_printf(places, "%s%s is set in %s:%u", (*count)++ ? ", " : "", v->path,
               doc_file_name(d, v->value->file), v->value->line);
}

// What is wrong with one chart's values and with those of its subcharts.
static int check_chart(const struct chart_instance *instance, const struct doc *values,
                       struct buf *text, struct buf *places, size_t *count, struct err **err)
{
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    struct span schema = instance->chart->schema;
    const struct violation *found = NULL;
    char *what = arena_printf(doc_arena(d), "%.*s/values.schema.json", SPAN_ARG(instance->path));

    if (schema.len && judge(d, schema, instance->values, what, &found, err) < 0)
        return -1;
    if (found) {
        buf_printf(text, "%s%.*s: ", text->len ? "; " : "", SPAN_ARG(instance->name));
        add_line(text, found);
        add_places(found, values, places, count);
    }
    VEC_FOREACH (struct chart_instance **, sub, &instance->subcharts) {
        if (check_chart(*sub, values, text, places, count, err) < 0)
            return -1;
    }
    return 0;
}

// Adds to a hint (NULL: there is none) how one does without the check.
static int hint_skip(const char *hint, enum chart_user user, struct err **err)
{
    static const char *const ways[] = {
        [CHART_USER_COMMAND] = NULL,
        [CHART_USER_RENDER] = "--skip-schema-validation renders all the same",
        [CHART_USER_RELEASE] = "spec.install.disableSchemaValidation: true in the HelmRelease "
                               "(and in spec.upgrade) installs all the same",
    };

    if (!hint || !ways[user])
        return hint || ways[user] ? err_hint(err, "%s", hint ? hint : ways[user]) : -1;
    return err_hint(err, "%s; %s", hint, ways[user]);
}

int schema_check(const struct chart_instance *instance, const struct doc *d, enum chart_user user,
                 struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);
    struct buf places CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    size_t count = 0;

    if (check_chart(instance, d, &text, &places, &count, err) < 0) {
        const char *hint = err_hint_text(*err);
        const char *own = hint ? arena_str(arena, hint) : NULL;

        return hint_skip(own, user, err);
    }
    if (!text.len)
        return 0;
    err_set(err, ERR_CONFIG,
            "values don't meet the specifications of the schema(s) in the "
            "following chart(s): %s",
            buf_str(&text));
    return hint_skip(places.len ? buf_str(&places)
                                : "values.schema.json of the chart says what its values may be",
                     user, err);
}
