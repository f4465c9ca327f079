// SPDX-License-Identifier: Apache-2.0
// The functions of charts beyond Go's own: Sprig 3.3 (its TxtFuncMap without env and expandenv),
// one table per family, and what they share. Helm's own that need a chart (include, tpl, lookup,
// ...) are render's. Where Sprig panics, its words are the error's message (ERR_CONFIG).
#ifndef MODEL_CHART_FUNCTIONS_H
#define MODEL_CHART_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
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

// sprig's strval: strings as they are, bytes and errors as text, anything else by fmt's %v. Fails
// when that has more than FUNCTIONS_TEXT_MAX bytes.
int functions_text(const struct template_call *call, const struct value *v, struct span *text,
                   struct err **err) MUST_CHECK;
// sprig's empty(): nil, false, 0, "", empty lists and maps.
bool functions_is_empty(const struct value *v);
// spf13/cast 1.7 as sprig uses it (toInt, toInt64, toFloat64): what cannot be read is 0.
int64_t functions_to_int64(const struct value *v);
double functions_to_float64(const struct value *v);
// Go's int64(f): 0x8000000000000000 for what does not fit, as on amd64.
int64_t functions_float_to_int64(double f);

// The items of anything that is of kind slice to Go, the bytes of []uint8 too; false for others.
// They are borrowed: the same items as the value's own where it has some.
bool functions_items(struct arena *a, const struct value *v, struct value_list *items);
// sprig's strslice: a []string as it is, the items of other lists (but nil) as text, one item for
// what is no list.
int functions_to_strings(const struct template_call *call, const struct value *v,
                         struct value *strings, struct err **err) MUST_CHECK;

// What one call may give at most.
#define FUNCTIONS_TEXT_MAX ((size_t)32 << 20) // bytes
#define FUNCTIONS_ITEMS_MAX ((size_t)1 << 20)
// Fails when a text would be larger.
int functions_check_text(size_t len, struct err **err) MUST_CHECK;
// The text of a buffer with the maximum FUNCTIONS_TEXT_MAX, as a value. What was written bit by bit
// takes a step for each byte.
int functions_take_text(const struct template_call *call, const struct buf *text,
                        struct value *result, struct err **err) MUST_CHECK;

// Decodes base64 as Go's StdEncoding does. False, with the place of the first byte that does not
// fit, when the text is none.
bool functions_base64(struct span text, struct buf *out, size_t *at);

// Says that this call's result is another one next time.
void functions_random_used(const struct template_call *call);

#endif
