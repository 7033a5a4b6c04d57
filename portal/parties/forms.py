"""The forms of people: signing in, passwords, members, posts, a party's rules."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, PasswordField, RadioField
from wtforms.validators import ValidationError

from portal.access.policy import ROLE_NAMES, Role
from portal.kernel.typed import NotAnAddress, invisible_characters, normal_email
from portal.kernel.words import N_
from portal.mail.rules import CHOICE_HINTS, CHOICE_NAMES
from portal.parties.rules import GIVEN_ROLES
from portal.web.forms import ChoicesField, DayField, Filled, LineField, PortalForm
from portal.web.language import say

NAME = 60
ADDRESS = 254

ROLE_HINTS = {
    Role.READER: N_("共有されたものと自分の側の下書きを読み、意見を書きます。"),
    Role.DRAFTER: N_("提案と具体的事項を起案し、提示し、協議を記録します。"),
    Role.PRESS_OFFICER: N_("起案者のできることに加えて、公表を記録し、合意したものを保留できます。"),
    Role.CUSTODIAN: N_("閲覧者のできることに加えて、秘密情報の管理を受け持ちます。"),
    Role.AGREEMENT_MANAGER: N_("起案者と同じことができます。協定の日付や期間を受け持ちます。"),
    Role.PARTY_ADMINISTRATOR: N_("自分の側の利用者を登録、変更、終了し、同意権限を申請します。"),
    Role.AUDITOR: N_(
        "共有されたものを読むだけです。ほかのすべての当事者が同意したときに就任します。登録すると、選任を提案します。"
    ),
}


class AddressField(LineField):
    """An e-mail address, kept as typed; it must have the form of one."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, limit=ADDRESS, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Raises when it is no address that the portal can write to."""
        if not self.data:
            return
        try:
            normal_email(self.data)
        except NotAnAddress as fault:
            raise ValidationError(say(fault.sentence)) from fault


class NameField(LineField):
    """A name or a post: nothing in it that a reader cannot see, so that no two look alike (row 75)."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, limit=NAME, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Raises for invisible characters, naming the first; variation selectors pass, names need them."""
        if found := invisible_characters(self.data or ""):
            position, name = found[0]
            raise ValidationError(
                say(
                    N_(
                        "見えない文字か外字が含まれています（%(position)s文字目、%(name)s）。入力し直してください。"
                    ),
                    position=position + 1,
                    name=name,
                )
            )


class SignInForm(PortalForm):
    """Address and password, and where to go then."""

    email = LineField(_l("メールアドレス"), [Filled(_l("メールアドレスを入力してください。"))], limit=ADDRESS)
    password = PasswordField(_l("パスワード"), [Filled(_l("パスワードを入力してください。"))])
    next = HiddenField()


class LanguageForm(PortalForm):
    """One of the languages, and the page to come back to."""

    language = HiddenField()
    next = HiddenField()


class ForgottenForm(PortalForm):
    """The address to which a link is to be mailed."""

    email = AddressField(_l("メールアドレス"), [Filled(_l("メールアドレスを入力してください。"))])


class NewPasswordForm(PortalForm):
    """A new password, twice."""

    new = PasswordField(_l("新しいパスワード"), [Filled(_l("新しいパスワードを入力してください。"))])
    again = PasswordField(_l("新しいパスワード（もう一度）"), [Filled(_l("もう一度入力してください。"))])


class ChangePasswordForm(NewPasswordForm):
    """A new password, twice, after the present one."""

    current = PasswordField(_l("いまのパスワード"), [Filled(_l("いまのパスワードを入力してください。"))])


class ConfirmForm(PortalForm):
    """The password once more, and the page to go on to."""

    step_up_password = PasswordField(_l("パスワード"), [Filled(_l("パスワードを入力してください。"))])
    next = HiddenField()


class MemberForm(PortalForm):
    """Who a member is and what they are there for."""

    offered: tuple[Role, ...] = GIVEN_ROLES
    """The roles that may be chosen here."""

    name = NameField(_l("氏名"), [Filled(_l("氏名を入力してください。"))])
    email = AddressField(
        _l("メールアドレス"),
        [Filled(_l("メールアドレスを入力してください。"))],
        description=_l("サインインとパスワードの設定に使います。"),
    )
    roles = ChoicesField(
        _l("役割"),
        [Filled(_l("役割を一つ以上選んでください。"))],
        description=_l("同意権限の申請と監査人の選任は、利用者のページから行います。"),
    )

    def __init__(self, *args: Any, may_have_none: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles.choices = [(role.value, say(ROLE_NAMES[role])) for role in self.offered]
        if may_have_none:
            self.roles.validators, self.roles.flags.required = (), False

    @property
    def chosen(self) -> frozenset[Role]:
        """The roles chosen."""
        return frozenset(Role(value) for value in self.roles.data or [])

    @property
    def hints(self) -> dict[str, str]:
        """What each role may do, in the reader's language."""
        return {role.value: say(ROLE_HINTS[role]) for role in self.offered}


class AddMemberForm(MemberForm):
    """A member to be added, with the post held from today; an auditor is proposed with it."""

    offered = (*GIVEN_ROLES, Role.AUDITOR)

    post = NameField(_l("職"), description=_l("例：企画課 主査。きょうから就いている職として記録します。"))


class PostForm(PortalForm):
    """A post held from a day on."""

    title = NameField(_l("職"), description=_l("職がなくなるときは、空のままにしてください。"))
    held_from = DayField(
        _l("この職に就く日"),
        [Filled(_l("職に就く日を入力してください。"))],
        description=_l("先の日付も入力できます。これまでの行為には、そのときの職が残ります。"),
    )


class ActForm(PortalForm):
    """An act that was looked at once more, and which consent power or appointment was on that page."""

    seen = HiddenField()


class PartyRulesForm(PortalForm):
    """A party's own rules."""

    four_eyes = BooleanField(
        _l("一人で起案したものに、同じ人は同意できないようにする"),
        description=_l("同意権者が自分だけで起案した版には、その人以外の同意権者が同意します。"),
    )
    officers_table = BooleanField(
        _l("提示は、同意権者だけができるようにする"),
        description=_l("起案者は下書きまでを行い、相手方に見せる提示は同意権者が行います。"),
    )


class MailChoiceForm(PortalForm):
    """Which mails about messages a person gets."""

    choice = RadioField(_l("お知らせのメール"), [Filled(_l("受け取り方を選んでください。"))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice.choices = [(choice.value, say(name)) for choice, name in CHOICE_NAMES.items()]

    @property
    def hints(self) -> dict[str, str]:
        """What each choice means, in the reader's language."""
        return {choice.value: say(words) for choice, words in CHOICE_HINTS.items()}


class ArchiveForm(PortalForm):
    """An address at which a party files receipts."""

    address = AddressField(
        _l("保存用アドレス"),
        [Filled(_l("メールアドレスを入力してください。"))],
        description=_l("組織で受け取り、保存できるアドレスにしてください。例：agreement-archive@example.jp"),
    )
