// SPDX-License-Identifier: Apache-2.0
// The fast reader.
#include "io/doc/yaml_int.h"

bool yaml_read_fast(struct reader *r, struct span text, struct node **out)
{
    (void)r;
    (void)text;
    *out = NULL;
    return false;
}
