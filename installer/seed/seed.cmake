# SPDX-License-Identifier: Apache-2.0
# The loader: a static program of its own, by musl-gcc whatever the preset is, whose bytes are part of
# sandstrap (src/work/seed/loader.c). The same sources are a library of the preset for the tests.

set(SEED_FOLDER "${CMAKE_CURRENT_LIST_DIR}")
set(SEED_LOADER "${CMAKE_BINARY_DIR}/loader")

file(GLOB SEED_SOURCES CONFIGURE_DEPENDS "${SEED_FOLDER}/*.c")
file(GLOB SEED_HEADERS CONFIGURE_DEPENDS "${SEED_FOLDER}/*.h" "${CMAKE_SOURCE_DIR}/installer/src/base/*.h")
set(SEED_BASE address buf digest err err_format mem span text url) # what it needs of base
list(TRANSFORM SEED_BASE PREPEND "${CMAKE_SOURCE_DIR}/installer/src/base/")
list(TRANSFORM SEED_BASE APPEND ".c")

if(SANDSTRAP_DEPS_STATIC)
    set(SEED_COMPILER "${CMAKE_C_COMPILER}")
else()
    find_program(SEED_COMPILER musl-gcc)
    if(NOT SEED_COMPILER)
        message(FATAL_ERROR "musl-gcc was not found, which the loader is built with: install musl-tools")
    endif()
endif()

# As one unit: it is small, and a static program needs nothing else.
add_custom_command(
    OUTPUT "${SEED_LOADER}"
    COMMAND "${SEED_COMPILER}" -std=c17 -D_GNU_SOURCE -Os -Wall -Wextra -Werror
        -fstack-protector-strong -fno-strict-aliasing -ffunction-sections -fdata-sections
        -fno-asynchronous-unwind-tables -fno-unwind-tables "-ffile-prefix-map=${CMAKE_SOURCE_DIR}=."
        -I "${CMAKE_SOURCE_DIR}/installer/src" -I "${CMAKE_SOURCE_DIR}/installer"
        -static -s -Wl,--gc-sections -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--build-id=none
        -o "${SEED_LOADER}" ${SEED_SOURCES} ${SEED_BASE}
    DEPENDS ${SEED_SOURCES} ${SEED_BASE} ${SEED_HEADERS}
    COMMENT "Building the loader" VERBATIM)
add_custom_target(seed DEPENDS "${SEED_LOADER}")

if(TARGET module_work_seed)
    add_dependencies(module_work_seed seed)
    set_source_files_properties("${CMAKE_SOURCE_DIR}/installer/src/work/seed/loader.c" PROPERTIES
        COMPILE_DEFINITIONS "SEED_LOADER=\"${SEED_LOADER}\"" OBJECT_DEPENDS "${SEED_LOADER}")
endif()

if(SANDSTRAP_TESTS)
    list(FILTER SEED_SOURCES EXCLUDE REGEX "/main\\.c$")
    add_library(seed_core STATIC EXCLUDE_FROM_ALL ${SEED_SOURCES})
    target_include_directories(seed_core PUBLIC "${CMAKE_SOURCE_DIR}/installer" PRIVATE src)
    target_link_libraries(seed_core PRIVATE sandstrap_flags PUBLIC sandstrap_core)
    add_executable(seed_native EXCLUDE_FROM_ALL "${SEED_FOLDER}/main.c") # under the preset's sanitizers
    target_link_libraries(seed_native PRIVATE seed_core sandstrap_flags)
endif()
