"""Houses for the tests of people: another agreement of three parties, beside the founding one."""

from tests.makers.agreements import agreement_of_three, three_on_disk

__all__ = ["agreement_of_three", "three_on_disk"]
