"""Logs, finds, loads and promotes versions in MLflow: in SQLite and a folder by default, on a server by address."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from models import artifacts, erased_frames, lineage, pairing, promotions
from models.asking import asking, repair
from models.dataset import TrainingFrame
from models.logged_run import log_model
from models.moved_registry import follow
from models.peers import peers
from models.quiet_mlflow import calm, started
from models.scoring.served import Served
from pumploss.errors import ModelError
from pumploss.settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

    from models.training import Trained

EXPERIMENT = "pumploss"
CHAMPION, CHALLENGER, PREVIOUS = promotions.CHAMPION, "challenger", promotions.PREVIOUS


@dataclass
class Registry:
    """Keeps the models of these settings. MLflow loads for seconds, so each function that needs it imports it."""

    settings: Settings

    @cached_property
    def _client(self) -> "MlflowClient":
        self._folder.mkdir(parents=True, exist_ok=True)
        mlflow = started(self.settings.tracking_uri)
        try:
            if self._database is not None and self._database.exists():
                follow(self._database, EXPERIMENT, self._artifacts)
            with calm():
                client = mlflow.MlflowClient(self.settings.tracking_uri)
                client.search_experiments(max_results=1)
                client.search_registered_models(max_results=1)
        except Exception as error:
            raise ModelError(
                f"The registry {self.settings.tracking_uri} cannot be opened: {type(error).__name__}: {error}\n"
                f"{repair(self.settings.tracking_uri, self._folder)}"
            ) from error
        return client

    @property
    def client(self) -> "MlflowClient":
        """Return MLflow's client of this registry. Raises ModelError where it cannot be opened."""
        return self._client

    def asking(self) -> AbstractContextManager[None]:
        """Raise ModelError, with the address and what to do, for whatever MLflow raises meanwhile."""
        return asking(self.settings.tracking_uri, repair(self.settings.tracking_uri, self._folder))

    @property
    def _database(self) -> Path | None:
        """Return the file of a registry in SQLite."""
        scheme, _, path = self.settings.tracking_uri.partition(":///")
        return Path(path) if scheme == "sqlite" else None

    @property
    def _is_unborn(self) -> bool:
        return self._database is not None and not self._database.exists()

    @property
    def _folder(self) -> Path:
        return self.settings.home / "mlflow"

    @property
    def _artifacts(self) -> Path:
        return self._folder / "artifacts"

    @cached_property
    def _experiment(self) -> str:
        """Find or create the experiment. A database keeps artifacts below `home`, a server where it is set up to."""
        known = self._client.get_experiment_by_name(EXPERIMENT)
        if known is not None:
            return str(known.experiment_id)
        is_server = self.settings.tracking_uri.startswith(("http://", "https://"))
        address = None if is_server else self._artifacts.as_uri()
        return str(self._client.create_experiment(EXPERIMENT, artifact_location=address))

    def version(self, name: str, alias: str = CHAMPION) -> str | None:
        """Return the version that an alias points to, or None. Nothing is created to find out that there is none."""
        if self._is_unborn:
            return None
        pointed = self._by_alias(name, alias)
        return None if pointed is None else str(pointed.version)

    def tags(self, name: str, version: str) -> dict[str, str]:
        """Return the tags of a version. Raises ModelError where there is no such version."""
        with self.asking():
            return dict(self._client.get_model_version(name, version).tags)

    def versions(self, name: str) -> "list[ModelVersion]":
        """List all versions of a model, oldest first; none where nothing was ever registered."""
        with self.asking():
            found = [] if self._is_unborn else self._client.search_model_versions(f"name='{name}'")
        return sorted(found, key=lambda known: int(known.version))

    def _by_alias(self, name: str, alias: str) -> "ModelVersion | None":
        from mlflow.exceptions import MlflowException

        with self.asking():
            try:
                return self._client.get_model_version_by_alias(name, alias)
            except MlflowException as error:
                if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                    return None
                raise

    def same(self, name: str, tags: Mapping[str, str]) -> str | None:
        """Return the champion's or challenger's version if it has these tags: such a training was made already."""
        for alias in (CHAMPION, CHALLENGER):
            pointed = self._by_alias(name, alias)
            if pointed is not None and tags.items() <= dict(pointed.tags).items():
                return str(pointed.version)
        return None

    def earlier(self, name: str, tags: Mapping[str, str]) -> str | None:
        """Return the first registered version with these tags, or None."""
        fitting = (known for known in self.versions(name) if tags.items() <= dict(known.tags).items())
        return next((str(known.version) for known in fitting), None)

    def load(self, name: str, version: str) -> Served:
        """Load a version, verified against the digests in its tags.

        Raises ModelError where it is not what was registered, or cannot be reached.
        """
        return artifacts.read(*self._reached(name, version))

    def twin(self, name: str, version: str) -> Served:
        """Load what was judged in the version's stead: it knows no day that was locked then or is locked later.

        Raises ModelError as `load` does.
        """
        return artifacts.read_twin(*self._reached(name, version))

    def _reached(self, name: str, version: str) -> tuple[Path, str, str, dict[str, str]]:
        """Fetch a version's folder, and answer it with name, version and tags."""
        import mlflow
        from mlflow.exceptions import MlflowException

        try:
            tags = dict(self._client.get_model_version(name, version).tags)
            with calm():
                return Path(mlflow.artifacts.download_artifacts(f"models:/{name}/{version}")), name, version, tags
        except (MlflowException, OSError) as error:
            raise ModelError(
                f"{name} version {version} cannot be loaded from {self.settings.tracking_uri}: {error}. If it is "
                f"the champion, `pumploss model rollback {name}` lets the one before serve, `pumploss model promote "
                f"{name} VERSION` any other; or train again."
            ) from error

    def log(self, trained: "Trained", tags: Mapping[str, str], frame: TrainingFrame) -> str:
        """Register a model and the rows it was made from as a new version with the alias `challenger`.

        Answers the version. A risk model takes the loss model with it that serves, and none where none does. Raises
        ModelError where the registry does not take it.
        """
        from mlflow.exceptions import MlflowException

        try:
            return self._logged(trained, tags, frame)
        except (MlflowException, OSError) as error:
            raise ModelError(
                f"{trained.spec.name} could not be registered at {self.settings.tracking_uri}: {error}. The champion "
                "stays as it is; see to the registry, then train again."
            ) from error

    def _logged(self, trained: "Trained", tags: Mapping[str, str], frame: TrainingFrame) -> str:
        import mlflow

        client, name = self._client, trained.spec.name
        loss, usual = None, None
        if trained.spec.has_score:
            loss, usual = pairing.beside(self), peers(frame, trained.booster.feature_name())
        content = artifacts.files(trained, tags, loss, usual)
        with calm(), mlflow.start_run(experiment_id=self._experiment, run_name=name) as run:
            mlflow.log_params({**trained.spec.parameters, "rounds": trained.spec.rounds, "seed": trained.spec.seed})
            mlflow.log_metrics(trained.evaluation.flat())
            mlflow.set_tags(dict(tags))
            for dataset, pinned in lineage.datasets(tags, self.settings.lake):
                mlflow.log_input(dataset, context="training", tags=pinned)
            kept = lineage.keep_frame(client, run.info.run_id, frame)
            uri = log_model(trained, content, loss, frame)
        self._ensure(name, trained.spec.purpose)
        goes_with = {pairing.CARRIED: pairing.NONE if loss is None else loss.version} if trained.spec.has_score else {}
        said = {**tags, **goes_with, **kept, **artifacts.digests(content)}
        # A server takes `models:/<id>` as a source only from who also names the id.
        logged = uri.removeprefix("models:/")
        made = client.create_model_version(name, uri, run.info.run_id, said, model_id=logged)
        client.set_registered_model_alias(name, CHALLENGER, made.version)
        return str(made.version)

    def served(self, name: str) -> list[str]:
        """List the versions that served, oldest first, and the champion last."""
        with self.asking():
            return promotions.line(self._client, name, self.version(name), self.versions(name))

    def before(self, name: str) -> list[str]:
        """List the versions that served before the champion and can again, the nearest last."""
        return promotions.way_back(self.served(name), self.version(name))

    def promote(self, name: str, version: str, why: str | None = None) -> None:
        """Make a version, tagged with `why` if that is said, the champion; the one it follows is kept as `previous`.

        Raises ModelError for a risk that carries a loss model which nobody promoted.
        """
        pairing.refuse_unpromoted(self, name, version)
        served = self.served(name)
        if why is not None:
            with self.asking():
                self._client.set_model_version_tag(name, version, "promoted", why)
        if self.version(name) != version:
            self._let_serve(name, promotions.followed(served, version))

    def roll_back(self, name: str) -> str:
        """Make the version that served before the champion; answers it. Raises ModelError where there is none."""
        served = self.before(name)
        if not served:
            raise ModelError(
                f"{name} has no version that served before: `pumploss model promote {name} VERSION` takes any."
            )
        self._let_serve(name, served)
        return served[-1]

    def _let_serve(self, name: str, served: list[str]) -> None:
        """Point the aliases to the last of these versions, and to the one before it, and remember them all."""
        with self.asking():
            promotions.let_serve(self._client, name, served)

    def erase(self, trader: str, is_dry: bool = False) -> int:
        """Take a trader out of the rows kept with versions; answers how many rows went, or would go if `is_dry`."""
        with self.asking():
            return 0 if self._is_unborn else erased_frames.erase(self._client, trader, is_dry)

    def _ensure(self, name: str, purpose: str) -> None:
        if not self._client.search_registered_models(f"name='{name}'"):
            self._client.create_registered_model(name, description=purpose)
