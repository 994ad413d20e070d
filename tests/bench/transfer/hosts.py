"""Web hosts on loopback: nginx as docs/publishing.md has it, and Python's plain http.server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.processes import python, running, wait_until_ready
from tests.bench.web import HOST, free_port

READY = "/metadata/timestamp.json"
NGINX = """
daemon off;
master_process off;
user root;
pid {run}/nginx.pid;
error_log {run}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {run};
    proxy_temp_path {run};
    fastcgi_temp_path {run};
    uwsgi_temp_path {run};
    scgi_temp_path {run};
    default_type application/octet-stream;
    map "$status $uri" $helppoint_caching {{
        "~^404"             "max-age=300";
        "~timestamp\\.json$" "max-age=300";
        default             "public, max-age=31536000, immutable";
    }}
    server {{
        listen {host}:{port};
        root {folder};
        add_header Cache-Control $helppoint_caching always;
    }}
}}
"""


@contextmanager
def nginx(folder: Path, run: Path, ready: str = READY) -> Iterator[int]:
    """Serve a folder by nginx, with the cache rules that boxes ask for; yields the port."""
    port = free_port()
    run.mkdir()
    configuration = run / "nginx.conf"
    configuration.write_text(NGINX.format(run=run, host=HOST, port=port, folder=folder), "utf-8")
    with running(["nginx", "-e", f"{run}/error.log", "-c", str(configuration)]) as process:
        wait_until_ready(process, port, ready)
        yield port


@contextmanager
def http_server(folder: Path) -> Iterator[int]:
    """Serve a folder by `python -m http.server` as it is; yields the port."""
    port = free_port()
    where = ("--bind", HOST, "--directory", str(folder), str(port))
    quiet = f"import sys; sys.stderr = open({'/dev/null'!r}, 'w');"
    code = f"{quiet} import runpy; runpy.run_module('http.server', run_name='__main__')"
    with running(python("-c", code, *where)) as process:
        wait_until_ready(process, port, READY)
        yield port
