# Sets up the environment of a checkout in .venv, from the lock files alone. Sourced by ./tonmeister and ./check, which
# set ROOT. Needs a POSIX shell and Python 3.11 or later with venv; no uv, no compiler, no rights beyond the folder.
#
#   prepare run    what the program needs
#   prepare dev    what the checks and tests need besides
#
# When the work is done, a stamp with the checksum of what it was done from is left; later starts only compare it. It is
# safe to interrupt (no stamp: the next start does the work again) and to start twice at once (the second one waits).

VENV=$ROOT/.venv
BUSY=$VENV/.setup

say() {
    printf '%s\n' "$*" >&2
}

fail() {
    say "tonmeister: $*"
    exit 1
}

is_suitable() {
    command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${TONMEISTER_PYTHON:-}" ]; then
        is_suitable "$TONMEISTER_PYTHON" || fail "TONMEISTER_PYTHON is '$TONMEISTER_PYTHON', which is not Python 3.11 or later."
        PYTHON=$TONMEISTER_PYTHON
    else
        PYTHON=
        for name in python3 python3.13 python3.12 python3.11 python3.14 python; do
            if is_suitable "$name"; then
                PYTHON=$name
                break
            fi
        done
        [ -n "$PYTHON" ] || fail "Python 3.11 or later is needed and was not found. Install it, or name it: TONMEISTER_PYTHON=/path/to/python3 $0"
    fi
    "$PYTHON" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
        fail "$PYTHON cannot make virtual environments. On Debian and Ubuntu install the package python3-venv; elsewhere install a complete Python."
}

# The checksum of everything that the state of the environment depends on.
checksum() {
    {
        printf '%s %s %s\n' "$ROOT" "${TONMEISTER_WITHOUT_AAC:-0}" "${TONMEISTER_WITHOUT_WEB:-0}"
        cat "$ROOT/locks/run.txt" "$ROOT/locks/aac.txt" "$ROOT/pyproject.toml" "$ROOT/tools/build_kernels.py" \
            "$ROOT/tools/fetch_models.py" "$ROOT/tools/convert_chord_network.py" "$ROOT"/src/tonmeister/dsp/native/*.[ch]
        if [ "$1" = dev ]; then cat "$ROOT/locks/dev.txt"; fi
        if wants_page; then
            cat "$ROOT/locks/node.txt" "$ROOT/tools/build_web.py"
            find "$ROOT/web" \( -name node_modules -o -name dist \) -prune -o -type f -print | LC_ALL=C sort | tr '\n' '\0' |
                xargs -0 cat
        fi
    } | cksum
}

wants_page() {
    [ "${TONMEISTER_WITHOUT_WEB:-0}" != 1 ]
}

is_ready() {
    [ -x "$VENV/bin/python" ] && [ -x "$VENV/bin/tonmeister" ] && [ "$(cat "$VENV/.stamp-$1" 2>/dev/null)" = "$SUM" ]
}

prepare() {
    SUM=$(checksum "$1")
    if is_ready "$1"; then return; fi
    mkdir -p "$VENV" || fail "The folder $VENV cannot be made."
    claim
    trap 'rm -rf "$BUSY"' EXIT
    trap 'exit 130' INT TERM HUP
    if ! is_ready "$1"; then set_up "$1"; fi
    rm -rf "$BUSY"
    trap - EXIT INT TERM HUP
}

# One setup at a time: making a folder succeeds for one process only.
claim() {
    told=
    until mkdir "$BUSY" 2>/dev/null; do
        owner=$(cat "$BUSY/pid" 2>/dev/null)
        if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
            rm -rf "$BUSY"
            continue
        fi
        [ -n "$told" ] || say "tonmeister: another start is setting up $VENV; waiting for it (if there is none, remove $BUSY)."
        told=yes
        sleep 1
    done
    echo $$ >"$BUSY/pid"
}

set_up() {
    say "tonmeister: setting up in .venv (once; some minutes, by the connection and the machine)"
    rm -f "$VENV"/.stamp-*
    # an environment does not survive being moved: its scripts name their folder
    home=$(cat "$VENV/.home" 2>/dev/null || printf '%s' "$ROOT")
    if [ "$home" != "$ROOT" ] || ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
        find_python
        rm -rf "$VENV/bin" "$VENV/lib" "$VENV/lib64" "$VENV/include" "$VENV/pyvenv.cfg"
        "$PYTHON" -m venv "$VENV" || fail "$PYTHON could not make the environment $VENV."
        printf '%s\n' "$ROOT" >"$VENV/.home"
    fi
    say "tonmeister: installing the locked packages"
    install_lock "$1.txt" || fail "The locked packages could not be installed; see above. Check the connection to the package index and start again."
    install_aac
    has_compiler || install_lock compiler.txt || fail "There is no C compiler, and the locked one could not be installed: install cc, gcc or clang."
    build_page
    fetch_models
    pip install --no-deps --no-build-isolation --no-index --editable "$ROOT" || fail "The package could not be built; see above."
    if [ "$1" = dev ]; then checksum run >"$VENV/.stamp-run"; fi
    printf '%s\n' "$SUM" >"$VENV/.stamp-$1"
}

install_aac() {
    if [ "${TONMEISTER_WITHOUT_AAC:-0}" = 1 ]; then
        if "$VENV/bin/python" -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("av") is None)'; then
            pip uninstall --yes av
        fi
        return 0
    fi
    install_lock aac.txt || say "tonmeister: PyAV could not be installed here; M4A/AAC files cannot be read or written, all else works."
}

# The studio's page in the browser. The command line works without it, so a failure here stops nothing: the server then
# shows a page that says what to do.
build_page() {
    wants_page || return 0
    say "tonmeister: building the studio's page"
    if ! has_node; then
        install_lock node.txt || say "tonmeister: Node could not be installed here, so the studio's page cannot be built; the command line works."
    fi
    quietly "$VENV/bin/python" "$ROOT/tools/build_web.py" ||
        say "tonmeister: the studio's page could not be built (see above); the command line works. Try again: $VENV/bin/python $ROOT/tools/build_web.py"
}

# The networks' weights. Mastering works without them, so a failure here stops nothing: what needs one says so by name.
fetch_models() {
    say "tonmeister: fetching the networks' weights"
    quietly "$VENV/bin/python" "$ROOT/tools/fetch_models.py" ||
        say "tonmeister: the networks' weights could not be fetched (see above); all that needs none works. Try again: $VENV/bin/python $ROOT/tools/fetch_models.py"
}

# Node 20.19 or later, other than 21, with npm: what the page's tools ask for.
has_node() {
    command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1 &&
        node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit((a > 20 || (a === 20 && b >= 19)) && a !== 21 ? 0 : 1)'
}

has_compiler() {
    for name in "${CC:-cc}" cc gcc clang; do
        command -v "${name%% *}" >/dev/null 2>&1 && return 0
    done
    return 1
}

install_lock() {
    pip install --require-hashes --no-deps --requirement "$ROOT/locks/$1"
}

pip() {
    action=$1
    shift
    quietly "$VENV/bin/python" -m pip --disable-pip-version-check --no-input "$action" "$@"
}

# Runs a command without a word, unless it fails: then all that it said is shown.
quietly() {
    "$@" >"$BUSY/said" 2>&1 && return
    code=$?
    cat "$BUSY/said" >&2
    return $code
}
