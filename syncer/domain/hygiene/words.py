"""The words by which a task in disguise, and a number that changes, are told. English; lower case."""

from __future__ import annotations

from typing import Final

OUTPUT_VERBS: Final = frozenset(
    """
    achieve add adopt analyse analyze appoint apply arrange assemble assess attend audit automate book build
    buy carry catalogue certify clean clear close collect commission complete conduct configure connect
    construct consolidate convert coordinate create cut-over decommission define deliver demo deploy design
    develop digitise digitize distribute document draft drill equip establish evaluate execute expand
    explore extend facilitate file fill-out film finalise finalize finish fix form formalise formalize get
    harmonise harmonize hire hold host identify implement inaugurate install integrate interview introduce
    investigate kick lay launch lead lock make manage map merge migrate modernise modernize move negotiate
    obtain offer onboard open order organise organize outline overhaul paint partner pass perform pilot plan
    plant port pour prepare present print procure produce program prototype provide publish purchase put
    reach rebrand rebuild record recruit redesign redo refactor refresh refurbish register relaunch release
    relocate remodel rename renegotiate renovate reorganise reorganize repair replace research restore
    restructure resurface retrofit review revise rewrite roll run schedule secure select send set setup ship
    sign split sponsor stage standardise standardize start submit sunset survey switch test train transition
    translate update upgrade validate visit write
    """.split()  # noqa: SIM905  words are read as a text
)
"""What people do. As the first word they say that something shall be done, whatever it changes."""

OUTCOME_VERBS: Final = frozenset(
    """
    improve increase raise grow lift boost double triple halve reduce lower decrease cut shrink shorten
    bring keep maintain hold-at sustain win earn save retain gain drop limit accelerate slow
    """.split()  # noqa: SIM905  words are read as a text
)
"""What numbers do."""

OUTCOME_NOUNS: Final = frozenset(
    """
    accuracy activation adoption age attendance attrition availability average churn complaints completion-
    rate confidence consumption conversion cost costs coverage crash-free cycle-time days deal default
    defects delay duration earnings emissions engagement error errors failures fraction freshness frequency
    growth hours incidents income latency length losses loyalty margin market-share mean median minutes
    mortality nps occupancy per percentage probability productivity quality rate ratio readmissions
    reliability response retention revenue satisfaction score share speed spend throughput time times
    turnover uptime usage utilisation utilization value volume waiting waste yield
    """.split()  # noqa: SIM905  words are read as a text
)
"""What can be measured."""

MILESTONES: Final = frozenset(
    """
    alpha approved available beta built completed conducted created delivered deployed done established
    finalised finalized finished held implemented installed introduced kick-off launched live migrated
    milestone mvp onboarded opened phase place produced published reached released selected sent signed
    submitted switched tested trained written
    """.split()  # noqa: SIM905  words are read as a text
)
"""What a plan reaches once, and is then over."""

PIECES_OF_WORK: Final = frozenset(
    """
    backlog completion deliverables deliverable epic epics features initiative initiatives items migration
    points project projects rollout roll-out roadmap sprint sprints stories story task tasks ticket tickets
    """.split()  # noqa: SIM905  words are read as a text
)
"""What work is cut into. As the thing that is counted they make progress of a plan the measure."""

TEAMS: Final = frozenset(
    """
    all committee company council crew department division everybody everyone group guild management
    marketing office operations organisation organization product sales squad staff support team teams tribe
    we
    """.split()  # noqa: SIM905  words are read as a text
)
"""What cannot own anything: ask it, and nobody answers."""
