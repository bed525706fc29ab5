"""Has Airflow's interface answer under its own host names only.

A web page of somebody else's whose name is made to lead to this machine would otherwise reach the interface through the
operator's browser.
"""

from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin
from starlette.middleware.trustedhost import TrustedHostMiddleware

#: Names of this machine that no name server answers for.
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def _host_of(address: str) -> str:
    host = urlsplit(address).hostname or ""
    return f"[{host}]" if ":" in host else host


class HostNames(AirflowPlugin):
    """Refuses with status 400 what is asked under another name than the interface's address and loopback's."""

    name = "pumploss_host_names"
    fastapi_root_middlewares = [  # noqa: RUF012 - Airflow reads it from the class
        {
            "name": "own host names",
            "middleware": TrustedHostMiddleware,
            "args": [],
            "kwargs": {
                "allowed_hosts": [
                    *_LOOPBACK,
                    *(
                        _host_of(conf.get(section, key))
                        for section, key in (("api", "base_url"), ("core", "execution_api_server_url"))
                    ),
                ],
                "www_redirect": False,
            },
        }
    ]
