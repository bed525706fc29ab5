"""Tells Great Expectations where to keep suites, results and pages."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pumploss.checks.library import great_expectations

if TYPE_CHECKING:
    from great_expectations.data_context import EphemeralDataContext

RESULTS, SUITES, SITE = "validations", "expectations", "site"
#: How long one process waits for another that is writing.
WAIT_SECONDS = 120.0


@cache
def stores_of(folder: Path) -> "EphemeralDataContext":
    """Return the stores of Great Expectations for suites, results and pages below this folder."""
    great_expectations().get_context(mode="ephemeral")
    from great_expectations.data_context import EphemeralDataContext
    from great_expectations.data_context.types.base import DataContextConfig

    from pumploss.checks.data_docs.plain_store import PlainResults

    config = DataContextConfig(
        config_version=4.0,
        stores=_stores(folder),
        expectations_store_name="expectations_store",
        validation_results_store_name="validation_results_store",
        checkpoint_store_name="checkpoint_store",
        data_docs_sites={"nights": _site(folder)},
        analytics_enabled=False,
    )
    context = EphemeralDataContext(project_config=config)
    # Seen: a class of ours that the configuration names for this store is not taken.
    context.stores["validation_results_store"] = PlainResults(_files(folder, RESULTS), {"root_directory": str(folder)})
    return context


def _stores(folder: Path) -> dict[str, Any]:
    classes = {
        "expectations_store": ("ExpectationsStore", _files(folder, SUITES)),
        "validation_results_store": ("ValidationResultsStore", _files(folder, RESULTS)),
        "checkpoint_store": ("CheckpointStore", {"class_name": "InMemoryStoreBackend"}),
        "validation_definition_store": ("ValidationDefinitionStore", {"class_name": "InMemoryStoreBackend"}),
    }
    return {name: {"class_name": kind, "store_backend": backend} for name, (kind, backend) in classes.items()}


def _site(folder: Path) -> dict[str, Any]:
    return {
        "class_name": "SiteBuilder",
        "site_name": "Pump Loss",
        "show_how_to_buttons": False,
        "store_backend": _files(folder, SITE),
        "site_section_builders": {"profiling": "None"},
    }


def _files(folder: Path, name: str) -> dict[str, str]:
    return {
        "class_name": "WholeFiles",
        "module_name": "pumploss.checks.data_docs.whole_store",
        "base_directory": name,
        "root_directory": str(folder),
    }


@cache
def builder_of(folder: Path) -> Any:
    """Return what makes the pages; it keeps its templates compiled."""
    from great_expectations.data_context.util import instantiate_class_from_config

    stores = stores_of(folder)
    builder = instantiate_class_from_config(
        config=dict(stores.variables.data_docs_sites["nights"]),
        runtime_environment={"data_context": stores, "root_directory": str(folder)},
        config_defaults={"module_name": "great_expectations.render.renderer.site_builder"},
    )
    # Else every use of a template, thousands in a night, looks at its file.
    for section in builder.site_section_builders.values():
        section.view_class.env.auto_reload = False
    return builder
