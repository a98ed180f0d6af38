"""Real identity servers on loopback: an OpenID provider, OpenLDAP, a CAS server."""

from __future__ import annotations

import datetime
import ipaddress
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ldap3
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.helpers import free_port

ROOT = Path(__file__).parents[2]
# Debian has it where only root looks.
SLAPD = shutil.which("slapd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SUFFIX, PEOPLE = "dc=example,dc=org", "ou=people,dc=example,dc=org"
SLAPD_CONF = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {folder}/slapd.pid
TLSCertificateFile {folder}/certificate.pem
TLSCertificateKeyFile {folder}/key.pem
access to attrs=userPassword by anonymous auth
access to * by dn.base="cn=register,dc=example,dc=org" read
database mdb
suffix "dc=example,dc=org"
rootdn "cn=root,dc=example,dc=org"
rootpw root
directory {folder}/data
overlay memberof
"""


@contextmanager
def running(command: list[str], port: int, **options) -> Iterator[subprocess.Popen]:
    """Run a server until its port is open, and end it in the end."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    try:
        for _ in range(600):
            assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        else:
            raise AssertionError(f"{command} did not open its port")
        yield process
    finally:
        process.terminate()
        process.wait(10)


class OpenIdProvider:
    """oidc-provider-mock: anybody in it signs in with a click."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def tell(self, subject: str, **claims: object) -> None:
        """Let it say this of somebody."""
        assert requests.put(f"{self.issuer}/users/{subject}", json=claims, timeout=10).ok

    def agree(self, address: str, subject: str) -> str:
        """Sign somebody in at the page that the register led to; return the way back."""
        answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=10)
        return answer.headers["Location"]

    def refuse(self, address: str) -> str:
        """Say no to what the register asks for; return the way back."""
        answer = requests.post(address, data={"action": "deny"}, allow_redirects=False, timeout=10)
        return answer.headers["Location"]


@contextmanager
def openid_provider() -> Iterator[OpenIdProvider]:
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--host", "127.0.0.1", "--port", str(port)]
    with running([*command, "--require-nonce"], port):
        yield OpenIdProvider(f"http://127.0.0.1:{port}")


class Directory:
    """OpenLDAP with some people and groups."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url, self.certificate = f"ldap://127.0.0.1:{port}", folder / "certificate.pem"

    def add(self, dn: str, *classes: str, **attributes: object) -> None:
        """Enter something below the suffix."""
        with ldap3.Connection(self.url, f"cn=root,{SUFFIX}", "root", auto_bind=True) as connection:
            assert connection.add(f"{dn},{SUFFIX}", list(classes), attributes), connection.result

    def add_person(self, name: str, password: str, **attributes: object) -> None:
        """Enter somebody who may sign in."""
        attributes = {"cn": name, "sn": name, "userPassword": password, **attributes}
        self.add(f"uid={name},ou=people", "inetOrgPerson", **attributes)

    def add_group(self, name: str, *people: str) -> None:
        """Make a group of people who are there."""
        members = [f"uid={person},{PEOPLE}" for person in people]
        self.add(f"cn={name},ou=groups", "groupOfNames", member=members)


@contextmanager
def directory(folder: Path) -> Iterator[Directory]:
    assert SLAPD
    write_certificate(folder)
    (folder / "data").mkdir()
    (folder / "slapd.conf").write_text(SLAPD_CONF.format(folder=folder))
    port = free_port()
    command = [SLAPD, "-d", "0", "-f", str(folder / "slapd.conf"), "-h", f"ldap://127.0.0.1:{port}"]
    with running(command, port):
        server = Directory(folder, port)
        with ldap3.Connection(server.url, f"cn=root,{SUFFIX}", "root", auto_bind=True) as connection:
            assert connection.add(SUFFIX, ["dcObject", "organization"], {"o": "example"}), connection.result
        for unit in ("people", "groups"):
            server.add(f"ou={unit}", "organizationalUnit")
        server.add("cn=register", "organizationalRole", "simpleSecurityObject", userPassword="looks people up")
        yield server


def write_certificate(folder: Path) -> None:
    """Make a certificate for 127.0.0.1 that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)


@contextmanager
def cas_server(folder: Path) -> Iterator[str]:
    """Run django-cas-server, in which `test` signs in with the password `test`; yield its address."""
    port = free_port()
    environment = {**os.environ, "CAS_DATABASE": str(folder / "cas.sqlite3")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    with running([sys.executable, "-m", "tests.accounts.cas_server", str(port)], port, env=environment):
        yield f"http://127.0.0.1:{port}/cas"
