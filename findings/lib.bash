# Sourced by each finding: an environment of its own in a temporary folder, removed at the end.
set -euo pipefail
FOLDER=$(mktemp -d)
trap 'rm -rf "$FOLDER"' EXIT
# install PACKAGE==VERSION …
install() {
    python3 -m venv "$FOLDER/venv"
    "$FOLDER/venv/bin/pip" install -q --disable-pip-version-check "$@"
}
# run: a Python program on standard input, in the folder; it fails where what was seen has changed
run() { (cd "$FOLDER" && PYTHONWARNINGS=ignore "$FOLDER/venv/bin/python" -); }
