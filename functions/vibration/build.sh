#!/bin/sh
# build.sh FILE: compiles it with Debian's clang, lld, wasi-libc and libclang-rt-dev-wasm32
cd "$(dirname "$0")" && exec clang --target=wasm32-wasi --sysroot=/usr -Os -Wl,--strip-all -o "$1" vibration.c -lm
