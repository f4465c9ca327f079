# SPDX-License-Identifier: Apache-2.0
# The libraries that sandstrap stands on, under the short names of modules.txt. installer/deps
# defines the targets dep::<name>: static ones of its prefix with the release toolchain, else the
# distribution's shared ones; llhttp is compiled with the program in both.

find_package(Threads REQUIRED)
include("${CMAKE_SOURCE_DIR}/installer/deps/deps.cmake")
set(SANDSTRAP_OUTER_LIBRARIES curl ssl archive yaml pcre2 zlib zstd deflate llhttp)
