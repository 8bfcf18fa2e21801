"""A workspace on disk becomes one value."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from iso_audit.errors import Fault, InputError
from iso_audit.model.finding import Grade
from iso_audit.model.procedure import Limit, Period, TimeUnit
from iso_audit.model.requirement import Clause
from iso_audit.model.rule import Hook, Parameter, Rule
from iso_audit.text import Text
from iso_audit.workspace.load import find_workspace, load, load_mapping, load_procedure, working_calendar
from iso_audit.workspace.organisation import read_organisation

SAYS = Text(vi="tham số", en="a parameter")
CATALOGUE = {
    "handover": Rule(
        "handover",
        SAYS,
        SAYS,
        {
            "after": Parameter("time", SAYS),
            "within": Parameter("limit", SAYS, "1 wh"),
            "of": Parameter("names", SAYS, ("transfer_in",)),
            "share": Parameter("number", SAYS, 10),
            "grades": Parameter("grades", SAYS, {"receive": "major"}),
        },
        on_procedure=Hook("INT-06", lambda _asked, _requirement: None, SAYS),  # type: ignore[arg-type,return-value]
    )
}
PROCEDURE = "procedure: {id}\nin_force: {{from: {first}}}\nsteps: {{a: }}\n"
PACK = """pack: {id}
in_force: {{from: 2018-06-21}}
requirements:
  - id: soon
    rule: handover
    after: 15:00
    of: check
    grades: {{check: minor}}
    when: {{same_day: false, level: district}}
    cite: [{{ref: "NĐ 61/2018/NĐ-CP", article: 18, sure: false}}, {{ref: "ISO 9001:2015", clause: 8.5.1}}]
    grade: major
"""
CALENDAR = """calendar: {id}
zone: Asia/Ho_Chi_Minh
hours: {{mon: ["07:30-11:30", "13:00-17:00"], tue: 08:00-12:00}}
reception: {{sat: 08:00-11:00}}
off: [{{from: 2026-02-16, to: 2026-02-17, name: Tết, source: Bộ luật Lao động}}]
work: [{{date: 2026-02-21, as: mon, source: thông báo, sure: false}}, {{date: 2026-02-22}}]
"""


def write(root: Path, **files: str) -> Path:
    (root / "procedures").mkdir(exist_ok=True)
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_", "-")
        path = path.with_name(path.name + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def faults(root: Path) -> list[str]:
    with pytest.raises(InputError) as raised:
        load(root, CATALOGUE)
    return [fault.say("en") for fault in raised.value.faults]


def test_a_folder_of_procedures_is_a_workspace(tmp_path: Path) -> None:
    workspace = load(write(tmp_path, procedures__p=PROCEDURE.format(id="p", first="2020-01-01")), {})
    assert [procedure.key for procedure in workspace.procedures] == ["p@2020-01-01"]
    assert (workspace.packs, workspace.calendars, workspace.announced) == ((), {}, {})
    assert workspace.files == ("procedures/p.yaml",)
    with pytest.raises(InputError, match="a working calendar is needed"):
        working_calendar(workspace)


def test_procedures_stand_in_order_of_name_and_time_whatever_their_files(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        procedures__a=PROCEDURE.format(id="z", first="2022-01-01"),
        procedures__sub__b=PROCEDURE.format(id="a", first="2020-01-01"),
        procedures__c="procedure: z\nin_force: {to: 2021-12-31}\nsteps: {a: }\n",
    )
    assert [p.key for p in load(root, {}).procedures] == ["a@2020-01-01", "z", "z@2022-01-01"]
    assert load(root, {}).files == ("procedures/a.yaml", "procedures/c.yaml", "procedures/sub/b.yaml")


def test_versions_in_force_on_one_day_are_refused(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        procedures__a=PROCEDURE.format(id="p", first="2020-01-01"),
        procedures__b=PROCEDURE.format(id="p", first="2022-01-01"),
        procedures__c="procedure: q\nsteps: {a: }\n",
        procedures__d="procedure: q\nsteps: {a: }\n",
    )
    assert faults(root) == [
        "procedures/b.yaml:1:12: procedure 'p' stands already at procedures/a.yaml:1:12, in force on one day"
        " (versions need in_force that do not overlap)",
        "procedures/d.yaml:1:12: procedure 'q' stands already at procedures/c.yaml:1:12, in force on one day"
        " (versions need in_force that do not overlap)",
    ]


def test_packs_hold_typed_parameters_with_their_defaults(tmp_path: Path) -> None:
    root = write(tmp_path, procedures__p="procedure: p\nsteps: {a: }\n", requirements__x=PACK.format(id="x"))
    (requirement,) = load(root, CATALOGUE).packs[0].requirements
    assert requirement.parameters == {
        "after": dt.time(15),
        "within": Limit(1, TimeUnit.WORKING_HOUR, "1 wh"),
        "of": ("check",),
        "share": 10,
        "grades": {"check": Grade.MINOR},
    }
    assert requirement.when == {"same_day": False, "level": ("district",)}
    assert requirement.cite == (
        Clause("NĐ 61/2018/NĐ-CP", "18", is_standard=False, sure=False),
        Clause("ISO 9001:2015", "8.5.1", is_standard=True),
    )
    assert (requirement.pack, requirement.grade) == ("x", Grade.MAJOR)


def test_the_settings_choose_the_packs_and_their_order(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        procedures__p="procedure: p\nsteps: {a: }\n",
        requirements__a=PACK.format(id="x"),
        requirements__b=PACK.format(id="y"),
        requirements__c=PACK.format(id="z"),
        iso_audit="packs: [z, x]\n",
    )
    assert [pack.id for pack in load(root, CATALOGUE).packs] == ["z", "x"]
    (root / "iso-audit.yaml").write_text("packs: []\n", encoding="utf-8")
    assert load(root, CATALOGUE).packs == ()
    (root / "iso-audit.yaml").write_text("packs: [x, x]\n", encoding="utf-8")
    assert [pack.id for pack in load(root, CATALOGUE).packs] == ["x"]
    (root / "iso-audit.yaml").unlink()
    assert [pack.id for pack in load(root, CATALOGUE).packs] == ["x", "y", "z"]


def test_what_the_settings_name_must_be_there(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        procedures__p="procedure: p\nsteps: {a: }\n",
        requirements__a=PACK.format(id="law-2018"),
        calendars__a=CALENDAR.format(id="office"),
        organisation="units: {u: {calendar: offise}}\n",
        iso_audit="packs: [law-2108, local]\ncalendar: ofice\noffcie: x\n",
    )
    assert faults(root) == [
        "iso-audit.yaml:1:9: there is no pack 'law-2108' in requirements/ (did you mean 'law-2018'?)",
        "iso-audit.yaml:1:19: there is no pack 'local' in requirements/",
        "iso-audit.yaml:2:11: there is no calendar 'ofice' in calendars/ (did you mean 'office'?)",
        "iso-audit.yaml:3:1: unknown key 'offcie' (did you mean 'office'?)",
        "organisation.yaml:1:9: unit 'u': there is no calendar 'offise' in calendars/"
        " (did you mean 'office'?)",
    ]


def test_one_name_for_two_calendars_or_packs_is_refused(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        procedures__p="procedure: p\nsteps: {a: }\n",
        requirements__a=PACK.format(id="x"),
        requirements__b=PACK.format(id="x"),
        calendars__a=CALENDAR.format(id="office"),
        calendars__b=CALENDAR.format(id="office"),
    )
    assert faults(root) == [
        "calendars/b.yaml:1:11: the name 'office' is used already, at calendars/a.yaml:1:11",
        "requirements/b.yaml:1:7: the name 'x' is used already, at requirements/a.yaml:1:7",
    ]


def test_the_only_calendar_is_taken_unnamed(tmp_path: Path) -> None:
    root = write(
        tmp_path, procedures__p="procedure: p\nsteps: {a: }\n", calendars__a=CALENDAR.format(id="office")
    )
    calendar = working_calendar(load(root, {}))
    assert calendar.id == "office"
    write(tmp_path, calendars__b=CALENDAR.format(id="other"))
    with pytest.raises(InputError, match="choose one of: office, other"):
        working_calendar(load(root, {}))


def test_a_calendar_knows_its_hours_and_exceptions(tmp_path: Path) -> None:
    root = write(
        tmp_path, procedures__p="procedure: p\nsteps: {a: }\n", calendars__a=CALENDAR.format(id="office")
    )
    calendar = load(root, {}).calendar
    monday = ((27000, 41400), (46800, 61200))
    assert calendar.week == (monday, ((28800, 43200),), (), (), (), (), ())
    assert calendar.reception[5] == ((28800, 39600),)
    assert [(str(day), e.spans, e.source, e.is_sure) for day, e in calendar.exceptions.items()] == [
        ("2026-02-16", (), "Bộ luật Lao động", True),
        ("2026-02-17", (), "Bộ luật Lao động", True),
        ("2026-02-21", monday, "thông báo", False),
        ("2026-02-22", monday, "", True),
    ]
    assert (str(calendar.first), str(calendar.last)) == ("2026-01-01", "2026-12-31")


def test_all_faults_of_all_files_are_told_at_once_in_their_order(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        procedures__b="procedure: p\nsteps: {a: {next: b, limit: soon}}\n",
        procedures__a="procedure: [\n",
        requirements__a="pack: x\nrequirements: [{id: y, rule: handoff}]\n",
        calendars__a="calendar: x\n",
        organisation="unit: {}\n",
        announced="- {}\n",
        iso_audit="seed: x\npacks: [unread]\n",
    )
    (root / "procedures" / "folder.yaml").mkdir()
    places = [text.split(": ")[0] for text in faults(root)]
    assert places == [
        "announced.yaml:1:3", "announced.yaml:1:3", "announced.yaml:1:3",
        "calendars/a.yaml:1:1", "calendars/a.yaml:1:1",
        "iso-audit.yaml:1:7",
        "organisation.yaml:1:1",
        "procedures/a.yaml:1:13",
        "procedures/b.yaml:2:19", "procedures/b.yaml:2:29",
        "procedures/folder.yaml",
        "requirements/a.yaml:2:16", "requirements/a.yaml:2:16", "requirements/a.yaml:2:30",
    ]  # fmt: skip


def test_a_folder_without_procedures_is_no_workspace(tmp_path: Path) -> None:
    assert faults(tmp_path / "absent") == [f"{tmp_path / 'absent'}: there is no such folder"]
    (fault,) = faults(tmp_path)
    assert fault == f"{tmp_path}: this folder has no subfolder 'procedures' that holds the definitions"
    write(tmp_path)
    assert faults(tmp_path) == ["procedures: there is no procedure file (*.yaml)"]


def test_hidden_files_and_other_formats_are_left_alone(tmp_path: Path) -> None:
    root = write(tmp_path, procedures__p="procedure: p\nsteps: {a: }\n")
    (root / "procedures" / ".#p.yaml").write_text("[", encoding="utf-8")
    (root / "procedures" / ".git").mkdir()
    (root / "procedures" / ".git" / "x.yaml").write_text("[", encoding="utf-8")
    (root / "procedures" / "notes.txt").write_text("[", encoding="utf-8")
    (root / "procedures" / "Q.YML").write_text("procedure: q\nsteps: {a: }\n", encoding="utf-8")
    assert load(root, {}).files == ("procedures/Q.YML", "procedures/p.yaml")


def test_the_settings_are_kept(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        procedures__p="procedure: p\nsteps: {a: }\n",
        iso_audit="""office: {vi: UBND huyện, en: District}
audit: {date: 2026-02-03, number: 01/BC, period: {from: 2025-01-01, to: 2025-12-31}, team: [Tổ trưởng]}
seed: 7
log: samples/log.csv
grading: {share: 0.10}
""",
    )
    settings = load(root, {}).settings
    assert settings.office == Text(vi="UBND huyện", en="District")
    assert (settings.audit_date, settings.report_number, settings.seed) == (dt.date(2026, 2, 3), "01/BC", 7)
    assert settings.period == (dt.date(2025, 1, 1), dt.date(2025, 12, 31))
    assert (settings.team, settings.log, settings.grading) == (
        (Text("Tổ trưởng"),),
        "samples/log.csv",
        {"share": 0.1},
    )


def test_the_nearest_workspace_upward_is_found(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find_workspace(deep) is None
    (tmp_path / "iso-audit.yaml").write_text("seed: 1\n", encoding="utf-8")
    assert find_workspace(deep) == tmp_path
    assert find_workspace(deep / "absent") == tmp_path


def test_a_single_procedure_or_mapping_is_read_or_refused(tmp_path: Path) -> None:
    root = write(
        tmp_path, procedures__p="procedure: p\nsteps: {a: }\n", m="mapping: m\nevents: {}\n", n="mapping: m\n"
    )
    assert load_procedure(root / "procedures" / "p.yaml").id == "p"
    assert load_mapping(root / "m.yaml").id == "m"
    with pytest.raises(InputError, match=r"n\.yaml:1:1: required key 'events' is missing"):
        load_mapping(root / "n.yaml")
    with pytest.raises(InputError, match=r"absent\.yaml: there is no such file"):
        load_procedure(root / "absent.yaml")


def test_a_mapping_keeps_what_is_written(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        m="""mapping: export
zone: Europe/Amsterdam
drawn_up_at: 2012-01-31
steps: {Tiếp nhận: receive}
statuses: {9: finished}
channels: {Qua Zalo: online}
ignore: Ghi chú
events:
  columns: {step: Buoc}
  cut: {actor: {from: GhiChu, pattern: "by (\\\\w+)"}}
  constant: {unit: desk}
dossiers: {from: attributes, columns: {due_at: HanTra}}
""",
    )
    mapping = load_mapping(root / "m.yaml")
    assert str(mapping.drawn_up_at) == "2012-01-31 23:59:59+01:00"
    assert (mapping.steps, mapping.statuses) == ({"Tiếp nhận": "receive"}, {"9": "finished"})
    assert mapping.channels == {"Qua Zalo": "online"}
    assert (mapping.ignored, mapping.dossiers_from) == (("Ghi chú",), "attributes")
    assert mapping.events.cuts["actor"].pattern == "by (\\w+)"
    assert mapping.dossiers is not None
    assert mapping.dossiers.columns == {"due_at": "HanTra"}


def test_people_have_days_in_office_and_letters_of_delegation_their_days_in_force(tmp_path: Path) -> None:
    path = tmp_path / "organisation.yaml"
    path.write_text(
        "units: {u: {}}\nroles: {chairman: {}, clerk: {}}\n"
        "people: {CB01: {roles: clerk, unit: u, from: 2025-07-01, to: 2026-02-28}, CB02: }\n"
        "delegations: [{person: CB01, role: chairman, to: 2026-03-31, ref: 12/GUQ-UBND}]\n",
        encoding="utf-8",
    )
    faults: list[Fault] = []
    read = read_organisation(path, "organisation.yaml", faults)
    assert faults == []
    assert read is not None
    terms = Period(dt.date(2025, 7, 1), dt.date(2026, 2, 28)), Period(None, dt.date(2026, 3, 31))
    assert [(p.id, role, unit, days) for p, role, unit, days in read.functions()] == [
        ("CB01", "clerk", "u", terms[0]),
        ("CB01", "chairman", "u", terms[1]),
    ]
    assert (read.delegations[0].ref, read.delegations[0].place.line) == ("12/GUQ-UBND", 4)
    assert read.people["CB02"].in_office == Period()
