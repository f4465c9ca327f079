# SPDX-License-Identifier: Apache-2.0
# Toolchain of the release: the compiler and C library of installer/deps, and the flags that make
# one static, position-independent binary of them. Builds the libraries when they are not there.

if(NOT SANDSTRAP_DEPS_PREFIX)
    execute_process(
        COMMAND "${CMAKE_CURRENT_LIST_DIR}/../deps/build"
        OUTPUT_VARIABLE prefix OUTPUT_STRIP_TRAILING_WHITESPACE
        RESULT_VARIABLE failed)
    if(failed)
        message(FATAL_ERROR "the static libraries could not be built: see above")
    endif()
    set(SANDSTRAP_DEPS_PREFIX "${prefix}")
endif()
# CMake reads this file again, in other processes, for each check of the compiler.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SANDSTRAP_DEPS_PREFIX)

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${CMAKE_HOST_SYSTEM_PROCESSOR})
set(CMAKE_C_COMPILER "${SANDSTRAP_DEPS_PREFIX}/bin/musl-gcc")
set(CMAKE_FIND_ROOT_PATH "${SANDSTRAP_DEPS_PREFIX}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# Sections that nothing refers to are dropped; no unwind tables, since nobody unwinds C; no folder
# of the machine in the binary.
add_compile_options(
    -fPIE -ffunction-sections -fdata-sections
    -fno-asynchronous-unwind-tables -fno-unwind-tables
    "-ffile-prefix-map=${CMAKE_BINARY_DIR}=." "-ffile-prefix-map=${CMAKE_SOURCE_DIR}=."
    "-ffile-prefix-map=${SANDSTRAP_DEPS_PREFIX}=.")

# Relative relocations make the binary smaller. musl takes the default stack of a thread from the
# program header: 1 MiB, where its own default is 128 KiB. relro.o does what a loader would; mimalloc.o
# and strings.o stand before musl, so that their malloc and memchr are the program's.
set(objects "${SANDSTRAP_DEPS_PREFIX}/lib")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static-pie ${objects}/relro.o ${objects}/mimalloc.o ${objects}/strings.o \
-Wl,--gc-sections -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,pack-relative-relocs \
-Wl,-z,stack-size=1048576 -Wl,--build-id=none")
