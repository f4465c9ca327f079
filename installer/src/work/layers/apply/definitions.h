// SPDX-License-Identifier: Apache-2.0
// CustomResourceDefinitions: after one is applied its kind can be used only once it is established
// and its list URL answers.
#ifndef WORK_LAYERS_APPLY_DEFINITIONS_H
#define WORK_LAYERS_APPLY_DEFINITIONS_H

#include "work/layers/apply/applying.h"
#include "work/layers/tree/order.h"

// Waits until every definition of entries[0..count) serves all its versions, says what it waits
// for, and reads discovery again when one was new. What does not come nearer for fail_after_ms is
// final; names that another definition has, within 10 s. ERR_API, ERR_TERMINAL, ERR_TIMEOUT,
// ERR_CANCELLED.
int definitions_wait(const struct apply *a, const struct order_entry *entries, size_t count,
                     struct err **err) MUST_CHECK;

#endif
