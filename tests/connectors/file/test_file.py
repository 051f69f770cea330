import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.file.disk import LARGEST
from connectors.file.settings import FileSettings
from connectors.testing.ledger import deliver, owed
from syncer.domain.sync import Placement, Standing, Wrote
from syncer.domain.work import Health, LinkState, Points, Progress, WorkRef, WorkStatus
from syncer.errors import FatalError, ReadOnlyError, SkippableError, TemporaryError
from tests.connectors.file.desk import Desk

CSV = (
    "id,name,status,owner,start,due,done_on,done,open,cancelled,remarks\n"
    "onb,Rebuild the flow,in progress,ana,2026-10-01,2026-11-30,,14,2,1,secret\n"
    "mail,E-mails,done,,,,2026-11-02,3,,,\n"
)


def item(**fields: Any) -> dict[str, Any]:
    return {"id": "onb", "name": "Rebuild the flow", "status": "in_progress", **fields}


@pytest.fixture
def csv(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "roadmap.csv", "csv")
    desk.write(CSV)
    return desk


@pytest.fixture
def file(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "roadmap.json")
    desk.write([item()])
    return desk


def test_a_row_of_a_csv_file(csv: Desk) -> None:
    read = csv.one("onb")
    assert (read.item_id, read.name, read.status) == ("onb", "Rebuild the flow", WorkStatus.IN_PROGRESS)
    assert (read.owner, read.start, read.due) == ("ana", date(2026, 10, 1), date(2026, 11, 30))
    assert read.progress == Progress(done=14, open=2, cancelled=1)
    assert csv.one("mail").done_on == date(2026, 11, 2)


def test_a_column_nobody_asked_for_goes_nowhere(csv: Desk) -> None:
    assert "secret" not in repr(csv.read("onb", "mail"))


@pytest.mark.parametrize("sign", ["\ufeff", ""])
def test_what_a_spreadsheet_saves(csv: Desk, sign: str) -> None:
    csv.write(sign + CSV.replace(",", ";").replace("\n", "\r\n"))
    assert csv.one("onb").progress == Progress(done=14, open=2, cancelled=1)


def test_children_are_counted_and_weighed(file: Desk) -> None:
    sizes: dict[str, list[int | None]] = {
        "done": [3, None],
        "planned": [5],
        "on hold": [None],
        "dropped": [8],
    }
    children = [{"status": word, "points": size} for word, some in sizes.items() for size in some]
    file.write({"items": [item(children=children)]})
    points = Points(done=3, open=5, cancelled=8, unestimated=2)
    assert file.one("onb").progress == Progress(done=2, open=2, cancelled=1, points=points)


@pytest.mark.parametrize(
    ("status", "progress"),
    [("done", Progress(done=1)), ("dropped", Progress(cancelled=1)), ("on_hold", Progress(open=1))],
)
def test_a_task_counts_itself(file: Desk, status: str, progress: Progress) -> None:
    file.write([item(status=status, done=7)])
    assert file.one("onb", kind="task").progress == progress


def test_the_workspace_says_what_a_status_means(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "a.json", status_map={"Shipped": WorkStatus.DONE})
    desk.write([item(status="Shipped", health="at_risk", url="https://acme.example/onb")])
    read = desk.one("onb")
    assert (read.status, read.health, read.url) == (
        WorkStatus.DONE,
        Health.AT_RISK,
        "https://acme.example/onb",
    )


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"status": "Doing"},
            (
                "item 1: status 'Doing' is none of planned, in_progress, on_hold, done, dropped; "
                "say so in status_map"
            ),
        ),
        ({"due": "soon"}, "item 1: due: Input should be a valid date or datetime, input is too short"),
        ({"done": -1}, "item 1: done: Input should be greater than or equal to 0"),
        ({"status": None}, "item 1: status: Input should be a valid string"),
        ({"url": "javascript:alert(1)"}, "item 1: url: String should match pattern '^https?://\\S+$'"),
        (
            {"children": [{"status": "done", "points": "many"}]},
            "item 1: children.0.points: Input should be a valid number, unable to parse string as a number",
        ),
    ],
)
def test_a_bad_row_is_a_sentence_and_loses_nothing_else(
    file: Desk, fields: dict[str, Any], sentence: str
) -> None:
    file.write([item(**fields), item(id="other")])
    assert file.unread("onb") == f"file:onb cannot be read: {sentence}"
    assert file.one("other").item_id == "other"


def test_a_row_of_another_length_names_its_line(csv: Desk) -> None:
    csv.write(CSV + "late,Late,done\n")
    csv_says = csv.unread("late")
    assert csv_says == "file:late cannot be read: line 4: the row has not as many cells as the first line"
    assert csv.one("onb").progress.done == 14


def test_an_id_that_is_there_twice_is_nobodys(file: Desk) -> None:
    file.write([item(), item(name="Another")])
    assert file.unread("onb") == (
        "file:onb cannot be read: item 2: the id 'onb' is there twice; give one of the two another"
    )


def test_what_is_missing_is_gone_unless_a_row_has_lost_its_id(file: Desk) -> None:
    gone = file.gone("nowhere")
    assert (gone.state, gone.advice) == (
        LinkState.GONE,
        f"{file.path} has no item 'nowhere'. Put it back, or correct the link.",
    )
    file.write([item(), {"name": "Who am I?", "status": "done"}])
    assert file.unread("nowhere") == "file:nowhere cannot be read: item 2: id: Field required"


def test_an_id_is_read_whatever_the_link_says(file: Desk) -> None:
    ref = WorkRef("file", "project", "old", "onb")
    assert file.connect().access([ref])[0].can_read


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "{path} is empty"),
        (
            '[{"id": "o',
            "The file is no JSON, or half-written: Unterminated string starting at: line 1 column 9",
        ),
        ("[" * 100_000, "The file is no JSON, or half-written"),
    ],
)
def test_a_half_written_file_is_no_news(file: Desk, content: str, sentence: str) -> None:
    file.write(content)
    with pytest.raises(TemporaryError) as caught:
        file.read("onb")
    assert caught.value.sentence.startswith(sentence.format(path=file.path))


def test_a_csv_file_without_an_end_is_half_written(csv: Desk) -> None:
    csv.write(CSV[: CSV.index("mail")] + "ma")
    with pytest.raises(TemporaryError, match="The file's last line has no end: it is half-written"):
        csv.read("onb")
    csv.write(CSV + '"mail\n')
    with pytest.raises(TemporaryError, match="The file cannot be read beyond line 3: unexpected end of data"):
        csv.read("onb")


@pytest.mark.parametrize(("form", "content"), [("json", '{"rows": []}'), ("csv", "name;status\n")])
def test_a_file_that_is_no_tracker_is_said(tmp_path: Path, form: str, content: str) -> None:
    desk = Desk(tmp_path / "a", form)
    desk.write(content)
    with pytest.raises(FatalError, match=r"holds no list|names no columns 'id' and 'status'"):
        desk.connect().check()


def test_what_cannot_be_read_is_said(file: Desk) -> None:
    file.path.write_bytes(b'["\xff"]')
    with pytest.raises(TemporaryError) as caught:
        file.read("onb")
    assert caught.value.sentence == f"{file.path} is not UTF-8 from byte 2 on"
    file.path.unlink()
    with pytest.raises(TemporaryError) as caught:
        file.read("onb")
    assert str(caught.value) == f"{file.path} cannot be read: No such file or directory"
    file.path.mkdir()
    with pytest.raises(FatalError) as refused:
        file.read("onb")
    assert str(refused.value) == f"{file.path} is no file of at most 67108864 bytes"


def test_a_pipe_and_a_huge_file_are_not_waited_for(file: Desk) -> None:
    file.path.unlink()
    os.mkfifo(file.path)
    with pytest.raises(FatalError, match="is no file"):
        file.read("onb")
    file.path.unlink()
    with file.path.open("wb") as huge:
        huge.truncate(LARGEST + 1)
    with pytest.raises(FatalError, match="is no file of at most"):
        file.read("onb")


def test_the_comment_is_a_text_file_with_a_seal(file: Desk) -> None:
    (delivery,) = deliver(file.connect(), owed(WorkRef("file", "project", "onb"), "onb", "on its way"))
    (sidecar,) = file.sidecars()
    assert delivery.placement == Placement(sidecar.name)
    assert sidecar.parent == file.path.with_name("roadmap.json.comments")
    *text, last = sidecar.read_text(encoding="utf-8").splitlines()
    assert text == ["OKR rollup", "Number: 37 % on its way", "okr-syncer:acme/onb"]
    assert last.startswith("okr-syncer:acme/onb sha256:")


def test_two_workspaces_keep_two_comments(file: Desk) -> None:
    ours = owed(WorkRef("file", "project", "onb"), "onb", "words")
    connector = file.connect()
    deliver(connector, ours)
    assert connector.find_published(ours.ref, "onb", "okr-syncer:elsewhere/onb") == ()


def test_a_folder_that_is_gone_is_nobodys_wish(file: Desk) -> None:
    ours, connector = owed(WorkRef("file", "project", "onb"), "onb", "words"), file.connect()
    (delivery,) = deliver(connector, ours)
    (sidecar,) = file.sidecars()
    sidecar.unlink()
    sidecar.parent.rmdir()
    with pytest.raises(SkippableError) as caught:
        connector.publish(ours, delivery.placement)
    assert str(caught.value) == f"The folder {sidecar.parent} with our comments is gone"
    sidecar.parent.mkdir()
    assert connector.publish(ours, delivery.placement).standing is Standing.OPTED_OUT


@pytest.mark.parametrize("name", ["../roadmap.json", "/etc/passwd", "a.json", ".txt"])
def test_nothing_but_our_own_comments_is_touched(file: Desk, name: str) -> None:
    connector = file.connect()
    for publication in (owed(WorkRef("file", "project", "onb"), "onb", *some) for some in (["words"], [])):
        with pytest.raises(SkippableError, match="is no comment of ours"):
            connector.publish(publication, Placement(name))
    assert json.loads(file.path.read_text(encoding="utf-8")) == [item()]


def test_a_disk_that_refuses_is_said(file: Desk) -> None:
    file.path.with_name("roadmap.json.comments").write_text("a file where the folder should be")
    with pytest.raises(TemporaryError, match=r"roadmap\.json\.comments refuses a comment: "):
        deliver(file.connect(), owed(WorkRef("file", "project", "onb"), "onb", "words"))


def test_off_writes_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "a.json", write_to="off")
    desk.write([item()])
    with pytest.raises(SkippableError, match=r"This connection does not write \(write_to: off\)"):
        desk.connect().publish(owed(WorkRef("file", "project", "onb"), "onb", "words"), None)
    (access,) = desk.connect().access([WorkRef("file", "project", "onb")])
    assert (access.can_read, access.can_comment, access.missing) == (True, False, "")


def test_the_gate_is_at_the_disk(file: Desk) -> None:
    disk = file.connect(confirm=None)._disk
    with pytest.raises(ReadOnlyError, match="A comment was about to be written in a run that only reads"):
        disk.put("onb.txt", "words")
    with pytest.raises(ReadOnlyError, match="A comment was about to be removed in a run that only reads"):
        disk.remove("onb.txt")
    assert disk.writes == 0


def test_a_withdrawn_comment_takes_its_file_along(file: Desk) -> None:
    ours, connector = owed(WorkRef("file", "project", "onb"), "onb", "words"), file.connect()
    (delivery,) = deliver(connector, ours)
    assert connector.publish(owed(ours.ref, "onb"), delivery.placement).wrote is Wrote.REMOVED
    assert file.sidecars() == []


@pytest.mark.parametrize("path", ["roadmap.csv", "~/roadmap.csv", "/srv/../etc/roadmap.csv"])
def test_a_path_is_whole(path: str) -> None:
    with pytest.raises(ValidationError, match="write the whole path, from the root on"):
        FileSettings.parse({"kind": "file", "path": path, "format": "csv"})


def test_a_file_that_changes_meanwhile_is_read_next_time(file: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_bytes

    def read_while_somebody_writes(path: Path) -> bytes:
        content = read(path)
        with path.open("ab") as other:
            other.write(b" ")
        return content

    monkeypatch.setattr(Path, "read_bytes", read_while_somebody_writes)
    with pytest.raises(TemporaryError) as caught:
        file.read("onb")
    assert str(caught.value) == f"{file.path} changed while it was read"


def test_the_example_of_the_guide_is_read(csv: Desk) -> None:
    guide = Path(__file__).parents[3] / "docs" / "writing-a-connector.md"
    csv.write(guide.read_text(encoding="utf-8").partition("```csv\n")[2].partition("```")[0])
    tour, mails = csv.one("campus-tour"), csv.one("e-mails")
    assert (tour.progress, tour.status) == (Progress(done=14, open=2, cancelled=1), WorkStatus.IN_PROGRESS)
    assert (mails.progress, mails.done_on) == (Progress(done=9), date(2026, 11, 2))


def test_a_draft_that_was_cut_off_is_in_nobodys_way(file: Desk) -> None:
    ours, connector = owed(WorkRef("file", "project", "onb"), "onb", "words"), file.connect()
    (delivery,) = deliver(connector, ours)
    (sidecar,) = file.sidecars()
    before = sidecar.read_bytes()
    sidecar.with_suffix(".draft").write_bytes(before[:10])
    assert connector.publish(ours, delivery.placement).wrote is Wrote.UPDATED
    assert [path.read_bytes() for path in file.sidecars()] == [before]
