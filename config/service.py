"""Settings of the process itself, from SYNCER_* variables."""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from config.problems import ConfigInvalid, Problem
from config.sentences import explain, suggestion

_PREFIX: Final = "SYNCER_"
_FOREIGN: Final = re.compile(
    r"SYNCER_(SPECS"  # where the tests find the vendors' specifications
    # What Kubernetes sets in every pod beside a Service called syncer.
    r"|(.*_)?SERVICE_(HOST|PORT.*)|PORT|PORT_\d+_(TCP|UDP).*)"
)

Folder = Annotated[Path, AfterValidator(Path.expanduser)]
Lower = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)


class WebSettings(BaseModel):
    """Where the page and the API listen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8750


class LogSettings(BaseModel):
    """How the process logs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Annotated[Literal["text", "json"], Lower] = "text"
    level: Annotated[Literal["debug", "info", "warning", "error"], Lower] = "info"


class ServiceSettings(BaseSettings):
    """Everything that is not a workspace. Make it with `ServiceSettings.read()`; paths may be relative."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    workspaces: Folder = Path("workspaces")
    state_dir: Folder | None = None
    secrets_dir: Folder | None = None
    database_url: SecretStr | None = None
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()
    queue: Annotated[Literal["local", "postgres"], Lower] = "local"
    workers: Annotated[int, Field(ge=1, le=256)] = 4

    @classmethod
    def read(cls, workspaces: Path | None = None) -> Self:
        """Read the environment; `workspaces` overrides SYNCER_WORKSPACES. Raises ConfigInvalid."""
        try:
            settings = cls()
        except ValidationError as error:
            found = [_finding(path, said) for path, said in explain(error, cls, quiet=True)]
            raise ConfigInvalid(tuple(found)) from None
        except SettingsError as error:
            field = re.search(r'field "(\w+)"', str(error))
            raise ConfigInvalid((_finding((field[1] if field else "",), str(error)),)) from None
        return settings if workspaces is None else settings.with_workspaces(workspaces)

    def with_workspaces(self, path: Path) -> Self:
        """Return the same settings for another workspace file or directory."""
        return self.model_copy(update={"workspaces": path})

    @property
    def resolved_state_dir(self) -> Path:
        """The state directory: as set, else `.syncer` beside the workspace files. It may not exist yet."""
        return self.state_dir or self._home / ".syncer"

    @property
    def resolved_secrets_dir(self) -> Path:
        """Where secret files are looked up first: as set, else `secrets` beside the workspace files."""
        return self.secrets_dir or self._home / "secrets"

    @property
    def resolved_database_url(self) -> SecretStr:
        """The database: as set, else SQLite `syncer.db` in the state directory."""
        if self.database_url is not None:
            return self.database_url
        return SecretStr(f"sqlite:///{self.resolved_state_dir.absolute() / 'syncer.db'}")

    @property
    def _home(self) -> Path:
        is_file = self.workspaces.is_file() or self.workspaces.suffix in {".yaml", ".yml"}
        return self.workspaces.parent if is_file else self.workspaces

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings passes it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take the environment and *_FILE variables; no .env file, no folder of secrets."""
        return init_settings, env_settings, _SecretFiles(settings_cls)


class _SecretFiles(PydanticBaseSettingsSource):
    """`SYNCER_DATABASE_URL_FILE`, and the same for every other secret."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        fields = self.settings_cls.model_fields
        secrets = [name for name, field in fields.items() if "SecretStr" in str(field.annotation)]
        found = {name: _secret_file(_variable((name,))) for name in secrets}
        return {name: content for name, content in found.items() if content is not None}


def _secret_file(variable: str) -> str | None:
    environ = os.environ  # noqa: TID251 - one of its two places
    name = f"{variable}_FILE"
    if not environ.get(name):
        return None
    if environ.get(variable):
        raise ConfigInvalid((_problem(name, f"{variable} is set too; keep one of them"),))
    path = Path(environ[name]).expanduser()
    try:
        content = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigInvalid((_problem(name, f"{path} cannot be read: {error.strerror}"),)) from None
    except UnicodeDecodeError:
        raise ConfigInvalid((_problem(name, f"{path} is not text"),)) from None
    if not content:
        raise ConfigInvalid((_problem(name, f"{path} is empty"),))
    return content


def unknown_variables() -> tuple[str, ...]:
    """Return a sentence for each SYNCER_* variable that sets nothing; warnings, as others use the prefix."""
    known = _known_variables()
    given = [name for name in os.environ if name.startswith(_PREFIX)]  # noqa: TID251 - one of its two places
    return tuple(
        f"{name} is no setting of okr-syncer{_close(name, known)}"
        for name in sorted(given)
        if name not in known and not _FOREIGN.fullmatch(name)
    )


def _close(name: str, known: set[str]) -> str:
    # Without the prefix, which would make everything look alike.
    close = suggestion(name.removeprefix(_PREFIX), {other.removeprefix(_PREFIX) for other in known})
    return close.replace("did you mean ", f"did you mean {_PREFIX}")


def _known_variables() -> set[str]:
    known: set[str] = set()
    for name, field in ServiceSettings.model_fields.items():
        group = field.annotation
        if isinstance(group, type) and issubclass(group, BaseModel):
            known |= {_variable((name, part)) for part in group.model_fields}
        else:
            known.add(_variable((name,)))
            known |= {f"{_variable((name,))}_FILE"} if "SecretStr" in str(group) else set()
    return known


def _variable(path: tuple[str | int, ...]) -> str:
    return _PREFIX + "__".join(str(step) for step in path).upper()


def _finding(path: tuple[str | int, ...], said: str) -> Problem:
    name = _variable(path)
    is_group = len(path) == 1 and f"{name}__" in " ".join(_known_variables())
    return _problem(name, f"is a group of settings; write {name}__NAME" if is_group else said)


def _problem(variable: str, message: str) -> Problem:
    return Problem("environment", None, variable, message)
