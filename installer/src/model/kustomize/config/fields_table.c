// SPDX-License-Identifier: Apache-2.0
// The fields of kustomize v5.8's API: Kustomization and Component, transformer configurations,
// replacement files and the configurations of the built-in plugins.
#include "model/kustomize/config/fields.h"

#define TABLE(name, items)                                                                         \
    {                                                                                              \
        name, items, ARRAY_LEN(items), false                                                       \
    }
#define OPEN_TABLE(name, items)                                                                    \
    {                                                                                              \
        name, items, ARRAY_LEN(items), true                                                        \
    }

#define GVK_FIELDS                                                                                 \
    {"group", FIELD_TEXT, NULL}, {"version", FIELD_TEXT, NULL},                                    \
    {                                                                                              \
        "kind", FIELD_TEXT, NULL                                                                   \
    }
#define ID_FIELDS                                                                                  \
    GVK_FIELDS, {"name", FIELD_TEXT, NULL},                                                        \
    {                                                                                              \
        "namespace", FIELD_TEXT, NULL                                                              \
    }

static const struct field metadata_fields[] = {
    {"name", FIELD_TEXT, NULL},
    {"namespace", FIELD_TEXT, NULL},
    {"labels", FIELD_TEXT_MAP, NULL},
    {"annotations", FIELD_TEXT_MAP, NULL},
};
static const struct fields metadata = TABLE("metadata", metadata_fields);
static const struct fields open_metadata = OPEN_TABLE("metadata", metadata_fields);

static const struct field fieldspec_fields[] = {
    GVK_FIELDS,
    {"path", FIELD_TEXT, NULL},
    {"create", FIELD_BOOL, NULL},
};
static const struct fields fieldspec = TABLE("field spec", fieldspec_fields);

static const struct field label_fields[] = {
    {"pairs", FIELD_TEXT_MAP, NULL},
    {"includeSelectors", FIELD_BOOL, NULL},
    {"includeTemplates", FIELD_BOOL, NULL},
    {"fields", FIELD_OBJECTS, &fieldspec},
};
static const struct fields label = TABLE("label entry", label_fields);

static const struct field selector_fields[] = {
    ID_FIELDS,
    {"annotationSelector", FIELD_TEXT, NULL},
    {"labelSelector", FIELD_TEXT, NULL},
};
static const struct fields selector = TABLE("target", selector_fields);

static const struct field patch_options_fields[] = {
    {"allowNameChange", FIELD_BOOL, NULL},
    {"allowKindChange", FIELD_BOOL, NULL},
};
static const struct fields patch_options = TABLE("patch's options", patch_options_fields);

static const struct field patch_fields[] = {
    {"path", FIELD_TEXT, NULL},
    {"patch", FIELD_TEXT, NULL},
    {"target", FIELD_OBJECT, &selector},
    {"options", FIELD_OBJECT, &patch_options},
};
static const struct fields patch = TABLE("patch", patch_fields);

static const struct field image_fields[] = {
    {"name", FIELD_TEXT, NULL},   {"newName", FIELD_TEXT, NULL}, {"tagSuffix", FIELD_TEXT, NULL},
    {"newTag", FIELD_TEXT, NULL}, {"digest", FIELD_TEXT, NULL},
};
static const struct fields image = TABLE("image", image_fields);

static const struct field option_fields[] = {
    {"delimiter", FIELD_TEXT, NULL},
    {"index", FIELD_INT, NULL},
    {"encoding", FIELD_TEXT, NULL},
    {"create", FIELD_BOOL, NULL},
};
static const struct fields field_options = TABLE("replacement's options", option_fields);

static const struct field source_fields[] = {
    ID_FIELDS,
    {"fieldPath", FIELD_TEXT, NULL},
    {"options", FIELD_OBJECT, &field_options},
};
static const struct fields source = TABLE("replacement source", source_fields);

static const struct field replacement_target_fields[] = {
    {"select", FIELD_OBJECT, &selector},
    {"reject", FIELD_OBJECTS, &selector},
    {"fieldPaths", FIELD_TEXTS, NULL},
    {"options", FIELD_OBJECT, &field_options},
};
static const struct fields replacement_target =
    TABLE("replacement target", replacement_target_fields);

static const struct field replacement_fields[] = {
    {"source", FIELD_OBJECT, &source},
    {"targets", FIELD_OBJECTS, &replacement_target},
    {"sourceValue", FIELD_TEXT, NULL},
    {"path", FIELD_TEXT, NULL},
};
static const struct fields replacement = TABLE("replacement", replacement_fields);
const struct fields fields_replacement = OPEN_TABLE("replacement", replacement_fields);

static const struct field replica_fields[] = {
    {"name", FIELD_TEXT, NULL},
    {"count", FIELD_INT, NULL},
};
static const struct fields replica = TABLE("replica entry", replica_fields);

static const struct field objref_fields[] = {
    {"apiVersion", FIELD_TEXT, NULL},
    ID_FIELDS,
};
static const struct fields objref = TABLE("var's objref", objref_fields);

static const struct field fieldref_fields[] = {
    {"fieldPath", FIELD_TEXT, NULL},
};
static const struct fields fieldref = TABLE("var's fieldref", fieldref_fields);

static const struct field var_fields[] = {
    {"name", FIELD_TEXT, NULL},
    {"objref", FIELD_OBJECT, &objref},
    {"fieldref", FIELD_OBJECT, &fieldref},
};
static const struct fields var = TABLE("var", var_fields);

static const struct field legacy_sort_fields[] = {
    {"orderFirst", FIELD_TEXTS, NULL},
    {"orderLast", FIELD_TEXTS, NULL},
};
static const struct fields legacy_sort = TABLE("legacySortOptions map", legacy_sort_fields);

static const struct field sort_fields[] = {
    {"order", FIELD_TEXT, NULL},
    {"legacySortOptions", FIELD_OBJECT, &legacy_sort},
};
static const struct fields sort_options = TABLE("sortOptions map", sort_fields);

static const struct field generator_option_fields[] = {
    {"labels", FIELD_TEXT_MAP, NULL},
    {"annotations", FIELD_TEXT_MAP, NULL},
    {"disableNameSuffixHash", FIELD_BOOL, NULL},
    {"immutable", FIELD_BOOL, NULL},
};
static const struct fields generator_options =
    TABLE("generator's options", generator_option_fields);

#define GENERATOR_FIELDS                                                                           \
    {"namespace", FIELD_TEXT, NULL}, {"name", FIELD_TEXT, NULL}, {"behavior", FIELD_TEXT, NULL},   \
        {"literals", FIELD_TEXTS, NULL}, {"files", FIELD_TEXTS, NULL},                             \
        {"envs", FIELD_TEXTS, NULL}, {"env", FIELD_TEXT, NULL},                                    \
    {                                                                                              \
        "options", FIELD_OBJECT, &generator_options                                                \
    }

static const struct field configmap_fields[] = {GENERATOR_FIELDS};
static const struct fields configmap = TABLE("configMapGenerator entry", configmap_fields);

static const struct field secret_fields[] = {GENERATOR_FIELDS, {"type", FIELD_TEXT, NULL}};
static const struct fields secret = TABLE("secretGenerator entry", secret_fields);

static const struct field kustomization_fields[] = {
    {"kind", FIELD_TEXT, NULL},
    {"apiVersion", FIELD_TEXT, NULL},
    {"metadata", FIELD_OBJECT, &metadata},
    {"openapi", FIELD_TEXT_MAP, NULL},
    {"namePrefix", FIELD_TEXT, NULL},
    {"nameSuffix", FIELD_TEXT, NULL},
    {"namespace", FIELD_TEXT, NULL},
    {"commonLabels", FIELD_TEXT_MAP, NULL},
    {"labels", FIELD_OBJECTS, &label},
    {"commonAnnotations", FIELD_TEXT_MAP, NULL},
    {"patchesStrategicMerge", FIELD_TEXTS, NULL},
    {"patchesJson6902", FIELD_OBJECTS, &patch},
    {"patches", FIELD_OBJECTS, &patch},
    {"images", FIELD_OBJECTS, &image},
    {"imageTags", FIELD_OBJECTS, &image},
    {"replacements", FIELD_OBJECTS, &replacement},
    {"replicas", FIELD_OBJECTS, &replica},
    {"vars", FIELD_OBJECTS, &var},
    {"sortOptions", FIELD_OBJECT, &sort_options},
    {"resources", FIELD_TEXTS, NULL},
    {"components", FIELD_TEXTS, NULL},
    {"crds", FIELD_TEXTS, NULL},
    {"bases", FIELD_TEXTS, NULL},
    {"configMapGenerator", FIELD_OBJECTS, &configmap},
    {"secretGenerator", FIELD_OBJECTS, &secret},
    {"helmGlobals", FIELD_ANY, NULL},
    {"helmCharts", FIELD_ANY, NULL},
    {"helmChartInflationGenerator", FIELD_ANY, NULL},
    {"generatorOptions", FIELD_OBJECT, &generator_options},
    {"configurations", FIELD_TEXTS, NULL},
    {"generators", FIELD_TEXTS, NULL},
    {"transformers", FIELD_TEXTS, NULL},
    {"validators", FIELD_TEXTS, NULL},
    {"buildMetadata", FIELD_TEXTS, NULL},
};
const struct fields fields_kustomization = TABLE("kustomization", kustomization_fields);

static const struct field name_reference_fields[] = {
    GVK_FIELDS,
    {"fieldSpecs", FIELD_OBJECTS, &fieldspec},
};
static const struct fields name_reference = TABLE("name reference", name_reference_fields);

static const struct field config_fields[] = {
    {"namePrefix", FIELD_OBJECTS, &fieldspec},
    {"nameSuffix", FIELD_OBJECTS, &fieldspec},
    {"namespace", FIELD_OBJECTS, &fieldspec},
    {"commonLabels", FIELD_OBJECTS, &fieldspec},
    {"labels", FIELD_OBJECTS, &fieldspec},
    {"templateLabels", FIELD_OBJECTS, &fieldspec},
    {"commonAnnotations", FIELD_OBJECTS, &fieldspec},
    {"nameReference", FIELD_OBJECTS, &name_reference},
    {"varReference", FIELD_OBJECTS, &fieldspec},
    {"images", FIELD_OBJECTS, &fieldspec},
    {"replicas", FIELD_OBJECTS, &fieldspec},
};
const struct fields fields_transformer_config = TABLE("transformer configuration", config_fields);

// --- built-in plugins; they ignore fields they do not know ---

static const struct fields open_fieldspec = OPEN_TABLE("field spec", fieldspec_fields);
static const struct fields open_selector = OPEN_TABLE("target", selector_fields);
static const struct fields open_patch_options = OPEN_TABLE("patch's options", patch_options_fields);
static const struct fields open_image = OPEN_TABLE("image", image_fields);
static const struct fields open_replica = OPEN_TABLE("replica", replica_fields);

#define PLUGIN_FIELDS                                                                              \
    {                                                                                              \
        "metadata", FIELD_OBJECT, &open_metadata                                                   \
    }
#define PLUGIN_SPECS                                                                               \
    {                                                                                              \
        "fieldSpecs", FIELD_OBJECTS, &open_fieldspec                                               \
    }

static const struct field annotations_plugin[] = {
    PLUGIN_FIELDS, PLUGIN_SPECS, {"annotations", FIELD_TEXT_MAP, NULL}};
static const struct field labels_plugin[] = {
    PLUGIN_FIELDS, PLUGIN_SPECS, {"labels", FIELD_TEXT_MAP, NULL}};
static const struct field configmap_plugin[] = {PLUGIN_FIELDS, GENERATOR_FIELDS};
static const struct field secret_plugin[] = {
    PLUGIN_FIELDS, GENERATOR_FIELDS, {"type", FIELD_TEXT, NULL}};
static const struct field hash_plugin[] = {PLUGIN_FIELDS};
static const struct field image_plugin[] = {
    PLUGIN_FIELDS, PLUGIN_SPECS, {"imageTag", FIELD_OBJECT, &open_image}};
static const struct field namespace_plugin[] = {PLUGIN_FIELDS,
                                                PLUGIN_SPECS,
                                                {"unsetOnly", FIELD_BOOL, NULL},
                                                {"setRoleBindingSubjects", FIELD_TEXT, NULL}};
static const struct field json6902_plugin[] = {PLUGIN_FIELDS,
                                               {"target", FIELD_OBJECT, &open_selector},
                                               {"path", FIELD_TEXT, NULL},
                                               {"jsonOp", FIELD_TEXT, NULL}};
static const struct field strategic_plugin[] = {
    PLUGIN_FIELDS, {"paths", FIELD_TEXTS, NULL}, {"patches", FIELD_TEXT, NULL}};
static const struct field patch_plugin[] = {PLUGIN_FIELDS,
                                            {"path", FIELD_TEXT, NULL},
                                            {"patch", FIELD_TEXT, NULL},
                                            {"target", FIELD_OBJECT, &open_selector},
                                            {"options", FIELD_OBJECT, &open_patch_options}};
static const struct field prefix_plugin[] = {
    PLUGIN_FIELDS, PLUGIN_SPECS, {"prefix", FIELD_TEXT, NULL}};
static const struct field suffix_plugin[] = {
    PLUGIN_FIELDS, PLUGIN_SPECS, {"suffix", FIELD_TEXT, NULL}};
static const struct field affix_plugin[] = {
    PLUGIN_FIELDS, PLUGIN_SPECS, {"prefix", FIELD_TEXT, NULL}, {"suffix", FIELD_TEXT, NULL}};
static const struct field replacement_plugin[] = {
    PLUGIN_FIELDS, {"replacements", FIELD_OBJECTS, &fields_replacement}};
static const struct field replica_plugin[] = {
    PLUGIN_FIELDS, PLUGIN_SPECS, {"replica", FIELD_OBJECT, &open_replica}};

static const struct field value_target_fields[] = {{"selector", FIELD_OBJECT, &open_selector},
                                                   {"fieldPath", FIELD_TEXT, NULL},
                                                   {"filePathPosition", FIELD_INT, NULL}};
static const struct fields value_target = OPEN_TABLE("target", value_target_fields);
static const struct field targets_fields[] = {{"targets", FIELD_OBJECTS, &value_target}};
const struct fields fields_targets = OPEN_TABLE("file of targets", targets_fields);
static const struct field value_plugin[] = {PLUGIN_FIELDS,
                                            {"value", FIELD_TEXT, NULL},
                                            {"targets", FIELD_OBJECTS, &value_target},
                                            {"targetFilePath", FIELD_TEXT, NULL}};

static const struct field iam_name_fields[] = {
    {"name", FIELD_TEXT, NULL}, {"namespace", FIELD_TEXT, NULL}, {"projectId", FIELD_TEXT, NULL}};
static const struct fields iam_name = OPEN_TABLE("IAM account", iam_name_fields);
static const struct field iam_plugin[] = {PLUGIN_FIELDS,
                                          {"cloud", FIELD_TEXT, NULL},
                                          {"kubernetesService", FIELD_OBJECT, &iam_name},
                                          {"serviceAccount", FIELD_OBJECT, &iam_name}};

static const struct fields plugins[] = {
    OPEN_TABLE("AnnotationsTransformer", annotations_plugin),
    OPEN_TABLE("ConfigMapGenerator", configmap_plugin),
    OPEN_TABLE("HashTransformer", hash_plugin),
    OPEN_TABLE("IAMPolicyGenerator", iam_plugin),
    OPEN_TABLE("ImageTagTransformer", image_plugin),
    OPEN_TABLE("LabelTransformer", labels_plugin),
    OPEN_TABLE("NamespaceTransformer", namespace_plugin),
    OPEN_TABLE("PatchJson6902Transformer", json6902_plugin),
    OPEN_TABLE("PatchStrategicMergeTransformer", strategic_plugin),
    OPEN_TABLE("PatchTransformer", patch_plugin),
    OPEN_TABLE("PrefixSuffixTransformer", affix_plugin),
    OPEN_TABLE("PrefixTransformer", prefix_plugin),
    OPEN_TABLE("ReplacementTransformer", replacement_plugin),
    OPEN_TABLE("ReplicaCountTransformer", replica_plugin),
    OPEN_TABLE("SecretGenerator", secret_plugin),
    OPEN_TABLE("SuffixTransformer", suffix_plugin),
    OPEN_TABLE("ValueAddTransformer", value_plugin),
};

const struct fields *fields_of_plugin(struct span kind)
{
    for (size_t i = 0; i < ARRAY_LEN(plugins); i++) {
        if (span_is(kind, plugins[i].what))
            return &plugins[i];
    }
    return NULL;
}
