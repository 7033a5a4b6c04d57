"""Who may do what, on one page: roles, permissions, and the table that joins them (decision 11)."""

from __future__ import annotations

from enum import StrEnum

from portal.kernel.words import N_


class Role(StrEnum):
    """What a member is there for; a member may hold several."""

    READER = "reader"
    DRAFTER = "drafter"
    CONSENT_OFFICER = "consent_officer"
    PRESS_OFFICER = "press_officer"
    CUSTODIAN = "custodian"
    AGREEMENT_MANAGER = "agreement_manager"
    PARTY_ADMINISTRATOR = "party_administrator"
    AUDITOR = "auditor"
    OPERATOR = "operator"


ROLE_NAMES = {
    Role.READER: N_("閲覧者"),
    Role.DRAFTER: N_("起案者"),
    Role.CONSENT_OFFICER: N_("同意権者"),
    Role.PRESS_OFFICER: N_("広報担当"),
    Role.CUSTODIAN: N_("秘密情報管理者"),
    Role.AGREEMENT_MANAGER: N_("協定管理者"),
    Role.PARTY_ADMINISTRATOR: N_("利用者管理者"),
    Role.AUDITOR: N_("監査人"),
    Role.OPERATOR: N_("運用管理者"),
}


class Permission(StrEnum):
    """One thing that may be done; every door and every command names one."""

    ENTER = "enter"  # the public doors: sign in, forgotten password, language, health, statements
    USE_OWN_ACCOUNT = "use_own_account"
    READ = "read"  # the agreement, and everything the parties share
    READ_OWN_SIDE = "read_own_side"  # own drafts, own-side notes
    READ_OWN_TRAIL = "read_own_trail"  # the own party's internal history
    DRAFT = "draft"
    TABLE = "table"
    COMMENT = "comment"
    NOTE = "note"
    CONSULT = "consult"
    CONSENT = "consent"
    SEND_BACK = "send_back"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    HOLD = "hold"
    LIFT_HOLD = "lift_hold"
    CARRY_OUT = "carry_out"
    ACKNOWLEDGE = "acknowledge"
    REPORT_PUBLICITY = "report_publicity"  # that something appeared without agreement, or otherwise
    PUBLISH = "publish"
    SETTLE_PUBLICITY = "settle_publicity"
    RAISE_DOUBT = "raise_doubt"
    STATE_POSITION = "state_position"
    RECORD_ADVICE = "record_advice"
    ANSWER_ADVICE = "answer_advice"  # confirm what the other side recorded, handle what was received
    STATE_INTENTION = "state_intention"  # what one's party intends for the time after the term; no notice
    GIVE_NOTICE = "give_notice"  # of non-renewal or termination: draft, decide, print, dispatch
    RECORD_ARRIVAL = "record_arrival"  # of a notice: when it came, that it is so, attempts
    KEEP_LEDGER = "keep_ledger"  # of what was handed over: record, confirm, say who has it, consult about it
    HAND_BACK = "hand_back"  # instruct, carry out and acknowledge return and disposal
    VERIFY = "verify"
    SEE_MEMBERS = "see_members"
    MANAGE_MEMBERS = "manage_members"
    GRANT_CONSENT_POWER = "grant_consent_power"
    APPOINT_AUDITOR = "appoint_auditor"  # propose one, or answer for one's party to another's proposal
    SET_PARTY_RULES = "set_party_rules"
    OPERATE = "operate"


_P = Permission
SIGNED_IN = frozenset({_P.ENTER, _P.USE_OWN_ACCOUNT})
"""What whoever has signed in may do without any role: an auditor whose appointment is not yet consented to."""
_EVERY_MEMBER = {_P.ENTER, _P.USE_OWN_ACCOUNT, _P.READ, _P.VERIFY, _P.SEE_MEMBERS}
_EVERY_READER = _EVERY_MEMBER | {_P.READ_OWN_SIDE, _P.READ_OWN_TRAIL, _P.COMMENT, _P.NOTE}
_DRAFTS = _EVERY_READER | {
    _P.DRAFT, _P.TABLE, _P.CONSULT, _P.WITHDRAW, _P.CARRY_OUT, _P.ACKNOWLEDGE, _P.REPORT_PUBLICITY,
    _P.RECORD_ADVICE, _P.ANSWER_ADVICE, _P.RECORD_ARRIVAL, _P.RAISE_DOUBT, _P.STATE_POSITION, _P.KEEP_LEDGER,
}  # fmt: skip
_OF_THE_AGREEMENT = {_P.STATE_INTENTION, _P.GIVE_NOTICE}

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.READER: frozenset(_EVERY_READER),
    Role.DRAFTER: frozenset(_DRAFTS),
    Role.CONSENT_OFFICER: frozenset(
        _DRAFTS
        | _OF_THE_AGREEMENT
        | {_P.CONSENT, _P.SEND_BACK, _P.DECLINE, _P.HOLD, _P.LIFT_HOLD, _P.PUBLISH, _P.SETTLE_PUBLICITY}
        | {_P.HAND_BACK}
    ),
    Role.PRESS_OFFICER: frozenset(_DRAFTS | {_P.HOLD, _P.PUBLISH, _P.SETTLE_PUBLICITY}),
    Role.CUSTODIAN: frozenset(_EVERY_READER | {_P.KEEP_LEDGER, _P.HAND_BACK}),
    Role.AGREEMENT_MANAGER: frozenset(_DRAFTS | _OF_THE_AGREEMENT | {_P.HAND_BACK}),
    Role.PARTY_ADMINISTRATOR: frozenset(
        _EVERY_MEMBER
        | {
            _P.READ_OWN_TRAIL,
            _P.MANAGE_MEMBERS,
            _P.GRANT_CONSENT_POWER,
            _P.APPOINT_AUDITOR,
            _P.SET_PARTY_RULES,
            _P.HAND_BACK,
        }
    ),
    Role.AUDITOR: frozenset(_EVERY_MEMBER),
    Role.OPERATOR: frozenset({_P.ENTER, _P.USE_OWN_ACCOUNT, _P.OPERATE}),
}

PARTY_ROLES = tuple(role for role in Role if role is not Role.OPERATOR)


def permissions_of(roles: frozenset[Role]) -> frozenset[Permission]:
    """Everything that a holder of `roles` may do; with no role, only what the public may."""
    allowed = {Permission.ENTER}
    for role in roles:
        allowed |= ALLOWED[role]
    return frozenset(allowed)
