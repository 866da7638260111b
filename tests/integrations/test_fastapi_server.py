"""FastAPI behind a real uvicorn: what the server itself logs finds its trace, and an exception is told once."""

from __future__ import annotations

from otelkit.testing import Sink
from tests.program import output

SERVE = """
import socket, threading, time, urllib.error, urllib.request
import uvicorn
from fastapi import FastAPI
import otelkit

otelkit.init("svc", endpoint="{url}", metrics=False, logs=otelkit.Logs(console="off"))
app = FastAPI()
otelkit.instrument_fastapi(app)

@otelkit.observe("work")
def work(): raise RuntimeError("boom")

@app.get("/boom")
def boom(): return work()

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, access_log=False))
thread = threading.Thread(target=server.run)
thread.start()
while not server.started:
    time.sleep(0.01)
try:
    urllib.request.urlopen(f"http://127.0.0.1:{{port}}/boom", timeout=5)
except urllib.error.HTTPError as error:
    print(error.code, error.headers["x-trace-id"])
server.should_exit = True
thread.join()
"""


def test_one_stack_trace_for_one_exception_and_the_servers_own_line_finds_the_trace() -> None:
    with Sink() as sink:
        status, trace_id = output(SERVE.format(url=sink.url)).split()
        records = [log for log in sink.logs if "boom" in log.text]
    assert status == "500"
    assert [log.scope.name for log in records if "Traceback" in log.text] == ["__main__"]
    (servers,) = [log for log in records if log.scope.name == "uvicorn.error"]
    assert servers.text.startswith("Exception in ASGI application")
    assert {log.trace_id for log in records} == {trace_id}
