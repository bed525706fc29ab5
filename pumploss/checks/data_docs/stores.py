"""Where Great Expectations keeps suites, results and pages below a folder."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pumploss.checks.judging import ready

if TYPE_CHECKING:
    from great_expectations.data_context import EphemeralDataContext

RESULTS, SUITES, SITE = "validations", "expectations", "site"
#: How long one process waits for another that is writing.
WAIT_SECONDS = 120.0


@cache
def stores_of(folder: Path) -> "EphemeralDataContext":
    """Where Great Expectations keeps suites, results and pages below this folder."""
    from great_expectations.data_context import EphemeralDataContext
    from great_expectations.data_context.types.base import DataContextConfig

    def files(name: str) -> dict[str, str]:
        return {
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": name,
            "root_directory": str(folder),
        }

    ready()
    classes = {
        "expectations_store": ("ExpectationsStore", files(SUITES)),
        "validation_results_store": ("ValidationResultsStore", files(RESULTS)),
        "checkpoint_store": ("CheckpointStore", {"class_name": "InMemoryStoreBackend"}),
        "validation_definition_store": ("ValidationDefinitionStore", {"class_name": "InMemoryStoreBackend"}),
    }
    stores = {name: {"class_name": kind, "store_backend": backend} for name, (kind, backend) in classes.items()}
    site = {
        "class_name": "SiteBuilder",
        "site_name": "Pump Loss",
        "show_how_to_buttons": False,
        "store_backend": files(SITE),
        "site_section_builders": {"profiling": "None"},
    }
    config = DataContextConfig(
        config_version=4.0,
        stores=stores,
        expectations_store_name="expectations_store",
        validation_results_store_name="validation_results_store",
        checkpoint_store_name="checkpoint_store",
        data_docs_sites={"nights": site},
        analytics_enabled=False,
    )
    return EphemeralDataContext(project_config=config)


@cache
def builder_of(folder: Path) -> Any:
    """What makes the pages; it keeps its templates compiled."""
    from great_expectations.data_context.util import instantiate_class_from_config

    stores = stores_of(folder)
    return instantiate_class_from_config(
        config=dict(stores.variables.data_docs_sites["nights"]),
        runtime_environment={"data_context": stores, "root_directory": str(folder)},
        config_defaults={"module_name": "great_expectations.render.renderer.site_builder"},
    )
