// SPDX-License-Identifier: Apache-2.0
// CustomResourceDefinitions: after one is applied its kind can be used only once it is established
// and its list URL answers.
#ifndef WORK_LAYERS_DEFINITIONS_H
#define WORK_LAYERS_DEFINITIONS_H

#include "model/kube.h"
#include "work/layers/order.h"

// Waits until every definition of entries[0..count) serves all its versions, and reads discovery
// again when one was new. ERR_API, ERR_TERMINAL (names not accepted), ERR_TIMEOUT, ERR_CANCELLED.
int definitions_wait(struct loop *l, struct kube *k, const struct order_entry *entries,
                     size_t count, const struct budget *budget, struct err **err) MUST_CHECK;

#endif
