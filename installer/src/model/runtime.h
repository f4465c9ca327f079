// SPDX-License-Identifier: Apache-2.0
// Container runtimes on nodes, from facts alone: which distribution and runtime a node has, where
// its files are, whether a file written by a pod changes where images come from (routes), what
// such a file says, and what an administrator has to do where a pod is not enough
// (docs/nodes.md). Pure.
#ifndef MODEL_RUNTIME_H
#define MODEL_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/span.h"
#include "base/vec.h"

struct node; // io/doc.h

// --- layouts: where a runtime keeps its configuration ---

enum runtime_way {
    RUNTIME_FILES,   // hosts.toml under `routes`, read at each pull
    RUNTIME_RESTART, // the same, once an administrator has set config_path and restarted
    RUNTIME_ADMIN,   // an administrator writes another file, or asks an API
};

// One row of the table of distributions.
struct runtime_layout {
    const char *name; // "containerd" (2.2 and later), "containerd-old", "k3s", "rke2", "talos", …
    const char *folder; // that a pod has to mount: "/etc/containerd"; NULL: none
    const char *config; // file, below that folder: "config.toml"
    const char *routes; // folder, below that folder: "certs.d"
    enum runtime_way way;
};
const struct runtime_layout *runtime_layouts(size_t *count);
const struct runtime_layout *runtime_layout_find(struct span name); // or NULL

// --- a node, as the API has it ---

struct runtime_node {
    const char *name;
    const char *address;        // first InternalIP; "" when it has none
    VEC(struct span) addresses; // all InternalIPs
    VEC(struct span) pod_networks;
    const char *platform; // "linux/amd64"
    const char *runtime;  // "containerd://1.6.20"
    const char *kubelet, *os;
    bool ready;
    const char *not_ready;               // why, when it is not; "" when unknown
    bool no_network;                     // for it has no CNI
    const struct runtime_layout *layout; // NULL: a runtime that is not known
    const char *folder;  // where the layout's folder is on this node; NULL: it has none
    const char *pause;   // image it starts pods with, by its version; NULL: unknown
    const char *trouble; // a line: why a pod cannot make its routes, or has none to make; or NULL
    const char *doubt;   // a line: what only the node's own files tell; NULL: routes are read
};
// In `arena`. ERR_API for what is no Node.
int runtime_node_read(const struct node *object, struct arena *arena, struct runtime_node *n,
                      struct err **err) MUST_CHECK;

// --- a runtime's configuration, as its files have it ---

struct runtime_config {
    const char *routes;  // folder, absolute on the node, where routes are read; NULL: nowhere
    const char *link;    // folder's name that has to lead there, too; NULL: none
    const char *pause;   // image; NULL: the default
    const char *trouble; // why routes are not read, a line; NULL: they are
    const char *remedy;  // a line
};
// What containerd's files say (config.toml, then those that it imports, in order), configuration
// versions 1 to 4. None: as it is without any. ERR_CONFIG with the line.
struct runtime_file {
    const char *name; // for messages
    struct span text;
};
int runtime_config_read(const struct runtime_file *files, size_t count,
                        const struct runtime_layout *layout, struct arena *arena,
                        struct runtime_config *c, struct err **err) MUST_CHECK;

// The patterns of files that a config.toml imports, in order, in `arena`. ERR_CONFIG.
struct runtime_imports {
    VEC(const char *) patterns; // absolute on the node
};
int runtime_config_imports(const struct runtime_file *file, const struct runtime_layout *layout,
                           struct arena *arena, struct runtime_imports *imports, struct err **err)
    MUST_CHECK;

// --- routes: certs.d/HOST/hosts.toml ---

#define RUNTIME_MARK "# Written by sandstrap; removed by 'sandstrap down'."
#define RUNTIME_ROUTE_FILE "hosts.toml"
#define RUNTIME_ROUTE_DEFAULT "_default" // folder of what has none of its own

// The folder's name that containerd looks for first: "ghcr.io"; "reg_5000_" for reg:5000, whose own
// name it looks for then.
void runtime_route_folder(struct span host, struct buf *out);

// Ours first, then what an administrator has (`theirs`: his file; "" when there is none), but for
// one that containerd could not read.
void runtime_route_write(struct span endpoint, struct span theirs, struct buf *out);
bool runtime_route_is_ours(struct span text);

// What an administrator does for nodes of that layout and version, as a script or a file for him,
// and its name ("crio.sh"); NULL when there is nothing that he could.
const char *runtime_emit(const struct runtime_node *n, struct span endpoint,
                         const struct span *hosts, size_t host_count, struct buf *out);

// Names of the pause images of known runtimes, which a bundle for an air gap holds.
const char *const *runtime_pause_images(size_t *count);

#endif
