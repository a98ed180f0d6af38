#!/bin/bash
# try.sh BUNDLE [SUITE…]: follow the manual on bare Debians without network, as root. On each suite (bookworm, trixie) three
# machines, in namespaces of their own with a systemd of their own: one on which the bundle is installed, as the section
# «Without network» of docs/operations.md says; one on which the register of before deploy/ is upgraded, with data; and
# one with SQLite, where cron starts what there is. TRIALS names some of these (try_bundle try_upgrade try_cron); MIRROR
# another mirror of Debian than this machine's; FORMER another commit to upgrade from; CACHE keeps what is fetched. It
# needs debootstrap, and what `make setup` made.
set -euo pipefail
bundle=$(realpath "$1")
shift
suites=${*:-bookworm trixie}
repository=$(realpath "$(dirname "$0")/../..")
former=${FORMER:-c7561ce05257674c871a1367e0e73a5a24b94d6b}
cache=${CACHE:-/tmp/register-offline}
mkdir -p "$cache"
mirror=${MIRROR:-$(grep -hoE '^(URIs:|deb) +http\S+' -r /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null |
    awk '/debian/ { print $2; exit }' || true)}
# As they come from an installation medium: the last five are on any Debian that was not made by debootstrap.
packages="nginx postgresql python3 openssl cron procps systemd systemd-sysv dbus"
machine=

say() { printf '\n=== %s\n' "$*"; }

# --- with network ---------------------------------------------------------------------------------

prepare_suite() { # a Debian, and on it, not installed, the packages that the manual asks for
    local root=$cache/$1-root
    [ ! -e "$cache/$1.tar" ] || return 0
    rm -rf "$root"
    debootstrap --variant=minbase "$1" "$root" "$mirror" >"$cache/$1.log"
    chroot "$root" apt-get install --yes --quiet --quiet --download-only --no-install-recommends $packages >>"$cache/$1.log" 2>&1
    tar -C "$root" -cf "$cache/$1.unfinished" . && mv "$cache/$1.unfinished" "$cache/$1.tar"
    rm -rf "$root"
}

prepare_former() { # the release of before as `git clone` and `make setup` make it, and its packages
    local folder=$cache/former-$former
    [ ! -e "$folder" ] || return 0
    rm -rf "$folder.unfinished" && mkdir -p "$folder.unfinished/release"
    git -C "$repository" archive "$former" | tar -x -C "$folder.unfinished/release"
    (
        cd "$folder.unfinished/release"
        ln -s "$repository/node_modules" node_modules
        PYTHON=$repository/.venv/bin/python ./npm.sh run --silent build
        rm node_modules
        "$repository/.venv/bin/python" -m cnas_tasks.catalogue compile locale/zh_Hans/LC_MESSAGES/django.po locale/zh_Hans/LC_MESSAGES/django.mo 2>/dev/null
        for python in 3.11 3.13; do
            "$repository/.venv/bin/python" -m pip download --quiet --quiet --no-deps --only-binary=:all: --require-hashes \
                --platform=manylinux_2_{28,27,26,24,17}_x86_64 --platform=manylinux2014_x86_64 --implementation cp \
                --python-version $python --dest ../wheels --requirement requirements.txt
        done
    )
    mv "$folder.unfinished" "$folder"
}

# --- a machine ------------------------------------------------------------------------------------

start_machine() { # SUITE: unpacked, with the bundle copied in, and booted where no network is
    root=$(mktemp -d "$cache/machine.XXXX")
    chmod 755 "$root"
    tar -C "$root" -xf "$cache/$1.tar"
    mkdir "$root/root/copied"
    cp "$bundle" "$bundle.sha256" "$root/root/copied/"
    rm -f "$root/etc/resolv.conf"
    echo "127.0.0.1 localhost $(hostname)" >"$root/etc/hosts"
    unshare --net chroot "$root" apt-get install --yes --quiet --quiet --no-download --no-install-recommends systemd systemd-sysv dbus >"$root.log" 2>&1
    # What is about hardware, people and networks.
    for unit in systemd-{networkd,logind,resolved,timesyncd,modules-load,binfmt,sysctl,remount-fs}.service \
        {networking,kmod-static-nodes,getty@}.service dev-{hugepages,mqueue}.mount console-getty.service; do
        ln -sf /dev/null "$root/etc/systemd/system/$unit"
    done
    group=/sys/fs/cgroup
    [ -e $group/cgroup.controllers ] || group=$group/unified
    group=$group/register-offline-$$
    mkdir -p "$group"
    (
        echo $BASHPID >"$group/cgroup.procs"
        exec unshare --fork --kill-child --pid --mount --uts --ipc --net --cgroup bash -c 'boot "$1"' boot "$root"
    ) >"$root.log" 2>&1 &
    machine=$!
    disown $machine
    local deadline=$((SECONDS + 60))
    until init=$(pgrep --parent $machine) && [ "$(cat "/proc/$init/comm")" = systemd ] && run 'systemctl is-system-running --wait | grep -E "running|degraded"' >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] && kill -0 $machine || { cat "$root.log" >&2; exit 1; }
        sleep 0.5
    done
}

boot() {
    set -euo pipefail
    mount --make-rprivate /
    mount --bind "$1" "$1"
    cd "$1"
    mount -t proc proc proc
    mount -t sysfs sysfs sys
    mount -t tmpfs -o mode=755 tmpfs dev
    for node in null zero full random urandom tty; do touch dev/$node && mount --bind /dev/$node dev/$node; done
    mkdir dev/pts dev/shm && mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts && ln -s pts/ptmx dev/ptmx
    ln -s /proc/self/fd dev/fd
    mount -t tmpfs tmpfs run
    mount -t tmpfs tmpfs tmp
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    mkdir -p former
    pivot_root . former
    cd /
    umount -l /former
    container=trial exec /lib/systemd/systemd --system
}
export -f boot

run() { # a line of the shell there
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive \
        nsenter --target "$init" --all bash -euo pipefail -c "$1"
}

stop_machine() {
    [ -z "$machine" ] || kill -KILL $machine 2>/dev/null || true
    while [ -n "$machine" ] && kill -0 $machine 2>/dev/null; do sleep 0.2; done
    machine=
    [ -z "${root:-}" ] || rm -rf "$root" "$root".*
    for folder in $(find "${group:-/nowhere}" -depth -type d 2>/dev/null); do rmdir "$folder" 2>/dev/null || true; done
}
trap stop_machine EXIT

# --- what is followed -----------------------------------------------------------------------------

manual() { # FILE-IN-THE-MACHINE SECTION: what a section of the bundle's manual tells to type, for a person's hands
    tar -xzf "$bundle" --wildcards --to-stdout '*/docs/operations.md' |
        awk -v section="$1" '/^##/ { here = $0 ~ "^##+ " section "$" } here && /^    / { print substr($0, 5) }' |
        sed -e "s|^nano .*|echo EMAIL_URL=smtp://127.0.0.1:2525 >>/etc/register/register.env|" \
            -e "s/^register migrate/& --verbosity 0/" \
            -e "s|^register createsuperuser|DJANGO_SUPERUSER_PASSWORD=$password & --noinput --username administrator --display_name 管理员|"
}

follow() { # the lines of standard input, in the folder that a line before them has changed to
    local lines
    lines=$(cat)
    printf '%s\n' "$lines" | sed 's/^/# /'
    run "cd /root/copied; [ ! -d register-*-x86_64 ] || cd register-*-x86_64; $lines"
}

# A mail server of a few lines, which keeps what it was given.
mail_server='
import pathlib, socketserver
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            if line[:4].upper() == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                mail = b"".join(iter(self.rfile.readline, b".\r\n"))
                with pathlib.Path("/root/mails").open("ab") as mails: mails.write(mail)
            self.wfile.write(b"250 ok\r\n")
class Server(socketserver.ThreadingTCPServer): allow_reuse_address = True
Server(("127.0.0.1", 2525), Handler).serve_forever()
'
# Sign in as a person does, and say what pages answer.
browser='
import http.cookiejar, re, ssl, sys, urllib.parse, urllib.request
base, name, password = sys.argv[1:]
jar = http.cookiejar.LWPCookieJar("/root/cookies-" + name)
try: jar.load(ignore_discard=True)
except FileNotFoundError: pass
context = ssl.create_default_context(cafile="/etc/ssl/certs/register.pem" if base.startswith("https") else None)
browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar), urllib.request.HTTPSHandler(context=context))
def ask(path, data=None):
    request = urllib.request.Request(base + path, data and urllib.parse.urlencode(data).encode(), {"Referer": base + path})
    with browser.open(request) as answer: return answer.url, answer.status, answer.read().decode()
url, status, page = ask("/tasks/")
if "/accounts/login/" in url:
    token = re.search("name=.csrfmiddlewaretoken. value=.(\\w+)", page)[1]
    ask("/accounts/login/?next=/tasks/", {"csrfmiddlewaretoken": token, "username": name, "password": password})
    print("signed in as", name)
for path in ("/", "/tasks/", "/meetings/", "/reports/"):
    url, status, page = ask(path)
    assert url == base + path and status == 200, (url, status)
    print(status, url, re.search("<title>(.*?)</title>", page, re.S)[1].strip())
style = re.search("href=.(/static/[^\" ]*app[^\" ]*css)", page)[1]
assert ask(style)[1] == 200
print(200, style, len(re.findall("<tr", ask("/tasks/?per_page=100")[2])) - 1, "rows of tasks")
jar.save(ignore_discard=True)
'
no_network='s|^apt-get install.*|& --quiet=2 --no-download >/root/apt.log 2>\&1; until pg_isready --quiet; do sleep 1; done|'
count="print('tasks', Task.objects.count(), 'entries', TaskLog.objects.count(), 'accounts', Account.objects.count())"
count="from meetings.models import Account, Task, TaskLog; $count"
password=$(openssl rand -hex 12)

equip() { # what the person at the machine has besides
    run 'cat >/root/mailserver.py' <<<"$mail_server"
    run 'cat >/root/browser.py' <<<"$browser"
    run 'echo 127.0.0.1 register.example.org >>/etc/hosts; [ "$(ls /sys/class/net)" = lo ]
         ! timeout 5 bash -c "</dev/tcp/192.0.2.1/80" 2>/dev/null && echo "No network but loopback."'
}

try_bundle() { # SUITE
    say "$1: the bundle on a bare Debian $(cat "$root/etc/debian_version"), without network"
    equip
    say "$1: installed as the manual says"
    manual "Without network" | awk '/^openssl/ { exit } 1' | sed "$no_network"'; s/^register doctor/sleep 3; &/;
        s|^register migrate|systemd-run --quiet --unit=mailserver python3 /root/mailserver.py\n&|' >"$root.lines"
    follow <"$root.lines"
    run 'du -sm --apparent-size /opt/register/releases/*/.venv /opt/register/releases/* | sed "s/\t/ MB /"; /opt/register/current/.venv/bin/python --version
         ! command -v npm gcc make git || exit 1'
    say "$1: behind nginx without TLS"
    run "register loaddata meeting_81; python3 /root/browser.py http://register.example.org administrator $password"
    say "$1: behind nginx with TLS"
    manual "Without network" | grep -A 3 '^openssl' | follow 2>&1 | grep -v '^[.+*-]*$'
    run "sleep 3; python3 /root/browser.py https://register.example.org administrator $password
         python3 -c \"import urllib.request as u; u.HTTPSHandler; import http.client as h; c = h.HTTPConnection('register.example.org'); c.request('GET', '/tasks/'); a = c.getresponse(); print(a.status, 'http is sent to', a.headers['Location'])\""
    say "$1: reminders to a mail server on loopback"
    run "register shell -c \"
from meetings.models import *
account = Account.objects.create_user('liaison', role='liaison', display_name='联络员', email='liaison@register.example.org')
account.departments.add(Department.objects.get(name='技术部'))\"
         case \$(date +%u) in [67]) register send_reminders --day \$(date -d 'last friday' +%F) ;; *) systemctl start register-reminders ;; esac
         python3 -c \"import email, email.policy; m = email.message_from_bytes(open('/root/mails', 'rb').read(), policy=email.policy.default); print(m['To'], '|', m['Subject']); print(m.get_body(('plain',)).get_content()[:400])\""
    say "$1: a backup, and whether the register is whole"
    run 'systemctl start register-backup register-verify; ls -l /var/backups/register; journalctl --unit=register-verify --output=cat | tail -n 3'
    say "$1: everything lost, and restored from it"
    run "before=\$(register shell -c \"$count\" | tail -n 1)
         rm -rf /var/lib/register/media; backup=\$(ls /var/backups/register/register-??.zip)
         $(manual "Everything lost" | sed 's|/var/backups/register/register-07.zip|$backup|')
         after=\$(register shell -c \"$count\" | tail -n 1); echo \"\$before -> \$after\"; [ \"\$before\" = \"\$after\" ]
         systemctl start register-web@1 register-web@2 register-worker; sleep 2
         python3 /root/browser.py https://register.example.org administrator $password; register doctor
         systemctl list-units --failed --no-legend 'register-*' | (! grep .)
         journalctl --unit='register-*' --output=cat | (! grep -iE 'control|Traceback|\"level\": \"(ERROR|CRITICAL)')"
}

try_cron() { # SUITE
    say "$1: the bundle with SQLite, by cron"
    equip
    run 'apt-get install --yes --quiet=2 --no-download --no-install-recommends cron procps nginx python3 >/root/apt.log 2>&1
         mkdir -p /opt/register/releases/1.0.0/.venv && echo "An installation was broken off before."'
    follow <<<"umask 077
$(manual "Without network" | sed -n '/^sha256sum/,/install.sh/p')"
    run 'echo DATABASE_URL=sqlite:////var/lib/register/register.sqlite3 >>/etc/register/register.env'
    follow <<<"$(manual "By cron, where no systemd runs"; manual "Without network" | sed -n '/^cp .*nginx/p')
$(manual "Without network" | sed -n '/register createsuperuser/p')"
    run "service nginx restart; deadline=\$((SECONDS + 150))
         until python3 /root/browser.py http://register.example.org administrator $password 2>/dev/null; do [ \$SECONDS -lt \$deadline ]; sleep 2; done
         kill -KILL \$(pgrep -f '[g]unicorn.*web-1.sock') \$(pgrep -f '[d]b_worker'); echo 'Killed the worker and the first web process.'
         until pgrep -f '[g]unicorn.*web-1.sock' && pgrep -f '[d]b_worker'; do [ \$SECONDS -lt \$deadline ]; sleep 2; done | sed 's/^/started again: /'
         sleep 8; register --program python deploy/healthcheck.py /run/register/web-1.sock; register doctor || true"
    say "$1: what cron does at night"
    run "grep -E '^[0-9]' /etc/cron.d/register | sort --key=2,2n | cut -d ' ' -f 7- >/root/nightly; cat /root/nightly; sh -e /root/nightly; ls -l /var/backups/register"
}

try_upgrade() { # SUITE
    say "$1: the register of before, $former, with data"
    equip
    cp -r "$cache/former-$former/release" "$root/srv/register"
    cp -r "$cache/former-$former/wheels" "$root/srv/wheels"
    follow <<<"$(manual "Without network" | grep -E '^(apt-get|cd /$)|psql' | sed "$no_network")" >/dev/null
    # `make setup` of the former, its packages from a folder.
    run 'cd /srv/register && python3 -m venv --without-pip .venv && mkdir -p /tmp/pip && python3 -m zipfile -e /root/pip.whl /tmp/pip
         PYTHONPATH=/tmp/pip .venv/bin/python -m pip install --quiet --no-index --find-links /srv/wheels --require-hashes -r requirements.txt
         export DATABASE_URL=postgres://register:PASSWORD@127.0.0.1:5432/register
         owner=postgres://register_owner:OWNERS@127.0.0.1:5432/register
         MIGRATION_DATABASE_URL=$owner .venv/bin/python manage.py migrate --verbosity 0
         .venv/bin/python manage.py prepare_demonstration >/dev/null
         DATABASE_URL=$owner .venv/bin/python manage.py generate_tasks 300 | tail -n 1
         printf "%s\n" "DATABASE_URL=postgres://register:PASSWORD@127.0.0.1:5432/register" BASE_URL=http://register.example.org >/srv/settings'
    run "cd /srv/register; set -a; . /srv/settings; set +a
         .venv/bin/python manage.py shell -c \"from meetings.models import Account; a = Account.objects.get(username='secretariat'); a.set_password('$password'); a.save()\"
         .venv/bin/python manage.py shell -c \"$count\" | tail -n 1
         systemd-run --quiet --unit=former --working-directory=/srv/register --setenv=DATABASE_URL=\$DATABASE_URL --setenv=BASE_URL=\$BASE_URL --setenv=ALLOWED_HOSTS=register.example.org .venv/bin/gunicorn --bind 127.0.0.1:8000 cnas_tasks.wsgi
         sleep 6; sed -i 's/ register.example.org//' /etc/hosts; echo 127.0.0.1 register.example.org >>/etc/hosts
         python3 /root/browser.py http://register.example.org:8000 secretariat $password"
    say "$1: its backup, and the bundle in its place, as the manual says"
    run 'cd /srv/register; set -a; . /srv/settings; set +a; .venv/bin/python manage.py backup /var/backups/before.zip; chmod 644 /var/backups/before.zip
         systemctl stop former; .venv/bin/python manage.py shell -c "'"$count"'" | tail -n 1 >/root/before'
    follow <<<"$(manual "Without network" | sed -n '/^sha256sum/,/install.sh/p')"
    run 'cat /srv/settings >>/etc/register/register.env; echo MIGRATION_DATABASE_URL=postgres://register_owner:OWNERS@127.0.0.1:5432/register >/etc/register/migrate.env'
    run "cd /srv/register; $(manual "From an installation without .deploy/." | tail -n 3)"
    follow <<<"$(manual "Without network" | sed -n '/^systemctl enable/p; /^cp .*nginx/p; /^systemctl restart nginx/p')" 2>/dev/null
    run "sleep 2; register verify_register --backup /var/backups/before.zip; register shell -c \"$count\" | tail -n 1 | tee /root/after; cmp /root/before /root/after
         python3 /root/browser.py http://register.example.org secretariat $password"
    say "$1: a release after this one, put in its place by the manual's line"
    run 'cd /root/copied/register-*-x86_64; sed -i "s/^version=.*/version=1.0.1/" bundle.conf; sed -i "/bundle.conf/d" SHA256SUMS
         sha256sum ./bundle.conf >>SHA256SUMS; ./install.sh; systemctl show --property=MainPID register-web@1'
    manual Upgrades | sed 's/^/# /'
    run "release=/opt/register/releases/1.0.1; $(manual Upgrades); readlink /opt/register/current"
    run "systemctl show --property=MainPID register-web@1; python3 /root/browser.py http://register.example.org secretariat $password; register verify_register"
}

for suite in $suites; do
    prepare_suite "$suite"
    prepare_former
    for trial in ${TRIALS:-try_bundle try_upgrade try_cron}; do
        start_machine "$suite"
        tar -xzf "$bundle" --wildcards --to-stdout '*/wheels/pip-*.whl' >"$root/root/pip.whl"
        $trial "$suite"
        stop_machine
    done
done
say "Done."
