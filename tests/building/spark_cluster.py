"""A standalone Spark cluster on 127.0.0.1 with a Connect server: a master and workers, processes of their own."""

import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from pumploss.settings import ROOT
from tests.building.engines import skip_without_jars

HOST = "127.0.0.1"
#: A JVM that lives for a minute is done sooner without the slow compiler.
JVM = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC -XX:-UsePerfData"
CONNECT = "org.apache.spark.sql.connect.service.SparkConnectServer"


@contextmanager
def cluster(folder: Path, workers=1, settings=(), variables=()):
    """The address of its Connect server, while it runs; each worker has one core.

    Settings are Spark's, by name; variables stand in the environment of the Connect server and of what works for it.
    """
    with ExitStack() as stack:
        master, connect = _free_port(), _free_port()
        chief = _started(stack, folder, "master", "spark-class", "org.apache.spark.deploy.master.Master", port=master)
        _until_open(master, folder / "master.log", chief)
        where = f"spark://{HOST}:{master}"
        for number in range(workers):
            small = ("--cores", "1", "--memory", "1g", "--work-dir", str(folder / f"work{number}"), where)
            _started(stack, folder, f"worker{number}", "spark-class", "org.apache.spark.deploy.worker.Worker", *small)
        given = {
            "spark.connect.grpc.binding.address": HOST, "spark.connect.grpc.binding.port": connect,
            "spark.driver.host": HOST, "spark.ui.enabled": "false", "spark.executor.memory": "512m",
            "spark.sql.shuffle.partitions": "2", **dict(settings),
            **{f"spark.executorEnv.{name}": value for name, value in dict(variables).items()},
        }  # fmt: skip
        options = [text for name, value in given.items() for text in ("--conf", f"{name}={value}")]
        words = ("--master", where, *options, "--class", CONNECT, "spark-internal")
        server = _started(stack, folder, "connect", "spark-submit", *words, variables=dict(variables))
        _until_open(connect, folder / "connect.log", server)
        yield f"sc://{HOST}:{connect}"


def _free_port():
    with socket.socket() as free:
        free.bind((HOST, 0))
        return free.getsockname()[1]


def _started(stack, folder, name, program, *words, port=None, variables=()):
    home = Path(find_spec("pyspark").origin).parent
    own = {
        "SPARK_HOME": str(home), "SPARK_LOCAL_IP": HOST, "PYSPARK_PYTHON": sys.executable, "SPARK_LOG_DIR": str(folder),
        "JAVA_TOOL_OPTIONS": JVM, "SPARK_DAEMON_MEMORY": "512m",
    }  # fmt: skip
    if program == "spark-class":
        words = (*words[:1], "--host", HOST, "--webui-port", "0", *(("--port", str(port)) if port else ()), *words[1:])
    kept = {
        variable: value for variable, value in os.environ.items() if not variable.startswith(("SPARK_", "PUMPLOSS_"))
    }
    log = stack.enter_context((folder / f"{name}.log").open("wb"))
    process = subprocess.Popen(
        [home / "bin" / program, *words],
        cwd=folder,
        env={**kept, **own, **dict(variables)},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    stack.callback(process.wait)
    stack.callback(process.terminate)
    return process


def _until_open(port, log, process):
    for _ in range(1200):
        if process.poll() is not None:
            break
        with socket.socket() as client:
            if client.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.1)
    said = log.read_text()
    skip_without_jars(said)
    raise AssertionError(said[-4000:])


def told(code, *arguments, **variables):
    """What a process of its own says and how it ends, to which the variables are given."""
    kept = {
        variable: value for variable, value in os.environ.items() if not variable.startswith(("SPARK_", "PUMPLOSS_"))
    }
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**kept, **variables, "PYTHONPATH": str(ROOT)}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
