#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Installs what is missing to build, show or test Moescope. Knows apt, dnf, pacman and Homebrew.
#
#   app/install-packages.sh SET…      sets: build, window, test, slow
#
# Nothing is installed, and nobody is asked for a password, when everything is there already. On a terminal it asks
# before using sudo; without one, or with CI set, it just goes ahead. As root it needs no sudo.
set -eu
# shellcheck source=app/environment.sh
. "$(dirname -- "$0")/environment.sh"

# One line a need: the set, how to see that it is there, and the packages that bring it ("+" joins several, "=": named
# as for apt, "-": none needed or none known). cmd: a command; lib: a pkg-config module; py: a Python module; gir: a
# GObject introspection namespace.
needs() {
  cat <<'TABLE'
#set   check                      apt                dnf                      pacman           brew
build  compiler                   gcc+libc6-dev      gcc                      gcc              -
build  cmd:pkg-config             pkg-config         pkgconf-pkg-config       pkgconf          pkgconf
build  cmd:meson                  meson              =                        =                =
build  cmd:ninja                  ninja-build        =                        ninja            ninja
build  lib:glib-2.0               libglib2.0-dev     glib2-devel              glib2            glib
build  cmd:glib-compile-resources libglib2.0-dev-bin glib2-devel              glib2-devel      glib
build  lib:json-glib-1.0          libjson-glib-dev   json-glib-devel          json-glib        json-glib
build  lib:openblas               libopenblas-dev    openblas-devel           openblas         openblas
build  lib:zlib                   zlib1g-dev         zlib-devel               zlib             zlib
build  lib:cairo                  libcairo2-dev      cairo-devel              cairo            cairo
build  lib:pangocairo             libpango1.0-dev    pango-devel              pango            pango
build  cmd:fc-list                fontconfig         =                        =                =
build  fonts                      fonts-dejavu-core  dejavu-sans-fonts        ttf-dejavu       -
window lib:gtk4                   libgtk-4-dev       gtk4-devel               gtk4             gtk4
window lib:libadwaita-1           libadwaita-1-dev   libadwaita-devel         libadwaita       libadwaita
window icons                      adwaita-icon-theme =                        =                =
window svg                        librsvg2-common    librsvg2                 librsvg          librsvg
test   sanitizers                 -                  libasan+libubsan+libtsan -                -
test   cmd:python3                python3            =                        python           python
test   cmd:xvfb-run               xvfb               xorg-x11-server-Xvfb     xorg-server-xvfb -
test   cmd:xauth                  xauth              xorg-x11-xauth           xorg-xauth       -
test   cmd:dbus-run-session       dbus               dbus-daemon              dbus             dbus
test   a11y                       at-spi2-core       =                        =                -
test   cmd:xdotool                xdotool            =                        =                -
test   cmd:xclip                  xclip              =                        =                -
test   py:gi                      python3-gi         python3-gobject          python-gobject   pygobject3
test   gir:Atspi                  gir1.2-atspi-2.0   at-spi2-core             at-spi2-core     -
test   cmd:desktop-file-validate  desktop-file-utils =                        =                =
test   cmd:appstreamcli           appstream          =                        =                -
slow   py:numpy                   python3-numpy      =                        python-numpy     numpy
slow   cmd:openbox                openbox            =                        =                -
TABLE
}

say() {
  printf '%s\n' "$*" >&2
}

manager() {
  case $(uname -s) in
    Darwin) command -v brew >/dev/null && echo brew ;;
    *) for candidate in apt-get dnf pacman; do
         command -v $candidate >/dev/null && { echo $candidate; return; }
       done ;;
  esac
}

compiles() { # with the flags given
  echo 'int main (void) { return 0; }' | cc "$@" -x c -o /dev/null - 2>/dev/null
}

has_file_in() { # the folders given, the file in $file
  for folder; do
    if [ -e "$folder/$file" ]; then return 0; fi
  done
  return 1
}

# The system's Python is asked first, as the tests do: packages are installed for that one, whatever else is in PATH.
python_runs() {
  /usr/bin/python3 -c "$1" 2>/dev/null || python3 -c "$1" 2>/dev/null
}

present() {
  case $1 in
    cmd:*) command -v "${1#cmd:}" >/dev/null ;;
    lib:*) pkg-config --exists "${1#lib:}" 2>/dev/null ;;
    py:*) python_runs "import ${1#py:}" ;;
    gir:*) python_runs "import gi; gi.require_version ('${1#gir:}', '2.0')" ;;
    icons) file=icons/Adwaita/index.theme; has_file_in /usr/share /usr/local/share /opt/homebrew/share ;;
    compiler) compiles ;;
    sanitizers) compiles -fsanitize=address,undefined && compiles -fsanitize=thread ;;
    fonts) [ -n "$(fc-list 2>/dev/null)" ] ;;
    svg) file=libpixbufloader-svg.so
      has_file_in /usr/lib/*/gdk-pixbuf-2.0/*/loaders /usr/lib*/gdk-pixbuf-2.0/*/loaders ||
        pkg-config --exists librsvg-2.0 2>/dev/null || pacman -Q librsvg >/dev/null 2>&1 ;;
    a11y) file=at-spi-bus-launcher; has_file_in /usr/libexec /usr/lib/at-spi2-core /usr/lib ;;
  esac
}

# The packages for what is missing in the sets given, one a line.
missing() {
  needs | while read -r set check apt dnf pacman brew; do
    case " $sets " in *" $set "*) ;; *) continue ;; esac
    case $manager in apt-get) package=$apt ;; dnf) package=$dnf ;; pacman) package=$pacman ;; *) package=$brew ;; esac
    if [ "$package" = = ]; then package=$apt; fi
    if [ "$package" != - ] && ! present "$check"; then
      echo "$package" | tr + '\n'
    fi
  done | sort -u
}

# Runs a command as root.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif ! command -v sudo >/dev/null; then
    say "There is no sudo on this machine. As root, please run: $0 $sets"
    return 1
  elif $interactive; then
    sudo "$@"
  else
    sudo -n "$@" || { say "If sudo asked for a password, please run on a terminal: $0 $sets"; return 1; }
  fi
}

install() {
  case $manager in
    apt-get)
      as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" ;;
    dnf) as_root dnf install -y "$@" ;;
    pacman)
      if [ -z "$(ls /var/lib/pacman/sync 2>/dev/null)" ]; then as_root pacman -Sy; fi # a machine that never looked
      as_root pacman -S --needed --noconfirm "$@" ;;
    brew) brew install "$@" ;;
  esac
}

agreed() {
  if ! $interactive; then return 0; fi
  if [ "$manager" = brew ] || [ "$(id -u)" = 0 ]; then with=$manager; else with="sudo $manager"; fi
  printf 'Install them now with %s? [Y/n] ' "$with" >&2
  read -r answer
  case $answer in ''|[Yy]*) return 0 ;; *) return 1 ;; esac
}

sets="$*"
manager=$(manager || true)
interactive=false
if [ -t 0 ] && [ -t 2 ] && [ -z "${CI:-}" ]; then interactive=true; fi
packages=$(missing | tr '\n' ' ')
if [ -z "$packages" ]; then exit 0; fi
if [ -z "$manager" ]; then
  say "No apt, dnf, pacman or Homebrew here. README.md, \"Building by hand\", lists what Moescope needs."
  exit 1
fi
say "Moescope needs packages that are not installed yet: $packages"
if ! agreed; then
  say "Nothing was installed."
  exit 1
fi
say "Installing them with $manager …"
# Package names hold no blanks or wildcards.
# shellcheck disable=SC2086
install $packages >&2
still=$(missing | tr '\n' ' ')
if [ -n "$still" ]; then
  say "Installed, but these still seem to be missing: $still"
  exit 1
fi
say "All packages are there."
