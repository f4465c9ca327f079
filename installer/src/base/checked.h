// SPDX-License-Identifier: Apache-2.0
// Whether the program is built with a checker of memory or of threads, which wants to see each
// piece of memory by itself, and what is left of them when main() has returned.
#ifndef BASE_CHECKED_H
#define BASE_CHECKED_H

#include <stdbool.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_CHECKED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_CHECKED true
#endif
#endif
#ifndef IS_CHECKED
#define IS_CHECKED false
#endif

#endif
