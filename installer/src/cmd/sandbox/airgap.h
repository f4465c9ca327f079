// SPDX-License-Identifier: Apache-2.0
// The part of `up` that is for air gaps (docs/airgap.md): the bundle onto the nodes, routes there,
// and the proof of both, before the first layer.
#ifndef CMD_SANDBOX_AIRGAP_H
#define CMD_SANDBOX_AIRGAP_H

#include "cmd/sandbox/open.h"
#include "work/layers.h"

// That options which are for an air gap only are not given without it. ERR_USAGE.
int airgap_check_options(const struct sandbox_options *o, struct err **err) MUST_CHECK;

// Finds out what would be in the way, before anything is written. A phase; nothing without
// --airgap. Errors as seed_check().
int airgap_check(struct sandbox *s, struct err **err) MUST_CHECK;

// That what was brought up in an air gap is not taken for something else: to be called when the
// record is open. ERR_USAGE.
int airgap_check_record(const struct sandbox *s, struct err **err) MUST_CHECK;

// Brings the bundle to the nodes, and leads Flux there: as lead() in cmd/sandbox/lead.h. Two
// phases; nothing without --airgap. Errors as seed_bring(), lead().
int airgap_bring(struct sandbox *s, struct layers_options *options, struct layers_patches *patches,
                 struct err **err) MUST_CHECK;

#endif
