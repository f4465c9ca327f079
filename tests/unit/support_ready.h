// SPDX-License-Identifier: Apache-2.0
// What model/ready says of objects from a few lines of YAML.
#ifndef SUPPORT_READY_H
#define SUPPORT_READY_H

#include "model/ready.h"
#include "support_object.h"

static inline void expect(enum ready_state state, const char *reason, const char *yaml)
{
    struct ready r;

    ready_check(object(yaml), &r);
    if (r.state != state || strcmp(r.reason, reason) != 0)
        print_error("%s\n-> %s %s: %s\n", yaml, ready_state_name(r.state), r.reason, r.message);
    assert_int_equal(r.state, state);
    assert_string_equal(r.reason, reason);
}

#endif
