"""The rules of people: passwords, waiting after failed attempts, the consent power, and who may be closed."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Collection, Iterable

from portal.access.policy import PARTY_ROLES, Role
from portal.kernel.errors import MovedUnderThePen, RuleBroken
from portal.kernel.words import N_

IDLE = dt.timedelta(minutes=30)
"""A session unused for this long is dead (row 53)."""
LIFE = dt.timedelta(hours=10)
"""A session is dead this long after signing in, however busy it was (row 53)."""
STEP_UP = dt.timedelta(minutes=10)
"""A dangerous act asks for the password anew when it was last entered longer ago than this (row 62)."""
GRANT_DELAY = dt.timedelta(hours=24)
"""The consent power asked for by one administrator alone is in force after this (row 35)."""
LINK_LIFE = dt.timedelta(hours=1)
"""A mailed link to set a password is dead this long after it was sent."""
LINK_PAUSE = dt.timedelta(minutes=5)
"""A second link within this time of the first is not sent: nobody's mailbox is flooded from here."""
UNUSED = dt.timedelta(days=45)
"""An account unused for longer is pointed out to the administrators, who look through the accounts
(棚卸し)."""
COUNTED = dt.timedelta(hours=24)
"""Failed attempts older than this no longer count (row 49)."""

PASSWORD_LEAST, PASSWORD_MOST = 12, 200


# --- Roles ----------------------------------------------------------------------------------------


def roles_text(roles: Iterable[Role]) -> str:
    """`roles` as the members' table keeps them: comma-separated, in the order of the policy."""
    held = set(roles)
    return ",".join(role.value for role in Role if role in held)


def roles_in(text: str) -> frozenset[Role]:
    """The roles that `text`, made by `roles_text`, names."""
    return frozenset(Role(one) for one in text.split(",") if one)


GIVEN_ROLES = tuple(role for role in PARTY_ROLES if role not in {Role.CONSENT_OFFICER, Role.AUDITOR})
"""The roles an administrator gives by himself; the consent power (row 35) and the auditor's post (decision
29) have their own ways."""


class RoleNotToGive(RuleBroken):
    """A role was named that no administrator gives this way: the consent power, the auditor's post, or the
    operator's (row 63)."""

    sentence = N_("この役割は、ここでは付けられません。")
    next_step = N_("同意権限の申請と監査人の選任は、利用者のページから行ってください。")


class NoRole(RuleBroken):
    """A member would be left with no role at all."""

    sentence = N_("役割を一つ以上選んでください。")


def roles_must_be_given_here(roles: Collection[Role], *, may_be_none: bool = False) -> None:
    """Raises NoRole for none, unless the member has another post in prospect (`may_be_none`); RoleNotToGive
    for one that is not an administrator's to give."""
    if not roles and not may_be_none:
        raise NoRole("roles")
    if not set(roles) <= set(GIVEN_ROLES):
        raise RoleNotToGive("roles")


# --- Passwords ------------------------------------------------------------------------------------


class PasswordTooShort(RuleBroken):
    """Fewer characters than a password needs."""

    sentence = N_("パスワードは%(least)s文字以上にしてください（いまは%(length)s文字です）。")
    next_step = N_("短い言葉をいくつかつなげると、覚えやすく長いパスワードになります。")


class PasswordTooLong(RuleBroken):
    """More characters than anybody types; a guard for the server."""

    sentence = N_("パスワードは%(most)s文字以内にしてください（いまは%(length)s文字です）。")


class PasswordTooEasy(RuleBroken):
    """A password that is tried first: a common one, or one made of a single character."""

    sentence = N_("このパスワードは推測されやすいので使えません。")
    next_step = N_("短い言葉をいくつかつなげると、覚えやすく長いパスワードになります。")


class PasswordNamesYou(RuleBroken):
    """A password that is little more than the person's own address or name."""

    sentence = N_("メールアドレスや氏名とほぼ同じパスワードは使えません。")


class PasswordUnchanged(RuleBroken):
    """The new password is the one that was to be replaced."""

    sentence = N_("いまのパスワードと同じです。別のパスワードにしてください。")


class PasswordsDiffer(RuleBroken):
    """The password typed twice is not twice the same."""

    sentence = N_("二つのパスワードが一致していません。もう一度入力してください。")


_COMMON = frozenset(
    """password passw0rd p@ssw0rd p@ssword letmein welcome qwerty qwertyuiop asdfghjkl zxcvbnm iloveyou admin
    administrator administrater changeme changeit secret login master monkey dragon football baseball sunshine
    princess trustno1 superman batman starwars whatever abc abcd abcde abcdef abcdefg abcdefgh abcdefghijkl
    correcthorsebatterystaple correct horse battery staple 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc qazwsx
    qazwsxedc zaq12wsx 123 1234 12345 123456 1234567 12345678 123456789 1234567890 0123456789 123456789012
    987654321 0987654321 qwerty123 abc123 abcd1234 a1b2c3d4
    tokyo nihon nippon japan kyotei sakura kawaii arigatou konnichiwa ohayou himitsu anshin pasuwado
    ぱすわーど パスワード ひみつ 日本 協定 協定ポータル ポータル portal test testtest
    guest user demo sample example""".split()
)
"""What is tried first. Compared after `_bare`: width, case, and figures or marks at either end do not
matter."""

_AT_THE_ENDS = "0123456789!?#$%&*+-_.,@ ^~=/\\'\"()[]{}<>:;|`　！？。、・"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _bare(text: str) -> str:
    return _folded(text).strip(_AT_THE_ENDS)


def _repeats_a_common_one(folded: str) -> bool:
    """Whether it is one short piece over and over: `passwordpassword`, `123123123123`."""
    for length in range(1, len(folded) // 2 + 1):
        piece = folded[:length]
        if (piece * (len(folded) // length + 1))[: len(folded)] == folded:
            return length <= 3 or piece in _COMMON or _bare(piece) in _COMMON
    return False


def _is_a_row_of_keys(folded: str) -> bool:
    """Whether it only runs along the keyboard, the alphabet or the figures, forwards or backwards."""
    rows = (
        "abcdefghijklmnopqrstuvwxyz",
        "01234567890123456789",
        "qwertyuiopasdfghjklzxcvbnm",
        "1qaz2wsx3edc4rfv5tgb6yhn",
    )
    return any(folded in row or folded in row[::-1] for row in rows)


def password_must_be_good(password: str, *, email: str, name: str, field: str = "new") -> None:
    """Raises the broken rule unless `password` is long enough and not among those tried first.

    Length is all that is asked: no figures, capitals or marks, no change after so many days. The password
    itself is taken exactly as typed; only the comparisons here look through width and case.
    """
    if len(password) < PASSWORD_LEAST:
        raise PasswordTooShort(field, least=PASSWORD_LEAST, length=len(password))
    if len(password) > PASSWORD_MOST:
        raise PasswordTooLong(field, most=PASSWORD_MOST, length=len(password))
    folded = _folded(password)
    bare = _bare(password)
    if (
        len(set(folded)) < 4
        or bare in _COMMON
        or not bare
        or _repeats_a_common_one(folded)
        or _is_a_row_of_keys(folded)
    ):
        raise PasswordTooEasy(field)
    own = {_folded(email), _folded(email).partition("@")[0], _folded(name), "".join(_folded(name).split())}
    if bare in {_bare(one) for one in own} or folded in own or "".join(folded.split()) in own:
        raise PasswordNamesYou(field)


# --- Waiting after failed attempts (row 49) --------------------------------------------------------

LIMITS = {
    "here": (5, 15 * 60),
    "session": (5, 15 * 60),
    "account": (20, 15 * 60),
    "network": (50, 60),
    "asked": (20, 60),
}
"""For each kind of counter, how many failures cost nothing, and the longest wait in seconds: an account from
one network; a signed-in session; an account from everywhere, which does not bind a network where the person
has signed in before, so that nobody can be locked out from afar; everybody of one network, since an office
shares one address; requests for mails from one network."""


class MustWait(RuleBroken):
    """Too many failed attempts lately; the right password is taken again after the wait."""

    status = 429
    sentence = N_(
        "続けて失敗したため、いまは受け付けていません。%(seconds)s秒ほど待ってから、もう一度入力してください。"
    )
    next_step = N_("パスワードを忘れたときは、設定し直すためのメールを請求してください。")


def wait_after(failures: int, *, free: int, longest: int) -> int:
    """How many seconds after the last of `failures` the next attempt is taken: none for the first `free`,
    then one, doubling, never more than `longest`."""
    if failures < free:
        return 0
    return min(1 << min(failures - free, 30), longest)


def seconds_left(kind: str, failures: int, last: dt.datetime, at: dt.datetime) -> int:
    """How many seconds from `at` the next attempt is taken by a counter of this kind (`LIMITS`), when the
    last of `failures` was at `last`; 0: now."""
    free, longest = LIMITS[kind]
    left = wait_after(failures, free=free, longest=longest) - (at - last).total_seconds()
    return max(0, math.ceil(left))


# --- The consent power (row 35) --------------------------------------------------------------------


class PowerAlreadyAsked(RuleBroken):
    """The member holds the consent power, or it has been asked for."""

    sentence = N_("この利用者の同意権限は、すでにあるか、申請中です。")


class NotAnotherAdministrator(RuleBroken):
    """The one who asked cannot also second, and nobody seconds a power for himself."""

    sentence = N_("申請した本人と、権限を受ける本人は、二人目として認めることができません。")
    next_step = N_("ほかの利用者管理者が認めるか、申請から24時間たつと有効になります。")


class AdministratorTooNew(RuleBroken):
    """Whoever became an administrator less than 24 hours ago seconds nothing: else one person makes himself
    two."""

    sentence = N_("利用者管理者になってから24時間たっていないため、二人目として認めることができません。")
    next_step = N_("申請から24時間たつと、そのまま有効になります。")


class NothingToSecond(MovedUnderThePen):
    """The power is in force already, or has ended, or was never asked for."""

    sentence = N_("この申請は、すでに有効になったか、終わっています。")
    next_step = N_("利用者のページを読み込み直し、いまの状態を確かめてください。")


class NoPowerToEnd(MovedUnderThePen):
    """There is no consent power, nor a request for one, to end."""

    sentence = N_("この利用者には、終わらせる同意権限も申請もありません。")
    next_step = N_("利用者のページを読み込み直し、いまの状態を確かめてください。")


def grant_in_force(effective_at: dt.datetime, ended_at: dt.datetime | None, at: dt.datetime) -> bool:
    """Whether a consent power effective from `effective_at` and ended at `ended_at` is held at `at`."""
    return effective_at <= at and (ended_at is None or at < ended_at)


def must_be_another_administrator(
    *,
    seconder: str,
    asked_by: str | None,
    holder: str,
    administrator_since: dt.datetime | None,
    at: dt.datetime,
) -> None:
    """Raises unless `seconder` is neither who asked nor who receives, and has been administrator for 24
    hours."""
    if seconder in {asked_by, holder}:
        raise NotAnotherAdministrator()
    if administrator_since is None or at - administrator_since < GRANT_DELAY:
        raise AdministratorTooNew()


def may_second(
    *,
    seconder: str,
    asked_by: str | None,
    holder: str,
    administrator_since: dt.datetime | None,
    at: dt.datetime,
) -> bool:
    """Whether `must_be_another_administrator` lets `seconder` agree."""
    try:
        must_be_another_administrator(
            seconder=seconder, asked_by=asked_by, holder=holder, administrator_since=administrator_since, at=at
        )
    except RuleBroken:
        return False
    return True


class OfficersAddress(RuleBroken):
    """The address of a consent officer was to be changed: whoever reads the mail sets the password."""

    sentence = N_("同意権限のある、または申請中の利用者のメールアドレスは変更できません。")
    next_step = N_("先に同意権限を終わらせ、アドレスを変更してから、あらためて申請してください。")


# --- The auditor (decision 29) ----------------------------------------------------------------------


class AuditorAlreadyProposed(RuleBroken):
    """The member is an auditor, or has been proposed."""

    sentence = N_("この利用者は、すでに監査人であるか、選任を提案中です。")


class NothingToAnswer(MovedUnderThePen):
    """The proposal of an auditor has been withdrawn, refused or ended, or the own party has consented."""

    sentence = N_("この監査人の選任は、すでに終わったか、自分の側の同意が済んでいます。")
    next_step = N_("利用者のページを読み込み直し、いまの状態を確かめてください。")


class NoAuditorToEnd(MovedUnderThePen):
    """The member is neither an auditor nor proposed as one."""

    sentence = N_("この利用者には、終わらせる監査人の選任も提案もありません。")
    next_step = N_("利用者のページを読み込み直し、いまの状態を確かめてください。")


class AuditorIsThisPerson(RuleBroken):
    """Name or address of an auditor was to be changed: the parties consented to this person and no other."""

    sentence = N_("監査人の、または選任を提案中の利用者の氏名とメールアドレスは変更できません。")
    next_step = N_("先に選任を終わらせ、変更してから、あらためて提案してください。")


def awaited(parties: Collection[str], *, of: str | None, consented: Collection[str]) -> frozenset[str]:
    """The parties whose consent to an auditor of the party `of` is still awaited: every other one (decision
    28). With none left the auditor is in the post."""
    return frozenset(parties) - {of} - frozenset(consented)


OFFICERS_WISE = 2
"""With fewer consent officers than this, one absence stops a party, and four eyes cannot be kept (decision
12)."""


# --- Coming and going ------------------------------------------------------------------------------


class AddressTaken(RuleBroken):
    """Somebody of this party signs in with this address already, now or before (one person, one party)."""

    sentence = N_("このメールアドレスは登録できません。別のアドレスを使ってください。")
    next_step = N_("同じ人が以前に使っていたアドレスも、再び登録することはできません。")


class LastAdministrator(RuleBroken):
    """A party would be left without anybody to manage its people."""

    sentence = N_("利用者管理者が一人もいなくなるため、この変更はできません。")
    next_step = N_("先に、ほかの利用者に利用者管理者の役割を付けてください。")


class AlreadyClosed(MovedUnderThePen):
    """The account has been closed."""

    sentence = N_("この利用者の登録は、すでに終了しています。")
    next_step = N_("利用者の一覧を読み込み直してください。")


class PartyHasAdministrator(RuleBroken):
    """The operator adds each party's first administrator only (decision 29)."""

    sentence = N_("この当事者には利用者管理者がすでにいます。利用者の追加は利用者管理者が行います。")


class NoSuchParty(RuleBroken):
    """The key names no party to the agreement."""

    sentence = N_("%(party)sという当事者は、この協定にありません。")


class DayOutOfOrder(RuleBroken):
    """A post would begin before the post it follows."""

    sentence = N_("新しい職に就いた日は、いまの職に就いた日より前にはできません。")


def an_administrator_must_remain(others: int) -> None:
    """Raises LastAdministrator when no other open administrator of the party remains (`others` is 0)."""
    if others == 0:
        raise LastAdministrator("roles")


# --- Where a party files receipts --------------------------------------------------------------------

ARCHIVES_MOST = 5
"""To how many addresses of a party receipts may go."""
ARCHIVE_LINK_LIFE = dt.timedelta(days=3)
"""How long the link that confirms such an address may be used."""


class ArchiveThere(RuleBroken):
    """The party has entered this address already."""

    sentence = N_("この保存用アドレスは、すでに登録されています。")
    next_step = N_("一覧で、確認が済んでいるかを見てください。")


class ArchivesEnough(RuleBroken):
    """A party has as many addresses as it may."""

    sentence = N_("保存用アドレスは%(most)s件までです。")
    next_step = N_("使わなくなったアドレスをやめてから、登録してください。")


class ArchiveConfirmed(MovedUnderThePen):
    """The address has been confirmed; there is nothing to ask."""

    sentence = N_("この保存用アドレスは、すでに確認されています。")
    next_step = N_("ページを読み込み直してください。")


class ArchiveLinkIsDead(RuleBroken):
    """The mailed link was used, has run out, or never was; or the address was taken back."""

    status = 404
    sentence = N_("このリンクは使えません。使用済みか、期限（3日）が切れているか、登録が取り消されています。")
    next_step = N_("自分の側の利用者管理者に、確認のメールをもう一度送るよう頼んでください。")


# --- The calendar ------------------------------------------------------------------------------------


class NoCalendar(MovedUnderThePen):
    """There is no address to revoke."""

    sentence = N_("有効なカレンダーのアドレスはありません。")
    next_step = N_("ページを読み込み直してください。")
