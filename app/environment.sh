# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Read by the scripts that build (". app/environment.sh"). Homebrew keeps what macOS also brings out of the usual search
# path, so pkg-config has to be told.
if [ "$(uname -s)" = Darwin ] && command -v brew >/dev/null; then
  kegs=$(brew --prefix)/opt
  PKG_CONFIG_PATH="$kegs/openblas/lib/pkgconfig:$kegs/zlib/lib/pkgconfig:${PKG_CONFIG_PATH:-}"
  export PKG_CONFIG_PATH
fi
