// SPDX-License-Identifier: Apache-2.0
// Executes the statements of a template.
#ifndef IO_TEMPLATE_EXEC_WALK_H
#define IO_TEMPLATE_EXEC_WALK_H

#include "io/template/exec/run.h"

// Executes `tree` of `set` as part of what run->frame is executing. `dot` is also its `$`.
int walk_template(struct template_run *run, const struct template_set *set,
                  const struct template_tree *tree, const struct operand *dot, struct buf *out,
                  struct err **err) MUST_CHECK;

#endif
