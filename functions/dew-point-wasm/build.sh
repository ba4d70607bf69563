#!/bin/sh
# build.sh FILE: compiles it with asc, which npm install brings
cd "$(dirname "$0")" && PATH="$PWD/node_modules/.bin:$PATH" &&
  exec asc func.ts -O --runtime stub --use abort= --exportStart _start -o "$1"
