// SPDX-License-Identifier: Apache-2.0
// Words within a name, as huandu/xstrings 1.5 finds them: "HTTPServer2x" is HTTP, Server and 2x.
#ifndef MODEL_CHART_FUNCTIONS_WORDS_H
#define MODEL_CHART_FUNCTIONS_WORDS_H

#include "base/buf.h"
#include "base/span.h"

// "some_words" as "SomeWords" (ToPascalCase).
void words_pascal(struct span text, struct buf *out);
// "SomeWords" as "some_words", with that connector (ToSnakeCase, ToKebabCase).
void words_connect(struct span text, char connector, struct buf *out);

#endif
