// SPDX-License-Identifier: Apache-2.0
// .Chart (Helm 4.2, pkg/chart/common.go, MetadataAsMap): all fields of Chart.yaml that Helm knows,
// under the names that they have in Go, set or not.
#include "model/chart/convert/convert.h"
#include "model/chart/render/objects.h"

struct named {
    const char *name, *key;
};

static void set(struct arena *a, struct value *map, const char *name, struct value item)
{
    value_set(a, map->map, span_str(name), item);
}

static struct value text_of(const struct node *map, const char *key)
{
    return value_string(node_scalar(node_get(map, key)));
}

static void set_texts(struct arena *a, struct value *map, const struct node *from,
                      const struct named *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        set(a, map, rows[i].name, text_of(from, rows[i].key));
}

static struct value texts_of(struct arena *a, const struct node *map, const char *key)
{
    struct value list = value_new_list(a, VALUE_LIST);

    NODE_FOREACH_ITEM (item, node_get(map, key))
        value_push(a, list.list, value_string(node_scalar(item)));
    return list;
}

static struct value maintainers(struct arena *a, const struct node *meta)
{
    static const struct named fields[] = {{"Name", "name"}, {"Email", "email"}, {"URL", "url"}};
    struct value list = value_new_list(a, VALUE_LIST);

    NODE_FOREACH_ITEM (item, node_get(meta, "maintainers")) {
        struct value one = value_new_map(a, VALUE_MAP);

        set_texts(a, &one, item, fields, ARRAY_LEN(fields));
        value_push(a, list.list, one);
    }
    return list;
}

static struct value annotations(struct arena *a, const struct node *meta)
{
    const struct node *from = node_get(meta, "annotations");
    struct value map =
        from ? value_new_map(a, VALUE_STRING_MAP) : value_new_nil(a, VALUE_STRING_MAP);

    NODE_FOREACH_PAIR (pair, from)
        value_set(a, map.map, pair->key, value_string(node_scalar(pair->value)));
    return map;
}

static struct value dependency(struct arena *a, const struct node *row)
{
    static const struct named fields[] = {{"Name", "name"},
                                          {"Version", "version"},
                                          {"Repository", "repository"},
                                          {"Condition", "condition"},
                                          {"Alias", "alias"}};
    struct value one = value_new_map(a, VALUE_MAP), imports = value_new_list(a, VALUE_LIST);

    NODE_FOREACH_ITEM (item, node_get(row, "import-values"))
        value_push(a, imports.list, convert_to_value(a, item));
    set_texts(a, &one, row, fields, ARRAY_LEN(fields));
    set(a, &one, "Tags", texts_of(a, row, "tags"));
    set(a, &one, "Enabled", value_bool(node_get_bool(row, "enabled", false)));
    set(a, &one, "ImportValues", imports);
    return one;
}

static struct value dependencies(struct arena *a, const struct chart_instance *instance)
{
    struct value list = value_new_list(a, VALUE_LIST);

    for (size_t i = 0; i < instance->dependencies.len; i++)
        value_push(a, list.list, dependency(a, instance->dependencies.items[i]));
    return list;
}

struct value object_chart(struct arena *a, const struct chart_instance *instance)
{
    static const struct named fields[] = {
        {"Home", "home"}, {"Version", "version"},       {"Description", "description"},
        {"Icon", "icon"}, {"APIVersion", "apiVersion"}, {"Condition", "condition"},
        {"Tags", "tags"}, {"AppVersion", "appVersion"}, {"KubeVersion", "kubeVersion"},
        {"Type", "type"},
    };
    const struct node *meta = instance->chart->meta;
    struct value map = value_new_map(a, VALUE_MAP);

    set_texts(a, &map, meta, fields, ARRAY_LEN(fields));
    set(a, &map, "Name", value_string(instance->name));
    set(a, &map, "Sources", texts_of(a, meta, "sources"));
    set(a, &map, "Keywords", texts_of(a, meta, "keywords"));
    set(a, &map, "Maintainers", maintainers(a, meta));
    set(a, &map, "Deprecated", value_bool(node_get_bool(meta, "deprecated", false)));
    set(a, &map, "Annotations", annotations(a, meta));
    set(a, &map, "Dependencies", dependencies(a, instance));
    set(a, &map, "IsRoot", value_bool(instance->is_root));
    return map;
}
