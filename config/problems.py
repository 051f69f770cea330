"""What is wrong with the configuration, finding by finding."""

from dataclasses import dataclass

from config.marks import Place
from syncer.errors import FatalError


@dataclass(frozen=True)
class Problem:
    """One finding; prints as `file:line:col: path: message`. `place` is None where no line is concerned."""

    file: str
    place: Place | None
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.place.line}:{self.place.column}" if self.place else self.file
        return f"{where}: {self.path}: {self.message}" if self.path else f"{where}: {self.message}"


class ConfigInvalid(FatalError):  # noqa: N818 - the name the design gives it
    """The configuration cannot be used; `problems` holds every finding, in the order of the file."""

    code = "config"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
