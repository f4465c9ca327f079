// SPDX-License-Identifier: Apache-2.0
// Docker's configuration file: auths, credHelpers, credsStore.
#include "model/oci/logins.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/url.h"
#include "io/crypto.h"
#include "io/doc.h"

enum { CONFIG_MAX_BYTES = 1 << 20 };

static char *config_path(void)
{
    const char *folder = getenv("DOCKER_CONFIG");
    const char *home = getenv("HOME");

    if (folder && folder[0])
        return mem_printf("%s/config.json", folder);
    return mem_printf("%s/.docker/config.json", home ? home : "");
}

// "host/path" of a key in the way that references name it. Docker's own form is a URL, of which
// only the host counts ("https://index.docker.io/v1/").
static const char *clean_key(struct arena *arena, struct span key)
{
    struct span host = span_head(key, span_find(key, '/'));
    struct span path = url_trim(span_tail(key, host.len));
    struct url url;

    if (url_parse(key, &url) && (url_is(&url, "https") || url_is(&url, "http"))) {
        host = url.authority;
        path = SPAN_EMPTY;
    }
    if (span_is(host, "index.docker.io") || span_is(host, "docker.io"))
        host = SPAN("registry-1.docker.io");
    return arena_printf(arena, "%.*s%.*s", SPAN_ARG(host), SPAN_ARG(path));
}

static const char *text_of(const struct logins *l, const struct node *entry, const char *key)
{
    struct span text = node_get_text(entry, key);

    return text.len ? arena_span(l->arena, text).ptr : NULL;
}

static int read_auth(struct logins *l, struct span auth, struct login *login, struct err **err)
{
    struct buf plain CLEANUP(buf_free) = BUF_INIT(CONFIG_MAX_BYTES);
    struct span user, password;

    if (!crypto_base64_decode(auth, &plain) || !span_cut(buf_span(&plain), ':', &user, &password) ||
        !user.len)
        return err_set(err, ERR_CONFIG, "%s: the 'auth' of %s is not base64 of user:password",
                       l->path, login->key);
    login->user = arena_span(l->arena, user).ptr;
    login->password = arena_span(l->arena, password).ptr;
    return 0;
}

// 'auth' wins over 'username' and 'password', as for Docker. An entry without anything is what
// Docker leaves for a login that a credential helper has.
static int add_login(struct logins *l, const struct pair *entry, struct err **err)
{
    struct login *login = ARENA_NEW(l->arena, struct login);
    struct span auth = node_get_text(entry->value, "auth");
    const char *key = clean_key(l->arena, entry->key);

    login->key = arena_span(l->arena, entry->key).ptr;
    login->user = text_of(l, entry->value, "username");
    login->password = text_of(l, entry->value, "password");
    login->identity = text_of(l, entry->value, "identitytoken");
    login->bearer = text_of(l, entry->value, "registrytoken");
    if (auth.len && read_auth(l, auth, login, err) < 0)
        return -1;
    if (login->user || login->identity || login->bearer)
        map_put(&l->entries, span_str(key), login);
    return 0;
}

int logins_load(struct logins *l, struct err **err)
{
    struct buf text CLEANUP(buf_free) = BUF_INIT(CONFIG_MAX_BYTES);
    struct doc *d CLEANUP(doc_cleanup) = doc_new();
    const struct node *root;

    l->arena = arena_new();
    l->path = config_path();
    if (access(l->path, F_OK) < 0)
        return 0;
    if (file_read(AT_FDCWD, l->path, &text, err) < 0)
        return -1;
    root = doc_read_json(d, buf_span(&text), l->path, ERR_CONFIG, err);
    if (!root)
        return -1;
    NODE_FOREACH_PAIR (entry, node_get(root, "auths"))
        if (add_login(l, entry, err) < 0)
            return -1;
    NODE_FOREACH_PAIR (helper, node_get(root, "credHelpers"))
        map_put(&l->helpers, span_str(clean_key(l->arena, helper->key)),
                arena_str(l->arena, node_str(helper->value)));
    l->store = text_of(l, root, "credsStore");
    return 0;
}

void logins_free(struct logins *l)
{
    map_free(&l->entries);
    map_free(&l->helpers);
    arena_free(l->arena);
    free(l->path);
}

const struct login *logins_find(const struct logins *l, const struct oci_ref *ref)
{
    char *place CLEANUP(mem_cleanup) =
        mem_printf("%.*s/%.*s", SPAN_ARG(ref->host), SPAN_ARG(ref->repository));
    struct span rest = span_str(place);
    const struct login *login = map_get(&l->entries, rest);

    while (!login && rest.len > ref->host.len) {
        rest = span_head(rest, span_rfind(rest, '/'));
        login = map_get(&l->entries, rest);
    }
    return login;
}

const char *logins_helper(const struct logins *l, const struct oci_ref *ref)
{
    const char *helper = map_get(&l->helpers, ref->host);

    return helper ? helper : l->store;
}
