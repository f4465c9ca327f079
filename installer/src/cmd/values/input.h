// SPDX-License-Identifier: Apache-2.0
// What a command of `values` looks at: a chart with its values.
#ifndef CMD_VALUES_INPUT_H
#define CMD_VALUES_INPUT_H

#include "base/command.h"
#include "controller/values.h"
#include "model/chart.h"
#include "work/artifacts.h"

struct input_options {
    struct command_common common;
    const char *chart;
    struct opt_list files, set, set_string;
    const char *name, *ns, *kube_version;
    struct opt_list api_versions;
    const char *bundle, *lock, *ca_file;
    bool lab;
};

#define INPUT_RELEASE(type_)                                                                       \
    {                                                                                              \
        .type = OPT_OPERAND, .value = "[RELEASE]", .offset = offsetof(type_, release),             \
        .help = "NAME or NAMESPACE/NAME of a HelmRelease of the tree"                              \
    }

// Rows for a command whose options struct `type_` starts with `struct input_options input`.
#define INPUT_OPTIONS(type_)                                                                       \
    {.type = OPT_TEXT,                                                                             \
     .name = "chart",                                                                              \
     .value = "CHART",                                                                             \
     .offset = offsetof(type_, input.chart),                                                       \
     .help = "instead of a tree: a folder, an archive, oci://HOST/PATH/NAME:VERSION or "           \
             "https://HOST/PATH/NAME:VERSION"},                                                    \
        {.type = OPT_LIST,                                                                         \
         .name = "values",                                                                         \
         .letter = 'f',                                                                            \
         .value = "FILE",                                                                          \
         .offset = offsetof(type_, input.files),                                                   \
         .help = "values over those of the chart; the last file wins"},                            \
        {.type = OPT_LIST,                                                                         \
         .name = "set",                                                                            \
         .value = "PATH=VALUE",                                                                    \
         .offset = offsetof(type_, input.set),                                                     \
         .help = "set values over those of all files: a.b=1,c[0]=x"},                              \
        {.type = OPT_LIST,                                                                         \
         .name = "set-string",                                                                     \
         .value = "PATH=TEXT",                                                                     \
         .offset = offsetof(type_, input.set_string),                                              \
         .help = "the same, always as text"},                                                      \
        {.type = OPT_TEXT,                                                                         \
         .name = "name",                                                                           \
         .value = "NAME",                                                                          \
         .offset = offsetof(type_, input.name),                                                    \
         .help = "of the release (release-name)"},                                                 \
        {.type = OPT_TEXT,                                                                         \
         .name = "namespace",                                                                      \
         .letter = 'n',                                                                            \
         .value = "NAME",                                                                          \
         .offset = offsetof(type_, input.ns),                                                      \
         .help = "of the release (default)"},                                                      \
        {.type = OPT_TEXT,                                                                         \
         .name = "kube-version",                                                                   \
         .value = "VERSION",                                                                       \
         .offset = offsetof(type_, input.kube_version),                                            \
         .help = "what .Capabilities.KubeVersion says (v1.36.0)"},                                 \
        {.type = OPT_LIST,                                                                         \
         .name = "api-versions",                                                                   \
         .letter = 'a',                                                                            \
         .value = "GROUP/VERSION",                                                                 \
         .offset = offsetof(type_, input.api_versions),                                            \
         .help = "what .Capabilities.APIVersions has more"},                                       \
        {.type = OPT_TEXT,                                                                         \
         .name = "bundle",                                                                         \
         .value = "FILE",                                                                          \
         .offset = offsetof(type_, input.bundle),                                                  \
         .help = "the bundle that everything remote comes from"},                                  \
        {.type = OPT_TEXT,                                                                         \
         .name = "ca-file",                                                                        \
         .value = "FILE",                                                                          \
         .offset = offsetof(type_, input.ca_file),                                                 \
         .help = "certificate authorities of upstream servers"},                                   \
        {.type = OPT_FLAG,                                                                         \
         .name = "lab",                                                                            \
         .offset = offsetof(type_, input.lab),                                                     \
         .help = "accept what was made in the lab, from look-alikes"},                             \
    {                                                                                              \
        .type = OPT_TEXT, .name = "lock", .value = "FILE", .offset = offsetof(type_, input.lock),  \
        .help = "check what is remote against this lock (bundles/sandbox.lock)"                    \
    }

// One release, with all that its view borrows. What is `own` is freed with it.
struct input {
    const char *label;        // "HelmRelease bigbang/loki", or NULL
    const struct deep_by *by; // of a tree, or NULL
    const struct chart *chart;
    const struct node *given;
    const struct doc *given_doc; // of `given`
    artifacts_layers layers;
    struct chart_target target;
    const struct chart_rendering *rendering;
    struct err *failure;
    struct values_view *view; // see input_look()
    struct arena *arena;
    struct {
        struct chart *chart;
        struct doc *doc;
        struct chart_rendering *rendering;
        struct span *api_versions;
    } own;
};
// Where what is remote comes from, as its options say.
struct artifacts_from input_from(const struct command_env *env, const struct input_options *o);

// Of --chart. ERR_USAGE, ERR_CONFIG, and what loading a chart may fail with. Blocks.
int input_open(struct command_env *env, const struct input_options *options, struct input *input,
               struct err **err) MUST_CHECK;
// Makes its view, once. ERR_CONFIG.
int input_look(struct input *input, struct err **err) MUST_CHECK;
void input_close(struct input *input);

void input_defaults(struct input_options *options);

#endif
