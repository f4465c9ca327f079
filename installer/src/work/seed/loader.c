// SPDX-License-Identifier: Apache-2.0
// The loader's bytes: a program for the nodes that is carried in this one.
#include "work/seed.h"

__asm__(".pushsection .rodata\n"
        ".type loader_begin, %object\n"
        ".type loader_end, %object\n"
        "loader_begin: .incbin \"" SEED_LOADER "\"\n"
        "loader_end: .byte 0\n"
        ".popsection\n");

extern const char loader_begin[], loader_end[];

struct span seed_loader(void)
{
    return span_of(loader_begin, (size_t)(loader_end - loader_begin));
}
