"""Rehearsals, terminals, and what the server notes about lines."""

from __future__ import annotations

import pytest

from hearing import acts as a
from hearing import facts as f
from hearing.minutes import lines
from hearing.participants import Attendance
from hearing.wrongs import Refused
from tests.hearing.scripts import Script, in_lobby, listed, opened, person, seat


def refusal(script: Script, who: str, act: a.Act) -> str:
    with pytest.raises(Refused) as caught:
        script.ask(who, act)
    return caught.value.rule


def test_the_secretary_confirms_only_whom_they_talk_with() -> None:
    s = in_lobby()
    assert refusal(s, "secretary", a.ConfirmRehearsal(seat("counsel"))) == "rehearsal_without_talk"
    s.ask("secretary", a.BeginTalk(seat("counsel")))
    assert s.ask("secretary", a.ConfirmRehearsal(seat("counsel"))) == [
        f.RehearsalConfirmed(seat("counsel"), person("secretary"))
    ]
    assert s.now.seats[seat("counsel")].rehearsed_at == s.at
    assert refusal(s, "counsel", a.ConfirmRehearsal(seat("counsel"))) == "role"


def test_a_terminal_is_ready_once_it_was_tested_though_the_suspect_is_not_known_yet() -> None:
    s = listed()
    s.ask("secretary", a.OpenLobby())
    s.ask("system", a.Arrive(seat("suspect")))
    assert refusal(s, "suspect", a.MarkTerminalReady()) == "devices_not_tested"
    s.ask("suspect", a.ReportDevices(True, True, True))
    assert refusal(s, "suspect", a.MarkTerminalReady()) == "link_not_tested"
    s.ask("system", a.NoteLinkTest(seat("suspect"), 3000, 3000, 20, 1, 0.0, "udp", "Chromium"))
    assert s.ask("suspect", a.MarkTerminalReady()) == [f.TerminalReady(seat("suspect"))]
    assert s.ask("suspect", a.MarkTerminalReady()) == []
    assert s.now.people[person("suspect")].attendance is Attendance.WAITING
    assert not s.now.people[person("suspect")].identity_confirmed


def test_only_a_facilitys_terminal_is_marked_ready() -> None:
    assert refusal(in_lobby(), "counsel", a.MarkTerminalReady()) == "not_a_terminal"


def test_a_line_falls_below_the_norm_and_recovers_once_each() -> None:
    s = opened()
    below = a.NoteLineBelow(seat("counsel"), "up", 400, 0.2)
    assert s.ask("system", below) == [f.LineBelowNorm(seat("counsel"), "up", 400, 0.2)]
    assert s.ask("system", below) == []
    assert s.now.seats[seat("counsel")].below_norm
    assert s.ask("system", a.NoteLineRecovered(seat("counsel"))) == [f.LineRecovered(seat("counsel"))]
    assert s.ask("system", a.NoteLineRecovered(seat("counsel"))) == []
    assert refusal(s, "counsel", a.NoteLineRecovered(seat("counsel"))) == "role"


def test_who_could_not_hear_whom_stands_in_the_minutes() -> None:
    s = opened()
    s.ask("system", a.NoteUnheard(seat("suspect"), (seat("judge"),), "sound", s.at - 9, 4))
    (line,) = [one for one in lines(s.facts) if one.fact == "Unheard"]
    assert line.persons == (person("suspect"), person("judge"))
    assert line.codes["seconds"] == 4


def test_a_page_that_calls_its_device_busy_is_noted_and_passes_no_gate_by_it() -> None:
    s = in_lobby()
    (noted,) = s.ask("system", a.NoteLinkTest(seat("counsel"), 700, 3000, 20, 1, 0.0, "udp", "Chromium", True))
    assert isinstance(noted, f.LinkTested)
    assert noted.device_busy
    assert refusal(s, "secretary", a.Admit(person("counsel"))) == "link_below_norm"


def test_an_old_test_must_be_repeated_before_admission() -> None:
    s = in_lobby()
    s.at += 61 * 60
    assert refusal(s, "secretary", a.Admit(person("counsel"))) == "link_test_stale"
    s.ask("system", a.NoteLinkTest(seat("counsel"), 3000, 3000, 20, 1, 0.0, "udp", "Chromium"))
    assert s.ask("secretary", a.Admit(person("counsel"))) == [f.Admitted(person("counsel"))]
