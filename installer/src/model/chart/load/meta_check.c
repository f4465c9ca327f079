// SPDX-License-Identifier: Apache-2.0
// What Helm refuses of a Chart.yaml (Metadata.Validate), and how it cleans its texts.
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/rune.h"
#include "base/semver.h"
#include "base/text.h"
#include "model/chart/load/meta.h"

static bool is_plain(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < ' ' || text.ptr[i] >= 0x7f)
            return false;
    return true;
}

// White space becomes blanks, what is not printed goes (sanitizeString).
static void clean_text(struct doc *d, struct node *text)
{
    struct buf clean CLEANUP(buf_free) = BUF_INIT(BUF_DOC_MAX);

    if (is_plain(text->text)) // as nearly all are
        return;
    for (struct span rest = text->text; rest.len;) {
        struct span at = rest;
        uint32_t rune = rune_next(&rest);

        if (rune_is_space(rune))
            buf_add_char(&clean, ' ');
        else if (rune_is_print(rune))
            buf_add(&clean, at.ptr, at.len - rest.len);
    }
    if (!span_eq(buf_span(&clean), text->text))
        text->text = arena_span(doc_arena(d), buf_span(&clean));
}

// Fields that are texts or lists of them.
static void clean_fields(struct doc *d, const struct node *map, const char *const *keys,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct node *value = node_get(map, keys[i]);

        if (node_is(value, NODE_STRING))
            clean_text(d, value);
        NODE_FOREACH_ITEM (item, value)
            clean_text(d, item);
    }
}

static int check_maintainers(struct doc *d, const struct node *meta, const char *what,
                             struct err **err)
{
    static const char *const cleaned[] = {"name", "email", "url"};

    NODE_FOREACH_ITEM (item, node_get(meta, "maintainers")) {
        if (!node_is(item, NODE_MAP))
            return err_set(err, ERR_CONFIG, "%s/Chart.yaml:%u: a maintainer is null", what,
                           item->line);
        clean_fields(d, item, cleaned, ARRAY_LEN(cleaned));
    }
    return 0;
}

static bool is_alias(struct span alias)
{
    for (size_t i = 0; i < alias.len; i++) {
        char c = alias.ptr[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != '_' && c != '-')
            return false;
    }
    return true;
}

static int check_dependency(struct doc *d, struct node *dependency, const char *what,
                            struct map *names, struct err **err)
{
    static const char *const cleaned[] = {"name", "version", "repository", "condition", "tags"};
    struct span name, alias;

    if (!node_is(dependency, NODE_MAP))
        return err_set(err, ERR_CONFIG, "%s/Chart.yaml:%u: a dependency is null", what,
                       dependency->line);
    clean_fields(d, dependency, cleaned, ARRAY_LEN(cleaned));
    name = node_get_text(dependency, "name");
    alias = node_get_text(dependency, "alias");
    if (!is_alias(alias)) {
        err_set(err, ERR_CONFIG,
                "%s/Chart.yaml:%u: dependency \"%.*s\" has disallowed characters in the alias",
                what, dependency->line, SPAN_ARG(name));
        return err_hint(err, "an alias is of letters, digits, '-' and '_'");
    }
    if (alias.len)
        name = alias;
    if (!map_put(names, name, dependency))
        return 0;
    err_set(err, ERR_CONFIG,
            "%s/Chart.yaml:%u: more than one dependency with name or alias \"%.*s\"", what,
            dependency->line, SPAN_ARG(name));
    return err_hint(err, "give the second one an alias");
}

static int check_dependencies(struct doc *d, const struct node *meta, const char *what,
                              struct err **err)
{
    struct map names CLEANUP(map_free) = MAP_INIT;

    NODE_FOREACH_ITEM (item, node_get(meta, "dependencies"))
        if (check_dependency(d, item, what, &names, err) < 0)
            return -1;
    return 0;
}

static int check_name(const struct node *meta, const char *what, struct err **err)
{
    struct span name = node_get_text(meta, "name");

    if (!name.len)
        return err_set(err, ERR_CONFIG, "%s/Chart.yaml has no name", what);
    if (span_is(name, ".") || span_is(name, "..") || span_find(name, '/') < name.len)
        return err_set(err, ERR_CONFIG, "%s/Chart.yaml: the name \"%.*s\" is invalid", what,
                       SPAN_ARG(name));
    return 0;
}

static int check_version(const struct node *meta, const char *what, struct err **err)
{
    struct span version = node_get_text(meta, "version");
    char *shown CLEANUP(mem_cleanup) = text_plain(version, false);
    struct semver parsed;

    if (!version.len)
        return err_set(err, ERR_CONFIG, "%s/Chart.yaml has no version", what);
    if (!semver_parse(version, &parsed)) {
        err_set(err, ERR_CONFIG, "%s/Chart.yaml: the version \"%s\" is invalid", what, shown);
        return err_hint(err, "versions of charts look like 1.2.3");
    }
    return 0;
}

static int check_type(const struct node *meta, const char *what, struct err **err)
{
    struct span type = node_get_text(meta, "type");
    char *shown CLEANUP(mem_cleanup) = text_plain(type, false);

    if (!type.len || span_is(type, "application") || span_is(type, "library"))
        return 0;
    return err_set(err, ERR_CONFIG,
                   "%s/Chart.yaml: the type is \"%s\" instead of application or library", what,
                   shown);
}

int meta_check(struct doc *d, struct node *meta, const char *what, struct err **err)
{
    static const char *const cleaned[] = {"name",      "description", "home",       "icon",
                                          "condition", "tags",        "appVersion", "kubeVersion",
                                          "sources",   "keywords"};

    if (!node_get_text(meta, "apiVersion").len) // Helm 2 did not ask for one
        node_set_str(d, meta, "apiVersion", SPAN("v1"));
    clean_fields(d, meta, cleaned, ARRAY_LEN(cleaned));
    return check_name(meta, what, err) < 0 || check_version(meta, what, err) < 0 ||
                   check_type(meta, what, err) < 0 || check_maintainers(d, meta, what, err) < 0
               ? -1
               : check_dependencies(d, meta, what, err);
}
