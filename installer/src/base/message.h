// SPDX-License-Identifier: Apache-2.0
// Messages of the Kubernetes API, as people read them: those of conditions, events and refusals are
// often quoted by Go once or twice, dump whole structures, or go over many lines.
#ifndef BASE_MESSAGE_H
#define BASE_MESSAGE_H

#include "base/compiler.h"
#include "base/span.h"

// One line of it, for the caller to free:
//  - Go's quoting is taken back (\" becomes "), what is left between two lines becomes "; ", any
//    other control character a space;
//  - a value that is refused ("spec.template: Invalid value: {…}: field is immutable") is left out
//    when it is longer than a few words: the field and the reason stay;
//  - so is the comparison of two structures behind a reason ("@@ -1,6 +1,6 @@ …");
//  - the clauses in front that container runtimes add, with the same image again, are left out;
//  - white space and periods at the end are left out.
char *message_line(struct span text) MUST_CHECK RETURNS_NONNULL;

#endif
