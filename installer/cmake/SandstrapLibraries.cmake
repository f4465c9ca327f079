# SPDX-License-Identifier: Apache-2.0
# The libraries that sandstrap stands on, under the short names of modules.txt. installer/deps
# defines the targets dep::<name>: static ones of its prefix with the release toolchain, else the
# distribution's shared ones.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
set(SANDSTRAP_OUTER_LIBRARIES curl ssl archive yaml jansson pcre2 zlib zstd)

if(EXISTS "${CMAKE_SOURCE_DIR}/installer/deps/deps.cmake")
    include("${CMAKE_SOURCE_DIR}/installer/deps/deps.cmake")
else()
    set(SANDSTRAP_DEPS_STATIC OFF)
    function(outer_library name)
        pkg_check_modules(DEP_${name} REQUIRED QUIET IMPORTED_TARGET GLOBAL ${ARGN})
        add_library(dep::${name} ALIAS PkgConfig::DEP_${name})
    endfunction()
    outer_library(curl libcurl)
    outer_library(ssl libssl libcrypto)
    outer_library(archive libarchive)
    outer_library(yaml yaml-0.1)
    outer_library(jansson jansson)
    outer_library(pcre2 libpcre2-8)
    outer_library(zlib zlib)
    outer_library(zstd libzstd)
endif()
