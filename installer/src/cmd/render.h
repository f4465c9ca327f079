// SPDX-License-Identifier: Apache-2.0
// sandstrap render: builds a kustomization as kustomize does, without a cluster.
#ifndef CMD_RENDER_H
#define CMD_RENDER_H

#include "base/command.h"

extern const struct command cmd_render;

#endif
