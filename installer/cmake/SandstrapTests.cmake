# SPDX-License-Identifier: Apache-2.0
# Which module a test is of: the highest of those whose headers it includes. It may need what that
# module may use and nothing else, so it also builds where only this module is built.

# test_header_module(HEADER OUT): the module of a header below installer/src.
# The loader's (installer/seed) count as base, on which alone it stands.
function(test_header_module header out)
    if(header MATCHES "^seed/")
        set(${out} base PARENT_SCOPE)
        return()
    endif()
    string(REGEX REPLACE "/.*" "" module "${header}")
    if(NOT module IN_LIST SANDSTRAP_MODULES)
        string(REGEX MATCH "^[^/]+/[^/.]+" module "${header}")
    endif()
    if(NOT module IN_LIST SANDSTRAP_MODULES)
        message(FATAL_ERROR "\"${header}\" is no header of a declared module")
    endif()
    set(${out} "${module}" PARENT_SCOPE)
endfunction()

# test_modules(SOURCE OUT): the modules that it includes, also through headers beside it.
function(test_modules source out)
    get_filename_component(folder "${source}" DIRECTORY)
    file(STRINGS "${source}" lines REGEX "^#include \"")
    set(found "")
    foreach(line IN LISTS lines)
        string(REGEX MATCH "\"([^\"]+)\"" header "${line}")
        set(header "${CMAKE_MATCH_1}")
        if(EXISTS "${folder}/${header}")
            test_modules("${folder}/${header}" modules)
        else()
            test_header_module("${header}" modules)
        endif()
        list(APPEND found ${modules})
    endforeach()
    list(REMOVE_DUPLICATES found)
    set(${out} "${found}" PARENT_SCOPE)
endfunction()

# test_module(SOURCE OUT): the module that it is a test of; base for one that includes nothing.
function(test_module source out)
    get_property(SANDSTRAP_MODULES GLOBAL PROPERTY SANDSTRAP_MODULES)
    test_modules("${source}" modules)
    list(GET SANDSTRAP_MODULES 0 highest)
    foreach(module IN LISTS SANDSTRAP_MODULES) # lower levels come first
        if(module IN_LIST modules)
            set(highest "${module}")
        endif()
    endforeach()
    modules_needed_by("${highest}" allowed)
    list(REMOVE_ITEM modules ${allowed})
    if(modules)
        list(JOIN modules ", " modules)
        message(FATAL_ERROR "${source}: a test of ${highest} may not use ${modules}, see modules.txt")
    endif()
    set(${out} "${highest}" PARENT_SCOPE)
endfunction()

# test_is_wanted(MODULE OUT): whether tests of the module are built.
function(test_is_wanted module out)
    string(REPLACE "," ";" only "${SANDSTRAP_ONLY}")
    if(NOT only OR module IN_LIST only)
        set(${out} TRUE PARENT_SCOPE)
    else()
        set(${out} FALSE PARENT_SCOPE)
    endif()
endfunction()
