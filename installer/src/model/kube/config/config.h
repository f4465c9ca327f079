// SPDX-License-Identifier: Apache-2.0
// The selected context of a kubeconfig as plain data, and the merged files that it is taken from.
#ifndef MODEL_KUBE_CONFIG_CONFIG_H
#define MODEL_KUBE_CONFIG_CONFIG_H

#include "base/arena.h"
#include "base/vec.h"
#include "io/http.h"
#include "model/kube.h"

#define CONFIG_FILE_MAX_BYTES ((size_t)4 << 20)
#define CONFIG_PEM_MAX_BYTES ((size_t)1 << 20)

struct config_extra {
    const char *name;
    const char *value;
};

// users[].user.exec
struct config_exec {
    const char *api_version; // client.authentication.k8s.io/v1 or v1beta1
    const char *command;     // absolute, or a bare name for PATH
    const struct node *args; // sequence of strings or NULL
    const struct node *env;  // sequence of {name, value} or NULL
    const char *install_hint;
    const char *interactive_mode; // Never, IfAvailable, Always
    bool provide_cluster_info;
};

struct kubeconfig {
    struct doc *doc; // the files; all texts live in its arena
    const char *source;
    const char *context, *cluster, *user, *ns;
    const char *server; // with scheme, without a slash at the end
    bool https;
    struct http_site site; // TLS and proxy

    const char *token;      // or the first content of token_file
    const char *token_file; // absolute
    const char *username, *password;
    const struct config_exec *exec; // only when no other credential is configured

    const char *as, *as_uid;
    VEC(const char *) as_groups;          // in the arena
    VEC(struct config_extra) as_extra;    // in the arena
    const struct node *exec_cluster_data; // extension client.authentication.k8s.io/exec, or NULL
};

// --- config_files.c: which files, and their merged content ---

struct config_file {
    const char *path;
    const char *dir; // absolute, cleaned
    const struct node *root;
};

struct config_files {
    struct doc *doc;
    VEC(struct config_file) list; // in the doc's arena
    const char *names;            // joined by ':'
    bool named;                   // by --kubeconfig or KUBECONFIG, not the default place
};

// Reads the files of the options and the environment. ERR_CONFIG.
int config_files_read(struct config_files *files, const char *path, struct err **err) MUST_CHECK;

// The entry called `name` of a list ("clusters", with its content under `key`): of the first file
// that has it. NULL when none does; *file says where it is from.
const struct node *config_files_entry(const struct config_files *files, const char *list,
                                      const char *key, const char *name,
                                      const struct config_file **file);

// The first current-context that is not empty, or "".
const char *config_files_context(const struct config_files *files);

// --- config_fields.c: reading one entry ---

// Where fields are read from, for messages: file, "cluster", its name.
struct config_entry {
    struct doc *doc;
    const struct config_file *file;
    const char *what;
    const char *name;
    const struct node *node;
};

// "<file>: <what> \"<name>\": <message>".
int config_entry_fail(const struct config_entry *e, struct err **err, const char *fmt, ...)
    PRINTF(3, 4);

// A string field, or NULL when it is absent, null or empty. ERR_CONFIG for other types.
int config_entry_text(const struct config_entry *e, const char *key, const char **text,
                      struct err **err) MUST_CHECK;
// A file name, made absolute against the file's folder.
int config_entry_path(const struct config_entry *e, const char *key, const char **path,
                      struct err **err) MUST_CHECK;
// The content of "<key>-data" (base64), else of the file named by `key`, else empty.
int config_entry_data(const struct config_entry *e, const char *key, struct span *data,
                      struct err **err) MUST_CHECK;

// --- config_user.c, config_cluster.c, in_cluster.c ---

int config_read_user(struct kubeconfig *c, const struct config_entry *e, struct err **err)
    MUST_CHECK;
int config_read_cluster(struct kubeconfig *c, const struct config_entry *e, struct err **err)
    MUST_CHECK;

// Whether the environment of a pod is there, and the configuration from it.
bool in_cluster_possible(void);
int in_cluster_read(struct kubeconfig *c, const char *ns, struct err **err) MUST_CHECK;

// The trimmed content of a token file in `a`; an empty one is an error.
int config_read_token(struct arena *a, const char *path, const char **token, struct err **err)
    MUST_CHECK;

#endif
