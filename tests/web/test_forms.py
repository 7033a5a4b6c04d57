"""What every form has."""

import pytest
from flask import g
from flask_wtf.csrf import CSRFError
from wtforms import StringField

from portal.web.forms import PortalForm


class OneForm(PortalForm):
    words = StringField()


def test_a_form_is_believed_only_where_its_token_was_asked_for_at_the_door(sqlite_house):
    """Row 55: the door asks every POST; a form that anything else brings here is none."""
    with sqlite_house.app.test_request_context("/", method="POST", data={"words": "x"}):
        with pytest.raises(CSRFError):
            OneForm().validate()
        g.csrf_valid = True
        assert OneForm().validate()


def test_a_form_that_is_not_shown_makes_no_token(sqlite_house):
    with sqlite_house.app.test_request_context("/", method="POST", data={"words": "x"}):
        form = OneForm()
        assert "csrf_token" not in g
        assert form.csrf_token._value() == g.csrf_token
        assert f'value="{g.csrf_token}"' in form.hidden_tag("csrf_token")
