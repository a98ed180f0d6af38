"""The files of `deploy/` say what they should, and the same."""

from __future__ import annotations

import ast
import datetime
import os
import re
import shlex
import shutil
import subprocess

import pytest
import yaml
from django.conf import settings

from cnas_tasks import server
from meetings.middleware import InputMiddleware
from meetings.minutes.documents.errors import MAX_WAIT_SECONDS
from tests.conftest import missing

from .units import ROOT, UNITS, environment_file, load_unit, wanted_units

pytestmark = pytest.mark.same_on_both
RELEASE = "/opt/register/current/"
BIN = f"{RELEASE}.venv/bin/"
# Settings that compose, gunicorn and the client of S3 read, not the code.
FOR_OTHERS = {"DATABASE_PASSWORD", "OWNER_PASSWORD", "BIND", "PORT", "OCR", "OFFICE", "S3", "WEB_CONCURRENCY"}
FOR_OTHERS |= {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
TIMERS = ("reminders", "backup", "verify")
# compose's services of the register, and the units that do the same.
SAME = {
    "web-1": "register-web@1.service",
    "web-2": "register-web@2.service",
    "worker": "register-worker.service",
    "migrate": "register-migrate.service",
    **{name: f"register-{name}.service" for name in TIMERS},
}


@pytest.fixture(scope="module")
def compose() -> dict:
    """compose.yaml, as it is written."""
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


@pytest.fixture(scope="module")
def nginx() -> str:
    """The configuration of nginx, without comments."""
    return re.sub(r"^\s*#.*\n", "", (ROOT / "deploy/nginx/register.conf").read_text(), flags=re.MULTILINE)


# --- systemd ------------------------------------------------------------------------------------------


def test_systemd_understands_every_unit(tmp_path):
    program = shutil.which("systemd-analyze")
    if program is None:
        missing("systemd-analyze", required_by="REQUIRE_NGINX")
    shutil.copytree(UNITS, tmp_path, dirs_exist_ok=True)
    for path in tmp_path.rglob("*.service"):
        # Programs that are not on this machine.
        path.write_text(re.sub(f"{BIN}\\w+|{RELEASE}deploy/\\w+", "/bin/true", path.read_text()))
    names = [*wanted_units(), "register.target", *(f"register-{name}.service" for name in ("migrate", *TIMERS))]
    done = subprocess.run(
        [program, "verify", "--man=no", *(str(tmp_path / name) for name in names)],
        env={"PATH": "/usr/bin:/bin", "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_every_unit_is_started_by_the_target_or_by_a_timer_or_by_hand():
    found = {re.sub("@", "@1", path.name) for path in UNITS.glob("register*.*") if path.is_file()}
    of_timers = {name.replace(".timer", ".service") for name in wanted_units() if name.endswith(".timer")}
    by_hand = {"register.target", "register-migrate.service"}
    assert found == {name for name in wanted_units() if "@2" not in name} | of_timers | by_hand


def test_only_the_migration_is_told_the_owner_of_the_tables(compose):
    told = {name for name in SAME.values() if "migrate.env" in str(load_unit(name).lines)}
    assert told == {"register-migrate.service"}
    assert "\nMIGRATION_DATABASE_URL" not in example()
    told = {name for name in SAME if "register_owner" in str(environment(compose, name))}
    assert told == {"migrate"}
    # .env is told to all.
    assert {environment(compose, name)["OWNER_PASSWORD"] for name in SAME} == {""}


def test_what_runs_is_given_the_time_to_end(nginx, compose):
    longest = 2 * MAX_WAIT_SECONDS
    waits = int(re.search(r"proxy_read_timeout (\d+)s;", nginx)[1])
    assert longest <= waits <= server.graceful_timeout
    for name in ("web-1", "worker"):
        granted = float(load_unit(SAME[name]).value("Service", "TimeoutStopSec"))
        assert server.graceful_timeout < granted
        assert compose["services"][name]["stop_grace_period"] == f"{granted:.0f}s"


# --- compose ------------------------------------------------------------------------------------------


def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text()


def environment(compose: dict, name: str) -> dict[str, str]:
    return compose["services"][name]["environment"]


def command_in_release(unit: str) -> list[str]:
    """Return a unit's command as it is typed in the folder of the release, its environment in PATH."""
    return [part.removeprefix(BIN).removeprefix(RELEASE) for part in load_unit(unit).command]


def test_compose_starts_what_systemd_starts(compose):
    for name, unit in SAME.items():
        command = command_in_release(unit)
        stated = [part.replace("$$", "$") for part in compose["services"][name]["command"]]
        if name in TIMERS:
            daily, at, *stated = stated
            assert daily == "deploy/daily"
            (when,) = load_unit(f"register-{name}.timer").values("Timer", "OnCalendar")
            assert when == f"*-*-* {at}:00 {environment(compose, name)['TZ']}"
        assert stated == command
    assert set(compose["services"]) == {*SAME, "database", "proxy"}


def test_compose_tells_its_services_what_systemd_tells_the_units(compose):
    of_compose = {"DATABASE_URL", "MIGRATION_DATABASE_URL", "OWNER_PASSWORD", "PROXY_COUNT", "TZ"}
    of_image = set(re.findall(r"(\w+)=", " ".join(re.findall("^ENV .*", dockerfile(), flags=re.MULTILINE))))
    for name, unit in SAME.items():
        stated = dict(value.split("=", 1) for value in load_unit(unit).values("Service", "Environment"))
        told = {key: value for key, value in environment(compose, name).items() if key not in of_compose}
        assert told == {key: value for key, value in stated.items() if key not in of_image}


def test_all_of_compose_has_the_settings_of_one_file(compose):
    for name in SAME:
        service = compose["services"][name]
        assert service["env_file"] == ".env"
        assert environment(compose, name)["PROXY_COUNT"] == "${PROXY_COUNT:-1}"
        assert service["cap_drop"] == ["ALL"]


def test_the_proxy_of_compose_is_the_nginx_of_systemd(compose):
    proxy = compose["services"]["proxy"]
    assert "./deploy/nginx/register.conf:/etc/nginx/conf.d/default.conf:ro" in proxy["volumes"]
    sockets = [load_unit(SAME[name]).command[-1] for name in ("web-1", "web-2")]
    upstream = (ROOT / "deploy/nginx/register.conf").read_text()
    assert re.findall(r"server (unix:\S+) ", upstream) == sockets


def test_the_proxy_of_compose_has_a_certificate_where_nginx_looks_for_it():
    proxy = yaml.safe_load((ROOT / "deploy/compose.tls.yaml").read_text())["services"]["proxy"]
    lines = re.sub("# (listen 443|ssl_certificate)", r"\1", (ROOT / "deploy/nginx/register.conf").read_text())
    assert re.search(r"^ +listen 443 ssl;$", lines, re.MULTILINE)
    assert all(port.endswith(":443:443") for port in proxy["ports"])
    looked_for = re.findall(r"^ +ssl_certificate(?:_key)? (\S+);$", lines, re.MULTILINE)
    mounted = [volume.split(":")[1] for volume in proxy["volumes"]]
    assert mounted == ["/etc/nginx/conf.d/default.conf", *looked_for]


def test_a_server_without_network_is_brought_each_image(compose):
    manual = (ROOT / "docs/operations.md").read_text()
    (saved,) = re.findall(r"docker save (.*?) \|", manual)
    assert set(saved.split()) == {service["image"] for service in compose["services"].values()}
    (pulled,) = re.findall(r"docker compose pull (.*)", manual)
    assert set(pulled.split()) == {name for name, service in compose["services"].items() if "build" not in service}


def test_each_part_that_the_image_may_have_can_be_asked_for(compose):
    parts = set(re.findall(r"^ARG (\w+)=$", dockerfile(), re.MULTILINE))
    assert parts == {"OCR", "OFFICE", "S3"}
    assert compose["services"]["worker"]["build"]["args"] == {name: f"${{{name}:-}}" for name in parts}
    assert parts <= set(re.findall(r"^# (\w+)=$", example(), re.MULTILINE))


def test_images_are_named_by_exact_version(compose):
    images = re.findall(r"^FROM (\S+)", dockerfile(), flags=re.MULTILINE)
    images += [service["image"] for service in compose["services"].values() if "build" not in service]
    assert len(images) == 5
    for image in images:
        name, version = image.split(":")
        # PostgreSQL counts with two numbers.
        assert re.match(r"\d+\.\d+" if name == "postgres" else r"\d+\.\d+\.\d+", version), image


def test_the_image_starts_the_same_server_and_not_as_root(compose):
    lines = dockerfile().splitlines()
    command = yaml.safe_load(next(line for line in lines if line.startswith("CMD ")).removeprefix("CMD "))
    assert (
        command[:-1] == load_unit(SAME["web-1"]).command[:-1]
        or command[:-1] == compose["services"]["web-1"]["command"][:-1]
    )
    assert "USER register" in lines
    (uid,) = re.findall(r"--uid (\d+)", "\n".join(lines))
    assert compose["volumes"]["sockets"]["driver_opts"]["o"].startswith(f"uid={uid},")


# --- cron ---------------------------------------------------------------------------------------------


def crontab() -> dict[str, tuple[str, str]]:
    """Return when each service of `deploy/cron` is started, and the command that the shell is given."""
    lines = (ROOT / "deploy/cron/register").read_text().splitlines()
    jobs = [line for line in lines if line and not re.match(r"#|\w+=", line)]
    found = {}
    for line in jobs:
        *when, user, command = line.split(maxsplit=6)
        assert user == "root"
        name = re.search(r"--tag register-(\S+)|(reminders|backup|verify)", command)
        found[name[1] or name[2]] = (" ".join(when), command)
    return found


def test_cron_starts_what_systemd_starts():
    jobs = crontab()
    assert set(jobs) == set(SAME) - {"migrate"}
    for name, (when, command) in jobs.items():
        # A per cent sign is a new line to cron.
        assert "%" not in command
        inside = command.partition(f"{RELEASE}deploy/register ")[2].partition(" 2>&1")[0]
        program, *arguments = shlex.split(inside)
        stated = arguments if program == "--program" else ["python", "manage.py", program, *arguments]
        assert stated == command_in_release(SAME[name])
        if name in TIMERS:
            (at,) = load_unit(f"register-{name}.timer").values("Timer", "OnCalendar")
            minute, hour = when.split()[:2]
            assert at == f"*-*-* {hour:0>2}:{minute:0>2}:00 Asia/Shanghai"
            assert when.endswith(" * * *")
        else:
            assert when == "* * * * *"
            own = ("PATH=", "PYTHONUNBUFFERED=")
            told = [
                value for value in load_unit(SAME[name]).values("Service", "Environment") if not value.startswith(own)
            ]
            assert command.startswith(" ".join([*told, "flock --nonblock"]))


def test_a_command_by_hand_has_the_settings_as_they_are_written(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("Only root becomes somebody else.")
    release, settings_file = tmp_path / "release", tmp_path / "register.env"
    (release / ".venv/bin").mkdir(parents=True)
    settings_file.write_text("# A=1\nEMAIL_URL=smtp://a b:$HOME`id`'&(@host\n\nLAST=1")
    script = (ROOT / "deploy/register").read_text()
    for there, here in {
        "/etc/register/register.env": settings_file,
        "/opt/register/current": release,
        "/run/register": tmp_path / "run",
        "-o register -g register": "-o nobody",
        "--user register": "--user nobody",
    }.items():
        assert there in script
        script = script.replace(there, str(here))
    done = subprocess.run(
        ["sh", "-c", script, "register", "--program", "sh", "-c", 'echo "$EMAIL_URL" $LAST "$A"; id -un; pwd; umask'],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "smtp://a b:$HOME`id`'&(@host 1 ",
        "nobody",
        str(release),
        "0027",
    ]


# --- settings -----------------------------------------------------------------------------------------


def example() -> str:
    return (ROOT / "deploy/register.env.example").read_text()


def settings_read() -> dict[str, object]:
    """Return the settings that the code reads, with their defaults where these are constants."""
    found = {}
    for call in ast.walk(ast.parse((ROOT / "cnas_tasks/settings.py").read_text())):
        if not (isinstance(call, ast.Call) and ast.unparse(call.func).startswith("env.") and call.args):
            continue
        if ast.unparse(call.func) == "env.add_fault":
            continue
        defaults = [keyword.value for keyword in call.keywords if keyword.arg == "default"]
        found[ast.literal_eval(call.args[0])] = (
            defaults[0].value if defaults and isinstance(defaults[0], ast.Constant) else None
        )
    return found


def test_each_setting_is_in_the_example_and_in_the_readme():
    read = settings_read().keys()
    assert len(read) >= 18
    stated = set(re.findall(r"^(?:# )?([A-Z0-9_]+)=", example(), flags=re.MULTILINE))
    assert read - stated == set()
    assert stated - read == FOR_OTHERS
    told = set(re.findall(r"`([A-Z0-9_]+)`", (ROOT / "README.md").read_text()))
    assert read - told == set()


def test_what_the_example_leaves_out_is_as_it_says():
    stated = re.findall(r"^# ([A-Z0-9_]+)=(.*)$", example(), flags=re.MULTILINE)
    defaults = {name: str(int(value) if isinstance(value, bool) else value) for name, value in settings_read().items()}
    differing = {name: value for name, value in stated if defaults.get(name, "None") not in ("None", value)}
    assert differing == {}


def test_the_example_sets_nothing_that_has_to_be_chosen():
    chosen = environment_file(example())
    assert chosen["SECRET_KEY"] == ""
    assert "PASSWORD" in chosen["DATABASE_URL"]


# --- nginx --------------------------------------------------------------------------------------------


def test_nginx_takes_what_the_register_takes_and_no_megabyte_more(nginx):
    takes = int(re.search(r"client_max_body_size (\d+)m;", nginx)[1])
    needs = settings.UPLOAD_MAX_MEGABYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1024 / 1024
    assert needs <= takes < needs + 1


def test_an_address_that_the_register_refuses_in_words_reaches_it():
    assert server.limit_request_line >= InputMiddleware.MAX_ADDRESS_LENGTH + len("OPTIONS  HTTP/1.1\r\n")


# --- deploy/daily -------------------------------------------------------------------------------------


@pytest.mark.long
def test_daily_runs_its_command_at_its_time_goes_on_after_a_failure_and_can_be_stopped():
    at = (datetime.datetime.now().astimezone() + datetime.timedelta(seconds=2)).strftime("%H:%M:%S")
    command = [ROOT / "deploy/daily", at, "sh", "-c", "date +%H:%M:%S; exit 3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().strip() >= at
        assert process.stderr.readline() == "Ended with 3: sh -c date +%H:%M:%S; exit 3\n"
        assert process.poll() is None
        process.terminate()
        assert process.wait(10) == 0
