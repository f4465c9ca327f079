// SPDX-License-Identifier: Apache-2.0
#include "model/seed.h"
