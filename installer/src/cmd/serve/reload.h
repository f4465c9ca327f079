// SPDX-License-Identifier: Apache-2.0
// SIGHUP: the access log is opened again, and so are the bundles, which are verified beside the
// loop and then put in the place of what is served. When one is not good, that is said, and what is
// served stays.
#ifndef CMD_SERVE_RELOAD_H
#define CMD_SERVE_RELOAD_H

#include "cmd/serve/verified.h"

struct reload;

// Listens to SIGHUP from now on; before serve_run(). All is borrowed. ERR_INTERNAL.
struct reload *reload_new(struct loop *loop, struct serve *s, const struct verified_wanted *wanted,
                          struct report *report, struct err **err) MUST_CHECK;
// Ends a verification that goes on. NULL-safe.
void reload_free(struct reload *r);
CLEANUP_DEFINE(reload_cleanup, struct reload, reload_free);

#endif
