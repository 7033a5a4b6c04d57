"""The faults that the tests of the mechanism must not let pass: each a small change of the code, and the tests that
are to notice it, on the database where it bites."""

from __future__ import annotations

from dataclasses import dataclass

COMMANDS, RULES = "tests/consent/test_commands.py", "tests/consent/test_rules.py"
REPLAY, RACES, KEPT = "tests/consent/test_replay.py", "tests/house/test_races.py", "tests/house/test_kept.py"
SQLITE, POSTGRES = "[three_on_sqlite]", "[two_on_postgres]"


@dataclass(frozen=True)
class Mutant:
    """A fault: in `file`, `old` (which stands there exactly once) is `new`; `tests` must fail."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def commands(name: str, database: str = SQLITE) -> tuple[str, ...]:
    """A test of the commands, on one database."""
    return (f"{COMMANDS}::{name}{database}",)


MUTANTS = (
    Mutant(
        "the digest that was seen is not compared",
        "portal/consent/rules.py",
        "    if seen != paper.digest:\n        raise RevisionHasMoved()",
        "    return",
        commands("test_consent_to_a_revision_that_is_no_longer_on_the_table_is_refused"),
    ),
    Mutant(
        "the role is not read under the lock",
        "portal/history/work.py",
        "fresh = self.opening.actor(actor, row)",
        "fresh = actor",
        commands("test_the_consent_power_is_read_under_the_lock"),
    ),
    Mutant(
        "consents survive a new revision in the rules",
        "portal/consent/rules.py",
        "        drafters=act.drafters,\n        consents=frozenset(),",
        "        drafters=act.drafters,\n        consents=paper.consents,",
        commands("test_tabling_anew_takes_the_effect_of_consents_and_tells_whose"),
    ),
    Mutant(
        "consents survive a new revision in the tables",
        "portal/consent/paper.py",
        '.where(Reply.document_id == bindparam("document"), Reply.digest == bindparam("digest"))',
        '.where(Reply.document_id == bindparam("document"))',
        commands("test_tabling_anew_takes_the_effect_of_consents_and_tells_whose"),
    ),
    Mutant(
        "consents survive a new revision in what is read with the document",
        "portal/consent/paper.py",
        ".where(Reply.document_id == Document.id, Reply.digest == Revision.digest)",
        ".where(Reply.document_id == Document.id)",
        commands("test_tabling_anew_takes_the_effect_of_consents_and_tells_whose"),
    ),
    Mutant(
        "one consent is an agreement",
        "portal/consent/rules.py",
        "Standing.AGREED if consents == paper.parties else",
        "Standing.AGREED if consents else",
        commands("test_the_last_party_to_consent_makes_the_agreement", POSTGRES),
    ),
    Mutant(
        "two consents are an agreement, whoever else is a party",
        "portal/consent/rules.py",
        "Standing.AGREED if consents == paper.parties else",
        "Standing.AGREED if len(consents) >= 2 else",
        commands("test_the_last_party_to_consent_makes_the_agreement"),
    ),
    Mutant(
        "two officers of one side are two voices",
        "portal/consent/rules.py",
        "    if act.party in paper.consents:\n        raise ConsentedAlready()\n    if act.four_eyes",
        "    if act.four_eyes",
        commands("test_two_officers_of_one_party_are_one_voice"),
    ),
    Mutant(
        "four eyes are not asked for",
        "portal/consent/rules.py",
        "if act.four_eyes and act.party",
        "if False and act.party",
        commands("test_an_officer_who_drafted_alone_does_not_consent_and_a_colleague_does"),
    ),
    Mutant(
        "a revision sent back takes consents",
        "portal/consent/rules.py",
        "    if paper.standing is Standing.SENT_BACK:\n        raise SentBackAlready()\n",
        "",
        commands("test_a_revision_sent_back_takes_no_consent_until_there_is_a_new_one"),
    ),
    Mutant(
        "unchanged words make a revision",
        "portal/consent/rules.py",
        "        if act.content == paper.content:\n            raise NothingChanged()\n",
        "",
        commands("test_unchanged_words_are_not_tabled_and_every_consent_stays"),
    ),
    Mutant(
        "what is agreed can still be answered",
        "portal/consent/rules.py",
        "    if paper.standing in AGREED_STANDINGS:\n        raise AgreedAlready()\n",
        "    if paper.standing in AGREED_STANDINGS:\n        return\n",
        commands("test_nothing_is_withdrawn_by_a_party_that_did_not_consent_or_after_agreement"),
    ),
    Mutant(
        "anybody lifts a hold",
        "portal/consent/rules.py",
        "            if act.party not in paper.held_by:\n                raise NotHeld()\n",
        "",
        commands("test_a_press_officer_holds_at_once_and_only_an_officer_of_that_party_lifts"),
    ),
    Mutant(
        "what is not agreed can be replaced",
        "portal/consent/commands.py",
        "        if Standing(replaces.standing) not in rules.AGREED_STANDINGS:\n"
        "            raise ReplacedBefore()\n",
        "",
        commands("test_only_what_is_agreed_can_be_replaced"),
    ),
    Mutant(
        "a draft upon an older revision overwrites the newer",
        "portal/consent/commands.py",
        "    if draft.base != document.revision:\n        raise WrittenOnAnOlderRevision",
        "    if False:\n        raise WrittenOnAnOlderRevision",
        commands("test_a_draft_upon_an_older_revision_is_refused_kept_rebased_and_tabled"),
    ),
    Mutant(
        "a draft of one side is known to the others",
        "portal/consent/commands.py",
        "    if document.tabled_at is None and document.party != work.actor.party:",
        "    if False:",
        commands("test_a_draft_is_unknown_to_the_others"),
    ),
    Mutant(
        "a draft is told on the joint chain",
        "portal/consent/commands.py",
        '"private_to": draft.party if draft else None,',
        '"private_to": None,',
        commands("test_a_draft_is_told_to_ones_own_side_only"),
    ),
    Mutant(
        "the number of a reply is given twice",
        "portal/consent/commands.py",
        "number=found.replies_of(party) + 1,",
        "number=1,",
        commands("test_a_consent_withdrawn_and_given_again_leaves_both_in_the_record"),
    ),
    Mutant(
        "a form's key is not bound to the member",
        "portal/history/work.py",
        "if earlier.sender == actor.member_id and earlier.fingerprint == once[1]:",
        "if earlier.fingerprint == once[1]:",
        commands("test_anothers_key_opens_nothing"),
    ),
    Mutant(
        "a form's key is not kept",
        "portal/history/work.py",
        "if self._once and self._location:",
        "if False:",
        commands("test_the_same_submission_again_is_answered_with_its_first_outcome"),
    ),
    Mutant(
        "nobody is told",
        "portal/history/work.py",
        "for party in event.parties_told(self.parties, actor.party):",
        "for party in ():",
        commands("test_the_last_party_to_consent_makes_the_agreement"),
    ),
    Mutant(
        "time goes back with the clock",
        "portal/history/work.py",
        "at = max(now, last) if last else now",
        "at = now",
        commands("test_a_clock_that_goes_back_never_takes_the_record_back_and_is_told_once"),
    ),
    Mutant(
        "the record is written in a second transaction",
        "portal/history/work.py",
        "            yield work\n            work.finish()",
        "            yield work\n            session.commit()\n            work.finish()",
        commands("test_an_act_its_entry_its_messages_and_its_key_are_one_transaction"),
    ),
    Mutant(
        "what nobody told is kept all the same",
        "portal/history/work.py",
        "        if untold:\n            raise UnrecordedChange",
        "        if False:\n            raise UnrecordedChange",
        commands("test_a_change_that_no_event_tells_is_not_kept"),
    ),
    Mutant(
        "what all parties share is changed, and told to one",
        "portal/history/work.py",
        "        if self._shared and all(",
        "        if False and all(",
        (f"{KEPT}::test_what_all_parties_share_changes_only_with_an_entry_that_all_may_read",),
    ),
    Mutant(
        "what is kept is kept for ever",
        "portal/history/queries.py",
        "    return tuple(found)",
        '    return ("",)',
        (
            f"{KEPT}::test_a_reader_of_an_older_snapshot_leaves_nothing_to_one_of_a_newer_and_takes_nothing_from_it"
            "[sqlite]",
        ),
    ),
    Mutant(
        "the lock is taken after the first reads",
        "portal/history/work.py",
        "            take_the_writer_lock(session)\n            now = self.clock.now()\n"
        "            row = self._opened(session, actor, now, once)\n",
        "            now = self.clock.now()\n            row = self._opened(session, actor, now, once)\n"
        "            take_the_writer_lock(session)\n",
        (f"{RACES}::test_who_waits_for_the_lock_has_read_nothing_before",),
    ),
    Mutant(
        "every writer sees what stood when it began to wait",
        "portal/kernel/db.py",
        'isolation_level="READ COMMITTED" if writes else "REPEATABLE READ"',
        'isolation_level="REPEATABLE READ"',
        (f"{RACES}::test_who_waits_for_the_lock_has_read_nothing_before",),
    ),
    Mutant(
        "a writer on SQLite begins by reading",
        "portal/kernel/sqlite.py",
        'self.execute("BEGIN IMMEDIATE")',
        'self.execute("BEGIN")',
        (
            f"{RACES}::test_two_consents_at_one_instant_are_both_recorded_and_agree_exactly_once[two_on_sqlite]",
        ),
    ),
    Mutant(
        "the replay does not ask who had the power",
        "portal/consent/replay.py",
        "    if not powers.is_of_one_party(entry) or (entry.verb in _NEEDS_POWER and not powers.had(entry)):",
        "    if False:",
        (f"{REPLAY}::test_a_power_that_had_ended_is_no_power",),
    ),
    Mutant(
        "the engine that reads may write",
        "portal/kernel/sqlite.py",
        '("query_only=ON", f"busy_timeout',
        '("query_only=OFF", f"busy_timeout',
        (f"{COMMANDS}::test_the_engine_that_reads_cannot_write[two_on_sqlite]",),
    ),
)
