#!/bin/sh
# install.sh: put this release of the register in place on this machine, as root, without network. It changes nothing of a
# release that runs, and says what is to be typed next (docs/部署手册.md, docs/operations.md). PYTHON names another Python.
set -eu
# The account register reads what is installed, however strict this machine is with new files.
umask 022
cd "$(dirname "$0")"
. ./bundle.conf
register=/opt/register settings=/etc/register/register.env
release=$register/releases/$version

# Both languages, for a console shows Chinese or does not.
say() {
    case ${LC_ALL:-${LANG:-}} in zh*) echo "$1" ;; *) echo "$2" ;; esac
}
refuse() {
    say "$1" "$2" >&2
    exit 1
}

# --- checks ---------------------------------------------------------------------------------------

[ "$(id -u)" -eq 0 ] || refuse "请以 root 运行：sudo ./install.sh" "Run it as root: sudo ./install.sh"
sha256sum --check --quiet --strict SHA256SUMS ||
    refuse "安装包不完整，或已被改动。请重新拷贝。" "The bundle is not whole, or was changed. Copy it anew."
[ "$(uname -m)" = "$machine" ] ||
    refuse "本机是 $(uname -m)，安装包用于 $machine。" "This machine is $(uname -m), the bundle is for $machine."
found=
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    is=$("$candidate" -c 'import sys, venv; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    case " $pythons " in *" $is "*) found=$candidate && break ;; esac
done
here=$("${PYTHON:-python3}" --version 2>/dev/null | cut -d ' ' -f 2)
[ -n "$found$here" ] || refuse "没有找到 Python：请先安装（Debian：apt-get install python3）。" \
    "There is no Python: install it first (Debian: apt-get install python3)."
oldest=${pythons%% *} newest=${pythons##* }
[ -n "$found" ] || refuse \
    "本机 Python 为 $here，本系统需要 $oldest 至 $newest：请改用容器部署（docs/部署手册.md），或用 PYTHON=/路径/python3 ./install.sh 指定另一个 Python。" \
    "This machine's Python is $here, and the register needs $oldest to $newest: run it in a container (docs/operations.md), or name another with PYTHON=/path/to/python3 ./install.sh."
libc=$(getconf GNU_LIBC_VERSION 2>/dev/null || echo "glibc 0")
[ "$(printf '%s\n' "glibc 2.28" "$libc" | sort -V | head -n 1)" = "glibc 2.28" ] || refuse \
    "本机 C 库过旧（$libc），需要 glibc 2.28 以上：请改用容器部署（docs/部署手册.md）。" \
    "This machine's C library is too old ($libc, not glibc 2.28): run the register in a container (docs/operations.md)."
free=$(df -Pm /opt | awk 'END { print $4 }')
[ "$free" -ge 600 ] || refuse "/opt 只剩 $free MB，需要 600 MB。" "Only $free MB are free under /opt; 600 MB are needed."
current=$(realpath -qe $register/current || true) # -e: a link that is not there yet leads nowhere
[ "$current" != "$release" ] ||
    refuse "$version 已在运行。用 register doctor 检查。" "$version is the release that runs. See register doctor."

# --- the account and its folders ------------------------------------------------------------------

id register >/dev/null 2>&1 ||
    useradd --system --user-group --home-dir /var/lib/register --shell /usr/sbin/nologin register
for server in www-data nginx; do
    ! id $server >/dev/null 2>&1 || usermod --append --groups register $server # it finds the sockets
done
install -d $register/releases /etc/register
install -d -o register -g register -m 750 /var/lib/register /var/backups/register

# --- the release ----------------------------------------------------------------------------------

# One that was begun and not done is begun again.
rm -rf "$release"
mkdir "$release"
say "正在安装到 $release ……" "Installing into $release …"
"$found" -m venv --without-pip "$release/.venv"
pip() {
    "$release/.venv/bin/python" -I "$(echo wheels/pip-*.whl)/pip" --isolated --disable-pip-version-check --no-cache-dir "$@"
}
for list in requirements*.txt; do
    pip install --quiet --no-index --find-links wheels --require-hashes --requirement "$list"
done
pip install --quiet --no-index --no-deps --target "$release" wheels/cnas_task_register-*.whl
cp -r manage.py deploy docs LICENSE ./*.md "$release/"
ln -s /var/lib/register "$release/data"
(
    cd "$release"
    .venv/bin/python -m compileall -q cnas_tasks meetings
    SECRET_KEY=unused DATABASE_URL=sqlite:///:memory: .venv/bin/python manage.py collectstatic --noinput --verbosity 0
)

# --- what surrounds it ----------------------------------------------------------------------------

[ -e $settings ] || install -m 600 deploy/register.env.example $settings
[ ! -d /etc/systemd/system ] || cp -r deploy/systemd/. /etc/systemd/system/
[ ! -d /run/systemd/system ] || systemctl daemon-reload
if [ -z "$current" ]; then
    ln -sfn "$release" $register/current
    ln -sfn $register/current/deploy/register /usr/local/bin/register
    say "已安装。接下来：写好 $settings，运行 register migrate，启动服务，再用 register doctor 检查（docs/部署手册.md）。" \
        "Installed. Next: write $settings, run “register migrate”, start the services, and ask “register doctor” (docs/operations.md)."
else
    # Whether the new one can begin where the former one is, before anything is stopped.
    REGISTER_RELEASE=$release deploy/register doctor || true
    say "已安装，尚未切换。上面“数据表”缺迁移的，切换时自动执行；若无其他 ✗ 的新问题，按「升级」一节切换：release=$release" \
        "Installed, and not switched to. Migrations that the database lacks are made as you switch; if nothing else that is new is wrong (✗) above, switch as “Upgrades” says, with: release=$release"
fi
