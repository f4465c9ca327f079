// SPDX-License-Identifier: Apache-2.0
// The words of the error that ends the wait for a layer.
#ifndef WORK_LAYERS_WAIT_END_H
#define WORK_LAYERS_WAIT_END_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"
#include "cluster/told/finding.h"

// ERR_TERMINAL for this cause, ERR_TIMEOUT for these (at least one). Always -1.
int end_failed(const struct finding *cause, struct err **err) MUST_CHECK;
int end_timed_out(const struct finding *findings, size_t count, struct err **err) MUST_CHECK;

#endif
