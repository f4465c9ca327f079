// SPDX-License-Identifier: Apache-2.0
// Attributes of gcc and clang under one name each. Owns no code.
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define UNUSED __attribute__((unused))
#define NORETURN __attribute__((noreturn))
#define RETURNS_NONNULL __attribute__((returns_nonnull))

// Runs fn(&variable) when the variable leaves its scope.
#define CLEANUP(fn) __attribute__((cleanup(fn)))

// Defines `name`, a cleanup function for variables of type `type *` that calls the NULL-safe `fn`.
#define CLEANUP_DEFINE(name, type, fn)                                                             \
    static inline void name(type **ptr)                                                            \
    {                                                                                              \
        fn(*ptr);                                                                                  \
    }                                                                                              \
    struct cleanup_semicolon_##name

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

// Hands the pointer in `var` out of a scope whose cleanup would free it: return STEAL(buf);
#define STEAL(var)                                                                                 \
    __extension__({                                                                                \
        __typeof__(var) steal_ = (var);                                                            \
        (var) = NULL;                                                                              \
        steal_;                                                                                    \
    })

#endif
