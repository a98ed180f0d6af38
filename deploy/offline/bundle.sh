#!/bin/sh
# bundle.sh PYTHON FOLDER [MACHINE [EXTRA…]]: write register-VERSION[-EXTRA…]-linux-MACHINE.tar.gz into the folder: the register
# and every package it needs, to be installed without network (install.sh). MACHINE: x86_64 (tried) or aarch64 (untried);
# EXTRA: ocr, s3. `make bundle` has built what is built: static/vendor/ and the catalogue.
set -eu
# Of each of these there is a wheel for each package that is compiled.
pythons="3.11 3.12 3.13"
python=$1 folder=$(realpath "$2") machine=${3:-x86_64}
[ $# -lt 3 ] || shift
shift 2
cd "$(dirname "$0")/../.."

version=$($python -c 'import cnas_tasks; print(cnas_tasks.__version__)')
# With an extra it is a release of its own, so that it can be put in place where the same is without.
for extra in "$@"; do version=$version-$extra; done
name=register-$version-linux-$machine
unfinished=$(mktemp -d)
trap 'rm -rf "$unfinished"' EXIT
mkdir "$unfinished/$name" "$unfinished/$name/wheels"
top=$unfinished/$name

platforms=$(for tag in manylinux_2_28 manylinux_2_27 manylinux_2_26 manylinux_2_24 manylinux_2_17 manylinux2014; do
    echo "--platform ${tag}_$machine"
done)
cp requirements.txt "$top/"
for extra in "$@"; do
    cp "requirements-$extra.txt" "$top/"
done
for list in "$top"/requirements*.txt; do
    for release in $pythons; do
        # The list is whole, and pip would judge by the Python that runs it what another one needs.
        $python -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
            $platforms --implementation cp --python-version "$release" --dest "$top/wheels" --requirement "$list"
    done
done
# The installer's own pip, so that the machine needs Python and nothing else of Debian's python3-venv.
grep -A 2 '^pip==' requirements-dev.txt >"$unfinished/pip.txt"
$python -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
    --dest "$top/wheels" --requirement "$unfinished/pip.txt"
$python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir "$top/wheels" .

cp -r deploy manage.py LICENSE "$top/"
mv "$top/deploy/offline/install.sh" "$top/"
rm -r "$top/deploy/offline"
# All that the two manuals name, and what that names.
find ./*.md docs -name '*.md' -exec cp --parents {} "$top/" \;
printf 'version=%s\nmachine=%s\npythons="%s"\n' "$version" "$machine" "$pythons" >"$top/bundle.conf"
find "$top" -name __pycache__ -prune -exec rm -r {} +
(cd "$top" && find . -type f ! -name SHA256SUMS -print0 | LC_ALL=C sort -z | xargs -0 sha256sum >SHA256SUMS)

mkdir -p "$folder"
# The same bytes from the same files.
tar --create --sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-0}" \
    --directory="$unfinished" "$name" | gzip --no-name >"$unfinished/$name.tar.gz"
mv "$unfinished/$name.tar.gz" "$folder/"
(cd "$folder" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
du -h "$folder/$name.tar.gz"
