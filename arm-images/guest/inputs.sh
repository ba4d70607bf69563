#!/usr/bin/env bash
# inputs.sh: a hash of what decides how pins work on arm64. When it is not the one in `tested`, which ./dev image test guest writes,
# ./dev test plays the tiny guest anew.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
find arm-images/guest.sh arm-images/guest/init device-adapters/src/main/java/dev/fern/{gpio,linux} \
  e2e/src/main/java/dev/fern/e2e/image/{Tiny,Board}.java -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
