// SPDX-License-Identifier: Apache-2.0
// Values of releases: their layers, and through an umbrella's chart back to the values of the
// umbrella.
#include "controller/release.h"
#include "work/artifacts.h"

// The object of a layer's label, "Secret bigbang/web-values, values.yaml", or NULL.
static const struct deep_object *object_of(const struct deep *deep, const char *label)
{
    struct span text = span_str(label);
    struct span object = span_head(text, span_find(text, ','));

    VEC_FOREACH (const struct deep_object *, it, &deep->objects)
        if (span_is(object, it->label))
            return it;
    return NULL;
}

void artifacts_values_layers(const struct deep *deep, const struct deep_by *release,
                             artifacts_layers *out)
{
    VEC_FOREACH (const struct release_layer *, it, &release->values->layers) {
        const struct deep_object *object = object_of(deep, it->label);
        struct values_layer layer = {it->label, it->values, release->values->doc, false};

        layer.is_made = object && object->by->kind == DEEP_RELEASE;
        if (it->values)
            vec_push(out, layer);
    }
}

struct chart_target artifacts_values_target(struct arena *a, const struct deep *deep,
                                            const struct deep_by *release)
{
    return (struct chart_target){.release = release_name(a, release->node),
                                 .space = release_namespace(release->node),
                                 .kube_version = deep->kube_version,
                                 .given_doc = release->values->doc,
                                 .track_reads = true};
}

bool artifacts_trace_back(const struct deep *deep, const struct deep_by *release, const char *label,
                          const char *path, const struct node *value, struct arena *a,
                          struct artifacts_handed_on *found)
{
    const struct deep_object *object = object_of(deep, label);
    struct err *ignored CLEANUP(err_cleanup) = NULL; // paths of findings are well-formed
    struct values_path keys = {0};

    *found = (struct artifacts_handed_on){0};
    if (!object || object->by->kind != DEEP_RELEASE || !object->by->values || !value)
        return false;
    *found = (struct artifacts_handed_on){
        .umbrella = object->by, .object = object->label, .file = object->file ? object->file : ""};
    if (values_path_parse(a, span_str(path), &keys, &ignored) < 0 ||
        !values_find_holder(a, found->umbrella->values->values, release->id.name, &keys, value,
                            &found->keys))
        return false;
    found->path = values_path_text(a, found->keys.items, found->keys.len);
    return true;
}
