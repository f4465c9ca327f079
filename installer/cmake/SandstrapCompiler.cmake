# SPDX-License-Identifier: Apache-2.0
# Compiler and linker flags: one interface target, sandstrap_flags, that every target links.

add_library(sandstrap_flags INTERFACE)

target_compile_definitions(sandstrap_flags INTERFACE
    _GNU_SOURCE _FILE_OFFSET_BITS=64 SANDSTRAP_VERSION="${PROJECT_VERSION}")

target_compile_options(sandstrap_flags INTERFACE
    -Wall -Wextra -Wpedantic -Werror
    -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
    -Wformat=2 -Wvla -Wundef -Wpointer-arith -Wwrite-strings -Wcast-align
    -Wimplicit-fallthrough -Wredundant-decls -Wmissing-declarations
    -fstack-protector-strong -fno-strict-aliasing -fno-common)

if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    target_compile_options(sandstrap_flags INTERFACE
        -Wlogical-op -Wduplicated-cond -Wstack-usage=131072)
elseif(CMAKE_C_COMPILER_ID STREQUAL "Clang")
    target_compile_options(sandstrap_flags INTERFACE
        -Wconditional-uninitialized -Wcomma -Wframe-larger-than=131072)
endif()

if(SANDSTRAP_SANITIZE)
    target_compile_options(sandstrap_flags INTERFACE
        -fsanitize=${SANDSTRAP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(sandstrap_flags INTERFACE -fsanitize=${SANDSTRAP_SANITIZE})
    # The instrumented frames are larger than the ones that ship.
    target_compile_options(sandstrap_flags INTERFACE -Wno-frame-larger-than)
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
        target_compile_options(sandstrap_flags INTERFACE -Wno-stack-usage -Wno-maybe-uninitialized)
    endif()
endif()

if(SANDSTRAP_FUZZ)
    if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
        message(FATAL_ERROR "the fuzz targets need clang: cmake --preset fuzz")
    endif()
    target_compile_options(sandstrap_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# The release toolchain brings its own link flags: static-pie, sections collected.
target_link_options(sandstrap_flags INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
