// SPDX-License-Identifier: Apache-2.0
// sandstrap images: what runs, who uses it, and where else it exists.
#ifndef CMD_IMAGES_H
#define CMD_IMAGES_H

#include "base/command.h"

extern const struct command cmd_images;

#endif
