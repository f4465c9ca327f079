# SPDX-License-Identifier: Apache-2.0
# The libraries that the project stands on, as targets dep::<name>: the static ones of
# SANDSTRAP_DEPS_PREFIX (set by cmake/musl.cmake), else the distribution's shared ones.

if(SANDSTRAP_DEPS_PREFIX)
    set(SANDSTRAP_DEPS_STATIC ON)
else()
    set(SANDSTRAP_DEPS_STATIC OFF)
    find_package(PkgConfig REQUIRED)
endif()

# dep_library(NAME PKGCONFIG names... ARCHIVE name [NEEDS names...]): shared, what pkg-config says of
# the names; static, libARCHIVE.a of the prefix and the dep:: targets that it refers to itself.
function(dep_library name)
    cmake_parse_arguments(ARG "" "ARCHIVE" "PKGCONFIG;NEEDS" ${ARGN})
    if(NOT SANDSTRAP_DEPS_STATIC)
        pkg_check_modules(DEP_${name} REQUIRED QUIET IMPORTED_TARGET GLOBAL ${ARG_PKGCONFIG})
        add_library(dep_${name} INTERFACE IMPORTED GLOBAL)
        target_link_libraries(dep_${name} INTERFACE PkgConfig::DEP_${name})
    else()
        set(file "${SANDSTRAP_DEPS_PREFIX}/lib/lib${ARG_ARCHIVE}.a")
        if(NOT EXISTS "${file}")
            message(FATAL_ERROR "${file} is missing: run installer/deps/build")
        endif()
        # The headers are in the default search path of the prefix's compiler.
        add_library(dep_${name} STATIC IMPORTED GLOBAL)
        set_target_properties(dep_${name} PROPERTIES IMPORTED_LOCATION "${file}")
        list(TRANSFORM ARG_NEEDS PREPEND "dep::")
        target_link_libraries(dep_${name} INTERFACE ${ARG_NEEDS})
    endif()
    add_library(dep::${name} ALIAS dep_${name})
endfunction()

dep_library(zlib PKGCONFIG zlib ARCHIVE z)
dep_library(zstd PKGCONFIG libzstd ARCHIVE zstd)
dep_library(deflate PKGCONFIG libdeflate ARCHIVE deflate)
dep_library(yaml PKGCONFIG yaml-0.1 ARCHIVE yaml)
dep_library(pcre2 PKGCONFIG libpcre2-8 ARCHIVE pcre2-8)
dep_library(nghttp2 PKGCONFIG libnghttp2 ARCHIVE nghttp2)
dep_library(crypto PKGCONFIG libcrypto ARCHIVE crypto)
dep_library(ssl PKGCONFIG libssl libcrypto ARCHIVE ssl NEEDS crypto)
dep_library(archive PKGCONFIG libarchive ARCHIVE archive NEEDS zlib zstd)
dep_library(curl PKGCONFIG libcurl ARCHIVE curl NEEDS nghttp2 ssl zlib)

target_compile_definitions(dep_pcre2 INTERFACE PCRE2_CODE_UNIT_WIDTH=8)

# llhttp is compiled here, from the pinned sources, whatever the other libraries are: Debian 12 has no
# package of it, and a parser of requests should be the same one in every test.
function(dep_llhttp)
    execute_process(
        COMMAND "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/llhttp"
        OUTPUT_VARIABLE folder OUTPUT_STRIP_TRAILING_WHITESPACE
        RESULT_VARIABLE failed)
    if(failed)
        message(FATAL_ERROR "the sources of llhttp could not be had: see above")
    endif()
    add_library(dep_llhttp STATIC "${folder}/src/api.c" "${folder}/src/http.c" "${folder}/src/llhttp.c")
    target_include_directories(dep_llhttp SYSTEM PUBLIC "${folder}/include")
    # Under the sanitizers as our own code, but for its warnings.
    if(TARGET sandstrap_flags)
        target_link_libraries(dep_llhttp PRIVATE sandstrap_flags)
    endif()
    target_compile_options(dep_llhttp PRIVATE -w "-ffile-prefix-map=${folder}=llhttp")
    add_library(dep::llhttp ALIAS dep_llhttp)
endfunction()

dep_llhttp()
