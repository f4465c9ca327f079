// SPDX-License-Identifier: Apache-2.0
// sandstrap chart render: renders a Helm chart, without Helm and without a cluster.
#ifndef CMD_CHART_H
#define CMD_CHART_H

#include "base/command.h"

extern const struct command cmd_chart_render;

#endif
