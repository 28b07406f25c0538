#!/usr/bin/env bash
# Sets up HipCue in .venv. Called by make; does nothing if nothing has changed.
#   scripts/setup.sh run    what the program needs
#   scripts/setup.sh test   also what the tests and checks need
#   scripts/setup.sh browser   also what the tests in a browser need: Chromium, Playwright, axe-core
set -euo pipefail
cd "$(dirname "$0")/.."

goal=${1:-run}
venv=.venv
axe_version=4.14.1
stamp=$venv/.ready-$goal
fingerprint=$(cat pyproject.toml constraints.txt scripts/setup.sh | cksum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$fingerprint" ]; then
    exit 0
fi

say() { printf 'setup: %s\n' "$*"; }

find_python() {
    local name
    for name in ${PYTHON:-} python3.11 python3.12 python3.10 python3; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] < (3, 13))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    say "Python 3.10, 3.11 or 3.12 is required; install one (Debian: apt-get install python3) and run this again" >&2
    exit 1
}

# Prints the Debian packages that are missing.
missing_packages() {
    local libraries
    libraries=$(/sbin/ldconfig -p 2>/dev/null || true)
    has() { case $libraries in *"$1"*) return 0 ;; *) return 1 ;; esac }
    has libGL.so.1 || echo libgl1
    has libglib-2.0.so.0 || echo libglib2.0-0
    has libEGL.so.1 || echo libegl1
    has libGLESv2.so.2 || echo libgles2
    [ -f /usr/include/portaudio.h ] || [ -f /usr/local/include/portaudio.h ] || echo portaudio19-dev
    "$python" -c 'import ensurepip' 2>/dev/null || echo python3-venv
    "$python" -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' || echo python3-dev
    command -v gcc >/dev/null || echo gcc
    command -v espeak-ng >/dev/null || echo espeak-ng
    if [ "$goal" != run ]; then
        command -v Xvfb >/dev/null || echo xvfb
        command -v xdotool >/dev/null || echo xdotool
        command -v dbus-daemon >/dev/null || echo dbus
        command -v pulseaudio >/dev/null || echo pulseaudio
        command -v parec >/dev/null || echo pulseaudio-utils
        [ -n "$(find /usr/lib -path '*alsa-lib/libasound_module_pcm_pulse.so' -print -quit 2>/dev/null)" ] || echo libasound2-plugins
    fi
    if [ "$goal" = browser ]; then
        command -v chromium >/dev/null || echo chromium
        command -v npm >/dev/null || echo npm
    fi
}

apt() {
    if [ "$(id -u)" = 0 ]; then
        DEBIAN_FRONTEND=noninteractive apt-get "$@"
    else
        sudo -n env DEBIAN_FRONTEND=noninteractive apt-get "$@"
    fi
}

may_install() {
    command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }; }
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
python=$(find_python)
packages=$(missing_packages | tr '\n' ' ')
if [ -n "${packages// /}" ]; then
    if may_install; then
        say "installing Debian packages: $packages"
        # shellcheck disable=SC2086
        { apt update -qq && apt install -y -qq --no-install-recommends $packages; } >"$log" 2>&1 ||
            say "apt-get could not install them ($(tail -n 1 "$log")); continuing without them"
    else
        say "Debian packages are missing, and you may not install them; ask an administrator to run: apt-get install $packages"
    fi
fi

if [ ! -x $venv/bin/python ]; then
    say "creating $venv with $("$python" --version)"
    "$python" -m venv $venv
fi

case $goal in
    run) extras="" ;;
    test) extras="[dev]" ;;
    browser) extras="[dev,browser]" ;;
esac
say "installing Python packages (a few minutes the first time)"
if ! $venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".$extras" >"$log" 2>&1; then
    cat "$log" >&2
    say "the Python packages could not be installed, for the reason above" >&2
    exit 1
fi
# OpenVINO installs a package that reports usage to its vendor. HipCue never loads it, and nothing else needs it.
$venv/bin/python -m pip uninstall --quiet --yes --disable-pip-version-check openvino-telemetry >"$log" 2>&1 || true
if ! $venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[sound]" >"$log" 2>&1; then
    say "PyAudio could not be built, so HipCue runs without sound; install portaudio19-dev, python3-dev and gcc, then run: make setup"
fi
if [ "$goal" = browser ] && ! npm install --silent --no-save --prefix $venv/axe "axe-core@$axe_version" >"$log" 2>&1; then
    say "axe-core could not be installed, so the tests do not look for barriers on the pages"
fi
rm -f $venv/.ready-*
for reached in run test browser; do
    echo "$fingerprint" >$venv/.ready-$reached
    [ $reached != "$goal" ] || break
done
say "ready"
