"""The rules of people, without a database: passwords, waiting, the consent power, coming and going."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.access.policy import PARTY_ROLES, Role
from portal.parties import rules

AT = dt.datetime(2025, 10, 1, 3, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def good(password, *, email="suzuki@example.jp", name="鈴木 一郎"):
    rules.password_must_be_good(password, email=email, name=name)


# --- Passwords -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery 協定",
        "さくらがさいたらあいましょう",
        "aB3$kd92mQz!x",
        "            with spaces            ",
        "ｐａｓｓ たぬき ｗｏｒｄ ８８",
        "x" * 99 + "yzw1" + "x" * 97,
        "\U0001f980\U0001f419\U0001f41d\U0001f98b" * 3,
    ],
)
def test_a_long_password_of_any_kind_is_good(password):
    good(password)


@pytest.mark.parametrize("length", [0, 1, 11])
def test_length_is_counted_in_characters_and_twelve_are_needed(length):
    with pytest.raises(rules.PasswordTooShort) as refused:
        good("あいうえおかきくけこさし"[:length])
    assert refused.value.facts == {"least": 12, "length": length}
    good("あいうえおかきくけこさし")


def test_more_than_two_hundred_characters_are_refused():
    good(("まつしまや" * 40)[:195] + "ああ松島や")
    with pytest.raises(rules.PasswordTooLong):
        good("correct horse battery " * 10)


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaa",
        "ああああああああああああ",
        "abababababab",
        "123123123123",
        "passwordpassword",
        "Password1234!",
        "ＰＡＳＳＷＯＲＤ１２３４",
        "１２３４５６７８９０１２",
        "password2025!!",
        "letmeinletmein",
        "abcdefghijklm",
        "zyxwvutsrqponm",
        "qwertyuiopasdf",
        "correcthorsebatterystaple",
        "協定ポータル!!!!!!!!",
        "            ",
        "!!!!????####",
    ],
)
def test_what_is_tried_first_is_refused(password):
    with pytest.raises(rules.PasswordTooEasy):
        good(password)


@pytest.mark.parametrize(
    "password",
    [
        "suzuki.ichiro@example.jp",
        "SUZUKI.ICHIRO@EXAMPLE.JP",
        "suzuki.ichiro2025",
        "ｓｕｚｕｋｉ．ｉｃｈｉｒｏ",
    ],
)
def test_ones_own_address_is_no_password(password):
    with pytest.raises(rules.PasswordNamesYou):
        good(password, email="suzuki.ichiro@example.jp")


def test_ones_own_name_is_no_password():
    with pytest.raises(rules.PasswordNamesYou):
        good("Alexander Hamilton-Smythe", name="Alexander Hamilton-Smythe")
    with pytest.raises(rules.PasswordNamesYou):
        good("alexanderhamilton-smythe1", name="Alexander Hamilton-Smythe")


@given(st.text(max_size=300))
def test_every_text_is_judged(password):
    try:
        good(password)
    except (rules.PasswordTooShort, rules.PasswordTooLong, rules.PasswordTooEasy, rules.PasswordNamesYou):
        return
    assert 12 <= len(password) <= 200


# --- Waiting ---------------------------------------------------------------------------------------


def test_slips_cost_nothing_then_the_wait_doubles_up_to_its_limit():
    """row 49"""
    waits = [rules.wait_after(failures, free=5, longest=900) for failures in range(20)]
    assert waits[:5] == [0] * 5
    assert waits[5:15] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
    assert waits[15:] == [900] * 5


@given(st.integers(0, 10**6), st.sampled_from(sorted(rules.LIMITS)))
def test_a_wait_never_shrinks_with_failures_and_always_ends(failures, kind):
    """row 49: a delay, not a lock."""
    free, longest = rules.LIMITS[kind]
    assert rules.wait_after(failures, free=free, longest=longest) <= longest
    assert rules.wait_after(failures, free=free, longest=longest) <= rules.wait_after(
        failures + 1, free=free, longest=longest
    )
    after = AT + dt.timedelta(seconds=longest)
    assert rules.seconds_left(kind, failures, AT, after) == 0


def test_what_is_left_of_a_wait_is_rounded_up_to_whole_seconds():
    last, failures = AT, 9  # 16 seconds
    assert rules.seconds_left("here", failures, last, AT) == 16
    assert rules.seconds_left("here", failures, last, AT + dt.timedelta(seconds=15.5)) == 1
    assert rules.seconds_left("here", failures, last, AT + dt.timedelta(seconds=16)) == 0


def test_ten_thousand_guesses_take_months_and_leave_the_door_to_its_owner():
    """row 49: each guess at the first moment it is taken, from ever new networks; the owner is at home."""
    free, longest = rules.LIMITS["account"]
    at = AT
    guesses: list[dt.datetime] = []
    for _ in range(10_000):
        counted = [one for one in guesses[-200:] if at - one < rules.COUNTED]
        if counted:
            at += dt.timedelta(seconds=rules.seconds_left("account", len(counted), counted[-1], at))
        guesses.append(at)
    assert at - AT > 90 * DAY
    assert rules.wait_after(10_000, free=free, longest=longest) == 15 * 60


# --- Roles -----------------------------------------------------------------------------------------


@given(st.sets(st.sampled_from(PARTY_ROLES)))
def test_roles_are_kept_as_a_text_and_read_back(roles):
    assert rules.roles_in(rules.roles_text(roles)) == roles


@pytest.mark.parametrize("role", [Role.CONSENT_OFFICER, Role.OPERATOR])
def test_neither_the_consent_power_nor_the_operators_role_is_given_like_another(role):
    """rows 35, 63"""
    with pytest.raises(rules.RoleNotToGive):
        rules.roles_must_be_given_here({Role.READER, role})


def test_a_member_has_some_role():
    with pytest.raises(rules.NoRole):
        rules.roles_must_be_given_here([])


# --- The consent power -----------------------------------------------------------------------------


def second(*, seconder="b", asked_by="a", administrator_since=AT - DAY):
    rules.must_be_another_administrator(
        seconder=seconder, asked_by=asked_by, holder="c", administrator_since=administrator_since, at=AT
    )


def test_a_second_administrator_of_a_days_standing_agrees():
    """row 35"""
    second()
    second(asked_by=None)


@pytest.mark.parametrize("who", ["a", "c"])
def test_neither_who_asked_nor_who_receives_is_the_second(who):
    """row 35"""
    with pytest.raises(rules.NotAnotherAdministrator):
        second(seconder=who)


@pytest.mark.parametrize("since", [None, AT, AT - DAY + dt.timedelta(microseconds=1)])
def test_an_administrator_made_just_now_is_nobodys_second(since):
    """row 35: else one administrator makes a second account and agrees with himself."""
    with pytest.raises(rules.AdministratorTooNew):
        second(administrator_since=since)


@pytest.mark.parametrize(
    ("seconds", "ended", "held"),
    [(-1, None, True), (0, None, True), (1, None, False), (-1, 1, True), (-1, 0, False), (-1, -1, False)],
)
def test_the_power_is_held_from_its_moment_until_it_ends(seconds, ended, held):
    """row 34: to the second."""
    effective = AT + dt.timedelta(seconds=seconds)
    over = None if ended is None else AT + dt.timedelta(seconds=ended)
    assert rules.grant_in_force(effective, over, AT) is held


def test_the_last_administrator_stays():
    with pytest.raises(rules.LastAdministrator):
        rules.an_administrator_must_remain(0)
    rules.an_administrator_must_remain(1)
