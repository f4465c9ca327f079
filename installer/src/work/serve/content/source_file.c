// SPDX-License-Identifier: Apache-2.0
// Plain files, by their URL.
#include "base/url.h"
#include "work/serve/content/source.h"

int source_add_file(struct adding *a, struct err **err)
{
    struct serve_content *c = a->content;
    const struct digest *digest = &source_blob(a, 0)->digest;
    struct content_file *file, *other;
    struct span key;
    struct url url;

    if (content_key(c, a->artifact->name, &key, err) < 0)
        return -1;
    if (url_parse(a->artifact->name, &url) && url.query.len)
        key = span_str(arena_printf(c->arena, "%.*s?%.*s", SPAN_ARG(key), SPAN_ARG(url.query)));
    other = map_get(&c->files, key);
    if (other) {
        if (!digest_eq(&other->digest, digest))
            report_warn(c->report, "serve",
                        "%.*s of %s is not served: another bundle has that file with %s",
                        SPAN_ARG(other->url), a->source->label, DIGEST_TEXT(&other->digest));
        return 0;
    }
    file = ARENA_NEW(c->arena, struct content_file);
    *file =
        (struct content_file){.url = arena_span(c->arena, a->artifact->name), .digest = *digest};
    map_put(&c->files, key, file);
    return 0;
}
