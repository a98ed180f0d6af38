"""`healthcheck.py [SOCKET]`: end with 0 if the web process behind the socket, or else on port 8000, is ready."""

import http.client
import socket
import sys

connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
if sys.argv[1:]:
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(5)
    connection.sock.connect(sys.argv[1])
connection.request("GET", "/healthz")
sys.exit(connection.getresponse().status != 200)
