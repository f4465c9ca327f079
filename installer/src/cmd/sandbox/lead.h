// SPDX-License-Identifier: Apache-2.0
// Leading what fetches by itself in the cluster to where the bundle is served.
#ifndef CMD_SANDBOX_LEAD_H
#define CMD_SANDBOX_LEAD_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "cmd/sandbox/open.h"
#include "work/layers.h"
#include "work/routes.h"

// The Service, and nothing behind it.
struct routes_target lead_target(void);

// Reads what --routes-to and --routes-ca say, into s->elsewhere; nothing without them. ERR_USAGE,
// ERR_CONFIG.
int lead_open(struct sandbox *s, struct err **err) MUST_CHECK;

// Whether the controllers of the tree can be led, if they are to be: before anything is written.
// Errors as routes_check().
int lead_check(const struct sandbox *s, struct err **err) MUST_CHECK;

// That controllers which were led elsewhere are not left without whom to trust: to be called when
// the record is open. ERR_USAGE.
int lead_check_record(const struct sandbox *s, struct err **err) MUST_CHECK;

// Makes the Service that leads to `target`, puts the CA there, and adds to *patches those of the
// controllers. *options borrows them from then on. Proves it by `probe`, unless that is NULL. Two
// phases. Errors as routes_make(), layers_ahead(), routes_prove().
int lead(struct sandbox *s, const struct routes_target *target, const struct routes_probe *probe,
         struct layers_options *options, struct layers_patches *patches, struct err **err)
    MUST_CHECK;

// The same as lead_open() read; does nothing when there was nothing. Errors as lead().
int lead_elsewhere(struct sandbox *s, struct layers_options *options,
                   struct layers_patches *patches, struct err **err) MUST_CHECK;

#endif
