// SPDX-License-Identifier: Apache-2.0
// Between documents, which have positions, and the values that templates see.
#ifndef MODEL_CHART_CONVERT_H
#define MODEL_CHART_CONVERT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "io/doc.h"
#include "io/template.h"

// Numbers become float64, as encoding/json gives them, but those with CONVERT_INT64 among their
// node's flags, which --set made, int64. Texts are borrowed from the tree's doc.
#define CONVERT_INT64 16u
// A map or list that stands in several places of a tree (globals of charts): one value, which all
// of them refer to.
#define CONVERT_SHARED 32u
struct value convert_to_value(struct arena *a, const struct node *n) MUST_CHECK;
// The same with copies of the texts, so that the tree may go. `integers`: all integers are int64,
// as those of TOML are.
struct value convert_to_own_value(struct arena *a, const struct node *n, bool integers) MUST_CHECK;

// toYaml, toYamlPretty, toJson, ... of a value, appended; YAML without a newline at the end.
// ERR_CONFIG: Go's error; ERR_UNSUPPORTED: the value is too large.
enum convert_form {
    CONVERT_YAML,        // sigs.k8s.io/yaml over go-yaml v2
    CONVERT_YAML_PRETTY, // go-yaml v3, two blanks
    CONVERT_JSON,        // <, > and & as \u003c
    CONVERT_JSON_PRETTY,
    CONVERT_JSON_RAW,
    CONVERT_TOML, // BurntSushi/toml
};
int convert_write(const struct value *v, enum convert_form form, struct buf *out, struct err **err)
    MUST_CHECK;

#endif
