// SPDX-License-Identifier: Apache-2.0
// A node's files: containerd's configuration in any layout, and an administrator's route, beside
// which ours always comes first in a file that containerd can read.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "io/doc.h"
#include "model/runtime.h"

#define ENDPOINT "http://127.0.0.1:4860"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_config(struct span text, const struct runtime_layout *layout)
{
    struct arena *arena CLEANUP(arena_cleanup) = arena_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct runtime_file files[] = {{"a", text}, {"b", text}};
    struct runtime_imports imports = {0};
    struct runtime_config c;

    if (!layout->folder || runtime_config_imports(&files[0], layout, arena, &imports, &err) < 0)
        return;
    // Routes are below the folder that is mounted, or there is trouble.
    if (runtime_config_read(files, 2, layout, arena, &c, &err) < 0 || !c.routes != !!c.trouble)
        abort();
    if (c.routes && (strncmp(c.routes, layout->folder, strlen(layout->folder)) != 0 ||
                     strstr(c.routes, "/../")))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct doc *doc CLEANUP(doc_cleanup) = doc_new();
    struct err *err CLEANUP(err_cleanup) = NULL;
    struct buf route CLEANUP(buf_free) = BUF_INIT(BUF_TEXT_MAX);
    struct span text = span_of(data, size);
    const struct runtime_layout *layouts;
    const struct node *hosts;
    size_t count;

    if (size > 20000)
        return 0;
    layouts = runtime_layouts(&count);
    for (size_t i = 0; i < count; i++)
        read_config(text, &layouts[i]);
    runtime_route_write(SPAN(ENDPOINT), text, &route);
    hosts = node_get(doc_read_toml(doc, buf_span(&route), "hosts.toml", &err), "host");
    if (!runtime_route_is_ours(buf_span(&route)) || !node_is(hosts, NODE_MAP) || !node_len(hosts) ||
        !span_is(hosts->map.pairs[0].key, ENDPOINT))
        abort();
    return 0;
}
