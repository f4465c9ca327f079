// SPDX-License-Identifier: Apache-2.0
// The functions of charts beyond Go's own: Sprig 3.3 (its TxtFuncMap without env and expandenv),
// one table per family, and what they share. Helm's own that need a chart (include, tpl, lookup,
// ...) are render's.
#ifndef MODEL_CHART_FUNCTIONS_H
#define MODEL_CHART_FUNCTIONS_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "io/template.h"

// The data of the template_set of a chart: what functions know of the rendering they are part of.
struct functions_env {
    // Told of each value that the next rendering would not have again (randAlphaNum, genCA, now,
    // ...), before it is made. May be NULL.
    void (*on_random)(struct functions_env *env, const struct template_call *call);
};

// A family: its table ends with a row without a name.
typedef const struct template_function functions_family[];
extern functions_family functions_strings;  // trim, upper, trunc, replace, quote, indent, ...
extern functions_family functions_cases;    // camelcase, snakecase, title, wrap, plural, ...
extern functions_family functions_lists;    // list, first, uniq, has, concat, sortAlpha, ...
extern functions_family functions_dicts;    // dict, get, set, pick, dig, merge, deepCopy, ...
extern functions_family functions_defaults; // default, empty, coalesce, ternary, all, any
extern functions_family functions_types;   // typeOf, kindIs, deepEqual, toString, int, float64, ...
extern functions_family functions_math;    // add, div, max, round, until, seq, addf, ...
extern functions_family functions_dates;   // now, date, toDate, duration, ago, ...
extern functions_family functions_regex;   // regexMatch, regexReplaceAll, ...
extern functions_family functions_semver;  // semver, semverCompare
extern functions_family functions_paths;   // base, dir, clean, ext, osBase, urlParse, urlJoin, ...
extern functions_family functions_encode;  // b64enc, b32dec, sha256sum, adler32sum, ...
extern functions_family functions_random;  // randAlphaNum, uuidv4, shuffle, ...
extern functions_family functions_certs;   // genCA, genSignedCert, buildCustomCert, genPrivateKey
extern functions_family functions_secrets; // derivePassword, bcrypt, htpasswd, encryptAES, ...
extern functions_family functions_convert; // toYaml, fromYaml, toJson, fromJsonArray, toToml, ...

// All of them in one array (count in *count), made once; Helm's own come from render's table.
const struct template_function *functions_all(size_t *count) MUST_CHECK;

// --- what families share ---

// sprig's strval: strings as they are, bytes and errors as text, anything else by fmt's %v.
struct span functions_text(struct arena *a, const struct value *v) MUST_CHECK;
// sprig's empty(): nil, false, 0, "", empty lists and maps.
bool functions_is_empty(const struct value *v);
// spf13/cast 1.7 as sprig uses it (toInt64, toFloat64): what cannot be read is 0.
int64_t functions_to_int64(const struct value *v);
double functions_to_float64(const struct value *v);
// Says that this call's result is another one next time.
void functions_random_used(const struct template_call *call);

#endif
