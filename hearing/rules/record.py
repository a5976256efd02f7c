"""The record: only the court's side makes one, and whatever prevents it stands in the minutes [CPC 347-1, 350]."""

from __future__ import annotations

from collections.abc import Iterable

from hearing import acts as a
from hearing import facts as f
from hearing.hearings import Recording
from hearing.participants import Place
from hearing.rules.asked import Asked, Rule

TOLD = ("sent", "written")
DAY = 86400.0
RULING = "ruling"
"""Kind of the sealed files of the announced ruling."""


def _name_court_camera(q: Asked) -> Iterable[f.Fact]:
    seat = q.seat(q.act.seat)
    in_court = any(p.place == Place.COURTROOM for p in q.hearing.at_seat(seat.seat))
    q.require(in_court, "camera_not_in_court", field="seat")
    if q.hearing.court_camera != seat.seat:
        yield f.CourtCameraNamed(seat.seat)


def _start_recording(q: Asked) -> Iterable[f.Fact]:
    q.require(q.hearing.court_camera is not None, "no_court_camera")
    if q.hearing.recording is not Recording.ROLLING:
        yield f.RecordingStarted()


def _pause_recording(q: Asked) -> Iterable[f.Fact]:
    yield f.RecordingPaused(q.act.reason)


def _resume_recording(q: Asked) -> Iterable[f.Fact]:
    yield f.RecordingResumed()


def _declare_impossible(q: Asked) -> Iterable[f.Fact]:
    yield f.RecordingImpossible(q.act.reason)


def _note_failure(q: Asked) -> Iterable[f.Fact]:
    if q.hearing.recording is Recording.ROLLING:
        yield f.RecordingFailed(q.act.reason)


def _note_restored(q: Asked) -> Iterable[f.Fact]:
    if q.hearing.recording is Recording.FAILED:
        yield f.RecordingRestored()


def _note_tape_head(q: Asked) -> Iterable[f.Fact]:
    act: a.NoteTapeHead = q.act
    before = q.hearing.tape_heads.get(act.tape)
    if before is None or (before.part, before.head) != (act.part, act.head):
        yield f.TapeHead(act.tape, act.seat, act.kind, act.part, act.head, act.bytes)


def _note_file_sealed(q: Asked) -> Iterable[f.Fact]:
    act: a.NoteFileSealed = q.act
    yield f.FileSealed(act.kind, act.name, act.sha256, act.bytes)


def _seal_transcript(q: Asked) -> Iterable[f.Fact]:
    act: a.SealTranscript = q.act
    yield f.TranscriptSealed(act.version, act.sha256, act.lines, act.model)


def _approve_transcript(q: Asked) -> Iterable[f.Fact]:
    """Only a text for which the whole recording was heard can be approved; the same text is approved once."""
    act: a.ApproveTranscript = q.act
    sealed, approved = q.hearing.transcript, q.hearing.approved
    q.require(sealed is not None and act.version >= sealed.version, "no_transcript")
    if approved is None or approved.sha256 != act.sha256:
        yield f.TranscriptApproved(q.asker().person, act.version, act.corrections, act.sha256, act.lines)


def _sign_minutes(q: Asked) -> Iterable[f.Fact]:
    yield f.MinutesSigned(q.asker().person, q.act.sha256)


def _note_signature(q: Asked) -> Iterable[f.Fact]:
    """One of each: under minutes of who signed them here [CPC 347(8)], under the announced ruling of its judges."""
    act: a.NoteSignature = q.act
    if act.sha256 in {one.sha256 for one in q.hearing.files.values() if one.kind == RULING}:
        q.require(q.person(act.person).role in q.edition.groups["bench"], "role")
    else:
        q.require(act.person in q.hearing.signatures, "sign_first")
        q.require(act.sha256 in q.hearing.signatures.values(), "not_to_be_signed", field="sha256")
    q.require((act.person, act.sha256) not in q.hearing.electronic, "signature_there")
    yield f.SignatureAdded(act.person, act.sha256, act.cms, act.signature, act.chain)


def _check_record(q: Asked) -> Iterable[f.Fact]:
    """Completeness and quality, once; a bad record must say what is bad, for full minutes follow [CPC 347-1(2-1)]."""
    act: a.CheckRecord = q.act
    q.require(bool(q.hearing.tape_heads), "nothing_recorded")
    q.require(q.hearing.record_check is None, "record_checked")
    q.require(act.good or act.reason is not None, "field_missing", field="reason")
    yield f.RecordChecked(act.good, act.reason)


def _note_digest_told(q: Asked) -> Iterable[f.Fact]:
    act: a.NoteDigestTold = q.act
    if q.hearing.told.get(q.person(act.person).person) not in TOLD:
        yield f.DigestTold(act.person, act.sha256, act.channel, act.state)


def _file_remark(q: Asked) -> Iterable[f.Fact]:
    """Within so many days of the signing; before the signing the time has not begun to run [CPC 348-1, 349]."""
    act: a.FileRemark = q.act
    signed, days = q.hearing.signed_at, q.edition.numbers["remarks_days"]
    q.require(signed is None or q.at <= signed + days * DAY, "remarks_over", days=days)
    opened, closed = q.hearing.opened_at, q.hearing.closed_at
    held = opened is not None and closed is not None and opened <= act.place <= closed
    q.require(held, "not_in_the_hearing", field="place")
    yield f.RemarkFiled(q.asker().person, act.place, act.text)


def _rule_on_remark(q: Asked) -> Iterable[f.Fact]:
    act: a.RuleOnRemark = q.act
    q.require(1 <= act.number <= len(q.hearing.remarks), "no_such_remark", field="number")
    q.require(q.hearing.remarks[act.number - 1].granted is None, "remark_ruled", field="number")
    yield f.RemarkRuled(act.number, act.granted, act.reason)


RULES: dict[type[a.Act], Rule] = {
    a.NameCourtCamera: _name_court_camera,
    a.StartRecording: _start_recording,
    a.PauseRecording: _pause_recording,
    a.ResumeRecording: _resume_recording,
    a.DeclareRecordingImpossible: _declare_impossible,
    a.NoteRecordingFailure: _note_failure,
    a.NoteRecordingRestored: _note_restored,
    a.NoteTapeHead: _note_tape_head,
    a.NoteFileSealed: _note_file_sealed,
    a.SealTranscript: _seal_transcript,
    a.ApproveTranscript: _approve_transcript,
    a.SignMinutes: _sign_minutes,
    a.NoteSignature: _note_signature,
    a.CheckRecord: _check_record,
    a.NoteDigestTold: _note_digest_told,
    a.FileRemark: _file_remark,
    a.RuleOnRemark: _rule_on_remark,
}
