"""What is told of people: in their party's own chain, but the consent power and a party's rules to
everybody."""

from __future__ import annotations

from portal.access.policy import ROLE_NAMES
from portal.history.event import Event, kept
from portal.kernel.words import N_
from portal.mail.rules import CHOICE_NAMES


class OfMember(Event):
    """An event on one member; `who` is the member's name at that moment."""

    who: str = kept(default="")


# --- Coming, changing, leaving ---------------------------------------------------------------------


class FirstAdministratorAdded(Event):
    """The operator added a party's first administrator: the other parties learn that it was done, not who."""

    verb = "party.first_administrator_added"
    trail = N_("当事者の最初の利用者管理者を登録しました。")
    of_party: str


class OperatorAdded(OfMember):
    """A further person who operates the portal was added."""

    verb = "operator.added"
    trail = N_("運用管理者「%(who)s」を登録しました。")


class MemberAdded(OfMember):
    """A person may sign in from now on, for this party."""

    verb = "member.added"
    trail = N_("利用者「%(who)s」を登録しました（%(roles_name)s）。")
    value_words = {"roles": ROLE_NAMES}
    roles: list[str]


class MemberRenamed(OfMember):
    """A member's name was changed; earlier acts keep the name they were done under."""

    verb = "member.renamed"
    trail = N_("利用者「%(former)s」の氏名を「%(who)s」に変更しました。")
    former: str = kept(default="")


class AddressChanged(OfMember):
    """A member signs in with another address from now on; both addresses were told."""

    verb = "member.address_changed"
    trail = N_("利用者「%(who)s」のメールアドレスを変更しました。")


class RolesChanged(OfMember):
    """A member's roles were changed, with effect at once."""

    verb = "member.roles_changed"
    trail = N_("利用者「%(who)s」の役割を変更しました（%(before_name)sから、%(after_name)sへ）。")
    value_words = {"before": ROLE_NAMES, "after": ROLE_NAMES}
    before: list[str]
    after: list[str]


class PostChanged(OfMember):
    """A member holds a post from a day on (day in Asia/Tokyo)."""

    verb = "member.post_changed"
    trail = N_("利用者「%(who)s」の職を「%(title)s」に変更しました（%(held_from)sから）。")
    held_from: str
    title: str = kept(default="")


class MemberClosed(OfMember):
    """A member left: sessions, links and the consent power ended at once; the acts stay (row 61)."""

    verb = "member.closed"
    trail = N_("利用者「%(who)s」の登録を終了しました。")


# --- The consent power (row 35): told to every party, whose member it is as well ----------------------


class ConsentPowerAsked(OfMember):
    """An administrator asked for a member's consent power; alone, it is in force after 24 hours."""

    verb = "consent_power.asked"
    is_told_to_own_side = True
    trail = N_(
        "「%(who)s」の同意権限を申請しました。別の利用者管理者が認めたとき、または24時間後に有効になります。"
    )
    message = N_(
        "%(party)sが「%(who)s」の同意権限を申請しました。別の利用者管理者が認めたとき、または24時間後に有効になります。"
    )
    effective_at: str


class ConsentPowerSeconded(OfMember):
    """A second administrator agreed: the consent power is in force at once."""

    verb = "consent_power.seconded"
    is_told_to_own_side = True
    trail = N_("「%(who)s」の同意権限を、二人目の利用者管理者として認めました。いまから有効です。")
    message = N_("%(party)sの二人目の利用者管理者が「%(who)s」の同意権限を認めました。いまから有効です。")


class ConsentPowerEnded(OfMember):
    """A member's consent power, or the request for it, ended at once."""

    verb = "consent_power.ended"
    is_told_to_own_side = True
    trail = N_("「%(who)s」の同意権限を終わらせました。")
    message = N_("%(party)sが「%(who)s」の同意権限を終わらせました。")


# --- The auditor (decision 29): told to every party ---------------------------------------------------


class AuditorProposed(OfMember):
    """A party proposed one of its members as an auditor, who would read what the parties share."""

    verb = "auditor.proposed"
    trail = N_(
        "「%(who)s」を監査人に選任することを提案しました。ほかのすべての当事者が同意すると就任します。"
    )
    message = N_(
        "%(party)sが「%(who)s」を監査人に選任することを提案しました。利用者管理者の同意を待っています。"
    )


class AuditorConsented(OfMember):
    """A party consented to another party's auditor."""

    verb = "auditor.consented"
    trail = N_("「%(who)s」を監査人に選任することに同意しました。")
    message = N_("%(party)sが「%(who)s」を監査人に選任することに同意しました。")


class AuditorNamed(OfMember):
    """With this party's consent every party had consented: the auditor is in the post."""

    verb = "auditor.named"
    trail = N_("すべての当事者の同意がそろい、「%(who)s」が監査人に就任しました。")
    message = N_("すべての当事者の同意がそろい、「%(who)s」が監査人に就任しました。")


class AuditorRefused(OfMember):
    """A party did not consent to another party's auditor; the proposal ended."""

    verb = "auditor.refused"
    trail = N_("「%(who)s」を監査人に選任することに同意しませんでした。提案は終わりました。")
    message = N_("%(party)sが「%(who)s」を監査人に選任することに同意しませんでした。提案は終わりました。")


class AuditorConsentWithdrawn(OfMember):
    """A party took back its consent to another party's auditor; the proposal, or the post, ended."""

    verb = "auditor.consent_withdrawn"
    trail = N_("「%(who)s」を監査人に選任することへの同意を取り消しました。選任は終わりました。")
    message = N_("%(party)sが「%(who)s」を監査人に選任することへの同意を取り消しました。選任は終わりました。")


class AuditorProposalWithdrawn(OfMember):
    """The proposing party withdrew its proposal of an auditor."""

    verb = "auditor.proposal_withdrawn"
    trail = N_("「%(who)s」を監査人に選任する提案を取り下げました。")
    message = N_("%(party)sが「%(who)s」を監査人に選任する提案を取り下げました。")


class AuditorEnded(OfMember):
    """The party whose member the auditor is ended the post."""

    verb = "auditor.ended"
    trail = N_("「%(who)s」の監査人の職を終わらせました。")
    message = N_("%(party)sが「%(who)s」の監査人の職を終わらせました。")


# --- A party's rules: told to every party, since they say what its consent is worth ------------------


class FourEyesKept(Event):
    """A consent officer of this party may not consent to what they alone drafted (decision 12)."""

    verb = "party.four_eyes_kept"
    trail = N_("一人で起案したものに同じ人は同意できない、という決まりにしました。")
    message = N_("%(party)sが、一人で起案したものに同じ人は同意できない、という決まりにしました。")


class FourEyesWaived(Event):
    """A consent officer of this party may consent also to what they alone drafted."""

    verb = "party.four_eyes_waived"
    trail = N_("一人で起案したものにも同じ人が同意できる、という決まりにしました。")
    message = N_("%(party)sが、一人で起案したものにも同じ人が同意できる、という決まりにしました。")


class TablingReserved(Event):
    """In this party only consent officers table (decision 25)."""

    verb = "party.tabling_reserved"
    trail = N_("提示は同意権者だけができる、という決まりにしました。")
    message = N_("%(party)sが、提示は同意権者だけができる、という決まりにしました。")


class TablingOpened(Event):
    """In this party drafters table too."""

    verb = "party.tabling_opened"
    trail = N_("提示は起案者もできる、という決まりにしました。")
    message = N_("%(party)sが、提示は起案者もできる、という決まりにしました。")


# --- The door --------------------------------------------------------------------------------------


class SignedIn(OfMember):
    """A member signed in."""

    verb = "member.signed_in"
    trail = N_("サインインしました。")
    session: str
    browser: str = kept(default="")


class SignedOut(OfMember):
    """A member signed out."""

    verb = "member.signed_out"
    trail = N_("サインアウトしました。")
    session: str


class SessionEnded(OfMember):
    """A member ended one of their own sessions from afar."""

    verb = "member.session_ended"
    trail = N_("自分の別のサインインを終わらせました。")
    session: str


class OtherSessionsEnded(OfMember):
    """A member ended every session but the one in use."""

    verb = "member.other_sessions_ended"
    trail = N_("この画面以外のサインインをすべて終わらせました。")


class PasswordConfirmed(OfMember):
    """A member entered the password again before a weighty act (row 62)."""

    verb = "member.password_confirmed"
    trail = N_("パスワードをもう一度入力して本人であることを確かめました。")
    session: str


class PasswordChanged(OfMember):
    """A member changed the password; every other session ended."""

    verb = "member.password_changed"
    trail = N_("パスワードを変更しました。")


class PasswordLinkSent(OfMember):
    """A single-use link to set a password was sent to the member's address."""

    verb = "member.password_link_sent"
    trail = N_("「%(who)s」にパスワード設定のメールを送りました。")


class PasswordSetByLink(OfMember):
    """A password was set through the mailed link; every session ended (row 59)."""

    verb = "member.password_set_by_link"
    trail = N_("メールのリンクからパスワードを設定しました。それまでのサインインはすべて終わりました。")


class LanguageChosen(OfMember):
    """A member chose the language of the pages."""

    verb = "member.language_chosen"
    trail = N_("表示する言語を選びました。")
    language: str


class MailChosen(OfMember):
    """A member chose which mails about messages they get."""

    verb = "member.mail_chosen"
    trail = N_("お知らせのメールの受け取り方を選びました：%(choice_name)s")
    value_words = {"choice": CHOICE_NAMES}
    choice: str


class CalendarMade(OfMember):
    """A member made an address at which a calendar program reads the agreed dates; one made before is dead."""

    verb = "member.calendar_made"
    trail = N_("合意した日付を読むためのカレンダーのアドレスを作りました。")


class CalendarRevoked(OfMember):
    """A member revoked the address at which a calendar program read the agreed dates."""

    verb = "member.calendar_revoked"
    trail = N_("カレンダーのアドレスを無効にしました。")


# --- Where a party files receipts ----------------------------------------------------------------------


class OfArchive(Event):
    """An event on an address at which a party files receipts: told to that party alone."""

    address: str = kept(default="")


class ArchiveAddressEntered(OfArchive):
    """An address was entered; the question whether it is right is on its way there."""

    verb = "party.archive_entered"
    trail = N_("控えの送り先（保存用アドレス）「%(address)s」を登録しました。確認のメールを送ります。")


class ArchiveAddressAsked(OfArchive):
    """The question was sent once more."""

    verb = "party.archive_asked"
    trail = N_("保存用アドレス「%(address)s」に、確認のメールをもう一度送ります。")


class ArchiveAddressConfirmed(OfArchive):
    """Somebody who reads mail at the address confirmed it: receipts go there from now on."""

    verb = "party.archive_confirmed"
    trail = N_(
        "保存用アドレス「%(address)s」が、届いたメールのリンクから確認されました。これから控えが届きます。"
    )


class ArchiveAddressEnded(OfArchive):
    """No receipt goes to the address any more."""

    verb = "party.archive_ended"
    trail = N_("保存用アドレス「%(address)s」への控えの送付をやめました。")
